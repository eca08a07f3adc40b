"""comment/list: the comments of a video, or the replies to a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.emulator.answers import Answer, invalid
from tiktok_async.emulator.comments import Comment, comment_total

if TYPE_CHECKING:
    from tiktok_async.emulator.calls import Call


async def list_comments(call: Call) -> Answer:
    """Serve one page of comments."""
    fields = call.fields()
    video_id, comment_id = call.integer("video_id"), call.integer("comment_id")
    if (video_id is None) == (comment_id is None):
        raise invalid("Send exactly one of video_id and comment_id")
    first, size = call.index(), call.size()
    if video_id is not None:
        total, listed = _comments(call, video_id, first, size)
    else:
        total, listed = _replies(call, comment_id or 0, first, size)
    rows = [_row(call, comment, fields) for comment in listed if comment.is_visible]
    more = first + size < total
    cursor = first + size if more else max(first, total)
    return call.ok({"comments": rows, "cursor": cursor, "has_more": more}, rows=len(rows))


def _comments(call: Call, video_id: int, first: int, size: int) -> tuple[int, list[Comment]]:
    world = call.emulation.world
    video = world.find_video(video_id)
    if video is None:
        raise invalid(f"video_id {video_id} is invalid: cannot find the video")
    total = comment_total(video, world.comment_cap)
    return total, [Comment(video, place) for place in range(first, min(first + size, total))]


def _replies(call: Call, comment_id: int, first: int, size: int) -> tuple[int, list[Comment]]:
    comment = call.emulation.world.find_comment(comment_id)
    if comment is None:
        raise invalid(f"comment_id {comment_id} is invalid: cannot find the comment")
    total = comment.reply_count
    numbers = range(first, min(first + size, total))
    return total, [Comment(comment.video, comment.place, number + 1) for number in numbers]


def _row(call: Call, comment: Comment, fields: tuple[str, ...]) -> dict[str, Any]:
    whole = comment.row()
    shown = {name: whole[name] for name in fields}
    if comment.reply:
        # The documented sample of replies has it, though no list of fields names it.
        shown["display_name"] = comment.display_name(call.emulation.world.people)
    return shown
