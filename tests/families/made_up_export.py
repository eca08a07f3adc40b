"""A made-up export with every section: as JSON of 2026, as text, and as the rows it must give."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.portability.archive import rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DAY = "2026-01-02 03:04:05"
AT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001  # the archive does not tell the zone
AT_UTC = AT.replace(tzinfo=UTC)
ID = 7359012345678901234
LINK = f"https://www.tiktokv.com/share/video/{ID}/"
NOT_IN_TEXT = ""


@attrs.frozen
class Made:
    """One section."""

    name: str
    path: tuple[str, ...]
    """Keys that lead to its content."""
    content: Any
    rows: tuple[rows.Row, ...]
    file: str = NOT_IN_TEXT
    """Name of its text file."""


def linked(name: str, path: tuple[str, ...], row: type[rows.Row], file: str) -> Made:
    """Return a section of dates and links."""
    content = [{"Date": DAY, "Link": LINK}]
    return Made(name, path, content, (row(date=AT, link=LINK),), file)  # type: ignore[call-arg]  # rows with both


PROFILE: dict[str, Any] = {
    "account_region": "DE",
    "bio_description": "Just testing",
    "birth_date": "2000-01-01",
    "display_name": "Test",
    "email_address": "a@example.org",
    "follower_count": 10,
    "following_count": 20,
    "inferred_gender": "2",
    "likes_received": 30,
    "profile_photo": "https://p16.example/p.jpg",
    "telephone_number": "+49",
    "username": "testuser",
}

ACTIVITY, LIKES, SETTINGS = "Your Activity", "Likes and Favorites", "Profile And Settings"
SHOP, LIVE, MONEY = "TikTok Shop", "TikTok Live", "Income+ Wallet"
EVENTS = [{"TimeStamp": DAY, "Source": "shop.example", "Event": "Purchase"}]

SECTIONS = (
    Made(
        "watch_history",
        (ACTIVITY, "Watch History", "VideoList"),
        [{"Date": DAY, "Link": LINK, "Title": ""}],
        (rows.WatchedVideo(date=AT, link=LINK),),
        "Watch History",
    ),
    Made(
        "likes",
        (LIKES, "Like List", "ItemFavoriteList"),
        [{"date": DAY, "link": LINK}],
        (rows.LikedVideo(date=AT, link=LINK),),
        "Like List",
    ),
    linked(
        "favorites.videos",
        (LIKES, "Favorite Videos", "FavoriteVideoList"),
        rows.FavoriteVideo,
        "Favorite Videos",
    ),
    linked(
        "favorites.sounds",
        (LIKES, "Favorite Sounds", "FavoriteSoundList"),
        rows.FavoriteSound,
        "Favorite Sounds",
    ),
    linked(
        "favorites.hashtags",
        (LIKES, "Favorite Hashtags", "FavoriteHashtagList"),
        rows.FavoriteHashtag,
        "Favorite HashTags",
    ),
    Made(
        "favorites.effects",
        (LIKES, "Favorite Effects", "FavoriteEffectsList"),
        [{"Date": DAY, "EffectLink": LINK}],
        (rows.FavoriteEffect(date=AT, link=LINK),),
        "Favorite Effects",
    ),
    Made(
        "favorites.collections",
        (LIKES, "Favorite Collection", "FavoriteCollectionList"),
        [{"Date": DAY, "FavoriteCollection": "Gardens"}],
        (rows.FavoriteCollection(date=AT, favorite_collection="Gardens"),),
        "Favorite Collections",
    ),
    Made(
        "favorites.comments",
        (LIKES, "Favorite Comments", "CommentsKept"),
        [{"Date": DAY, "Words": "kept"}],
        (rows.Entry(date=AT, extra={"Words": "kept"}),),
        "Favorite Comments",
    ),
    Made(
        "favorites.places",
        (LIKES, "Favorite Places", "PlacesKept"),
        [{"Date": DAY, "Words": "kept"}],
        (rows.Entry(date=AT, extra={"Words": "kept"}),),
        "Favorite Places",
    ),
    Made(
        "followers",
        (SETTINGS, "Follower", "FansList"),
        [{"Date": DAY, "UserName": "None"}],
        (rows.Contact(date=AT, username="None"),),
        "Follower",
    ),
    Made(
        "following",
        (SETTINGS, "Following", "Following"),
        [{"Date": DAY, "UserName": "bob"}],
        (rows.Contact(date=AT, username="bob"),),
        "Following",
    ),
    Made(
        "blocked",
        (SETTINGS, "Block List", "BlockList"),
        [{"Date": DAY, "UserName": "eve"}],
        (rows.Contact(date=AT, username="eve"),),
        "Block List",
    ),
    Made(
        "searches",
        (ACTIVITY, "Searches", "SearchList"),
        [{"Date": DAY, "SearchTerm": "https://x.example: why?"}],
        (rows.Search(date=AT, search_term="https://x.example: why?"),),
        "Searches",
    ),
    Made(
        "comments",
        ("Comment", "Comments", "CommentsList"),
        [
            {
                "date": f"{DAY} UTC",
                "comment": "Nice",
                "photo": "N/A",
                "video": "N/A",
                "sticker": "N/A",
                "originalPostUrl": LINK,
                "original post link": "N/A",
            }
        ],
        (rows.Comment(date=AT_UTC, comment="Nice", original_post_url=LINK),),
        "Comments",
    ),
    Made(
        "posts",
        ("Post", "Posts", "VideoList"),
        [
            {
                "Date": DAY,
                "Link": LINK,
                "Likes": "12",
                "WhoCanView": "Everyone",
                "AllowComments": "Yes",
                "AllowStitches": "No",
                "AllowDuets": "No",
                "AllowStickers": "No",
                "AllowSharingToStory": "Yes",
                "ContentDisclosure": "N/A",
                "AIGeneratedContent": "No",
                "Sound": "a song",
                "Location": "",
                "Title": "A day",
                "AddYoursText": "None",
                "AlternateText": "a garden",
                "CoverImage": "https://p16.example/c.jpg",
            }
        ],
        (
            rows.Post(
                date=AT,
                link=LINK,
                likes=12,
                title="A day",
                who_can_view="Everyone",
                allow_comments="Yes",
                allow_stitches="No",
                allow_duets="No",
                allow_stickers="No",
                allow_sharing_to_story="Yes",
                ai_generated_content="No",
                sound="a song",
                alternate_text="a garden",
                cover_image="https://p16.example/c.jpg",
            ),
        ),
        "Posts",
    ),
    linked(
        "recently_deleted_posts",
        ("Post", "Recently Deleted Posts", "PostList"),
        rows.Post,
        "Recently Deleted Posts",
    ),
    linked("reposts", (ACTIVITY, "Reposts", "RepostList"), rows.Repost, "Reposts"),
    Made(
        "direct_messages",
        ("Direct Message", "Direct Messages", "ChatHistory"),
        {
            "Chat History with alice:": [
                {"Date": DAY, "From": "alice", "Content": "Hey!"},
                {"Date": DAY, "From": "me", "Content": "N/A"},
            ],
            "Chat History with bob:": [{"Date": DAY, "From": "bob", "Content": "a: b"}],
        },
        (
            rows.Message(chat="alice", date=AT, sender="alice", content="Hey!"),
            rows.Message(chat="alice", date=AT, sender="me", content="N/A"),
            rows.Message(chat="bob", date=AT, sender="bob", content="a: b"),
        ),
        "Direct Messages",
    ),
    Made(
        "group_chats",
        ("Direct Message", "Group Chat", "GroupChat"),
        {"Gardeners": [{"Date": DAY, "From": "alice", "Content": "Hi all"}]},
        (rows.Message(chat="Gardeners", date=AT, sender="alice", content="Hi all"),),
    ),
    Made(
        "tako_chats",
        ("Direct Message", "Tako Chat History", "TakoChatHistoryList"),
        [
            {
                "Chat Title": "Gardens",
                "Messages": [{"Date": f"{DAY} UTC", "Content": {"text": "What grows?"}}],
            }
        ],
        (
            rows.TakoChat(
                chat_title="Gardens",
                messages=(rows.TakoMessage(date=AT_UTC, content={"text": "What grows?"}),),
            ),
        ),
    ),
    Made(
        "share_history",
        (ACTIVITY, "Share History", "ShareHistoryList"),
        [{"Date": DAY, "SharedContent": "video", "Link": LINK, "Method": "whatsapp"}],
        (rows.Share(date=AT, shared_content="video", link=LINK, method="whatsapp"),),
        "Share History",
    ),
    Made(
        "login_history",
        (ACTIVITY, "Login History", "LoginHistoryList"),
        [
            {
                "Date": DAY,
                "IP": "192.0.2.1",
                "DeviceModel": "Pixel 8",
                "DeviceSystem": "Android 15",
                "NetworkType": "Wi-Fi",
                "Carrier": "N/A",
            }
        ],
        (
            rows.Login(
                date=AT,
                ip="192.0.2.1",
                device_model="Pixel 8",
                device_system="Android 15",
                network_type="Wi-Fi",
            ),
        ),
        "Login History",
    ),
    Made(
        "devices",
        (ACTIVITY, "Status", "Status List"),
        [
            {
                "Resolution": "1080*2400",
                "App Version": "33.1",
                "IDFA": "",
                "GAID": "g",
                "Android ID": "a",
                "IDFV": "None",
                "UID": 7000000000000000001,
                "DID": "d",
                "Web ID": "w",
            }
        ],
        (
            rows.Device(
                resolution="1080*2400",
                app_version="33.1",
                gaid="g",
                android_id="a",
                uid=7000000000000000001,
                did="d",
                web_id="w",
            ),
        ),
        "Status",
    ),
    Made(
        "hashtags",
        (ACTIVITY, "Hashtag", "HashtagList"),
        [{"HashtagName": "#plants", "HashtagLink": ""}],
        (rows.Hashtag(hashtag_name="#plants"),),
        "Hashtag",
    ),
    Made(
        "watch_live_history",
        (LIVE, "Watch Live History", "WatchLiveMap"),
        {
            "7300000000000000009": {
                "WatchTime": DAY,
                "Link": "https://www.tiktok.com/@x/live",
                "Comments": [{"CommentTime": DAY, "CommentContent": "hi", "RawTime": 1767323045}],
                "Questions": None,
            },
            "-1": {"WatchTime": DAY, "Link": "", "Comments": None, "Questions": []},
        },
        (
            rows.WatchedLive(
                live_id=7300000000000000009,
                date=AT,
                link="https://www.tiktok.com/@x/live",
                comments=(rows.LiveComment(date=AT, comment_content="hi", raw_time=1767323045),),
            ),
            rows.WatchedLive(live_id=-1, date=AT, questions=()),
        ),
    ),
    Made(
        "go_live_history",
        (LIVE, "Go Live History", "GoLiveList"),
        [
            {
                "LiveStartTime": DAY,
                "LiveEndTime": DAY,
                "LiveDuration": "00:10:00",
                "RoomId": "7300000000000000010",
                "RoomTitle": "My room",
                "CoverUri": "c",
                "ReplayUrl": "",
                "TotalEarning": "0",
                "TotalLike": 3,
                "TotalView": "4",
                "TotalGifter": 0,
                "QualitySetting": "720p",
                "MutedList": "",
            }
        ],
        (
            rows.HostedLive(
                date=AT,
                live_end_time=AT,
                live_duration="00:10:00",
                room_id=7300000000000000010,
                room_title="My room",
                cover_uri="c",
                total_earning="0",
                total_like=3,
                total_view=4,
                total_gifter=0,
                quality_setting="720p",
                muted_list="",
            ),
        ),
        "Go Live History",
    ),
    Made(
        "purchases.gifts_sent",
        (ACTIVITY, "Purchases", "SendGifts", "SendGifts"),
        [{"Date": DAY, "GiftAmount": "3", "UserName": "alice"}],
        (rows.SentGift(date=AT, gift_amount=3, username="alice"),),
        "Purchases",
    ),
    Made(
        "purchases.gifts_bought",
        (ACTIVITY, "Purchases", "BuyGifts", "BuyGifts"),
        [{"Date": DAY, "Price": "1.99 EUR"}],
        (rows.BoughtGift(date=AT, price="1.99 EUR"),),
        "Purchases",
    ),
    Made(
        "coin_purchases",
        (MONEY, "Coin Purchase History", "CoinPurchaseHistoryList"),
        [{"Date": DAY, "Type": "recharge", "CoinAmount": 70}],
        (rows.CoinPurchase(date=AT, type="recharge", coin_amount=70),),
        "Coin Purchase History",
    ),
    Made(
        "transactions",
        (MONEY, "Transaction History", "TransactionsList"),
        [{"Date": DAY, "Sum": "5"}],
        (rows.Entry(date=AT, extra={"Sum": "5"}),),
        "Transaction History",
    ),
    Made(
        "ads.interests",
        (ACTIVITY, "Ad Interests", "AdInterestCategories"),
        "Gardening | Cooking",
        (rows.AdInterest(name="Gardening"), rows.AdInterest(name="Cooking")),
        "Ad Interests",
    ),
    Made(
        "ads.visits",
        (ACTIVITY, "Ads Visit History", "AdsVisitHistoryList"),
        [{"CreateTime": DAY, "AdTitle": "Spades", "AdLink": "https://shop.example/"}],
        (rows.AdVisit(date=AT, ad_title="Spades", ad_link="https://shop.example/"),),
        "Ads Visit History",
    ),
    Made(
        "ads.instant_forms",
        (ACTIVITY, "Instant Form Ads Responses", "Responses"),
        [{"Date": DAY, "Answer": "yes"}],
        (rows.Entry(date=AT, extra={"Answer": "yes"}),),
        "Instant Form Ads Responses",
    ),
    Made(
        "ads.off_tiktok",
        (ACTIVITY, "Off TikTok Activity", "OffTikTokActivityDataList"),
        EVENTS,
        (rows.OffTikTokEvent(date=AT, source="shop.example", event="Purchase"),),
        "Off TikTok Activity",
    ),
    Made(
        "ads.third_party",
        (ACTIVITY, "Usage Data From Third-Party Apps And Websites", "UsageList"),
        [{"Date": DAY, "App": "x"}],
        (rows.Entry(date=AT, extra={"App": "x"}),),
        "Usage Data From Third-Party Apps And Websites",
    ),
    Made(
        "ads.partners",
        (ACTIVITY, "Ads Based On Data Received From Partners", "PartnerList"),
        [{"Date": DAY, "App": "x"}],
        (rows.Entry(date=AT, extra={"App": "x"}),),
        "Ads Based On Data Received From Partners",
    ),
    Made(
        "locations",
        (SETTINGS, "Most Recent Location Data", "LocationData"),
        [{"Date": DAY, "GpsData": "52,13", "LastRegion": "DE"}],
        (rows.Location(date=AT, gps_data="52,13", last_region="DE"),),
        "Most Recent Location Data",
    ),
    Made(
        "location_reviews",
        ("Location Review", "Location Reviews", "ReviewsList"),
        [
            {
                "PlaceName": "Cafe",
                "Date": DAY,
                "Rating": 5,
                "Status": "public",
                "Likes": 2,
                "ReviewText": "Good",
            }
        ],
        (
            rows.LocationReview(
                place_name="Cafe",
                date=AT,
                rating="5",
                status="public",
                likes=2,
                review_text="Good",
            ),
        ),
        "Location Reviews",
    ),
    *(
        Made(
            name,
            (parent, title, "List"),
            [{"Date": DAY, "Thing": "x"}],
            (rows.Entry(date=AT, extra={"Thing": "x"}),),
            title,
        )
        for name, parent, title in (
            ("donations", ACTIVITY, "Donation"),
            ("fundraisers", ACTIVITY, "Fundraiser"),
            ("stickers", ACTIVITY, "Stickers"),
            ("shop.orders", SHOP, "Order History"),
            ("shop.customer_support", SHOP, "Customer support history"),
        )
    ),
    Made(
        "shop.cart",
        (SHOP, "Shopping Cart List", "ShoppingCart"),
        [{"CreateTime": DAY, "ShopName": "Shed", "ProductName": "Spade", "SkuCount": 2}],
        (rows.CartItem(date=AT, shop_name="Shed", product_name="Spade", sku_count=2),),
        "Shopping Cart List",
    ),
    Made(
        "shop.browsing",
        (SHOP, "Product Browsing History", "ProductBrowsingHistories"),
        [{"browsing_date": DAY, "shop_name": "Shed", "product_name": "Spade"}],
        (rows.BrowsedProduct(date=AT, shop_name="Shed", product_name="Spade"),),
        "Product Browsing History",
    ),
    Made(
        "shop.vouchers",
        (SHOP, "Vouchers", "Vouchers"),
        [
            {
                "ReceivedDate": DAY,
                "VoucherId": "9",
                "VoucherName": "Ten off",
                "VoucherText": "",
                "Status": "used",
            }
        ],
        (rows.Voucher(date=AT, voucher_id="9", voucher_name="Ten off", status="used"),),
        "Vouchers",
    ),
    Made(
        "shop.addresses",
        (SHOP, "Saved Address Information", "SavedAddress"),
        [{"receiver_name": "A", "masked_phone_number": "**1", "adress_info": "Lane 1"}],
        (rows.SavedAddress(receiver_name="A", masked_phone_number="**1", address_info="Lane 1"),),
        "Saved Address Information",
    ),
    Made(
        "shop.communication",
        (SHOP, "Communication With Shops", "CommunicationHistories"),
        {
            "Shed": [
                {"send_time": DAY, "shop_name": "Shed", "direction": "sent", "content": "Hello"}
            ]
        },
        (rows.ShopMessage(date=AT, shop_name="Shed", direction="sent", content="Hello"),),
        "Communication with shops",
    ),
    Made(
        "activity_summary",
        (ACTIVITY, "Activity Summary", "ActivitySummaryMap"),
        {
            "note": "since then",
            "videosCommentedOnSinceAccountRegistration": 1,
            "videosSharedSinceAccountRegistration": 2,
            "videosWatchedToTheEndSinceAccountRegistration": 3,
        },
        (
            rows.ActivitySummary(
                note="since then",
                videos_commented_on=1,
                videos_shared=2,
                videos_watched_to_the_end=3,
            ),
        ),
        "Activity Summary",
    ),
    Made(
        "profile",
        (SETTINGS, "Profile Info", "ProfileMap"),
        {
            "accountRegion": "DE",
            "aiSelf": "N/A",
            "bioDescription": "Just testing",
            "birthDate": "2000-01-01",
            "displayName": "Test",
            "emailAddress": "a@example.org",
            "followerCount": 10,
            "followingCount": 20,
            "fundraiser": "None",
            "inferredGender": "2",
            "instagramLink": "",
            "lemon8Link": "",
            "likesReceived": "30",
            "profilePhoto": "https://p16.example/p.jpg",
            "profileVideo": "None",
            "telephoneNumber": "+49",
            "userName": "testuser",
            "youtubeLink": "",
        },
        (rows.Profile(**PROFILE),),
        "Profile Info",
    ),
    Made(
        "autofill",
        (SETTINGS, "Autofill"),
        {"PhoneNumber": "N/A", "Email": "a@example.org", "ZipCode": "10115", "Unit": "N/A"},
        (rows.Autofill(email="a@example.org", zip_code="10115"),),
        "Autofill",
    ),
    *(
        Made(
            name,
            path,
            {"Privacy": {"Who can see your following list::": "Friends"}},
            (rows.Settings(extra={"Privacy": {"Who can see your following list::": "Friends"}}),),
        )
        for name, path in (
            ("settings", (SETTINGS, "Settings", "SettingsMap")),
            ("go_live_settings", (LIVE, "Go Live settings")),
            ("watch_live_settings", (LIVE, "Watch Live settings")),
        )
    ),
)
"""Every section, with content."""


def document(*sections: Made) -> dict[str, Any]:
    """Return the JSON of sections, with the metadata that stands beside lists."""
    root: dict[str, Any] = {}
    for one in sections:
        *parents, last = one.path
        place = root
        for key in parents:
            place = place.setdefault(key, {})
        place[last] = one.content
        if len(one.path) == 3:
            place["App"] = 1
    return root


def full() -> dict[str, Any]:
    """Return the JSON of all sections; one stands under two parents, as it does in 2026."""
    root = document(*SECTIONS)
    root[SETTINGS]["Off TikTok Activity"] = root[ACTIVITY]["Off TikTok Activity"]
    return root


def texts() -> dict[str, str]:
    """Return the text files by their names."""
    files: dict[str, str] = {}
    for one in SECTIONS:
        if one.file:
            name = f"{one.file}.txt"
            files[name] = files.get(name, "") + _text(one.content)
    return files


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def as_json(path: Path, value: Any) -> Path:
    """Write a JSON file."""
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    return path


def _text(content: Any) -> str:
    if isinstance(content, str):
        return f"Interests: {content}\n"
    if isinstance(content, list):
        return "".join(map(_block, content))
    if all(isinstance(value, list) for value in content.values()):
        return "".join(
            f"{key.rstrip(':')}:\n\n" + "".join(map(_block, value))
            for key, value in content.items()
        )
    return _block(content)


def _block(row: dict[str, Any]) -> str:
    lines = (f"{_spaced(key)}: {value}\n" for key, value in row.items())
    return "".join(lines) + "\n"


def _spaced(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)
