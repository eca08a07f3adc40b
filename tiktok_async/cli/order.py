"""What a collecting command asks for, before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async import convert
from tiktok_async.io.output import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tiktok_async.io.output import Column
    from tiktok_async.io.walker import Page
    from tiktok_async.sansio.endpoint import PagedEndpoint
    from tiktok_async.sansio.paging import Slice


def wire_rows(page: Page[Any]) -> list[dict[str, Any]]:
    """Return the rows of a page as the wire has them."""
    return [convert.to_dict(item) for item in page.items]


@attrs.frozen(kw_only=True)
class Order:
    """What to collect."""

    slices: tuple[Slice[Any], ...]
    """In the order of the rows; one for each window or each thing asked about."""
    unit: str
    """What a slice is called, in the singular."""
    key: str | None = None
    """The parameter that names what a slice is about; one that cannot be had is passed over."""
    limit: int | None = None
    """Rows."""
    wanted: Collection[str] | None = None
    """Keys to make columns of; None = all of the model."""
    page: int | None = 100
    """Rows a call, at most, where a request does not say it; None = nobody knows."""
    pages: int | None = None
    """Pages that a slice has at most; None = nobody knows."""
    in_flight: int = 8
    """Slices fetched at once."""
    rows: Callable[[Page[Any]], list[dict[str, Any]]] = wire_rows

    @property
    def request(self) -> PagedEndpoint[Any]:
        """The first request."""
        return self.slices[0].first

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the rows, in a format that has columns."""
        return columns_of(self.request.result, self.wanted)

    def name_of(self, request: Any) -> str | None:
        """Return what a request is about, such as a user's name."""
        return None if self.key is None else str(getattr(request, self.key))
