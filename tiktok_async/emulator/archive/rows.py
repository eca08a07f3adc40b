"""The rows of an export's lists, one function a list: keys as the contract has them for an era.

Source: contract section 5.3. Sounds, places and shops are made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from tiktok_async.emulator.words import HASHTAGS, NAMES, PHRASES, REMARKS, WARES

if TYPE_CHECKING:
    from tiktok_async.emulator.archive.life import Moment

    Row = dict[str, Any]

Era = Literal["A", "B", "C"]

_DEVICES: Final = (
    ("Pixel 7", "Android 14"), ("SM-A536B", "Android 13"), ("iPhone14,5", "iOS 17.2"),
    ("iPhone15,2", "iOS 18.1"), ("Chrome", "Windows 10"),
)  # fmt: skip
_NETWORKS: Final = ("Wi-Fi", "4G", "5G", "N/A")
_CARRIERS: Final = ("Telering", "Nordcell", "Voda One", "")
_METHODS: Final = ("Copy link", "WhatsApp", "Messages", "Email", "")
_AUDIENCES: Final = ("Public", "Friends", "Private")
_YES_NO: Final = ("Yes", "No")
_TAKO: Final = ("What can I cook with rice?", "Explain black holes", "Plan a weekend in Lisbon")
_FIRST_SOUND: Final = 7_030_000_000_000_000_000
_FIRST_ROOM: Final = 7_180_000_000_000_000_000


def watched(moment: Moment, era: Era) -> Row:
    """Return a watched video."""
    if era == "A":
        return {"Date": moment.date(), "VideoLink": moment.link()}
    row = {"Date": moment.date(), "Link": moment.link()}
    return row if era == "B" else {**row, "Title": moment.pick(("", "", "", *PHRASES[:8]), 1)}


def liked(moment: Moment, era: Era) -> Row:
    """Return a liked video."""
    if era == "A":
        return {"Date": moment.date(), "Link": moment.older_link()}
    return {"date": moment.date(), "link": moment.link()}


def favorite_video(moment: Moment, _era: Era) -> Row:
    """Return a video among the favourites."""
    return {"Date": moment.date(), "Link": moment.link()}


def favorite_sound(moment: Moment, _era: Era) -> Row:
    """Return a sound among the favourites."""
    sound = _FIRST_SOUND + moment.draw(10**12)
    return {"Date": moment.date(), "Link": f"https://www.tiktok.com/music/sound-{sound}"}


def favorite_hashtag(moment: Moment, _era: Era) -> Row:
    """Return a hashtag among the favourites."""
    return {"Date": moment.date(), "Link": f"https://www.tiktok.com/tag/{moment.pick(HASHTAGS)}"}


def favorite_effect(moment: Moment, era: Era) -> Row:
    """Return an effect among the favourites."""
    key = "Link" if era == "A" else "EffectLink"
    return {
        "Date": moment.date(), key: f"https://www.tiktok.com/sticker/{moment.draw(10**6)}",
    }  # fmt: skip


def favorite_collection(moment: Moment, _era: Era) -> Row:
    """Return a collection of favourites."""
    return {"Date": moment.date(), "FavoriteCollection": moment.pick(PHRASES).title()}


def known_user(moment: Moment, _era: Era) -> Row:
    """Return a follower, a followed or a blocked user."""
    return {"Date": moment.date(), "UserName": moment.someone()}


def searched(moment: Moment, _era: Era) -> Row:
    """Return a search."""
    return {"Date": moment.date(), "SearchTerm": moment.pick(PHRASES)}


def shared(moment: Moment, _era: Era) -> Row:
    """Return something shared."""
    return {
        "Date": moment.date(), "SharedContent": moment.pick(("video", "user", "N/A")),
        "Link": moment.link(), "Method": moment.pick(_METHODS, 1),
    }  # fmt: skip


def login(moment: Moment, _era: Era) -> Row:
    """Return a login; the addresses are those kept for documentation."""
    model, system = moment.pick(_DEVICES)
    return {
        "Date": moment.date(), "IP": f"192.0.2.{moment.draw(256, 1)}", "DeviceModel": model,
        "DeviceSystem": system, "NetworkType": moment.pick(_NETWORKS, 2),
        "Carrier": moment.pick(_CARRIERS, 3),
    }  # fmt: skip


def status(moment: Moment, _era: Era) -> Row:
    """Return the state of a device."""
    return {
        "Resolution": "1080*2400", "App Version": f"3{moment.draw(9)}.1.4", "IDFA": "",
        "GAID": f"{moment.bits:016x}", "Android ID": f"{moment.draw(1 << 60, 1):x}", "IDFV": "",
        "UID": 7_000_000_000_000_000_000 + moment.life.user, "DID": str(moment.draw(1 << 60, 2)),
        "Web ID": "N/A",
    }  # fmt: skip


def hashtag(moment: Moment, _era: Era) -> Row:
    """Return a used hashtag."""
    name = moment.pick(HASHTAGS)
    return {"HashtagName": f"#{name}", "HashtagLink": f"https://www.tiktok.com/tag/{name}"}


def comment(moment: Moment, era: Era) -> Row:
    """Return a comment."""
    text = moment.pick(REMARKS)
    if era == "A":
        return {"Date": moment.date(), "Comment": text}
    if era == "B":
        return {"date": moment.date(), "comment": text, "photo": "N/A", "url": ""}
    return {
        "date": f"{moment.date()} UTC", "comment": text, "photo": "N/A", "video": "",
        "sticker": "N/A", "originalPostUrl": moment.link(), "original post link": moment.link(),
    }  # fmt: skip


def post(moment: Moment, era: Era) -> Row:
    """Return one of the user's own posts: since August 2026 with a link to the file (N11)."""
    base = {
        "Date": moment.date(), "Link": moment.link(), "Likes": str(moment.draw(5000)),
    }  # fmt: skip
    if era == "A":
        return base
    if era == "C":
        base["Link"] = f"https://media.example.org/{moment.bits:016x}.{moment.pick(('mp4', 'jpg'))}"
    return base | {
        "WhoCanView": moment.pick(_AUDIENCES, 1), "AllowComments": moment.pick(_YES_NO, 2),
        "AllowStitches": moment.pick(_YES_NO, 3), "AllowDuets": moment.pick(_YES_NO, 4),
        "AllowStickers": "Yes", "AllowSharingToStory": "Yes", "ContentDisclosure": "No",
        "AIGeneratedContent": moment.pick(_YES_NO, 5), "Sound": moment.pick(PHRASES, 6),
        "Location": "N/A", "Title": moment.pick(PHRASES, 7), "AddYoursText": "None",
        "AlternateText": "", "CoverImage": f"https://media.example.org/{moment.bits:016x}.jpg",
    }  # fmt: skip


def repost(moment: Moment, _era: Era) -> Row:
    """Return a repost; its keys are a guess, no source shows one."""
    return {"Date": moment.date(), "Link": moment.link()}


def message(moment: Moment, partner: str) -> Row:
    """Return a direct message."""
    me = moment.life.world.people.handle(moment.life.user)
    return {
        "Date": moment.date(), "From": moment.pick((me, partner)),
        "Content": moment.pick(REMARKS, 1) or moment.link(),
    }  # fmt: skip


def tako(moment: Moment, _era: Era) -> Row:
    """Return a talk with the assistant."""
    asked = moment.pick(_TAKO)
    return {
        "Chat Title": asked,
        "Messages": [
            {"Date": f"{moment.date()} UTC", "Content": {"type": "user", "text": asked}},
            {"Date": f"{moment.date(9)} UTC", "Content": {"type": "tako", "text": "Sure!"}},
        ],
    }


def live(moment: Moment, _era: Era) -> Row:
    """Return a live stream of the user's own."""
    length = 60 + moment.draw(7200)
    return {
        "LiveStartTime": moment.date(), "LiveEndTime": moment.date(length),
        "LiveDuration": f"{length // 3600:02}:{length // 60 % 60:02}:{length % 60:02}",
        "RoomId": str(room(moment)), "RoomTitle": moment.pick(PHRASES, 1), "CoverUri": "",
        "ReplayUrl": "N/A", "TotalEarning": "0", "TotalLike": moment.draw(900, 2),
        "TotalView": moment.draw(5000, 3), "TotalGifter": moment.draw(9, 4),
        "QualitySetting": "720p", "MutedList": "None",
    }  # fmt: skip


def room(moment: Moment) -> int:
    """Return the id of a live stream."""
    return _FIRST_ROOM + moment.draw(10**15, 60)


def sent_gift(moment: Moment, _era: Era) -> Row:
    """Return a gift that was sent."""
    amount = str(1 + moment.draw(99))
    return {"Date": moment.date(), "GiftAmount": amount, "UserName": moment.someone()}


def bought_gift(moment: Moment, _era: Era) -> Row:
    """Return a gift that was bought."""
    return {"Date": moment.date(), "Price": f"{1 + moment.draw(50)}.99 EUR"}


def coins(moment: Moment, _era: Era) -> Row:
    """Return coins that were bought."""
    return {"Date": moment.date(), "Type": "Recharge", "CoinAmount": 65 * (1 + moment.draw(20))}


def visited_ad(moment: Moment, _era: Era) -> Row:
    """Return an advertisement that was followed."""
    title = f"{moment.pick(WARES).title()} sale"
    link = f"https://shop.example.org/{moment.draw(10**6)}"
    return {"CreateTime": moment.date(), "AdTitle": title, "AdLink": link}


def off_tiktok(moment: Moment, _era: Era) -> Row:
    """Return what another service told TikTok."""
    source = f"{moment.pick(WARES)}.example.org"
    event = moment.pick(("PageView", "AddToCart", "Purchase"), 1)
    return {"TimeStamp": moment.date(), "Source": source, "Event": event}


def location(moment: Moment, _era: Era) -> Row:
    """Return where the user was last."""
    return {"Date": moment.date(), "GpsData": "N/A", "LastRegion": moment.pick(("DE", "FR", "IE"))}


def review(moment: Moment, _era: Era) -> Row:
    """Return what the user thought of a place."""
    return {
        "PlaceName": f"Café {moment.pick(NAMES).title()}", "Date": moment.date(),
        "Rating": str(1 + moment.draw(5, 1)), "Status": "Published", "Likes": "0",
        "ReviewText": moment.pick(REMARKS, 2),
    }  # fmt: skip


def cart_item(moment: Moment, _era: Era) -> Row:
    """Return something in the shopping cart."""
    return {
        "CreateTime": moment.date(), "ShopName": f"{moment.pick(NAMES).title()}'s",
        "ProductName": moment.pick(WARES, 1), "SkuCount": 1 + moment.draw(3, 2),
    }  # fmt: skip


def browsed_product(moment: Moment, _era: Era) -> Row:
    """Return a product that was looked at."""
    return {
        "browsing_date": moment.date(), "shop_name": f"{moment.pick(NAMES).title()}'s",
        "product_name": moment.pick(WARES, 1),
    }  # fmt: skip


def address(moment: Moment, _era: Era) -> Row:
    """Return an address; the misspelt key is the wire's."""
    return {
        "receiver_name": moment.pick(NAMES).title(), "masked_phone_number": "+49******21",
        "adress_info": f"{1 + moment.draw(90)} Sample Street",
    }  # fmt: skip
