"""A server of pages that means ill, and the requests that it answers."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

import attrs

from tiktok_async.sansio.endpoint import PagedEndpoint
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule


@attrs.frozen
class Row:
    """A row with an id, or without one."""

    id: int | None
    text: str = ""


@attrs.frozen(kw_only=True)
class Search(PagedEndpoint[Row]):
    """A search, as for videos."""

    rule = CursorRule(("rows",), searches=True)
    cursor: int | None = None
    search_id: str | None = None


@attrs.frozen(kw_only=True)
class Listing(PagedEndpoint[Row]):
    """A list with a cursor, as for comments."""

    rule = CursorRule(("rows",))
    cursor: int | None = None


@attrs.frozen(kw_only=True)
class Numbered(PagedEndpoint[Row]):
    """A list with page numbers, as for products."""

    rule = PageNumberRule(("rows",))
    page_start: int = 1


@attrs.frozen(kw_only=True)
class Single(PagedEndpoint[Row]):
    """A list that is never paged."""

    rule = OnePageRule(("rows",))


FAULTS: Final = ("fine", "stands", "repeats", "stale", "no_search_id", "lost", "null")


class Server:
    """Pages over rows 0 to `total` - 1, some of them hidden, with a fault for each request.

    Args:
        total: Rows in the world.
        size: Rows a page, before hiding.
        hidden: Rows that were deleted: their pages come short or empty.
        faults: What goes wrong, request by request; fine when it runs out.
    """

    def __init__(self, total: int, size: int, hidden: frozenset[int], faults: list[str]) -> None:
        self.total = total
        self.size = size
        self.visible = [n for n in range(total) if n not in hidden]
        self._faults = iter(faults)
        self._searches = count(1)
        self._issued: set[tuple[str | None, int]] = set()
        self._last: dict[str, Any] | None = None

    def answer(self, request: Search) -> dict[str, Any] | None:
        """Return a page, or None: the search is refused."""
        fault = next(self._faults, "fine")
        start = request.cursor or 0
        if start:
            # Cursors of two searches do not join: each is only good in its own.
            assert (request.search_id, start) in self._issued
            if fault == "lost":
                return None
        page = self._page(request, start, fault)
        self._issued.add((page["search_id"] or request.search_id, page["cursor"]))
        self._last = page
        return page

    def forget(self) -> None:
        """Have no page to repeat: what was before is not known to who resumes."""
        self._last = None

    def _page(self, request: Search, start: int, fault: str) -> dict[str, Any]:
        end = start + self.size
        rows: list[int] | None = [n for n in self.visible if start <= n < end]
        search = request.search_id or f"s{next(self._searches)}"
        page = {"rows": rows, "cursor": end, "has_more": end < self.total, "search_id": search}
        before = self._last if start else None
        if fault == "stands":
            page["cursor"] = request.cursor or 0
        elif fault == "no_search_id":
            page["search_id"] = None
        elif fault == "null" and page["has_more"] and not rows:
            page["rows"] = None
        elif before is not None and before["rows"] and fault in ("repeats", "stale"):
            page["rows"] = before["rows"]
            if fault == "stale":
                page["cursor"], page["has_more"] = before["cursor"], before["has_more"]
        return page
