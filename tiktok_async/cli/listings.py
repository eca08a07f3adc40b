"""Research commands whose options are the parameters of their endpoint, as it declares them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import attrs
from cyclopts import Parameter

from tiktok_async.cli.declared import command, names_text, option, types_of
from tiktok_async.cli.options import LIMIT, REQUEST, Access, Output, Talk, check_limit
from tiktok_async.jobs.kinds import RESEARCH
from tiktok_async.sansio.endpoint import parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tiktok_async.jobs.kinds import Kind
    from tiktok_async.sansio.endpoint import PagedEndpoint
    from tiktok_async.sansio.endpoint import Parameter as Declared

_HIDDEN: Final = frozenset({"cursor", "search_id"})
"""How pages follow each other is the paginator's business."""
_KINDS: Final[dict[str, Any]] = {"int": int, "int | None": int | None, "str": str}
"""Types by their annotation: the declarations are not evaluated."""


@attrs.frozen(kw_only=True)
class Listing:
    """One command: a kind of what jobs collect, asked for by itself."""

    kind: Kind
    several: bool = False
    """Whether many may be asked about at once: only where a row says which one it belongs to."""
    unit: str
    line: str | None = None
    """What it does, where the endpoint does more."""

    @property
    def endpoint(self) -> type[PagedEndpoint[Any]]:
        """What is asked."""
        return cast("type[PagedEndpoint[Any]]", self.kind.endpoint)

    @property
    def key(self) -> str:
        """The parameter that says what the list is about; it stands without an option's name."""
        return str(self.kind.key)

    @property
    def without(self) -> frozenset[str]:
        """Parameters that this command has no use for."""
        return self.kind.without


_SEVERAL: Final = frozenset({"comments", "replies", "playlist"})
_LINES: Final = {
    "comments": "List the comments of videos.",
    "replies": "List the replies of comments.",
}
_UNITS: Final = {
    "comments": "video",
    "replies": "comment",
    "liked": "user",
    "pinned": "user",
    "reposted": "user",
    "followers": "user",
    "following": "user",
    "playlist": "playlist",
    "shop": "search",
    "products": "shop",
    "reviews": "product",
}
LISTINGS: Final = {
    name: Listing(
        kind=RESEARCH[f"research.{name}"],
        several=name in _SEVERAL,
        unit=unit,
        line=_LINES.get(name),
    )
    for name, unit in _UNITS.items()
}


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in LISTINGS:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return command_of(LISTINGS[name])


def command_of(listing: Listing) -> Callable[..., Any]:
    """Return the function of a command; its signature is what the command line takes."""

    async def run(access: Access, output: Output, talk: Talk, **options: Any) -> int:
        from tiktok_async.cli.collect import collect

        about = options.pop(listing.key)
        keys = list(dict.fromkeys(about)) if listing.several else [about]
        limit = None if "limit" in _declared(listing) else options.pop("limit")
        check_limit(limit)
        return await collect(_order(listing, keys, limit, options), access, output, talk)

    return command(run, list(_taken(listing)), listing.line or inspect.getdoc(listing.endpoint))


def option_of(declared: Declared, annotation: str) -> inspect.Parameter:
    """Return the option of a declared parameter: its name, its doc, its default.

    Args:
        declared: From the endpoint.
        annotation: Its type there.
    """
    default, kind, metavar = declared.default, _KINDS.get(annotation), None
    if isinstance(default, tuple):
        default, kind, metavar = names_text(default), str, "NAMES"
    if kind is None:
        msg = f"The command line has no form for {declared.field}: {annotation}."
        raise TypeError(msg)
    shown = Parameter(help=declared.doc, group=REQUEST, metavar=metavar)
    return option(declared.field, Annotated[kind, shown], default)


def _declared(listing: Listing) -> dict[str, Declared]:
    hidden = _HIDDEN | listing.without | {listing.key}
    return {p.field: p for p in parameters(listing.endpoint) if p.field not in hidden}


def _taken(listing: Listing) -> Iterator[inspect.Parameter]:
    types = types_of(listing.endpoint)
    doc = next(p.doc for p in parameters(listing.endpoint) if p.field == listing.key)
    about = Parameter(help=doc.partition("; this or")[0], show_default=False)
    kind: Any = list[str] if listing.several else str
    yield inspect.Parameter(
        listing.key, inspect.Parameter.POSITIONAL_ONLY, annotation=Annotated[kind, about]
    )
    declared = _declared(listing)
    for name, one in declared.items():
        yield option_of(one, types[name])
    if "limit" not in declared:
        yield option("limit", Annotated[int | None, LIMIT], None)
    for name, shared in (("output", Output), ("access", Access), ("talk", Talk)):
        yield option(name, shared, shared())


def _order(
    listing: Listing, given: Sequence[str], limit: int | None, options: dict[str, Any]
) -> Any:
    from tiktok_async.cli.order import Order
    from tiktok_async.sansio.paging import Slice

    requests = [listing.endpoint(**{listing.key: thing}, **options) for thing in given]
    fields: Any = getattr(requests[0], "fields", None)
    every = next((p.default for p in parameters(listing.endpoint) if p.field == "fields"), None)
    chosen = None if fields == every else fields
    return Order(
        slices=tuple(
            Slice(request, label=thing) for request, thing in zip(requests, given, strict=True)
        ),
        unit=listing.unit,
        key=listing.key,
        limit=limit,
        wanted=chosen,
    )
