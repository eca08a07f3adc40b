"""TikTok Shop: shops of the EU, their products and the reviews of those."""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003  # help() resolves the annotations
from operator import attrgetter
from typing import ClassVar, Final

import attrs

from tiktok_async.research.endpoints.family import (
    DAILY,
    RESEARCH,
    model_fields,
    names,
)
from tiktok_async.research.models import (
    Product,
    Review,
    Shop,
)
from tiktok_async.sansio.endpoint import (
    Bucket,
    Operation,
    PagedEndpoint,
    Place,
    Route,
    between,
    exact_id,
    field_names,
    is_id,
    is_text,
    known_fields,
    param,
)
from tiktok_async.sansio.paging import OnePageRule, PageNumberRule, PageRule

SHOP_FIELDS: Final = model_fields(Shop)
PRODUCT_FIELDS: Final = model_fields(Product)
REVIEW_FIELDS: Final = model_fields(Review, without=("display_name",))
_PAGE: Final = param("Number of the first page, from 1.")
_PAGE_SIZE: Final = param("Rows per page, 1-10.")
_PAGE_START: Final = between(1, 2**31)
_REVIEW_KEY: Final = ("create_time", "review_text", "review_rating")
"""A review has no id; these tell reviews apart."""


def _product(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value, "product_id")


def _review(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value, *_REVIEW_KEY)


@attrs.frozen(kw_only=True)
class QueryShops(PagedEndpoint[Shop]):
    """Search TikTok shops of the EU by name; one page."""

    id = "research.tts.shop"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/tts/shop/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = OnePageRule(("shop_data",), key=attrgetter("shop_id"))
    source = "TikTok Research API, Query TikTok Shop Info"

    shop_name: str = attrs.field(validator=is_text, metadata=param("The shop's name."))
    limit: int = attrs.field(
        default=10, validator=between(1, 10), metadata=param("Shops to return, 1-10.")
    )
    fields: tuple[str, ...] = attrs.field(
        default=SHOP_FIELDS,
        converter=names,
        validator=known_fields(SHOP_FIELDS),
        metadata=param("Fields of each shop.", where=Place.BOTH),
    )


@attrs.frozen(kw_only=True)
class ListProducts(PagedEndpoint[Product]):
    """List the products of a TikTok shop."""

    id = "research.tts.product"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/tts/product/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = PageNumberRule(("product_data",), key=attrgetter("product_id"))
    source = "TikTok Research API, Query TikTok Shop Products"

    shop_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The shop's id.")
    )
    page_start: int = attrs.field(default=1, validator=_PAGE_START, metadata=_PAGE)
    page_size: int = attrs.field(default=10, validator=between(1, 10), metadata=_PAGE_SIZE)
    fields: tuple[str, ...] = attrs.field(
        default=PRODUCT_FIELDS,
        converter=_product,
        validator=known_fields(PRODUCT_FIELDS),
        metadata=param("Fields of each product; product_id always comes along.", where=Place.BOTH),
    )


@attrs.frozen(kw_only=True)
class ListReviews(PagedEndpoint[Review]):
    """List the reviews of a product of a TikTok shop."""

    id = "research.tts.review"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/tts/review/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = PageNumberRule(("review_data",), key=attrgetter(*_REVIEW_KEY))
    source = "TikTok Research API, Query TikTok Shop Reviews"

    product_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The product's id.")
    )
    page_start: int = attrs.field(default=1, validator=_PAGE_START, metadata=_PAGE)
    page_size: int = attrs.field(default=10, validator=between(1, 10), metadata=_PAGE_SIZE)
    fields: tuple[str, ...] = attrs.field(
        default=REVIEW_FIELDS,
        converter=_review,
        validator=known_fields(REVIEW_FIELDS),
        metadata=param(
            "Fields of each review; time, text and rating always come along.", where=Place.BOTH
        ),
    )
