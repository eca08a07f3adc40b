"""What the user bought, gave and was offered."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # attrs resolves the annotations at run time
from typing import ClassVar

import attrs

from tiktok_async.models import wire
from tiktok_async.portability.archive.rows.row import Row, verbatim


@attrs.frozen(kw_only=True)
class SentGift(Row):
    """A gift that the user sent."""

    essential: ClassVar[tuple[str, ...]] = ("gift_amount", "username")

    date: datetime | None = None
    gift_amount: int | None = None
    username: str | None = None


@attrs.frozen(kw_only=True)
class BoughtGift(Row):
    """A gift that the user bought."""

    essential: ClassVar[tuple[str, ...]] = ("price",)

    date: datetime | None = None
    price: str | None = None


@attrs.frozen(kw_only=True)
class CoinPurchase(Row):
    """Coins that the user bought."""

    essential: ClassVar[tuple[str, ...]] = ("date", "coin_amount")

    date: datetime | None = None
    type: str | None = None
    coin_amount: int | None = None


@attrs.frozen(kw_only=True)
class AdInterest(Row):
    """One thing that TikTok takes the user to be interested in."""

    essential: ClassVar[tuple[str, ...]] = ("name",)
    bare: ClassVar[str] = "name"

    name: str | None = attrs.field(default=None, metadata=verbatim())


@attrs.frozen(kw_only=True)
class AdVisit(Row):
    """An advertisement that the user opened."""

    essential: ClassVar[tuple[str, ...]] = ("ad_title", "ad_link")

    date: datetime | None = attrs.field(default=None, metadata=wire("CreateTime"))
    ad_title: str | None = None
    ad_link: str | None = None


@attrs.frozen(kw_only=True)
class OffTikTokEvent(Row):
    """What another site or app told TikTok about the user."""

    essential: ClassVar[tuple[str, ...]] = ("source", "event")

    date: datetime | None = attrs.field(default=None, metadata=wire("TimeStamp"))
    source: str | None = None
    event: str | None = None


@attrs.frozen(kw_only=True)
class CartItem(Row):
    """A product in the shopping cart."""

    essential: ClassVar[tuple[str, ...]] = ("product_name",)

    date: datetime | None = attrs.field(default=None, metadata=wire("CreateTime"))
    shop_name: str | None = None
    product_name: str | None = attrs.field(default=None, metadata=verbatim())
    sku_count: int | None = None


@attrs.frozen(kw_only=True)
class BrowsedProduct(Row):
    """A product that the user looked at."""

    essential: ClassVar[tuple[str, ...]] = ("product_name",)

    date: datetime | None = attrs.field(default=None, metadata=wire("browsing_date"))
    shop_name: str | None = None
    product_name: str | None = attrs.field(default=None, metadata=verbatim())


@attrs.frozen(kw_only=True)
class Voucher(Row):
    """A voucher."""

    essential: ClassVar[tuple[str, ...]] = ("voucher_id", "voucher_name")

    date: datetime | None = attrs.field(default=None, metadata=wire("ReceivedDate"))
    voucher_id: str | None = None
    voucher_name: str | None = None
    voucher_text: str | None = None
    status: str | None = None


@attrs.frozen(kw_only=True)
class SavedAddress(Row):
    """An address for deliveries."""

    essential: ClassVar[tuple[str, ...]] = ("receiver_name", "address_info")

    receiver_name: str | None = None
    masked_phone_number: str | None = None
    # The provider misspells its own key.
    address_info: str | None = attrs.field(
        default=None, metadata=wire("adress_info", "address_info")
    )


@attrs.frozen(kw_only=True)
class ShopMessage(Row):
    """A message to or from a shop."""

    essential: ClassVar[tuple[str, ...]] = ("content",)
    keyed: ClassVar[str] = "shop_name"

    shop_name: str | None = None
    date: datetime | None = attrs.field(default=None, metadata=wire("send_time"))
    direction: str | None = None
    content: str | None = attrs.field(default=None, metadata=verbatim())
