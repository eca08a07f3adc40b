"""Parameters that several endpoints have, each written once, as a mixin.

A class lists its mixins in the reverse of the order in which help() shows them. A parameter that
the wire calls `id` has a longer name here, because `id` is the endpoint's own.
Source: TikAPI documentation 3.1.4 and its official SDK 3.2.2; contract, TikAPI, Parameters.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from tiktok_async.sansio.endpoint import Place, between, exact_id, optional_id, param
from tiktok_async.tikapi.endpoints.forms import (
    COUNTRY,
    DIGITS,
    LINKED,
    SEC_UID,
    TEXT,
    USERNAME,
    Cursor,
    OneOf,
    as_text,
    optional_text,
)

_GO_ON: Final = "Where to go on, as received."
_TO_USER: Final = "The handle, or a short link."
_SEC_UID: Final = "The secUid of the user, of 30 characters or more; `public.check` tells it."


def in_query(doc: str, *, name: str | None = None) -> dict[str, Any]:
    """Return the metadata of a parameter in the query."""
    return param(doc, where=Place.QUERY, name=name)


# Without slots, so that a class can take several.


@attrs.frozen(kw_only=True, slots=False)
class Public:
    """From where TikAPI asks TikTok."""

    country: str | None = attrs.field(
        default=None,
        validator=COUNTRY,
        metadata=in_query("Country from which TikTok is asked, two small letters: us, ca, gb."),
    )
    session_id: int | None = attrs.field(
        default=None,
        converter=optional_id,
        validator=between(0, 100),
        metadata=in_query("Number of TikAPI's own session, 0-100; explained nowhere."),
    )


@attrs.frozen(kw_only=True, slots=False)
class Counted:
    """How many rows a page has."""

    count: int = attrs.field(
        default=30,
        converter=exact_id,
        validator=between(0, 30),
        metadata=in_query("Rows per page, at most 30."),
    )


@attrs.frozen(kw_only=True, slots=False)
class Cursored:
    """A list that follows `cursor`."""

    cursor: int | str | None = attrs.field(
        default=None, validator=Cursor(DIGITS), metadata=in_query(_GO_ON)
    )


@attrs.frozen(kw_only=True, slots=False)
class NextCursored:
    """A list that follows `nextCursor`, of any form."""

    next_cursor: int | str | None = attrs.field(
        default=None,
        validator=Cursor(TEXT),
        repr=False,
        metadata=in_query(_GO_ON, name="nextCursor"),
    )


@attrs.frozen(kw_only=True, slots=False)
class NextNumbered:
    """A list that follows `nextCursor`, of digits."""

    next_cursor: int | str | None = attrs.field(
        default=None, validator=Cursor(DIGITS), metadata=in_query(_GO_ON, name="nextCursor")
    )


@attrs.frozen(kw_only=True, slots=False)
class Offset:
    """A list that follows `offset`."""

    offset: int | str | None = attrs.field(
        default=None, validator=Cursor(DIGITS), metadata=in_query(_GO_ON)
    )


@attrs.frozen(kw_only=True, slots=False)
class ByHandle:
    """One user, by handle."""

    username: str = attrs.field(validator=USERNAME, metadata=in_query(_TO_USER))


@attrs.frozen(kw_only=True, slots=False)
class MaybeHandle:
    """One user, by handle; it may be left out."""

    username: str | None = attrs.field(
        default=None, validator=USERNAME, metadata=in_query(_TO_USER)
    )


@attrs.frozen(kw_only=True, slots=False)
class MaybeUserId:
    """One user, by id; it may be left out."""

    user_id: str | None = attrs.field(
        default=None, converter=optional_text, validator=DIGITS, metadata=in_query("The user's id.")
    )


@attrs.frozen(kw_only=True, slots=False)
class BySecUid:
    """One user, by secUid."""

    sec_uid: str = attrs.field(validator=SEC_UID, metadata=in_query(_SEC_UID, name="secUid"))


@attrs.frozen(kw_only=True, slots=False)
class MaybeSecUid:
    """One user, by secUid; it may be left out."""

    sec_uid: str | None = attrs.field(
        default=None, validator=SEC_UID, metadata=in_query(_SEC_UID, name="secUid")
    )


@attrs.frozen(kw_only=True, slots=False)
class OneVideo:
    """One video, which the wire calls `id`."""

    video_id: str = attrs.field(
        converter=as_text,
        validator=LINKED,
        metadata=in_query("The video's id, or a short link.", name="id"),
    )


@attrs.frozen(kw_only=True, slots=False)
class RelatedTo:
    """A video that others are related to."""

    video_id: str = attrs.field(
        converter=as_text,
        validator=LINKED,
        metadata=in_query("The post to which others are related: its id, or a short link."),
    )


@attrs.frozen(kw_only=True, slots=False)
class OfMedia:
    """The video that something belongs to."""

    media_id: str = attrs.field(
        converter=as_text, validator=LINKED, metadata=in_query("The video's id, or a short link.")
    )


@attrs.frozen(kw_only=True, slots=False)
class OfComment:
    """The comment that something belongs to."""

    comment_id: str = attrs.field(
        converter=as_text, validator=DIGITS, metadata=in_query("The comment's id.")
    )


@attrs.frozen(kw_only=True, slots=False)
class OneMusic:
    """One piece of music, which the wire calls `id`."""

    music_id: str = attrs.field(
        converter=as_text,
        validator=LINKED,
        metadata=in_query("The music's id, or a short link.", name="id"),
    )


@attrs.frozen(kw_only=True, slots=False)
class OnePlaylist:
    """One playlist."""

    playlist_id: str = attrs.field(
        converter=as_text, validator=DIGITS, metadata=in_query("The playlist's id.")
    )


@attrs.frozen(kw_only=True, slots=False)
class Keyword:
    """Words to look for."""

    keyword: str = attrs.field(validator=TEXT, metadata=in_query("What to look for."))


@attrs.frozen(kw_only=True, slots=False)
class Searched:
    """A search in one of four categories."""

    category: str = attrs.field(
        validator=OneOf(("general", "users", "videos", "autocomplete")),
        metadata=param("Where to look: general, users, videos, or autocomplete.", where=Place.PATH),
    )
    query: str = attrs.field(validator=TEXT, metadata=in_query("What to look for."))


@attrs.frozen(kw_only=True, slots=False)
class InConversation:
    """One conversation, which TikTok knows by two ids."""

    conversation_id: str = attrs.field(
        converter=as_text, validator=TEXT, metadata=in_query("The conversation's id.")
    )
    conversation_short_id: str = attrs.field(
        converter=as_text, validator=TEXT, metadata=in_query("Its second, short id.")
    )


@attrs.frozen(kw_only=True, slots=False)
class InRoom:
    """One live room."""

    room_id: str = attrs.field(
        converter=as_text,
        validator=TEXT,
        metadata=in_query("The live room's id; a profile has it while its user is live."),
    )
