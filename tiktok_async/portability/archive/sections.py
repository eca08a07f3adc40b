"""Every section of an export: the one place that names them.

The attribute names, the tables, the inventory and the command line come from here.

Source: the project's wire contract, sections 5.1 to 5.3; no page of the provider names the keys.
"""

from __future__ import annotations

from typing import Any, Final

from tiktok_async.portability.archive import rows
from tiktok_async.portability.archive.declared import (
    Declared,
    Grouped,
    Listed,
    Mapped,
    Shelf,
    Single,
    declared_of,
)
from tiktok_async.portability.archive.names import normal


class Favorites(Shelf):
    """What the user keeps as favorites."""

    videos: Final = Listed(rows.FavoriteVideo, "Favorite Videos", lists=("FavoriteVideoList",))
    sounds: Final = Listed(rows.FavoriteSound, "Favorite Sounds", lists=("FavoriteSoundList",))
    effects: Final = Listed(rows.FavoriteEffect, "Favorite Effects", lists=("FavoriteEffectsList",))
    hashtags: Final = Listed(
        rows.FavoriteHashtag, "Favorite Hashtags", lists=("FavoriteHashtagList",)
    )
    collections: Final = Listed(
        rows.FavoriteCollection,
        "Favorite Collections",
        *("Favorite Collection", "Favorite Collections"),
        lists=("FavoriteCollectionList",),
    )
    comments: Final = Listed(rows.Entry, "Favorite Comments")
    places: Final = Listed(rows.Entry, "Favorite Places")


class Purchases(Shelf):
    """Gifts for those who go live."""

    gifts_sent: Final = Listed(
        rows.SentGift, "Gifts Sent", "SendGifts", lists=("SendGifts",), files=("Purchases",)
    )
    gifts_bought: Final = Listed(
        rows.BoughtGift, "Gifts Bought", "BuyGifts", lists=("BuyGifts",), files=("Purchases",)
    )


class Ads(Shelf):
    """What advertisers are told, and tell."""

    interests: Final = Listed(rows.AdInterest, "Ad Interests", lists=("AdInterestCategories",))
    visits: Final = Listed(rows.AdVisit, "Ads Visit History", lists=("AdsVisitHistoryList",))
    instant_forms: Final = Listed(rows.Entry, "Instant Form Ads Responses")
    off_tiktok: Final = Listed(
        rows.OffTikTokEvent, "Off TikTok Activity", lists=("OffTikTokActivityDataList",)
    )
    third_party: Final = Listed(rows.Entry, "Usage Data From Third-Party Apps And Websites")
    partners: Final = Listed(rows.Entry, "Ads Based On Data Received From Partners")


class Shop(Shelf):
    """TikTok Shop."""

    cart: Final = Listed(rows.CartItem, "Shopping Cart List", lists=("ShoppingCart",))
    browsing: Final = Listed(
        rows.BrowsedProduct, "Product Browsing History", lists=("ProductBrowsingHistories",)
    )
    vouchers: Final = Listed(rows.Voucher, "Vouchers", lists=("Vouchers",))
    addresses: Final = Listed(
        rows.SavedAddress, "Saved Address Information", lists=("SavedAddress",)
    )
    communication: Final = Listed(
        rows.ShopMessage, "Communication With Shops", lists=("CommunicationHistories",)
    )
    orders: Final = Listed(rows.Entry, "Order History")
    customer_support: Final = Listed(rows.Entry, "Customer Support History")


class Sections(Shelf):
    """What an archive has."""

    watch_history: Final = Listed(
        rows.WatchedVideo,
        "Watch History",
        *("Watch History", "Video Browsing History", "Browsing History"),
        lists=("VideoList",),
        abroad={"nl": "Kijkgeschiedenis"},
    )
    likes: Final = Listed(
        rows.LikedVideo, "Like List", lists=("ItemFavoriteList",), abroad={"nl": "Likelijst"}
    )
    favorites: Final = Grouped(Favorites)
    followers: Final = Listed(
        rows.Contact, "Followers", *("Follower", "Follower List"), lists=("FansList",)
    )
    following: Final = Listed(
        rows.Contact, "Following", *("Following", "Following List"), lists=("Following",)
    )
    blocked: Final = Listed(
        rows.Contact, "Block List", *("Block List", "Block"), lists=("BlockList",)
    )
    searches: Final = Listed(
        rows.Search, "Searches", *("Searches", "Search History"), lists=("SearchList",)
    )
    comments: Final = Listed(rows.Comment, "Comments", lists=("CommentsList",))
    posts: Final = Listed(rows.Post, "Posts", *("Posts", "Post", "Videos"), lists=("VideoList",))
    recently_deleted_posts: Final = Listed(rows.Post, "Recently Deleted Posts")
    reposts: Final = Listed(rows.Repost, "Reposts", lists=("RepostList",))
    direct_messages: Final = Listed(
        rows.Message,
        "Direct Messages",
        *("Direct Messages", "Chat History"),
        lists=("ChatHistory",),
    )
    group_chats: Final = Listed(rows.Message, "Group Chat", lists=("GroupChat",))
    tako_chats: Final = Listed(rows.TakoChat, "Tako Chat History", lists=("TakoChatHistoryList",))
    share_history: Final = Listed(rows.Share, "Share History", lists=("ShareHistoryList",))
    login_history: Final = Listed(rows.Login, "Login History", lists=("LoginHistoryList",))
    devices: Final = Listed(rows.Device, "Status", lists=("Status List",))
    hashtags: Final = Listed(rows.Hashtag, "Hashtag", lists=("HashtagList",))
    watch_live_history: Final = Listed(
        rows.WatchedLive, "Watch Live History", lists=("WatchLiveMap",)
    )
    go_live_history: Final = Listed(rows.HostedLive, "Go Live History", lists=("GoLiveList",))
    purchases: Final = Grouped(Purchases)
    coin_purchases: Final = Listed(
        rows.CoinPurchase, "Coin Purchase History", lists=("CoinPurchaseHistoryList",)
    )
    transactions: Final = Listed(rows.Entry, "Transaction History")
    ads: Final = Grouped(Ads)
    locations: Final = Listed(rows.Location, "Most Recent Location Data", lists=("LocationData",))
    location_reviews: Final = Listed(
        rows.LocationReview, "Location Reviews", lists=("ReviewsList",)
    )
    donations: Final = Listed(rows.Entry, "Donation")
    fundraisers: Final = Listed(rows.Entry, "Fundraiser")
    stickers: Final = Listed(rows.Entry, "Stickers")
    shop: Final = Grouped(Shop)
    activity_summary: Final = Single(
        rows.ActivitySummary, "Activity Summary", lists=("ActivitySummaryMap",)
    )
    profile: Final = Single(
        rows.Profile, "Profile", *("Profile Info", "Profile Information"), lists=("ProfileMap",)
    )
    autofill: Final = Single(rows.Autofill, "Autofill")
    settings: Final = Mapped(rows.Settings, "Settings", lists=("SettingsMap",))
    go_live_settings: Final = Mapped(rows.Settings, "Go Live Settings")
    watch_live_settings: Final = Mapped(rows.Settings, "Watch Live Settings")


DECLARED: Final[tuple[Declared[Any], ...]] = tuple(declared_of(Sections))
"""Every section, in the order of the class."""

BY_NAME: Final[dict[str, Declared[Any]]] = {one.name: one for one in DECLARED}
"""By the name of the attribute, such as `favorites.videos`."""

BY_KEY: Final[dict[str, Declared[Any]]] = {key: one for one in DECLARED for key in one.names}
"""By the normal form of a key in JSON."""

INNER_PARENTS: Final = frozenset(map(normal, ("Purchases", "Purchase History")))
"""Keys below the roots that hold sections, and are none themselves."""

_ROOTS: Final = {
    "A": "Activity, Ads and data, App Settings, Comment, Direct Messages, Profile, Poi Review,"
    " Income Plus Wallet Transactions, Tiktok Live, Tiktok Shopping, Video",
    "B": "Your Activity, Ads and data, App Settings, Comment, Direct Message, Profile, Post,"
    " Income Plus Wallet Transactions, Location Review, TikTok Shop, Tiktok Live",
    "C": "Your Activity, Comment, Direct Message, Income+ Wallet, Likes and Favorites, Post,"
    " Location Review, Profile And Settings, TikTok Live, TikTok Shop",
}
ROOTS: Final = {era: frozenset(map(normal, keys.split(", "))) for era, keys in _ROOTS.items()}
"""The keys at the root of the JSON, by the era of the export."""
