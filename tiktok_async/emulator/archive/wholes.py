"""The parts of an export that are maps or texts, not lists.

Source: contract section 5.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.archive import rows
from tiktok_async.emulator.words import BIOS, NAMES, PHRASES, WARES

if TYPE_CHECKING:
    from tiktok_async.emulator.archive.life import Life
    from tiktok_async.emulator.archive.rows import Era

_CHAT: Final = 25
"""Messages of a chat."""
_FEW: Final = 10
_INTERESTS: Final = ("Gardening", "Cooking", "Travel", "Gardening", "Fitness")


def profile(life: Life, era: Era, _count: int) -> dict[str, Any]:
    """Return the profile."""
    people, moment = life.world.people, life.moments("profile", 1)[0]
    platform = {"Description": "", "Name": "", "Platform": "Instagram", "Profile Photo": "N/A"}
    whole = {
        "PlatformInfo": [platform], "aiSelf": "", "bioDescription": moment.pick(BIOS),
        "birthDate": "01-Jan-1995", "displayName": people.display_name(life.user),
        "emailAddress": "someone@example.org", "followerCount": people.follower_count(life.user),
        "followingCount": people.following_count(life.user), "inferredGender": "",
        "instagramLink": "None", "lemon8Link": "", "likesReceived": str(moment.draw(10**5, 1)),
        "profilePhoto": f"https://media.example.org/{moment.bits:016x}.jpeg",
        "profileVideo": "None", "telephoneNumber": "", "youtubeLink": "None",
        "userName": people.handle(life.user).rstrip("\0"),
    }  # fmt: skip
    return whole if era != "C" else {**whole, "accountRegion": "IE", "fundraiser": ""}


def settings(_life: Life, _era: Era, _count: int) -> dict[str, Any]:
    """Return the settings; the key with two colons is the wire's."""
    return {
        "Allow Others to Find Me": "On", "App Language": "en", "Content Preferences": {
            "Keyword filters for videos in Following feed": [], "Video Languages Preferences": "",
        },
        "Interests": "", "Private Account": "Off", "Who Can Send Me Message": "Friends",
        "Who can see your following list::": "Followers",
        "Push Notification": {"New Comments On My Video": "On", "New Fans": "Off"},
    }  # fmt: skip


def autofill(_life: Life, _era: Era, _count: int) -> dict[str, Any]:
    """Return what forms are filled with."""
    names = ("PhoneNumber", "Email", "FirstName", "LastName", "Address", "ZipCode", "Unit", "City",
             "State", "Country")  # fmt: skip
    return dict.fromkeys(names, "N/A") | {"Country": "Ireland"}


def activity_summary(life: Life, era: Era, _count: int) -> dict[str, Any]:
    """Return the counts since registration."""
    moment = life.moments("summary", 1)[0]
    counts = [moment.draw(bound, bound) for bound in (400, 200, 20_000)]
    if era == "A":
        names = ("commentVideoCount", "sharedVideoCount", "videoCount")
        return dict(zip(names, counts, strict=True))
    names = (
        "videosCommentedOnSinceAccountRegistration", "videosSharedSinceAccountRegistration",
        "videosWatchedToTheEndSinceAccountRegistration",
    )  # fmt: skip
    note = "These counts cover the time since the account was made."
    return {"note": note, **dict(zip(names, counts, strict=True))}


def ad_interests(_life: Life, _era: Era, _count: int) -> str:
    """Return what the user is taken to like, in one text."""
    return " | ".join(_INTERESTS)


def chats(life: Life, _era: Era, count: int) -> dict[str, Any]:
    """Return the direct messages, by the other's name."""
    partners = NAMES[: min(len(NAMES), -(-count // _CHAT))]
    return {
        f"Chat History with {name}:": [
            rows.message(moment, name) for moment in life.moments(f"chat {name}", _CHAT)
        ]
        for name in partners
    }


def watched_lives(life: Life, _era: Era, count: int) -> dict[str, Any]:
    """Return the live streams watched, by their id; one of them without an id."""
    found = {}
    for moment in life.moments("watched live", max(1, count // _FEW)):
        key = "-1" if moment.number == 0 else str(rows.room(moment))
        said = {
            "CommentTime": moment.date(60), "CommentContent": moment.pick(PHRASES),
            "RawTime": moment.seconds + 60,
        }  # fmt: skip
        asked = {"QuestionTime": moment.date(90), "QuestionContent": moment.pick(PHRASES, 1)}
        found[key] = {
            "WatchTime": moment.date(), "Link": f"https://www.tiktok.com/live/{key}",
            "Comments": moment.pick((None, [said]), 2),
            "Questions": moment.pick((None, [asked]), 3),
        }  # fmt: skip
    return found


def shop_talk(life: Life, _era: Era, _count: int) -> dict[str, Any]:
    """Return what was written to shops and back, by shop."""
    return {
        f"{name.title()}'s": [
            {
                "send_time": moment.date(), "shop_name": f"{name.title()}'s",
                "direction": moment.pick(("sent", "received")), "content": moment.pick(WARES, 1),
            }
            for moment in life.moments(f"shop {name}", 3)
        ]
        for name in NAMES[:2]
    }  # fmt: skip


def nothing(_life: Life, _era: Era, _count: int) -> None:
    """Return what some empty sections have in place of a list."""


def empty_list(_life: Life, _era: Era, _count: int) -> list[Any]:
    """Return what most empty sections have."""
    return []


def empty_map(_life: Life, _era: Era, _count: int) -> dict[str, Any]:
    """Return what empty sections have that would be a map."""
    return {}
