"""Shops, their products and the products' reviews."""

from __future__ import annotations

from typing import Any, Final

import attrs

from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.words import NAMES, PHRASES, RATINGS, WARES

SHOPS: Final = 200

_FIRST_SHOP: Final = 7_495_000_000_000_000_000
_FIRST_PRODUCT: Final = 1_729_000_000_000_000_000
_MOST_PRODUCTS: Final = 64
_MOST_REVIEWS: Final = 48
_FIRST_REVIEW_MS: Final = 1_722_879_716_021


@attrs.frozen
class Market:
    """All shops, by number from 0 to 199."""

    bits: int

    def shop_name(self, shop: int) -> str:
        """Return the name of a shop."""
        drawn = self._draw(shop, 0)
        return f"{NAMES[drawn & 31].title()} {WARES[drawn >> 5 & 7].title()} Shop {shop}"

    def named(self, part: str) -> list[int]:
        """Return the shops whose name holds a text, whatever its case."""
        wanted = part.casefold()
        return [shop for shop in range(SHOPS) if wanted in self.shop_name(shop).casefold()]

    def shop_of(self, shop_id: int) -> int | None:
        """Return the shop that has an id."""
        shop = shop_id - _FIRST_SHOP
        return shop if 0 <= shop < SHOPS else None

    def shop_row(self, shop: int) -> dict[str, Any]:
        """Return every field of a shop; most have no performance value."""
        drawn = self._draw(shop, 1)
        shown = {
            "shop_id": _FIRST_SHOP + shop,
            "shop_name": self.shop_name(shop),
            "shop_rating": f"{3 + drawn % 20 // 10}.{drawn % 10}",
            "shop_review_count": (drawn >> 8) % 20_000,
            "item_sold_count": (drawn >> 8) % 20_000 * (5 + (drawn >> 40) % 90),
        }
        return shown | ({} if drawn >> 60 else {"shop_performance_value": (drawn >> 50) % 100})

    def products(self, shop: int) -> list[int]:
        """Return the ids of a shop's products."""
        count = self._draw(shop, 2) % _MOST_PRODUCTS
        return [_FIRST_PRODUCT + shop * _MOST_PRODUCTS + place for place in range(count)]

    def product_of(self, product_id: int) -> int | None:
        """Return the shop of a product, or None where no product has the id."""
        shop = (product_id - _FIRST_PRODUCT) // _MOST_PRODUCTS
        known = 0 <= shop < SHOPS and product_id in self.products(shop)
        return shop if known else None

    def product_name(self, product_id: int) -> str:
        """Return the name of a product."""
        drawn = self._draw(product_id, 3)
        return f"{PHRASES[drawn & 31].title()} {WARES[drawn >> 6 & 7]}"

    def product_row(self, product_id: int) -> dict[str, Any]:
        """Return every field of a product."""
        drawn = self._draw(product_id, 4)
        stars = {f"product_rating_{star}_count": drawn >> 8 * star & 255 for star in range(1, 6)}
        price = f"{5 + drawn % 90}.{10 + (drawn >> 8) % 90}"
        return {
            "product_id": product_id,
            "product_name": self.product_name(product_id),
            "product_price": [f"{price}GBP"],
            "product_rating": f"{3 + (drawn >> 50) % 2}.{(drawn >> 52) % 10}",
            "product_review_count": sum(stars.values()),
            **stars,
            "product_sold_count": sum(stars.values()) * 12 + (drawn >> 54),
            "product_description": PHRASES[drawn >> 48 & 63],
            "shop_name": self.shop_name((product_id - _FIRST_PRODUCT) // _MOST_PRODUCTS),
        }

    def reviews(self, product_id: int) -> list[dict[str, Any]]:
        """Return the reviews of a product, newest first."""
        count = self._draw(product_id, 5) % _MOST_REVIEWS
        return [self._review(product_id, place) for place in range(count)]

    def _review(self, product_id: int, place: int) -> dict[str, Any]:
        drawn = self._draw(product_id, 100 + place)
        return {
            "create_time": _FIRST_REVIEW_MS - place * 86_400_000,
            "product_name": self.product_name(product_id),
            "review_like_count": drawn & 15,
            "review_rating": RATINGS[drawn >> 4 & 7],
            "review_text": PHRASES[drawn >> 8 & 63],
        }

    def _draw(self, number: int, purpose: int) -> int:
        return mix(mix(self.bits ^ number) ^ purpose)
