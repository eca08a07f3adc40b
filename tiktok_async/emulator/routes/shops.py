"""tts/*: shops, products and reviews. Good answers carry no error object, as in the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.emulator.answers import Answer, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.emulator.calls import Call

_PAGE = 10


async def shop(call: Call) -> Answer:
    """Serve the shops whose name holds a text."""
    fields = call.fields(in_body=True)
    market = call.emulation.world.market
    found = market.named(call.text("shop_name"))[: call.size("limit", _PAGE)]
    return _answer("shop_data", map(market.shop_row, found), fields)


async def product(call: Call) -> Answer:
    """Serve one page of a shop's products."""
    fields = call.fields(in_body=True)
    market = call.emulation.world.market
    shop_id = call.integer("shop_id") or 0
    number = market.shop_of(shop_id)
    if number is None:
        raise invalid(f"shop_id {shop_id} is invalid: cannot find the shop")
    found = market.products(number)[_slice(call)]
    return _answer("product_data", map(market.product_row, found), fields)


async def review(call: Call) -> Answer:
    """Serve one page of a product's reviews."""
    fields = call.fields(in_body=True)
    market = call.emulation.world.market
    product_id = call.integer("product_id") or 0
    if market.product_of(product_id) is None:
        raise invalid(f"product_id {product_id} is invalid")
    return _answer("review_data", market.reviews(product_id)[_slice(call)], fields)


def _slice(call: Call) -> slice:
    size = call.size("page_size", _PAGE)
    page = call.index("page_start", first=1)
    return slice((page - 1) * size, page * size)


def _answer(key: str, found: Iterable[dict[str, Any]], fields: tuple[str, ...]) -> Answer:
    rows = [{name: row[name] for name in fields if name in row} for row in found]
    return Answer({"data": {key: rows}}, rows=len(rows))
