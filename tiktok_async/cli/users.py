"""`research user`: profiles of any number of users."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

import attrs
from cyclopts import Parameter

from tiktok_async.cli.declared import names_text
from tiktok_async.cli.options import REQUEST, Access, Output, Talk
from tiktok_async.errors import DecodeError, InputError
from tiktok_async.research.endpoints import GetUser
from tiktok_async.research.models import User
from tiktok_async.sansio.endpoint import PagedEndpoint, parameters
from tiktok_async.sansio.paging import OnePageRule, PageRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.io.walker import Page

_DECLARED: Final = {one.field: one for one in parameters(GetUser)}
_FIELDS: Final = names_text(_DECLARED["fields"].default)


class _ProfileRule(OnePageRule):
    """An answer that is one row."""

    def rows(self, data: Any) -> list[Any]:
        """Return the profile."""
        if not isinstance(data, dict):
            msg = "$.data is no profile."
            raise DecodeError(msg, body=data)
        return [data]


def _nothing(_: Any) -> None:
    """Return None: one row needs nothing to be told apart by."""


@attrs.frozen(kw_only=True)
class Profile(GetUser, PagedEndpoint[User]):
    """The look-up of a user as a page of one row, so that many can be collected like any rows."""

    rule: ClassVar[PageRule] = _ProfileRule((), key=_nothing)


async def user(
    username: Annotated[
        list[str] | None, Parameter(help=_DECLARED["username"].doc, show_default=False)
    ] = None,
    /,
    *,
    from_file: Annotated[
        str | None,
        Parameter(
            group=REQUEST,
            metavar="FILE",
            help="File of usernames, one a line; - is standard input.",
            allow_leading_hyphen=True,  # for -
        ),
    ] = None,
    fields: Annotated[
        str, Parameter(group=REQUEST, metavar="NAMES", help=_DECLARED["fields"].doc)
    ] = _FIELDS,
    output: Output = Output(),  # noqa: B008  # frozen
    access: Access = Access(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Look up public profiles; live data, not archived.

    Each row begins with the username that was asked for, in the order given. A user that cannot be
    had is passed over and named at the end; the exit code is then 1.
    """
    from tiktok_async.cli.collect import collect
    from tiktok_async.cli.order import Order
    from tiktok_async.sansio.paging import Slice

    names = list(dict.fromkeys([*(username or ()), *_read(from_file)]))
    if not names:
        msg = "Write at least one username, or --from-file FILE."
        raise InputError(msg)
    order = Order(
        slices=tuple(Slice(Profile(username=n, fields=fields), label=n) for n in names),
        unit="user",
        key="username",
        wanted=None if fields == _FIELDS else {"username", *fields.replace(" ", "").split(",")},
        rows=_named,
    )
    return await collect(order, access, output, talk)


def _named(page: Page[User]) -> list[dict[str, Any]]:
    """Return the row with the username, which the provider seldom echoes."""
    from tiktok_async import convert

    asked: Any = page.request
    return [{"username": asked.username, **convert.to_dict(found)} for found in page.items]


def _read(place: str | None) -> Sequence[str]:
    if place is None:
        return ()
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"--from-file {place} cannot be read: {error}."
        raise InputError(msg) from error
    return [line.strip() for line in text.splitlines() if line.strip()]
