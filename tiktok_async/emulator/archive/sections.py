"""Where each section of an export stands, by era, and which category brings it.

Source: contract sections 5.2 and 5.3, and for categories the end of section 4, where TikTok's
newer page is followed: likes, favourites and comments come with the full archive only. What else
belongs to `profile` no source says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.archive import rows, wholes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktok_async.emulator.archive.life import Life, Moment
    from tiktok_async.emulator.archive.rows import Era

    Build = Callable[[Life, Era, int], Any]

_NO_SIBLINGS: Final[Mapping[str, Any]] = {}
_APP: Final = {"App": 1}
_FAST: Final = {"IsFastLane": True}


@attrs.frozen
class Section:
    """One section."""

    name: str
    """What its file is called in the text form."""
    category: str
    """The category that brings it, or all_data."""
    a: str
    """Its place in era A, `>` between the levels; empty where it was not seen."""
    b: str
    c: tuple[str, ...]
    """Its places in era C; one section stands in two."""
    build: Build
    beside: Mapping[str, Any] = _NO_SIBLINGS
    """What stands beside the list."""
    older_name: str = ""
    """What its file was called in era A, if otherwise."""

    def places(self, era: Era) -> tuple[tuple[str, ...], ...]:
        """Return the keys that lead to it, for each of its places."""
        texts = {"A": (self.a,), "B": (self.b,), "C": self.c}[era]
        return tuple(tuple(text.split(" > ")) for text in texts if text)

    def file_name(self, era: Era) -> str:
        """Return what its file is called in an era."""
        return self.older_name or self.name if era == "A" else self.name


def _listed(row: Callable[[Moment, Era], dict[str, Any]], share: int = 1, about: str = "") -> Build:
    """Return what builds a list of rows.

    Args:
        row: What builds one.
        share: How many times fewer of them there are than of watched videos.
        about: What the moments are drawn for, if the same rows come in several lists.
    """

    def build(life: Life, era: Era, count: int) -> list[dict[str, Any]]:
        moments = life.moments(about or row.__name__, max(1, count // share) if count else 0)
        return [row(moment, era) for moment in moments]

    return build


def _favorite(
    name: str, key: str, row: Callable[[Moment, Era], dict[str, Any]], file: str = ""
) -> Section:
    end = f"{name} > {key}"
    return Section(
        file or name, "all_data", f"Activity > {end}", f"Your Activity > {end}",
        (f"Likes and Favorites > {end}",), _listed(row, 4),
    )  # fmt: skip


def _shop(name: str, key: str, build: Build, file: str = "") -> Section:
    end = f"{name} > {key}"
    return Section(
        file or name, "all_data", f"Tiktok Shopping > {end}", f"TikTok Shop > {end}",
        (f"TikTok Shop > {end}",), build,
    )  # fmt: skip


def _activity(name: str, key: str, build: Build, older: str = "") -> Section:
    """Return a section of the activity; only its root and perhaps its name have changed."""
    end = f"{name} > {key}"
    return Section(
        name, "activity", f"Activity > {older or name} > {key}", f"Your Activity > {end}",
        (f"Your Activity > {end}",), build, _APP,
    )  # fmt: skip


WATCH_HISTORY: Final = Section(
    "Watch History", "activity", "Activity > Video Browsing History > VideoList",
    "Your Activity > Watch History > VideoList", ("Your Activity > Watch History > VideoList",),
    _listed(rows.watched), _APP, "Browsing History",
)  # fmt: skip
LIKES: Final = (
    Section(
        "Like List", "all_data", "Activity > Like List > ItemFavoriteList",
        "Your Activity > Like List > ItemFavoriteList",
        ("Likes and Favorites > Like List > ItemFavoriteList",), _listed(rows.liked), _APP,
    ),
    _favorite("Favorite Videos", "FavoriteVideoList", rows.favorite_video),
    _favorite("Favorite Sounds", "FavoriteSoundList", rows.favorite_sound),
    _favorite("Favorite Hashtags", "FavoriteHashtagList", rows.favorite_hashtag,
              "Favorite HashTags"),
    _favorite("Favorite Effects", "FavoriteEffectsList", rows.favorite_effect),
    _favorite("Favorite Collection", "FavoriteCollectionList", rows.favorite_collection,
              "Favorite Collections"),
)  # fmt: skip
"""What hybrids have as in era C, while the rest is as in A."""

SECTIONS: Final = (
    WATCH_HISTORY,
    *LIKES,
    _activity("Searches", "SearchList", _listed(rows.searched, 2), "Search History"),
    _activity("Share History", "ShareHistoryList", _listed(rows.shared, 4)),
    _activity("Login History", "LoginHistoryList", _listed(rows.login, 4)),
    _activity("Status", "Status List", _listed(rows.status, 100)),
    _activity("Hashtag", "HashtagList", _listed(rows.hashtag, 10)),
    Section(
        "Purchases", "activity", "Activity > Purchase History > SendGifts > SendGifts",
        "Your Activity > Purchases > SendGifts > SendGifts",
        ("Your Activity > Purchases > SendGifts > SendGifts",), _listed(rows.sent_gift, 20),
    ),
    Section(
        "Purchases", "activity", "Activity > Purchase History > BuyGifts > BuyGifts",
        "Your Activity > Purchases > BuyGifts > BuyGifts",
        ("Your Activity > Purchases > BuyGifts > BuyGifts",), _listed(rows.bought_gift, 20),
    ),
    _activity("Activity Summary", "ActivitySummaryMap", wholes.activity_summary),
    _activity("Most Recent Location Data", "LocationData", _listed(rows.location, 100)),
    Section(
        "Reposts", "activity", "", "", ("Your Activity > Reposts > RepostList",),
        _listed(rows.repost, 8),
    ),
    Section(
        "Ads Visit History", "activity", "", "",
        ("Your Activity > Ads Visit History > AdsVisitHistoryList",), _listed(rows.visited_ad, 10),
    ),
    Section(
        "Ad Interests", "activity", "Ads and data > Ad Interests > AdInterestCategories",
        "Ads and data > Ad Interests > AdInterestCategories",
        ("Your Activity > Ad Interests > AdInterestCategories",), wholes.ad_interests,
    ),
    Section(
        "Off TikTok Activity", "activity",
        "Ads and data > Off TikTok Activity > OffTikTokActivityDataList",
        "Ads and data > Off TikTok Activity > OffTikTokActivityDataList",
        (
            "Profile And Settings > Off TikTok Activity > OffTikTokActivityDataList",
            "Your Activity > Off TikTok Activity > OffTikTokActivityDataList",
        ),
        _listed(rows.off_tiktok, 5),
    ),
    Section(
        "Comments", "all_data", "Comment > Comments > CommentsList",
        "Comment > Comments > CommentsList", ("Comment > Comments > CommentsList",),
        _listed(rows.comment, 2), _APP,
    ),
    Section(
        "Posts", "video", "Video > Videos > VideoList", "Post > Posts > VideoList",
        ("Post > Posts > VideoList",), _listed(rows.post, 5), older_name="Post",
    ),
    Section(
        "Direct Messages", "direct_message", "Direct Messages > Chat History > ChatHistory",
        "Direct Message > Direct Messages > ChatHistory",
        ("Direct Message > Direct Messages > ChatHistory",), wholes.chats,
    ),
    Section(
        "Group Chat", "direct_message", "", "", ("Direct Message > Group Chat > GroupChat",),
        wholes.empty_map,
    ),
    Section(
        "Tako Chat History", "direct_message", "", "",
        ("Direct Message > Tako Chat History > TakoChatHistoryList",), _listed(rows.tako, 40),
    ),
    Section(
        "Watch Live History", "all_data", "Tiktok Live > Watch Live History > WatchLiveMap",
        "Tiktok Live > Watch Live History > WatchLiveMap",
        ("TikTok Live > Watch Live History > WatchLiveMap",), wholes.watched_lives,
    ),
    Section(
        "Go Live History", "all_data", "Tiktok Live > Go Live History > GoLiveList",
        "Tiktok Live > Go Live History > GoLiveList",
        ("TikTok Live > Go Live History > GoLiveList",), _listed(rows.live, 50),
    ),
    Section(
        "Coin Purchase History", "all_data",
        "Income Plus Wallet Transactions > Coin Purchase History > CoinPurchaseHistoryList",
        "Income Plus Wallet Transactions > Coin Purchase History > CoinPurchaseHistoryList",
        ("Income+ Wallet > Coin Purchase History > CoinPurchaseHistoryList",),
        _listed(rows.coins, 25),
    ),
    Section(
        "Location Reviews", "all_data", "Poi Review > Location Reviews > ReviewsList",
        "Location Review > Location Reviews > ReviewsList",
        ("Location Review > Location Reviews > ReviewsList",), _listed(rows.review, 60),
    ),
    Section(
        "Profile Info", "profile", "Profile > Profile Information > ProfileMap",
        "Profile > Profile Info > ProfileMap",
        ("Profile And Settings > Profile Info > ProfileMap",), wholes.profile,
        older_name="Profile Information",
    ),
    Section(
        "Autofill", "profile", "Profile > Autofill", "Profile > Autofill",
        ("Profile And Settings > Autofill",), wholes.autofill,
    ),
    Section(
        "Settings", "profile", "App Settings > Settings > SettingsMap",
        "App Settings > Settings > SettingsMap",
        ("Profile And Settings > Settings > SettingsMap",), wholes.settings,
    ),
    Section(
        "Block List", "profile", "App Settings > Block > BlockList",
        "App Settings > Block List > BlockList",
        ("Profile And Settings > Block List > BlockList",),
        _listed(rows.known_user, 40, "block"), _APP,
    ),
    Section(
        "Follower", "profile", "Activity > Follower List > FansList",
        "Your Activity > Follower > FansList", ("Profile And Settings > Follower > FansList",),
        _listed(rows.known_user, 1, "follower"), {**_APP, **_FAST},
    ),
    Section(
        "Following", "profile", "Activity > Following List > Following",
        "Your Activity > Following > Following",
        ("Profile And Settings > Following > Following",),
        _listed(rows.known_user, 1, "following"), {**_APP, **_FAST},
    ),
    _shop("Shopping Cart List", "ShoppingCart", _listed(rows.cart_item, 40)),
    _shop("Product Browsing History", "ProductBrowsingHistories",
          _listed(rows.browsed_product, 10)),
    _shop("Vouchers", "Vouchers", wholes.empty_list),
    _shop("Saved Address Information", "SavedAddress", _listed(rows.address, 100)),
    _shop("Communication With Shops", "CommunicationHistories", wholes.shop_talk,
          "Communication with shops"),
    _shop("Order History", "OrderHistories", wholes.nothing),
)  # fmt: skip
"""Every section, in the order of an export."""


def chosen(categories: tuple[str, ...]) -> tuple[Section, ...]:
    """Return the sections that categories bring."""
    if "all_data" in categories:
        return SECTIONS
    return tuple(section for section in SECTIONS if section.category in categories)
