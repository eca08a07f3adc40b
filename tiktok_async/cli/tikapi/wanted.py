"""The posts that a command is about: looked up by id or link, or read from a file of rows."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import anyio
import attrs

from tiktok_async import convert
from tiktok_async.errors import (
    APIError,
    AuthError,
    DecodeError,
    InputError,
    QuotaExhaustedError,
    ScopeError,
    TikTokError,
    shown,
)
from tiktok_async.tikapi.models import Post

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from tiktok_async.tikapi.client import TikAPIClient

_ID: Final = re.compile(r"[0-9]+")
_LINK: Final = re.compile(r"(?:https?://)?(?:\w+\.)?tiktok\.com/\S*/(?:video|photo)/([0-9]+)\S*")
_SHORT: Final = re.compile(r"(?:https?://)?(vm\.tiktok\.com/[a-zA-Z0-9]+)/?")
_STDIN: Final = "-"
_FORMS: Final = (
    "write an id such as 7109178205151464746, a link such as "
    "https://www.tiktok.com/@lilyachty/video/7109178205151464746, or a .jsonl file"
)
_FOR_ALL: Final = (AuthError, ScopeError, QuotaExhaustedError)
"""What one call is refused for, all are."""


@attrs.frozen
class Named:
    """A post by its id, or by a short link to it."""

    video_id: str


@attrs.frozen
class Listed:
    """The posts of a file; None = those on standard input."""

    path: Path | None


Thing: TypeAlias = Named | Listed


def thing_of(text: str) -> Thing:
    """Return what is meant by a word of the command line.

    Raises:
        InputError: if it is nothing of the kind.
    """
    if text == _STDIN:
        return Listed(None)
    if _ID.fullmatch(text):
        return Named(text)
    if found := _LINK.fullmatch(text):
        return Named(found[1])
    if found := _SHORT.fullmatch(text):
        return Named(f"https://{found[1]}/")
    if Path(text).is_file():
        return Listed(Path(text))
    msg = f"{shown(repr(text))} is no post and no file: {_FORMS}."
    raise InputError(msg)


class Wanted:
    """Gives the posts, one after the other; what cannot be had is passed over and told.

    Args:
        client: Looks posts up.
        things: Where the posts come from.
    """

    def __init__(self, client: TikAPIClient, things: Iterable[Thing]) -> None:
        self._client = client
        self._things = tuple(things)
        self.lost: list[tuple[str, TikTokError]] = []
        """What could not be had, by its id or its line, and why."""

    async def posts(self) -> AsyncIterator[Post]:
        """Yield the posts.

        Raises:
            TikTokError: if it would be the same with every post.
        """
        for thing in self._things:
            if isinstance(thing, Named):
                post = await self._looked_up(thing.video_id)
                if post is not None:
                    yield post
            else:
                async for post in self._read(thing.path):
                    yield post

    async def _looked_up(self, video_id: str) -> Post | None:
        try:
            return await self._client.public.video(video_id=video_id)
        except _FOR_ALL:
            raise
        except APIError as error:
            self.lost.append((video_id, error))
            return None

    async def _read(self, path: Path | None) -> AsyncIterator[Post]:
        name = "standard input" if path is None else str(path)
        number = 0
        async for line in _lines(path):
            number += 1
            if line.strip():
                try:
                    yield _post(line)
                except TikTokError as error:
                    self.lost.append((f"line {number} of {name}", error))


def _post(line: bytes) -> Post:
    try:
        row: Any = convert.loads(line)
    except DecodeError:  # its words are about answers, and this is the user's own file
        row = None
    if not isinstance(row, dict) or "id" not in row:
        msg = "It is no post: write the rows of a list of posts."
        raise InputError(msg)
    try:
        return convert.decode(Post, row)
    except DecodeError as error:
        why = error.message.partition(": ")[2]  # before it: that the answer does not fit
        msg = f"It is no post as lists give it: {why}"
        raise InputError(msg) from error


async def _lines(path: Path | None) -> AsyncIterator[bytes]:
    if path is None:
        async for line in anyio.wrap_file(sys.stdin.buffer):
            yield line
        return
    async with await anyio.open_file(path, "rb") as file:
        async for line in file:
            yield line
