"""Users as TikAPI shows them: in posts, in lists, and on their own.

Source: contract, TikAPI models, Author, User and Stats; samples user_detail and user_followers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.scene import Scene

_CATEGORIES = ("Travel & Tourism", "Education", "Health", "Public Figure")


def rounded(number: int) -> int:
    """Return a count as TikTok rounds it: 427682 is 427700, 6764096 is 6800000."""
    step = 1 if number < 10_000 else 100 if number < 1_000_000 else 100_000
    return (number + step // 2) // step * step


def avatar(user: int, size: int) -> str:
    """Return the link to a picture of a user."""
    return f"https://p16.example.org/{user}~{size}x{size}.jpeg"


def avatars(user: int) -> dict[str, str]:
    """Return the pictures of a user in the three sizes of camelCase bodies."""
    return {
        "avatarLarger": avatar(user, 1080),
        "avatarMedium": avatar(user, 720),
        "avatarThumb": avatar(user, 100),
    }


def _person(scene: Scene, user: int) -> dict[str, Any]:
    people = scene.world.people
    drawn = people.draw(user, 44)
    known = people.profile(user)
    edits = scene.state.seen(user).edits
    return {
        **avatars(user),
        "commentSetting": 0,
        "downloadSetting": 3 if drawn & 7 == 0 else 0,
        "duetSetting": 0,
        "ftc": False,
        "id": str(scene.names.user_id(user)),
        "isADVirtual": False,
        "nickname": edits.get("nickname", known["display_name"]),
        "openFavorite": not scene.world.social.hides_likes(user),
        "privateAccount": edits.get("private", str(people.is_private(user))).lower() == "true",
        "relation": int(scene.follows(user)),
        "secUid": scene.names.sec_uid(user),
        "secret": False,
        "signature": edits.get("bio", known["bio_description"]),
        "stitchSetting": 0,
        "uniqueId": scene.handle(user),
        "verified": known["is_verified"],
    }


def listed(scene: Scene, user: int) -> dict[str, Any]:
    """Return a user as lists of followers show them."""
    return _person(scene, user) | {"ttSeller": scene.world.people.draw(user, 44) >> 3 & 31 == 0}


def author(scene: Scene, user: int, *, detail: bool = False) -> dict[str, Any]:
    """Return a user as a post shows them; the detail of a post shows more."""
    shown = _person(scene, user) | {"isEmbedBanned": False}
    drawn = scene.world.people.draw(user, 44)
    if drawn >> 8 & 7 == 0:
        shown["UserStoryStatus"] = 0
    if detail:
        shown |= {
            "canExpPlaylist": False,
            "createTime": _joined(scene, user),
            "nickNameModifyTime": _joined(scene, user) + 86_400,
            "nowInvitationCardUrl": "",
            "recommendReason": "",
            "roomId": str(scene.live_room(user) or ""),
            "shortId": "0",
            "suggestAccountBind": False,
            "ttSeller": drawn >> 3 & 31 == 0,
            "uniqueIdModifyTime": 0,
        }
    return shown


def profile(scene: Scene, user: int) -> dict[str, Any]:
    """Return a user as on their own page."""
    drawn = scene.world.people.draw(user, 44)
    shown = listed(scene, user) | {
        "UserStoryStatus": 0,
        "canExpPlaylist": scene.world.catalogue.playlist_id(user) is not None,
        "commerceUserInfo": {"commerceUser": False},
        "createTime": _joined(scene, user),
        "followingVisibility": 1,
        "isEmbedBanned": False,
        "nickNameModifyTime": _joined(scene, user) + 86_400,
        "profileEmbedPermission": 1,
        "profileTab": {"showPlayListTab": scene.world.catalogue.playlist_id(user) is not None},
        "region": scene.world.people.region(user),
        "roomId": str(scene.live_room(user) or ""),
        "shortId": "",
    }
    if user == 0 or drawn >> 11 & 7 == 0:
        category = _CATEGORIES[drawn >> 14 & 3]
        shown["commerceUserInfo"] = {
            "commerceUser": True, "category": category, "categoryButton": False,
        }  # fmt: skip
    link = scene.world.people.profile(user).get("bio_url")
    if link:
        shown["bioLink"] = {"link": link, "risk": 3}
    return shown


def counts(scene: Scene, user: int) -> dict[str, int]:
    """Return the exact counts of a user."""
    known = scene.world.people.profile(user)
    follows = scene.state.seen(user).follows.values()
    hearts = known["likes_count"]
    return {
        "diggCount": 0 if scene.world.social.hides_likes(user) else _liked(scene, user),
        "followerCount": known["follower_count"] + scene.state.followers_of(user),
        "followingCount": known["following_count"] + sum(1 if on else -1 for on, _ in follows),
        "friendCount": min(known["follower_count"], known["following_count"]) // 3,
        "heart": hearts,
        "heartCount": hearts,
        "videoCount": known["video_count"],
    }


def stats(exact: dict[str, int]) -> dict[str, int]:
    """Return counts as integers, rounded."""
    return {name: rounded(number) for name, number in exact.items()}


def stats_v2(exact: dict[str, int]) -> dict[str, str]:
    """Return counts as texts."""
    return {name: str(number) for name, number in exact.items()}


def with_counts(scene: Scene, user: int, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a user, and the counts in both forms beside."""
    exact = counts(scene, user)
    return {"stats": stats(exact), "statsV2": stats_v2(exact), "user": shown}


def _liked(scene: Scene, user: int) -> int:
    marks = scene.state.seen(user).likes.values()
    return scene.world.social.liked(user).total + sum(1 if on else -1 for on, _ in marks)


def _joined(scene: Scene, user: int) -> int:
    return scene.world.timeline.begin - scene.world.people.draw(user, 45) % (1000 * 86_400)
