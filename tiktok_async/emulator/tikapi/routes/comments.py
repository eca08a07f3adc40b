"""Comments and replies, and what accounts do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.emulator.comments import Comment, comment_total
from tiktok_async.emulator.tikapi import refusals, remarks
from tiktok_async.emulator.tikapi.naming import number_of
from tiktok_async.emulator.tikapi.pages import by_index
from tiktok_async.emulator.tikapi.routes.posts import video_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call
    from tiktok_async.emulator.tikapi.state import Remark


async def comments(call: Call) -> Answer:
    """Serve one page of a post's comments, those of accounts first."""
    video = video_of(call, "media_id")
    new = call.service.state.remarks_on(video.index)
    listed = comment_total(video, call.service.settings.comment_cap)

    def old(place: int) -> Comment:
        return Comment(video, place)

    total = video.comment_count() + len(new)
    return _page(call, new, listed, old, total) if listed or new else _none(call)


async def replies(call: Call) -> Answer:
    """Serve one page of the replies to a comment, those of accounts first."""
    video = video_of(call, "media_id")
    parent = call.text("comment_id")
    found = call.service.names.comment(parent)
    own = call.service.state.remarks.get(number_of(parent) or -1)
    if own is None and (found is None or found.reply or found.video.index != video.index):
        raise refusals.tiktok(refusals.NO_ENTITY)
    parent = str(found.id) if found else parent
    new = call.service.state.remarks_on(video.index, parent)
    listed = found.reply_count if found else 0

    def old(place: int) -> Comment:
        return Comment(video, found.place if found else 0, place + 1)

    return _page(call, new, listed, old, listed + len(new))


def _page(
    call: Call,
    new: Sequence[Remark],
    listed: int,
    old: Callable[[int], Comment],
    total: int,
) -> Answer:
    def row(place: int) -> dict[str, Any] | None:
        if place < len(new):
            return remarks.remark(call.scene, new[place])
        found = old(place - len(new))
        return remarks.comment(call.scene, found) if found.is_visible else None

    page = by_index(call, len(new) + listed, row, call.index("cursor"), call.count)
    return call.ok(
        rows=len(page.rows),
        comments=page.rows,
        cursor=page.end,
        has_more=page.flag,
        total=total,
        **_beside(call),
    )


def _none(call: Call) -> Answer:
    # Null stands for an empty list here (contract, Quirks).
    return call.ok(comments=None, cursor=0, has_more=0, total=0, **_beside(call))


def _beside(call: Call) -> dict[str, Any]:
    if call.operation.path.endswith("/reply/list"):
        return {}
    return {
        "alias_comment_deleted": False,
        "has_filtered_comments": 0,
        "reply_style": 2,
        "top_gifts": [],
    }


async def write(call: Call) -> Answer:
    """Write a comment, or a reply to one."""
    video = video_of(call, "media_id")
    parent = call.text("reply_comment_id") or "0"
    found = call.service.names.comment(parent) if parent != "0" else None
    if parent != "0" and found is None and number_of(parent) not in call.service.state.remarks:
        raise refusals.tiktok(refusals.NO_ENTITY)
    parent = str(found.id) if found else parent
    made = call.service.state.write(video.index, call.user, call.text("text"), parent, call.now)
    # No source shows the answer.
    return call.ok(rows=1, comment=remarks.remark(call.scene, made))


async def delete(call: Call) -> Answer:
    """Delete a comment of the account."""
    cid = number_of(call.text("comment_id"))
    made = call.service.state.remarks.get(cid or -1)
    if made is None and call.service.names.comment(call.text("comment_id")) is None:
        raise refusals.tiktok(refusals.NO_ENTITY)
    if made is not None:
        if made.author != call.user:
            raise refusals.not_allowed("This comment is not yours.")
        call.service.state.erase(made)
    # Comments of the world stay: nobody here has written them.
    return call.ok()


async def like(call: Call) -> Answer:
    """Like a comment."""
    return _like(call, liked=True)


async def unlike(call: Call) -> Answer:
    """Take a like of a comment back."""
    return _like(call, liked=False)


def _like(call: Call, *, liked: bool) -> Answer:
    video_of(call, "media_id")
    text = call.text("comment_id")
    found = call.service.names.comment(text)
    if found is None and number_of(text) not in call.service.state.remarks:
        raise refusals.tiktok(refusals.NO_ENTITY)
    cid = str(found.id) if found else text
    call.service.state.of(call.user).comment_likes[cid] = liked
    return call.ok()
