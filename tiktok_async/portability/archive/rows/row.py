"""What every row of an archive is made of."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

import attrs

from tiktok_async.models import Model

VERBATIM: Final = "tiktok_async.verbatim"
_VIDEO: Final = re.compile(
    r"https?://(?:[\w-]+\.)*tiktokv?\.com/(?:share|@[^/?#]*)/video/([0-9]{1,20})(?:[/?#]|$)"
)


def verbatim() -> dict[str, Any]:
    """Return the metadata of a text that no such row lacks: `None` or `N/A` in it are words."""
    return {VERBATIM: True}


def video_id_of(*links: str | None) -> int | None:
    """Return the id of the first link to a video.

    Both forms count: `…tiktokv.com/share/video/<id>/` and `…tiktok.com/@user/video/<id>`.
    """
    found = (_VIDEO.match(link) for link in links if link)
    return next((int(one[1]) for one in found if one), None)


@attrs.frozen(kw_only=True)
class Row(Model):
    """The base of every row.

    A field's key on the wire is its own name in any case and with any spaces and punctuation
    between the letters; other spellings stand in its declaration. All fields are optional. What
    the archive gives for nothing (`""`, `N/A`, `None`, null) is None.

    `date`, where a row has one, knows its zone (UTC) only if the archive says so; TikTok does not
    document the zone of the other dates, which are naive. A date that cannot be read is None, and
    its text is in `extra`, as is any other value that does not fit its field.
    """

    essential: ClassVar[tuple[str, ...]] = ()
    """An object without any of these fields is no such row; empty = any object is."""
    keyed: ClassVar[str] = ""
    """Where rows stand under keys of an object: the field that takes the key."""

    bare: ClassVar[str] = ""
    """Where a row may be text and no object: the field that takes the text."""

    @classmethod
    def from_key(cls, key: str) -> str:
        """Return what the key of a row says, without what is round it."""
        return key

    @classmethod
    def heads(cls, line: str) -> bool:
        """Tell whether a line of text is the key of the rows below it."""
        return line.rstrip().endswith(":")
