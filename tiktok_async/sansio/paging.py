"""How a paged answer is walked: the rule asks for the next page, the walk guards the way.

Rules: pure; a page's decoded data goes in, the next request comes out. A cursor is echoed as it was
received, never computed. `has_more` decides, not the number of rows. A walk never goes round in
circles: a cursor that stands still, a page that repeats, pages without rows and a missing search id
are each tried again a few times and then end the walk with a reason. Cursors of two searches do not
join, so a lost search starts its slice anew and drops the rows that are known.
Source: contract, Research API 3.1 facts 1 to 6; reliability rules 2.9, 9.7 to 9.9.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import attrs

from tiktok_async.errors import DecodeError, shown

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from tiktok_async.sansio.endpoint import PagedEndpoint

T = TypeVar("T")

Key = Callable[[Any], Any]
"""From a row to what tells it apart, hashable; None = nothing does."""

BY_ID: Final = attrgetter("id")

MAX_EMPTY_PAGES: Final = 10
"""Pages in a row without a new row before a walk ends (reliability rule 9.8)."""
MAX_PAGES: Final = 100_000
"""Pages of one slice: a hundred days of quota, so more than any real answer."""
MAX_REPEATS: Final = 2
"""Times that a page that makes no sense is asked for again."""


class Stop(enum.Enum):
    """Why a walk ended before its end; the value is the `reason` that the caller sees."""

    CURSOR_STANDS = "cursor_stands_still"
    PAGE_REPEATS = "page_repeats"
    NO_ROWS = "no_new_rows"
    SEARCH_ID_MISSING = "search_id_missing"
    SEARCH_LOST = "search_id_refused"
    ENDLESS = "too_many_pages"


EXPLANATIONS: Final[Mapping[Stop, str]] = {
    Stop.CURSOR_STANDS: "the provider says there is more, but its cursor no longer moves",
    Stop.PAGE_REPEATS: "the provider sends the same page again and again",
    Stop.NO_ROWS: f"the provider sent {MAX_EMPTY_PAGES} pages in a row without a new row",
    Stop.SEARCH_ID_MISSING: "the provider says there is more, but gives no search id to ask with",
    Stop.ENDLESS: f"{MAX_PAGES} pages came, and the provider still says there is more",
    Stop.SEARCH_LOST: "the provider refuses its own search id, also after a fresh start",
}


@attrs.frozen
class Turn:
    """What one page says about the next: the parameters that continue, or None at the end."""

    more: bool
    params: Mapping[str, Any]
    moved: bool = True
    """Whether the cursor is another than the one that was sent."""


class PageRule(Protocol):
    """How one endpoint is paged."""

    @property
    def key(self) -> Key:
        """What tells rows apart."""

    @property
    def searches(self) -> bool:
        """Whether pages belong to a search that can be lost."""

    def rows(self, data: Any) -> list[Any]:
        """Return the page's rows as they came; null counts as none."""

    def void(self, data: Any) -> bool:
        """Tell whether the page has null where its rows should be."""

    def turn(self, request: Any, data: Any) -> Turn:
        """Return how to go on after `data`."""


def rows_under(data: Any, *names: str) -> list[Any]:
    """Return the list under the first of `names` that is there; null counts as empty.

    Raises:
        DecodeError: if none is there, or it is no list.
    """
    if isinstance(data, dict):
        for name in names:
            if name in data:
                value = data[name] if data[name] is not None else []
                if isinstance(value, list):
                    return value
                msg = f"$.data.{name} is no list."
                raise DecodeError(msg, body=data)
        if "has_more" in data:
            return []
    msg = f"$.data has no {' or '.join(names)}."
    raise DecodeError(msg, body=data)


@attrs.frozen
class ItemsRule:
    """What every rule knows: where the rows are, and what tells them apart."""

    items: tuple[str, ...]
    """Key of the rows in `data`, with its known aliases."""
    key: Key = BY_ID
    """What tells rows apart."""
    searches: bool = False

    def rows(self, data: Any) -> list[Any]:
        """Return the page's rows as they came; null counts as none."""
        return rows_under(data, *self.items)

    def void(self, data: Any) -> bool:
        """Tell whether the page has null where its rows should be."""
        return any(name in data and data[name] is None for name in self.items)


@attrs.frozen
class CursorRule(ItemsRule):
    """Pages that follow a cursor, with a has_more flag and, for a search, a search id."""

    def turn(self, request: Any, data: Any) -> Turn:
        """Return how to go on: the cursor as received, the latest search id."""
        cursor = data.get("cursor")
        params = {"cursor": cursor}
        if self.searches:
            params["search_id"] = data.get("search_id") or request.search_id
        sent = getattr(request, "cursor", None) or 0
        return Turn(_has_more(data), params, moved=cursor is not None and cursor != sent)


def _has_more(data: Any) -> bool:
    """Read the flag; one that is missing beside a cursor is not taken for the end."""
    flag = data.get("has_more")
    if isinstance(flag, bool):
        return flag
    if flag is None and not data.get("cursor"):
        return False
    msg = f"$.data.has_more is {shown(repr(flag))}: nobody can tell whether there is more."
    raise DecodeError(msg, body=data)


@attrs.frozen
class PageNumberRule(ItemsRule):
    """Numbered pages without a flag: an empty page is the end."""

    number: str = "page_start"

    def turn(self, request: Any, data: Any) -> Turn:
        """Return the next number, unless this page was empty."""
        return Turn(more=bool(self.rows(data)), params={self.number: self._number(request) + 1})

    def _number(self, request: Any) -> int:
        number: int | None = getattr(request, self.number)
        return 1 if number is None else number


@attrs.frozen
class OnePageRule(ItemsRule):
    """An answer that is never paged, whatever flags it carries."""

    def turn(self, request: Any, data: Any) -> Turn:  # noqa: ARG002  # the rule's interface
        """Return the end."""
        return Turn(more=False, params={})


@attrs.frozen
class Slice(Generic[T]):
    """One walk of a collection: its first request, and which rows belong to it."""

    first: PagedEndpoint[T]
    holds: Callable[[T], bool] | None = None
    """Rows outside are dropped: they belong to the slice beside it. None = all belong."""
    label: str = ""
    volatile: frozenset[str] = frozenset()
    """Parameters that may differ between two runs of the same request, such as a day capped at
    today; they are no part of its fingerprint."""


@attrs.define
class Walk(Generic[T]):
    """The state of one slice on its way: what to ask next, what is known, why it ended."""

    slice: Slice[T]
    request: PagedEndpoint[T] | None = None
    """What to send next; None = this slice is at its end."""
    seen: set[Hashable] = attrs.field(factory=set)
    order: list[Hashable] = attrs.field(factory=list)
    """`seen` in the order of arrival; only ever appended to, so that a page can point into it."""
    stopped: Stop | None = None
    again: bool = False
    """Whether the next request was answered already, and is asked once more."""
    _last: tuple[Any, ...] | None = ()
    """What tells apart the rows of the page before; None = the saved walk did not keep it."""
    _known: int = 0
    """Rows that a restart or a resumption may show again before a page of them is suspicious."""
    _pages: int = 0
    _repeats: int = 0
    _empties: int = 0
    _filled: PagedEndpoint[T] | None = None
    """The request of the last page that brought something new."""
    _standing: int = 0
    _voids: int = 0
    _restarts: int = 0

    @classmethod
    def start(cls, part: Slice[T], state: Mapping[str, Any] | None = None) -> Walk[T]:
        """Return the walk of `part` from its beginning, or from where `state` left it."""
        walk = cls(part, part.first)
        if state is not None:
            first: Any = part.first
            walk.request = attrs.evolve(first, **state["params"])
            walk.order = [tuple(k) if isinstance(k, list) else k for k in state["seen"]]
            walk.seen = set(walk.order)
            walk._known = len(walk.seen)
            walk._last = None if state["params"] and not state.get("replays") else ()
        return walk

    @staticmethod
    def accepts(part: Slice[Any], state: Any) -> bool:
        """Tell whether `start` can go on from `state`."""
        if state is None:
            return True
        first: Any = part.first
        names = {a.name for a in attrs.fields(type(first))}
        params = state.get("params") if isinstance(state, dict) else None
        known = isinstance(params, dict) and names.issuperset(params)
        return known and isinstance(state.get("seen"), list)

    def params(self) -> dict[str, Any]:
        """Return the parameters in which the next request differs from the first."""
        request: Any = self.request or self.slice.first
        first: Any = self.slice.first
        return {
            a.name: getattr(request, a.name)
            for a in attrs.fields(type(request))
            if getattr(request, a.name) != getattr(first, a.name)
        }

    @property
    def replays(self) -> bool:
        """Whether the next page may rightly be one whose rows are known."""
        return self.again or self._known > 0

    def feed(self, data: Any, rows: Sequence[T]) -> list[T]:
        """Take one page in and return its new rows; `request` and `stopped` say how it goes on.

        Args:
            data: The page's data as it came.
            rows: Its decoded rows, in the order of the server.
        """
        request: Any = self.request
        turn = request.rule.turn(request, data)
        key = request.rule.key
        keys = [key(row) for row in rows]
        nameless = None in keys
        marks = tuple(_marks(rows, keys) if nameless else keys)
        repeats = self._is_repeat(marks)
        before = len(self.seen)
        fresh = self._fresh(rows, keys)
        grew = len(self.seen) > before or nameless
        self._pages += 1
        self.again = self._again(request, turn, data, repeats=repeats)
        if not self.again and turn.more:
            self._repeats = self._voids = 0
            self._count_empty(len(keys), grew=grew)
            if self._pages >= MAX_PAGES:
                self.stopped = Stop.ENDLESS
        if self.stopped is None and not self.again:
            self.request = attrs.evolve(request, **turn.params) if turn.more else None
        return fresh

    def drop_doubtful(self) -> bool:
        """Stop asking for fields that may not exist under that name; False = there are none."""
        first: Any = self.slice.first
        doubtful = first.doubtful_fields.intersection(getattr(first, "fields", ()))
        if not doubtful or self._pages:
            return False
        sure = tuple(name for name in first.fields if name not in doubtful)
        self.slice = attrs.evolve(self.slice, first=attrs.evolve(first, fields=sure))
        request: Any = self.request or first
        self.request = attrs.evolve(request, fields=sure)
        return True

    def search_lost(self) -> None:
        """Start the slice anew after the server gave up its search; once."""
        if self._restarts:
            self.stopped = Stop.SEARCH_LOST
            return
        self._restarts += 1
        self._known = len(self.seen)
        self.request, self._last, self._empties = self.slice.first, (), 0

    def _fresh(self, rows: Sequence[T], keys: Sequence[Hashable]) -> list[T]:
        holds = self.slice.holds
        own = set(keys)
        if len(own) == len(keys) and None not in own and self.seen.isdisjoint(own):
            self.seen |= own
            self.order += keys
            return [row for row in rows if holds is None or holds(row)]
        fresh = []
        for row, key in zip(rows, keys, strict=True):
            if key is not None:
                if key in self.seen:
                    continue
                self.seen.add(key)
                self.order.append(key)
            if holds is None or holds(row):
                fresh.append(row)
        return fresh

    def _is_repeat(self, marks: tuple[Any, ...]) -> bool:
        """Tell whether a page is the one before once more."""
        last = tuple(self.order[-len(marks) :]) if self._last is None else self._last
        self._last = marks
        return bool(marks) and marks == last and not self._standing

    def _again(self, request: Any, turn: Turn, data: Any, *, repeats: bool) -> bool:
        """Tell whether the page must be asked for again; may end the walk."""
        if repeats:
            return self._retry(Stop.PAGE_REPEATS)
        if not turn.more:
            return False
        if request.rule.searches and not turn.params["search_id"]:
            self._last = ()
            return self._retry(Stop.SEARCH_ID_MISSING)
        return self._stands(turn) or self._is_void(request, data)

    def _retry(self, stop: Stop) -> bool:
        self._repeats += 1
        if self._repeats > MAX_REPEATS:
            self.stopped = stop
        return True

    def _is_void(self, request: Any, data: Any) -> bool:
        """Tell whether null came in place of rows and may be asked for again.

        A list is documented. What stays null is taken for the empty list that it may stand for.
        """
        if not request.rule.void(data):
            return False
        self._voids += 1
        return self._voids <= MAX_REPEATS

    def _stands(self, turn: Turn) -> bool:
        if turn.moved:
            self._standing = 0
            return False
        self._standing += 1
        if self._standing > 1:
            self.stopped = Stop.CURSOR_STANDS
        return True

    def _count_empty(self, rows: int, *, grew: bool) -> None:
        """Count pages in a row that bring nothing new; known rows of a replay are expected."""
        if grew:
            self._empties = self._known = 0
            self._filled = self.request
        elif 0 < rows <= self._known:
            self._known -= rows
        else:
            self._empties += 1
        if self._empties >= MAX_EMPTY_PAGES:
            self.stopped = Stop.NO_ROWS
            # Who goes on later asks for these pages again: they may have been wrongly empty.
            self.request = self._filled or self.slice.first


def _marks(rows: Sequence[Any], keys: Sequence[Hashable]) -> list[Any]:
    """Return what tells rows apart: their keys, and themselves where they have none."""
    return [row if key is None else key for key, row in zip(keys, rows, strict=True)]
