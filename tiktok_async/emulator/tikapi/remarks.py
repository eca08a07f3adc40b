"""Comments as TikAPI shows them: snake_case, with many nulls.

Source: contract, TikAPI models, Comment and CommentUser.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.tikapi.profiles import avatar

if TYPE_CHECKING:
    from tiktok_async.emulator.comments import Comment
    from tiktok_async.emulator.tikapi.scene import Scene
    from tiktok_async.emulator.tikapi.state import Remark

_NULL: Final = (
    "account_labels", "ad_cover_url", "advance_feature_item_order", "advanced_feature_info",
    "bold_fields", "can_message_follow_status_list", "can_set_geofencing", "cha_list", "cover_url",
    "creators", "cv_level", "ff_info_list", "events", "followers_detail", "geofencing",
    "homepage_bottom_toast", "item_list", "mutual_relation_avatars", "need_points",
    "platform_sync_info", "relative_users", "search_highlight", "type_label", "white_cover_url",
)  # fmt: skip
"""What was null in every object that anyone has seen."""


def person(scene: Scene, user: int) -> dict[str, Any]:
    """Return a user as a comment shows them."""
    return {
        **dict.fromkeys(_NULL),
        "avatar_thumb": {"uri": f"{user}", "url_list": [avatar(user, 100)], "url_prefix": None},
        "custom_verify": "",
        "enterprise_verify_reason": "",
        "nickname": scene.world.people.display_name(user),
        "sec_uid": scene.names.sec_uid(user),
        "uid": str(scene.names.user_id(user)),
        "unique_id": scene.handle(user),
    }


def comment(scene: Scene, found: Comment) -> dict[str, Any]:
    """Return a comment of the world, or a reply."""
    row = found.row()
    video = found.video
    user = (found.bits >> 24) % scene.world.people.count
    shown = _shape(scene, video.index, user, row["create_time"], row["text"])
    liked = scene.state.seen(scene.viewer).comment_likes.get(str(found.id), False)
    return shown | {
        "cid": str(found.id),
        "author_pin": found.place == 0 and not found.reply and found.bits & 7 == 0,
        "digg_count": row["like_count"] + liked,
        "image_list": _images(found) if found.bits >> 50 & 31 == 0 else None,
        "is_author_digged": found.bits >> 40 & 15 == 0,
        "reply_comment_total": found.reply_count + len(_answers(scene, found)),
        "reply_id": str(row["parent_comment_id"]) if found.reply else "0",
        "user_digged": int(liked),
    }


def _answers(scene: Scene, found: Comment) -> list[Remark]:
    return scene.state.remarks_on(found.video.index, str(found.id)) if scene.state.remarks else []


def _images(found: Comment) -> list[dict[str, Any]]:
    link = {"uri": f"comment/{found.id}", "url_list": [f"https://p16.example.org/{found.id}.jpeg"]}
    return [{"crop_url": link, "origin_url": link}]


def remark(scene: Scene, found: Remark) -> dict[str, Any]:
    """Return a comment that an account wrote."""
    shown = _shape(scene, found.video, found.author, found.time, found.text)
    liked = scene.state.seen(scene.viewer).comment_likes.get(str(found.id), False)
    replies = len(scene.state.remarks_on(found.video, str(found.id)))
    return shown | {
        "cid": str(found.id),
        "digg_count": int(liked),
        "reply_comment_total": replies,
        "reply_id": found.parent,
        "user_digged": int(liked),
    }


def _shape(scene: Scene, video: int, user: int, time: int, text: str) -> dict[str, Any]:
    handle = scene.handle(user)
    video_id = str(scene.world.timeline.id_of(video))
    return {
        "allow_download_photo": True,
        "author_pin": False,
        "aweme_id": video_id,
        "collect_stat": 0,
        "comment_language": "en",
        "comment_post_item_ids": None,
        "create_time": time,
        "digg_count": 0,
        "fold_status": 0,
        "image_list": None,
        "is_author_digged": False,
        "is_comment_translatable": bool(text),
        "is_high_purchase_intent": False,
        "label_list": None,
        "no_show": False,
        "reply_comment": None,
        "reply_comment_total": 0,
        "reply_id": "0",
        "reply_to_reply_id": "0",
        "share_info": {
            "acl": {"code": 0, "extra": "{}"},
            "desc": f"{handle}'s comment: {text}",
            "title": "View this comment",
            "url": f"https://m.example.org/v/{video_id}.html",
        },
        "sort_extra_score": {"reply_score": 0.0, "show_more_score": 0.0},
        "sort_tags": json.dumps({"top_list": 1}),
        "status": 1,
        "stick_position": 0,
        "text": text,
        "text_extra": [],
        "thread_has_more": False,
        "thread_id": 0,
        "trans_btn_style": 0,
        "user": person(scene, user),
        "user_buried": False,
        "user_digged": 0,
    }
