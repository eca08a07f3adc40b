"""Posts as TikAPI shows them.

Source: contract, TikAPI models, Post; ids, counts, users and times are those of the Research side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.tikapi import profiles, sounds
from tiktok_async.emulator.tikapi.films import film, is_photo
from tiktok_async.emulator.tikapi.profiles import rounded
from tiktok_async.emulator.tikapi.texts import caption, extras

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.scene import Scene
    from tiktok_async.emulator.videos import Video

_STICKERS: Final = ("poll", "question", "countdown", "captions")
_PICTURES: Final = "https://p16.example.org"


def post(
    scene: Scene, video: Video, *, detail: bool = False, own_list: bool = False
) -> dict[str, Any]:
    """Return a post.

    Args:
        scene: What the answer is made from.
        video: Which.
        detail: Whether it is the answer to a call for one post, where some numbers are texts.
        own_list: Whether it is in a list of one user's posts.
    """
    text = caption(video, scene.names)
    marks = extras(video, scene.names, with_ids=not own_list)
    author, sound = video.author, video.sound()
    of_author, of_author_v2 = scene.once(("counts", author), lambda: _of_author(scene, author))
    time = video.create_time()
    shown: dict[str, Any] = {
        "AIGCDescription": "",
        "CategoryType": 100 + video.bits % 21,
        "author": scene.once(
            ("author", author), lambda: profiles.author(scene, author, detail=detail)
        ),
        "authorStats": of_author,
        "authorStatsV2": of_author_v2,
        "backendSourceEventTracking": "",
        "collected": False,
        "contents": [{"desc": text, "textExtra": marks}],
        "createTime": str(time) if detail else time,
        "desc": text,
        "digged": scene.likes(video.index),
        "duetDisplay": 0,
        "forFriend": False,
        "id": str(video.id()),
        "isAd": False,
        "itemCommentStatus": 0,
        "item_control": {"can_repost": True},
        "music": scene.once(("music", sound), lambda: sounds.music(scene, sound, detail=detail)),
        "officalItem": False,
        "originalItem": False,
        "privateItem": False,
        "secret": False,
        "shareEnabled": True,
        "stats": _stats(scene, video, detail),
        "statsV2": _stats_v2(scene, video),
        "stitchDisplay": 0,
        "textExtra": marks,
        "textLanguage": "en",
        "textTranslatable": bool(text),
        "video": film(scene, video, detail=detail),
    }
    return shown | _sometimes(video) | (_detail(video) if detail else {})


def _of_author(scene: Scene, user: int) -> tuple[dict[str, int], dict[str, str]]:
    """Return the counts of an author; with a post both forms are rounded."""
    rounded_counts = profiles.stats(profiles.counts(scene, user))
    return rounded_counts, profiles.stats_v2(rounded_counts)


def _counts(scene: Scene, video: Video) -> dict[str, int]:
    return {
        "commentCount": video.comment_count(),
        "diggCount": video.like_count() + scene.state.likes_of(video.index),
        "playCount": video.view_count(),
        "shareCount": video.share_count(),
    }


def _stats(scene: Scene, video: Video, detail: bool) -> dict[str, Any]:
    saved = video.favorites_count()
    saved = saved if saved <= 10_000 else rounded(saved)
    return {"collectCount": str(saved) if detail else saved, **_counts(scene, video)}


def _stats_v2(scene: Scene, video: Video) -> dict[str, str]:
    exact = _counts(scene, video) | {"collectCount": video.favorites_count(), "repostCount": 0}
    return {name: str(number) for name, number in exact.items()}


def _sometimes(video: Video) -> dict[str, Any]:
    """Return the fields that only some posts have."""
    drawn = video.draw(51)
    shown: dict[str, Any] = {}
    if names := video.hashtag_names():
        shown["challenges"] = [sounds.hashtag(name) for name in names]
    if effects := [number for number in video.effects() if number]:
        shown["effectStickers"] = [{"ID": str(n), "name": f"Effect {n}"} for n in effects]
    if video.traits & 15 == 0:
        number = video.traits >> 32 & 3
        shown["stickersOnItem"] = [{"stickerText": [_STICKERS[number]], "stickerType": number}]
    if drawn & 7:
        shown |= {"diversificationId": 10_000 + drawn % 100, "duetEnabled": True}
        shown["stitchEnabled"] = True
    rare: dict[int, dict[str, Any]] = {
        3: {"anchors": [{"id": str(drawn >> 40), "keyword": "A place", "type": 28}]},
        4: {"videoSuggestWordsList": {"video_suggest_words_struct": []}},
        5: {"creatorAIComment": {"eligibleVideo": False, "hasAITopic": False}},
        6: {"isReviewing": False, "adLabelVersion": 0, "BAInfo": ""},
        7: {"poi": {"id": str(drawn >> 42), "name": "Market hall", "city": "Lisbon"}},
    }
    shown |= rare.get(drawn >> 3 & 15, {})
    if is_photo(video):
        shown["imagePost"] = _photos(video)
    return shown


def _photos(video: Video) -> dict[str, Any]:
    images = [
        {
            "imageURL": {"urlList": [f"{_PICTURES}/{video.index}/{number}.jpeg"]},
            "imageWidth": 1080,
            "imageHeight": 1440,
        }
        for number in range(1 + video.draw(52) % 5)
    ]
    return {"images": images, "cover": images[0], "shareCover": images[0], "title": ""}


def _detail(video: Video) -> dict[str, Any]:
    """Return the fields that only the detail of a post has."""
    words = [{"keyword": name, "pageType": 28} for name in video.hashtag_names()]
    return {
        "IsAigc": False,
        "channelTags": [],
        "comments": [],
        "diversificationLabels": ["Lifestyle"],
        "indexEnabled": True,
        "keywordTags": words,
        "locationCreated": video.region_code(),
        "scheduleTime": 0,
        "suggestedWords": [],
        "takeDown": 0,
        "warnInfo": [],
    }
