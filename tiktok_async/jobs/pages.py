"""The pages of one unit, with its rows as they came: what a part keeps is the provider's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from tiktok_async import convert
from tiktok_async.io.paginator import Paginator
from tiktok_async.io.walker import SlicePages
from tiktok_async.jobs.part_lines import parsed
from tiktok_async.rows import Rows
from tiktok_async.sansio.endpoint import PagedEndpoint

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from tiktok_async.io.scope import Reply, Scope
    from tiktok_async.io.walker import Page
    from tiktok_async.jobs.raw import RawRecord
    from tiktok_async.jobs.units import Unit
    from tiktok_async.sansio.endpoint import Api, Endpoint
    from tiktok_async.sansio.paging import Slice
    from tiktok_async.sansio.wire import Answer


@attrs.frozen(kw_only=True)
class Fetched:
    """One answer."""

    rows: Sequence[bytes]
    """Its new rows, as they came, a line each."""
    ended: bool
    """Whether the unit is at its end."""
    walk: Mapping[str, Any] | None
    """Where the walk stands behind it, as JSON has it."""
    log_id: str | None
    request: Endpoint[Any]
    answer: Answer
    every: Sequence[bytes] = ()
    """All its rows, as they came."""
    known: bool | None = None
    """Whether all of them were known before, pinned ones aside; None = there is none."""


KNOWN_PAGES: Final = 2
"""Pages in a row of rows that are known, before an update has caught up with a feed.

One may be made of what the provider puts in front without saying so."""
_FROM_THE_START: Final = {"params": {}, "replays": False}


class Pages(Protocol):
    """The answers of one unit, one by one."""

    async def next(self) -> Fetched | None:
        """Return the next answer, or None where there was nothing left.

        Raises:
            TikTokError: if the unit cannot be had whole.
        """


def pages_of(
    part: Slice[Any],
    scope: Scope,
    walk: Mapping[str, Any] | None,
    seen: Sequence[Hashable],
    known: Sequence[Hashable] = (),
) -> Pages:
    """Return the pages of a unit.

    Args:
        part: What it asks for.
        scope: Where and as whom.
        walk: Where to go on, from `Fetched.walk`; None = at the beginning.
        seen: Keys of the rows that came before.
        known: Those among them that came before this walk.
    """
    request: Any = part.first
    if not isinstance(request, PagedEndpoint):
        return _OneAnswer(request, scope)
    saved = None if walk is None and not seen else {**(walk or _FROM_THE_START), "seen": list(seen)}
    return _Walked(Paginator(scope, (part,)), saved, frozenset(known))


def keys_of(request: Any, portions: Iterable[Sequence[bytes]]) -> list[Hashable]:
    """Return what tells apart rows that a part holds, for `pages_of`.

    Args:
        request: What they came of.
        portions: Their lines, some at a time: a unit may hold more rows than fit into the memory.
    """
    if not isinstance(request, PagedEndpoint):
        return []
    key, keys = request.rule.key, list[Any]()
    for lines in portions:
        models = convert.decode_list(request.result, parsed(lines))
        keys += [found for found in map(key, models) if found is not None]
    return keys


def looked_at(walk: Mapping[str, Any] | None, page: Fetched | None) -> dict[str, int]:
    """Return what an update has looked at of a unit, for its walk.

    Args:
        walk: Where the walk stood in front of a page.
        page: The page.

    Returns:
        `known`: pages in a row of rows that are known; `looked`: rows, for the limit of a stage.
    """
    if page is None:
        return {}
    before = walk or {}
    known = 0 if page.known is False else before.get("known", 0) + bool(page.known)
    return {"known": known, "looked": before.get("looked", 0) + len(page.every)}


def limited(
    walk: Mapping[str, Any] | None, page: Fetched | None, limit: int
) -> tuple[Sequence[bytes], bool]:
    """Return the new rows among the first of a unit that an update looks at, and whether it ends.

    Args:
        walk: Where the walk stood in front of a page.
        page: The page.
        limit: Rows to look at, those that are known included.
    """
    if page is None:
        return [], True
    room = limit - (walk or {}).get("looked", 0)
    first = set(map(id, page.every[: max(0, room)]))
    return [row for row in page.rows if id(row) in first], len(page.every) >= room


def with_lines(api: Api) -> Api:
    """Return an API whose answers keep the text of each row, where its dialect can.

    To write a row anew costs more than to read it, and may write it in another way.
    """
    return attrs.evolve(api, dialect=api.lined or api.dialect)


def lines_as_they_came(request: PagedEndpoint[Any], data: Any, body: bytes) -> Sequence[bytes]:
    """Return the text of the rows of an answer, a line each: as it came, wherever it was one line.

    Args:
        request: What was sent.
        data: What the API's dialect made of the answer.
        body: The answer.
    """
    rows = request.rule.rows(data)
    if type(rows) is Rows:
        if rows.lines is not None:
            return rows.lines
        found = convert.loads(body)
        rows = request.rule.rows(found if request.api.name == "tikapi" else found["data"])
    return [convert.dumps(row) for row in rows]


def record_of(unit: Unit, done: int, page: Fetched | None = None) -> RawRecord:
    """Return what is kept of an answer; without one, that its unit is begun anew.

    Args:
        unit: What was asked for.
        done: Days or items of the shard in front of it.
        page: The answer.
    """
    from tiktok_async.jobs.raw import RawRecord

    place: dict[str, Any] = {"unit": unit.label, "done": done, "count": unit.count}
    if page is None:
        return RawRecord(**place)
    return RawRecord.of(page.request, page.answer, page.log_id, **place)


class _Walked:
    """The pages of a paged endpoint."""

    def __init__(
        self,
        paginator: Paginator[Any],
        saved: Mapping[str, Any] | None,
        known: frozenset[Hashable],
    ) -> None:
        self._pages = _WirePages(paginator, 0, saved)
        self._pages.known = known

    async def next(self) -> Fetched | None:
        page = await self._pages.next()
        if page is None:
            return None
        at = page.snapshot
        return Fetched(
            rows=self._pages.wires,
            ended=at.ended,
            walk={"params": dict(at.params), "replays": at.replays},
            log_id=page.log_id,
            request=page.request,
            answer=page.raw,
            every=self._pages.every,
            known=self._pages.all_known,
        )


class _WirePages(SlicePages[Any]):
    """Pages that keep the rows as they came beside the models."""

    wires: Sequence[bytes] = ()
    known: frozenset[Hashable] = frozenset()
    every: Sequence[bytes] = ()
    all_known: bool | None = None

    def _page(self, request: PagedEndpoint[Any], reply: Reply) -> Page[Any]:
        page = super()._page(request, reply)
        rows = lines_as_they_came(request, reply.data, reply.answer.body)
        self.every, self.all_known = rows, False if rows else None
        if len(page.items) < len(rows):
            wires = request.rule.rows(reply.data)
            models = convert.decode_list(request.result, wires, "$.data")
            rows = _those_of(page.items, rows, models, request.rule.key)
            # Pinned posts stand in front, whatever their age.
            feed = [one for one in models if not getattr(one, "is_pinned_item", None)]
            old = (request.rule.key(one) in self.known for one in feed)
            self.all_known = all(old) if feed else None
        self.wires = rows
        return page


def _those_of(
    items: Sequence[Any], rows: Sequence[bytes], models: Sequence[Any], key: Any
) -> Sequence[bytes]:
    """Return the rows that `items` are of; each is the first of its key, and their order is one."""
    found = []
    left = iter(items)
    wanted = next(left, None)
    for row, model in zip(rows, models, strict=True):
        if wanted is None:
            break
        own = key(model)
        if own == key(wanted) and (own is not None or model == wanted):
            found.append(row)
            wanted = next(left, None)
    return found


class _OneAnswer:
    """The answer of an endpoint that is not paged: one row."""

    def __init__(self, request: Endpoint[Any], scope: Scope) -> None:
        self._request = request
        self._scope = scope

    async def next(self) -> Fetched | None:
        request = self._request
        reply = await self._scope.middleware.call(request, self._scope)
        convert.decode(request.result, reply.data, "$.data")
        self._scope.middleware.counters.rows += 1
        return Fetched(
            rows=[convert.dumps(reply.data)],
            ended=True,
            walk=None,
            log_id=reply.log_id,
            request=request,
            answer=reply.answer,
        )
