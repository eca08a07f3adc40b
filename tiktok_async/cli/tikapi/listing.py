"""A list of TikAPI as something to collect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.cli.order import Order
from tiktok_async.sansio.endpoint import parameters
from tiktok_async.sansio.paging import Slice
from tiktok_async.tikapi.moving import OF_PAGES

if TYPE_CHECKING:
    from tiktok_async.sansio.endpoint import PagedEndpoint


def order_of(request: PagedEndpoint[Any], limit: int | None) -> Order:
    """Return the order of one list.

    Args:
        request: For its first page.
        limit: Rows; None = all.
    """
    goes_on = any(one.field in OF_PAGES for one in parameters(type(request)))
    return Order(
        slices=(Slice(request),),
        unit="list",
        limit=limit,
        page=None,
        pages=None if goes_on else 1,
    )
