"""Captions and what stands out in them: hashtags and mentions.

Offsets count UTF-16 code units, so that whatever stands behind an emoji lies one further on than in
Python. Source: contract, TikAPI, Quirks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.emulator.videos import hashtag_id

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.naming import Names
    from tiktok_async.emulator.videos import Video


def mentioned(video: Video) -> int | None:
    """Return the user whom a video mentions, as Research tells it too; most mention none."""
    drawn = video.traits >> 4
    return None if drawn & 15 else (drawn >> 8) % video.catalogue.people.count


def caption(video: Video, names: Names) -> str:
    """Return the caption: that of Research, and the mention behind it."""
    user = mentioned(video)
    mention = "" if user is None else f"@{names.handle(user)}"
    return " ".join(filter(None, (video.video_description(), mention)))


def extras(video: Video, names: Names, *, with_ids: bool) -> list[dict[str, Any]]:
    """Return the hashtags and the mention of a caption.

    Args:
        video: Whose.
        names: Of the world.
        with_ids: Whether hashtags have their id; in lists of one profile they have none.
    """
    text = caption(video, names)
    found = []
    at = 0
    for name in video.hashtag_names():
        at = text.index(f"#{name}", at)
        tag = {"hashtagName": name, "type": 1}
        if with_ids:
            tag["hashtagId"] = str(hashtag_id(name))
        found.append(_placed(text, at, at + len(name) + 1) | tag)
        at += len(name) + 1
    user = mentioned(video)
    if user is not None:
        handle = names.handle(user)
        found.append(
            _placed(text, text.rindex(f"@{handle}"), len(text))
            | {
                "hashtagName": "",
                "type": 5 if user & 1 else 0,
                "userId": str(names.user_id(user)),
                "userUniqueId": handle,
                "secUid": names.sec_uid(user),
            }
        )
    return found


def _placed(text: str, start: int, end: int) -> dict[str, Any]:
    return {
        "awemeId": "",
        "start": units(text[:start]),
        "end": units(text[:end]),
        "isCommerce": False,
        "subType": 0,
    }


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
