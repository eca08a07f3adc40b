"""What an account does to itself, to posts and to other users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.emulator.tikapi import profiles, refusals
from tiktok_async.emulator.tikapi.routes.people import target
from tiktok_async.emulator.tikapi.routes.posts import video_of

if TYPE_CHECKING:
    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call


async def edit(call: Call) -> Answer:
    """Change a field of the account's profile."""
    field, value = call.text("field"), call.text("value")
    if field == "private" and value.lower() not in {"true", "false", "0", "1"}:
        raise refusals.bad_field("value", "Send true or false.")
    if field == "private":
        value = str(value.lower() in {"true", "1"})
    if field == "username" and _taken(call, value):
        raise refusals.not_allowed("This username isn't available. Please try a new one.")
    call.service.state.of(call.user).edits[field] = value
    return call.ok(rows=1, user=_edited(call))


def _taken(call: Call, handle: str) -> bool:
    known = call.service.world.people.find(handle)
    return known not in {None, call.user} or call.service.state.owner_of(handle) is not None


def _edited(call: Call) -> dict[str, Any]:
    """Return the user as editing shows them: in snake_case."""
    shown = profiles.listed(call.scene, call.user)
    pictures = {
        name: {"uri": str(call.user), "url_list": [profiles.avatar(call.user, size)]}
        for name, size in (("avatar_thumb", 100), ("avatar_medium", 720), ("avatar_larger", 1080))
    }
    return {
        **pictures,
        "nickname": shown["nickname"],
        "secret": int(shown["privateAccount"]),
        "short_id": 0,
        "signature": shown["signature"],
        "uid": shown["id"],
        "unique_id": shown["uniqueId"],
        "verification_type": int(shown["verified"]),
    }


async def like(call: Call) -> Answer:
    """Like a post."""
    return _like(call, liked=True)


async def unlike(call: Call) -> Answer:
    """Take a like back; the answer says `is_digg` 1 all the same, as in the sample."""
    return _like(call, liked=False)


def _like(call: Call, *, liked: bool) -> Answer:
    video = video_of(call, "media_id").index
    likes = call.service.state.of(call.user).likes
    if liked != call.scene.likes(video):
        # What is as the world has it needs no mark.
        likes.pop(video, None)
        if liked != call.scene.likes(video):
            likes[video] = (liked, call.now)
    return call.ok()


async def follow(call: Call) -> Answer:
    """Follow a user."""
    return _follow(call, followed=True)


async def unfollow(call: Call) -> Answer:
    """Follow a user no longer."""
    return _follow(call, followed=False)


def _follow(call: Call, *, followed: bool) -> Answer:
    other = target(call)
    follows = call.service.state.of(call.user).follows
    if followed != call.scene.follows(other):
        follows.pop(other, None)
        if followed != call.scene.follows(other):
            follows[other] = (followed, call.now)
    return call.ok()
