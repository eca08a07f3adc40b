"""One made-up object of each kind that TikAPI answers with, with every key of the contract."""

from __future__ import annotations

from typing import Any, Final

ID: Final = "7109178205151464746"
DESC: Final = "🥰 look #fyp @user02 👩‍👩‍👧 #cats"
"""The emoji are 2 and 8 UTF-16 code units, and 1 and 5 characters."""


def all_of(value: Any, *keys: str) -> dict[str, Any]:
    """Return an object with the same value under each key."""
    return dict.fromkeys(keys, value)


PICTURE: Final[dict[str, Any]] = {
    "uri": "u",
    "url_list": ["https://img.example/1"],
    "url_prefix": "p",
    "width": 720,
    "height": 720,
}
AVATARS: Final = all_of("https://img.example/a", "avatarLarger", "avatarMedium", "avatarThumb")
AUTHOR: Final[dict[str, Any]] = {
    **AVATARS,
    **all_of(0, "commentSetting", "downloadSetting", "duetSetting", "stitchSetting", "relation"),
    **all_of(False, "ftc", "isADVirtual", "isEmbedBanned", "openFavorite", "privateAccount"),
    **all_of(False, "secret", "verified", "canExpPlaylist", "suggestAccountBind", "ttSeller"),
    **all_of(1600000000, "createTime", "nickNameModifyTime", "uniqueIdModifyTime"),
    **all_of("", "nowInvitationCardUrl", "recommendReason", "roomId", "shortId"),
    "id": "7111646537053320827",
    "nickname": "Sample user",
    "secUid": "MS4wLjABAAAA" + "x" * 30,
    "signature": "bio",
    "uniqueId": "user01",
    "UserStoryStatus": 0,
}
USER: Final[dict[str, Any]] = {
    **AUTHOR,
    **all_of(1, "followingVisibility", "profileEmbedPermission"),
    "bioLink": {"link": "https://example.org", "risk": 0},
    "commerceUserInfo": {"commerceUser": True, "category": "Art", "categoryButton": False},
    "profileTab": all_of(True, "showPlayListTab", "showMusicTab", "showQuestionTab"),
    "region": "US",
}
USER_COUNTS: Final = (
    "followerCount",
    "followingCount",
    "friendCount",
    "heart",
    "heartCount",
    "videoCount",
    "diggCount",
)
PROFILE: Final[dict[str, Any]] = {
    "user": USER,
    "stats": all_of(6800000, *USER_COUNTS),
    "statsV2": all_of("6764096", *USER_COUNTS),
    "shareMeta": {"title": "t", "desc": "d"},
}
FOLLOWER: Final = {key: PROFILE[key] for key in ("user", "stats", "statsV2")}

HASHTAG: Final[dict[str, Any]] = {
    **all_of("", "coverLarger", "coverMedium", "coverThumb"),
    **all_of("", "profileLarger", "profileMedium", "profileThumb"),
    "desc": "for you",
    "id": "229207",
    "title": "fyp",
    "isCommerce": False,
    "stats": {"videoCount": 0, "viewCount": 105814200000000},
}
HASHTAG_INFO: Final[dict[str, Any]] = {
    "challenge": HASHTAG,
    "stats": {"videoCount": 0, "viewCount": 105814200000000},
    "statsV2": {"videoCount": "8050280214", "viewCount": "105814218058744"},
    "challengeAnnouncement": {"title": "", "body": ""},
}
MUSIC: Final[dict[str, Any]] = {
    **all_of("https://img.example/m", "coverLarge", "coverMedium", "coverThumb"),
    **all_of(True, "isCopyrighted", "original", "private", "collected"),
    "authorName": "Somebody",
    "duration": 60,
    "id": "7000000000000000001",
    "playUrl": "https://audio.example/1",
    "title": "original sound",
    "tt2dsp": {"tt_to_dsp_song_infos": []},
    "album": "An album",
    "preciseDuration": {
        "preciseDuration": 60.5,
        **all_of(60, "preciseAuditionDuration", "preciseShootDuration", "preciseVideoDuration"),
    },
    "scheduleSearchTime": 0,
}
MUSIC_INFO: Final[dict[str, Any]] = {
    "music": MUSIC,
    "stats": {"videoCount": 12},
    "artist": AUTHOR,
    "artists": [AUTHOR],
}


def file(name: str) -> dict[str, Any]:
    """Return a file of a video, with one link."""
    return {
        **all_of("x", "FileCs", "FileHash", "Uri", "UrlKey"),
        "DataSize": 1000,
        "Width": 576,
        "Height": 1024,
        "UrlList": [f"https://video.example/{name}"],
    }


VIDEO: Final[dict[str, Any]] = {
    **all_of("", "codecType", "definition", "encodedType", "encodeUserTag", "format", "ratio"),
    **all_of("https://img.example/v", "cover", "dynamicCover", "originCover", "reflowCover"),
    "bitrate": 900000,
    "bitrateInfo": [
        {
            "Bitrate": 900000,
            "BitrateFPS": 30,
            "CodecType": "h264",
            "Format": "mp4",
            "GearName": "normal_540_0",
            "MVMAF": "{}",
            "PlayAddr": file("quality"),
            "QualityType": 20,
            "VideoExtra": "{}",
        }
    ],
    "claInfo": {
        "captionInfos": [
            {
                **all_of("1", "claSubtitleID", "languageID", "subID", "expire"),
                **all_of("", "captionFormat", "language", "languageCode", "variant", "url"),
                **all_of("", "subtitleType", "translationType"),
                "urlList": ["https://text.example/1"],
                "isAutoGen": True,
                "isOriginalCaption": True,
            }
        ]
    },
    "downloadAddr": "https://video.example/download",
    "duration": 15,
    "height": 1024,
    "id": ID,
    "playAddr": "https://video.example/play",
    "PlayAddrStruct": file("struct"),
    "shareCover": ["", "https://img.example/s"],
    "size": 123456,
    "subtitleInfos": [
        {
            **all_of("", "Format", "LanguageCodeName", "Source", "Version"),
            "LanguageID": "2",
            "Size": 100,
            "Url": "https://text.example/2",
            "UrlExpire": 1760939824,
        }
    ],
    "videoID": "v1",
    "videoQuality": "normal",
    "videoTags": [{}],
    "volumeInfo": {"Loudness": -15.5, "Peak": 1},
    "VQScore": "67.5",
    "width": 576,
    "zoomCover": {"240": "https://img.example/z"},
}


def extra(**fields: Any) -> dict[str, Any]:
    """Return what stands out in a caption."""
    return {
        "awemeId": "",
        "hashtagName": "",
        "isCommerce": False,
        "subType": 0,
        "type": 1,
    } | fields


TEXT_EXTRA: Final = [
    extra(start=8, end=12, hashtagName="fyp", hashtagId="229207"),
    extra(start=13, end=20, type=0, secUid="S", userId="7", userUniqueId="user02"),
    extra(start=30, end=35, hashtagName="cats", hashtagId="1"),
]
POST_COUNTS: Final = ("commentCount", "diggCount", "playCount", "shareCount", "collectCount")
POST: Final[dict[str, Any]] = {
    **all_of("", "AIGCDescription", "BAInfo", "backendSourceEventTracking", "locationCreated"),
    **all_of(0, "CategoryType", "duetDisplay", "itemCommentStatus", "stitchDisplay"),
    **all_of(0, "adLabelVersion", "diversificationId", "scheduleTime", "takeDown"),
    **all_of(False, "collected", "digged", "forFriend", "isAd", "officalItem", "originalItem"),
    **all_of(False, "privateItem", "secret", "shareEnabled", "textTranslatable", "duetEnabled"),
    **all_of(False, "stitchEnabled", "isPinnedItem", "isReviewing", "IsAigc", "indexEnabled"),
    **all_of(False, "itemMute", "showNotPass", "vl1"),
    **all_of([{}], "effectStickers", "anchors", "stickersOnItem", "channelTags", "comments"),
    **all_of({}, "item_control", "videoSuggestWordsList", "creatorAIComment", "poi"),
    "warnInfo": [{}],
    "author": AUTHOR,
    "authorStats": PROFILE["stats"],
    "authorStatsV2": PROFILE["statsV2"],
    "challenges": [HASHTAG],
    "contents": [{"desc": DESC, "textExtra": TEXT_EXTRA}],
    "createTime": 1696827055,
    "desc": DESC,
    "diversificationLabels": ["Life"],
    "duetInfo": {"duetFromId": "0"},
    "id": ID,
    "imagePost": {"title": "", "images": [{"imageURL": {"urlList": ["https://img.example/i"]}}]},
    "keywordTags": [{"keyword": "cats", "pageType": 1}],
    "music": MUSIC,
    "stats": all_of(59100, *POST_COUNTS),
    "statsV2": all_of("59149", *POST_COUNTS, "repostCount"),
    "suggestedWords": ["cats"],
    "textExtra": TEXT_EXTRA,
    "textLanguage": "en",
    "video": VIDEO,
    "$other": {"videoLinkHeaders": {"Cookie": "tt_chain_token=x", "Referer": "https://e.example"}},
}

COMMENT_USER: Final[dict[str, Any]] = {
    **all_of("", "custom_verify", "enterprise_verify_reason", "region"),
    **all_of(0, "verification_type", "follow_status", "follower_status"),
    "uid": "7",
    "unique_id": "user03",
    "nickname": "Sample user",
    "sec_uid": "S",
    "avatar_thumb": PICTURE,
    "room_id": 7000000000000000003,
}
REPLY: Final[dict[str, Any]] = {
    **all_of(False, "allow_download_photo", "author_pin", "is_author_digged", "no_show"),
    **all_of(False, "is_comment_translatable", "is_high_purchase_intent", "thread_has_more"),
    **all_of(False, "user_buried"),
    **all_of(0, "collect_stat", "fold_status", "reply_comment_total", "status", "stick_position"),
    **all_of(0, "trans_btn_style", "digg_count"),
    "aweme_id": ID,
    "cid": "7000000000000000004",
    "comment_language": "en",
    "comment_post_item_ids": None,
    "create_time": 1696827055,
    "image_list": [{"crop_url": PICTURE, "origin_url": PICTURE}],
    "label_list": None,
    "reply_comment": None,
    "reply_id": "7000000000000000005",
    "reply_to_reply_id": "0",
    "share_info": {"acl": {"code": 0, "extra": "{}"}, "desc": "", "title": "", "url": ""},
    "sort_extra_score": {"reply_score": 0.5, "show_more_score": 0},
    "sort_tags": "{}",
    "text": DESC,
    "text_extra": TEXT_EXTRA,
    "thread_id": 0,
    "user": COMMENT_USER,
    "user_digged": 1,
}
COMMENT: Final[dict[str, Any]] = {
    **REPLY,
    "reply_id": "0",
    "reply_comment": [REPLY],
    "label_list": [{}],
    "comment_post_item_ids": [ID],
}
PLAYLIST: Final[dict[str, Any]] = {
    "id": "7000000000000000006",
    "mixId": "7000000000000000006",
    "name": "best",
    "mixName": "best",
    "cover": "https://img.example/p",
    "videoCount": 3,
    "creator": AUTHOR,
}

SEARCH_USER: Final[dict[str, Any]] = {
    **all_of("", "nickname", "signature", "custom_verify", "enterprise_verify_reason"),
    "uid": "7",
    "unique_id": "user03",
    "sec_uid": "S",
    "follower_count": 1,
    "total_favorited": 2,
    "follow_status": 0,
    "room_id_str": "7000000000000000003",
    "avatar_thumb": PICTURE,
}
FOUND_USER: Final[dict[str, Any]] = {
    **all_of([], "position", "uniqid_position", "effects", "musics", "items", "mix_list"),
    "challenges": [],
    "user_info": SEARCH_USER,
}
SEARCH_HIT: Final[dict[str, Any]] = {
    "type": 1,
    "common": {"doc_id_str": ID},
    "item": POST,
    "user_list": [FOUND_USER],
    "suggestion": {"content": "cats"},
}
DISCOVER_ITEM: Final[dict[str, Any]] = {
    "user": USER,
    "music": MUSIC,
    "challenge": HASHTAG,
    "stats": PROFILE["stats"] | {"viewCount": 5},
}

LIVE_ROOM: Final[dict[str, Any]] = {
    "id_str": "7000000000000000007",
    "title": "live",
    "status": 2,
    "owner_user_id": 7111646537053320827,
    "user_count": 9,
    "like_count": 10,
    "duration": 60,
    "client_version": 1,
    "os_type": 0,
    "cover": PICTURE,
    "owner": {
        **all_of(PICTURE, "avatar_thumb", "avatar_medium", "avatar_large"),
        "id_str": "7111646537053320827",
        "nickname": "Sample user",
        "bio_description": "bio",
        "follow_info": {"follower_count": 1, "following_count": 2},
    },
    "stream_url": {
        "rtmp_pull_url": "rtmp://live.example/1",
        "flv_pull_url": {"HD1": "https://live.example/1"},
        "flv_pull_url_params": "{}",
        "candidate_resolution": ["HD1"],
        "live_core_sdk_data": {"pull_data": {"stream_data": "{}"}},
    },
}
LIVE_HIT: Final[dict[str, Any]] = {"live_info": {**LIVE_ROOM, "raw_data": LIVE_ROOM}}
DONE: Final[dict[str, Any]] = {
    "status": "success",
    "message": "",
    "status_code": 0,
    "status_msg": "",
}
LIVE_START: Final[dict[str, Any]] = {
    **DONE,
    "room": {
        "id": "7000000000000000007",
        "create_time": 1696827055,
        "share_url": "https://live.example",
        "status": 2,
        "cover": "c",
    },
    "stream": {
        "id": "7",
        "push": {"server": "rtmp://push.example", "key": "s3cret", "url": "rtmp://e/s3cret"},
        "pull": {
            "default_resolution": "HD1",
            "flv": {"HD1": "https://live.example/1"},
            "hls": "h",
            "rtmp": "r",
        },
    },
}
LIVE_STATS: Final[dict[str, Any]] = {
    "room_stats": {
        **all_of(4, "live_like_cnt", "live_comment_ucnt", "live_watch_ucnt", "live_consume_ucnt"),
        **all_of(4, "live_new_fans_ucnt", "live_pause_duration", "total_score"),
        **all_of("2021-04-17T19:30:44.386Z", "live_start_time", "live_end_time"),
        "room_id": "7000000000000000007",
    },
    "period_stats": {"value": 4493, "decimal_num": 2, "stats_type": 0},
}
LIVE_ANALYTICS: Final[dict[str, Any]] = {
    "diamonds_detail": {"diamonds": {"Total": [{"Date": "2026-01-01", "Value": 5}]}},
    "live_duration_detail": {"live_duration": [{"Date": "2026-01-01", "Value": 1.5}]},
}
CHAT_EVENT: Final[dict[str, Any]] = {
    "messageType": "ChatMessage",
    "content": "hello",
    "user": {"displayId": "user01", "nickname": "Sample user"},
    "msgId": "7000000000000000008",
    "common": {"msgId": "7000000000000000008"},
}

MESSAGE: Final[dict[str, Any]] = {
    "text": "hi",
    "createTime": 1615900000000,
    "senderUid": "7",
    "senderSecUid": "S",
    "status": 0,
    "type": 7,
    "version": "1",
    "isStranger": True,
    "clientMessageId": "8046dd57",
    "content": {
        **all_of(True, "isDefault", "is_card"),
        "aweType": 700,
        "type": 0,
        "mSendStartTime": 1615900000000,
        "msgHint": "h",
    },
}
CONVERSATION: Final[dict[str, Any]] = {
    **all_of(0, "conversationType", "inboxType", "mute", "favorite"),
    "id": "0:1:7:8",
    "short_id": "7000000000000000009",
    "ticket": "s3cret",
    "isParticipant": True,
    "notice": "",
    "ownerUid": "7",
    "ownerSecUid": "S",
    "participantsCount": 2,
    "participantsUid": ["7", "8"],
    "messages": [MESSAGE],
}
SENT_MESSAGE: Final[dict[str, Any]] = {
    **DONE,
    **all_of(1615900000000, "request_arrived_time", "server_execution_end_time"),
    "body": {},
    "cmd": 100,
    "sequence_id": 10005,
    "inbox_type": 0,
    "error_desc": "OK",
    "log_id": "2021",
}
NOTIFICATION: Final[dict[str, Any]] = {
    "nid": 7000000000000000010,
    "type": 41,
    "create_time": 1696827055,
    "has_read": True,
    "digg": {"from_user": [COMMENT_USER], "aweme": {"aweme_id": ID, "desc": "d"}},
    "at": {
        "content": "c",
        "comment": {"cid": "1", "text": "t", "user": COMMENT_USER, "aweme": {"desc": "d"}},
    },
    "comment": {},
    "follow": {},
}

POINT: Final[dict[str, Any]] = {"status": 0, "value": 7, "date_key": "20260101"}
ANALYTICS: Final[dict[str, Any]] = {
    **all_of([POINT], "comment_history", "like_history", "pv_history", "share_history"),
    **all_of([POINT], "vv_history", "follower_num_history", "follower_active_history_days"),
    **all_of([POINT], "user_live_cnt_history", "user_live_diamonds_history"),
    **all_of([POINT], "user_live_duration_time_history", "user_live_follower_diamonds_history"),
    **all_of([POINT], "user_live_gift_unique_viewers_history", "user_live_views_history"),
    **all_of([POINT], "user_live_new_followers_history", "user_live_top_viewers_history"),
    **all_of([POINT], "user_live_unique_viewers_history", "video_comment_history_7d"),
    **all_of([POINT], "video_favorites_history_7d", "video_finish_rate_history_7d"),
    **all_of([POINT], "video_like_history_7d", "video_new_followers_history_7d"),
    **all_of([POINT], "video_shares_history_7d", "video_vv_history_7d"),
    "follower_active_history_hours": [{"status": 0, "value": list(range(24))}],
    "follower_num": POINT,
    "follower_gender_percent": {"status": 0, "value": [{"key": "Female", "value": 0.5}]},
    "follower_region_percent": {"status": 0, "value": [{"key": "US", "value": 1}]},
    "user_info": {"unique_id": "user01", "region": "US", "open_insight_time": 1600000000},
}
PROFILE_EDIT: Final[dict[str, Any]] = {
    **DONE,
    "user": {
        **all_of(PICTURE, "avatar_larger", "avatar_medium", "avatar_thumb"),
        "uid": "7",
        "unique_id": "user01",
        "nickname": "n",
        "signature": "s",
        "secret": 1,
        "short_id": 0,
        "verification_type": 0,
    },
}
KEY_INFO: Final[dict[str, Any]] = {
    **DONE,
    **all_of(1, "active", "subscription_active", "dark_mode"),
    **all_of({}, "bandwidth", "app"),
    **all_of([{}], "accounts", "logs"),
    "id": 1,
    "email": "user@example.org",
    "plan_id": 2,
    "sub_id": 3,
    "credits": 1000,
    "has_expired": False,
    "date_expiry": 1760939824,
    "logs_count": 1,
}
