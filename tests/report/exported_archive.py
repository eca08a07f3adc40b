"""Small made-up exports for the tests of the report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tiktok_async.portability.archive import Archive

if TYPE_CHECKING:
    from pathlib import Path

LINK = "https://www.tiktokv.com/share/video/7359012345678901234/"


def known(word: str = "word") -> dict[str, Any]:
    """Return an export with every section that the report tells of; `word` is in each text."""
    return {
        "Your Activity": {
            "Watch History": {
                "VideoList": [
                    {"Date": "2026-03-02 21:10:00", "Link": LINK, "Title": word},
                    {"Date": "2026-03-02 21:50:00", "Link": LINK},
                    {"Date": "2026-05-09 08:00:00", "Link": LINK},
                    {"Date": "1970-01-01 00:00:00", "Link": LINK},
                    word,
                ]
            },
            "Searches": {
                "SearchList": [
                    {"Date": "2026-03-02 21:00:00", "SearchTerm": f"{word} Bread"},
                    {"Date": "2026-03-03 21:00:00", "SearchTerm": f" {word} bread "},
                    {"Date": "2026-03-04 21:00:00", "SearchTerm": f"{word} bike"},
                ]
            },
            "Share History": {
                "ShareHistoryList": [
                    {"Date": "2026-03-05 10:00:00", "SharedContent": word, "Method": f"{word} copy"}
                ]
            },
            "Reposts": {"RepostList": [{"Date": "2026-03-05 11:00:00", "Link": LINK}]},
            "Login History": {
                "LoginHistoryList": [
                    {
                        "Date": f"2026-03-0{day} 07:00:00",
                        "IP": f"203.0.113.{day}",
                        "DeviceModel": f"{word} phone",
                        "DeviceSystem": system,
                        "NetworkType": f"{word} network",
                    }
                    for day, system in enumerate(("Android 15", "Android 14", "iOS 18"), 1)
                ]
            },
            "Purchases": {
                "SendGifts": {
                    "SendGifts": [
                        {"Date": "2026-03-07 10:00:00", "GiftAmount": "5", "UserName": word}
                    ]
                },
                "BuyGifts": {"BuyGifts": [{"Date": "2026-03-08 10:00:00", "Price": word}]},
            },
            "Coin Purchase History": {
                "CoinPurchaseHistoryList": [
                    {"Date": "2026-03-09 10:00:00", "Type": word, "CoinAmount": 350},
                    {"Date": "2026-03-10 10:00:00", "Type": word, "CoinAmount": 70},
                ]
            },
            "Ad Interests": {"AdInterestCategories": f"{word} gardens | {word} boats"},
            "Ads Visit History": {
                "AdsVisitHistoryList": [
                    {"CreateTime": "2026-03-11 10:00:00", "AdTitle": word, "AdLink": word}
                ]
            },
            "Off TikTok Activity": {
                "OffTikTokActivityDataList": [
                    {"TimeStamp": "2026-03-12 10:00:00", "Source": f"{word} shop", "Event": word}
                ]
            },
            "Instant Form Ads Responses": {"Responses": [{"Answer": word}]},
            f"{word} Mystery": {"List": [1, 2, 3]},
        },
        "Likes and Favorites": {
            "Like List": {"ItemFavoriteList": [{"date": "2026-04-01 21:10:00", "link": LINK}]},
            "Favorite Videos": {
                "FavoriteVideoList": [{"Date": "2026-04-02 21:10:00", "Link": LINK}] * 2
            },
            "Favorite Sounds": {
                "FavoriteSoundList": [{"Date": "2026-04-02 21:10:00", "Link": LINK}]
            },
        },
        "Profile And Settings": {
            "Follower": {
                "FansList": [
                    {"Date": "2026-01-01 10:00:00", "UserName": f"{word}1"},
                    {"Date": "2026-02-01 10:00:00", "UserName": f"{word}2"},
                ]
            },
            "Following": {"Following": [{"Date": "2026-02-01 10:00:00", "UserName": f"{word}3"}]},
            "Block List": {"BlockList": [{"Date": "2026-02-01 10:00:00", "UserName": f"{word}4"}]},
            "Profile Info": {"ProfileMap": {"userName": f"{word}.person"}},
        },
        "Comment": {
            "Comments": {
                "CommentsList": [{"date": "2026-03-02 22:00:00 UTC", "comment": f"{word} said"}]
            }
        },
        "Post": {
            "Posts": {
                "VideoList": [
                    {"Date": "2026-03-01 10:00:00", "Link": LINK, "Likes": "12", "Title": word},
                    {"Date": "2026-03-02 10:00:00", "Link": LINK, "Likes": "7", "Title": ""},
                ]
            }
        },
        "Direct Message": {
            "Direct Messages": {
                "ChatHistory": {
                    f"Chat History with {word}:": [
                        {"Date": "2026-03-02 22:00:00", "From": word, "Content": f"{word} said"}
                    ]
                    * 3
                }
            },
            "Group Chat": {
                "GroupChat": {
                    f"{word} group": [
                        {"Date": "2026-03-02 22:00:00", "From": word, "Content": f"{word} said"}
                    ]
                    * 2
                }
            },
        },
        "TikTok Live": {
            "Watch Live History": {
                "WatchLiveMap": {"7123": {"WatchTime": "2026-03-02 23:00:00", "Link": word}}
            },
            "Go Live History": {
                "GoLiveList": [
                    {
                        "LiveStartTime": "2026-03-13 10:00:00",
                        "RoomId": "7123",
                        "RoomTitle": f"{word} live",
                        "TotalView": 40,
                    }
                ]
            },
        },
        "TikTok Shop": {"Vouchers": {"Vouchers": []}},
    }


def opened(folder: Path, export: dict[str, Any]) -> Archive:
    """Write an export and open it."""
    path = folder / "user_data_tiktok.json"
    path.write_text(json.dumps(export))
    return Archive.open(path)
