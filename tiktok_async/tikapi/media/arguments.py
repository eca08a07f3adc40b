"""What a caller hands over to have something saved: refused at once where it is none of that."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable
from pathlib import Path
from typing import Final

from tiktok_async.errors import InputError, shown
from tiktok_async.tikapi.models import Post

_HOW: Final = "a post as the lists give it, or `await client.public.video(video_id=...)`"


def check_post(post: object) -> None:
    """Refuse what is no post.

    Raises:
        InputError: if it is none.
    """
    if not isinstance(post, Post):
        raise InputError(f"post is {_told(post)}: write {_HOW}.")


def check_posts(posts: object) -> None:
    """Refuse what cannot be taken one by one; each is looked at when it is its turn.

    Raises:
        InputError: if it is none.
    """
    if isinstance(posts, Post):
        raise InputError("posts is a single post: write [post], or use save_video.")
    single = isinstance(posts, str | bytes) or not isinstance(posts, Iterable | AsyncIterable)
    if single:
        raise InputError(
            f"posts is {_told(posts)}: write a list of posts, or one that is still to be fetched, "
            "such as public.posts(sec_uid=...)."
        )


def check_link(url: object) -> None:
    """Refuse what is no text, or an empty one; where a text may lead to is looked at later.

    Raises:
        InputError: if it is none.
    """
    if not isinstance(url, str) or not url:
        raise InputError(f"url is {_told(url)}: write a link of an answer, such as music.play_url.")


def path_of(value: object, name: str) -> Path:
    """Return a path.

    Args:
        value: What was given.
        name: The parameter.

    Raises:
        InputError: if it is none, or a directory by its last slash and not there.
    """
    if not isinstance(value, str | os.PathLike) or isinstance(os.fspath(value), bytes):
        raise InputError(f"{name} is {_told(value)}: write a path, such as 'clips'.")
    path = Path(value)
    # Path drops the slash, and a file would get the name of the directory that was meant.
    if str(value).endswith(("/", os.sep)) and not path.is_dir():
        raise InputError(f"There is no directory {path}: make it first.")
    return path


def _told(value: object) -> str:
    text = shown(repr(value))
    return text if len(text) <= 80 else f"{text[:80]}…"
