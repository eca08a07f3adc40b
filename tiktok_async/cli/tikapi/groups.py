"""The groups of commands, and in each a command for every endpoint of its sections."""

from __future__ import annotations

from typing import Final

import attrs
from cyclopts import App

from tiktok_async.cli.tikapi.described import commands


@attrs.frozen
class Group:
    """One group."""

    words: tuple[str, ...]
    """What leads to it, below `tikapi`."""
    line: str


GROUPS: Final = {
    "public": Group(("public",), "Profiles, posts, comments, music, hashtags: what all may see."),
    "user": Group(("user",), "What is done as a user: profile, followers, messages, posts."),
    "user.posts": Group(("user", "posts"), "Posts as the user sees them, and liking them."),
    "user.posts.comments": Group(("user", "comments"), "Comments as the user sees them."),
    "user.conversation_requests": Group(
        ("conversation-requests",), "Conversations that strangers ask a user for (premium)."
    ),
    "user.live": Group(("live",), "Live rooms, as a user."),
    "key": Group(("key",), "The API key itself."),
}
"""By section of the endpoints' ids."""
BY_HAND: Final = {
    "tikapi.user.live.chat": (
        "tiktok_async.cli.tikapi.chat:chat",
        "Follow the chat of a live room until it closes (premium).",
    )
}
"""Endpoints of which more is made than one call."""
_SAVE: Final = "Save the videos of posts: one by its id or link, or all of a file of posts."
_HERE: Final = "tiktok_async.cli.tikapi.groups"
_COMMANDS: Final = "tiktok_async.cli.tikapi.commands"


def __getattr__(name: str) -> App:
    if name not in GROUPS:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return _group(name)


def words_of(id_: str) -> tuple[str, ...]:
    """Return what leads to the command of an endpoint, below `tikapi`."""
    section, _, name = id_.removeprefix("tikapi.").rpartition(".")
    return (*GROUPS[section].words, name.replace("_", "-"))


def _app(name: str, line: str) -> App:
    return App(name=name, help=line, help_format="plaintext")


def _tikapi() -> App:
    app = _app("tikapi", "TikAPI, a paid service on top of TikTok: all of its endpoints.")
    _add_groups(app, ())
    app.command("tiktok_async.cli.tikapi.save:save", name="save", help=_SAVE)
    return app


def _group(section: str) -> App:
    group = GROUPS[section]
    app = _app(group.words[-1], group.line)
    _add_groups(app, group.words)
    for id_, command in commands().items():
        *above, name = words_of(id_)
        if tuple(above) == group.words:
            path, line = BY_HAND.get(id_, (f"{_COMMANDS}:{id_}", command.help))
            app.command(path, name=name, help=line)
    return app


def _add_groups(app: App, words: tuple[str, ...]) -> None:
    for section, group in GROUPS.items():
        if group.words[:-1] == words:
            app.command(f"{_HERE}:{section}", name=group.words[-1], help=group.line)


tikapi: Final = _tikapi()
