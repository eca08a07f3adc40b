"""Music, hashtags and playlists as TikAPI shows them.

Source: contract, TikAPI models, Music, Hashtag and Playlist; sample challenge_info.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.tikapi.profiles import author
from tiktok_async.emulator.videos import hashtag_id
from tiktok_async.emulator.words import HASHTAGS, PHRASES

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.scene import Scene

_PICTURES: Final = "https://p16.example.org"
_EXACT_VIEWS: Final = 105_814_218_058_744
"""Views of the most used hashtag; the next ones have half of those before."""
_VIDEOS: Final = 8_050_280_214


def music(scene: Scene, sound: int, *, detail: bool = False) -> dict[str, Any]:
    """Return a sound; the detail of a post shows more of it."""
    bits = mix(scene.world.catalogue.bits ^ sound << 20 ^ 1)
    music_id = scene.world.catalogue.sound_id(sound)
    maker = scene.world.people.display_name(sound % scene.world.people.count)
    duration = 10 + bits % 171
    shown: dict[str, Any] = {
        "authorName": maker,
        "coverLarge": f"{_PICTURES}/music/{sound}~1080.jpeg",
        "coverMedium": f"{_PICTURES}/music/{sound}~200.jpeg",
        "coverThumb": f"{_PICTURES}/music/{sound}~100.jpeg",
        "duration": duration,
        "id": str(music_id),
        "isCopyrighted": bits >> 8 & 3 == 0,
        "original": bits >> 8 & 3 != 0,
        "playUrl": f"https://sf16.example.org/{music_id}.mp3",
        "private": False,
        "title": PHRASES[bits >> 10 & 63] if bits >> 8 & 3 == 0 else f"original sound - {maker}",
        "tt2dsp": {},
    }
    if bits >> 16 & 7 == 0:
        shown["album"] = PHRASES[bits >> 19 & 63].title()
    if detail:
        precise = duration + (bits >> 30 & 1023) / 1024
        shown |= {
            "collected": False,
            "preciseDuration": {
                "preciseAuditionDuration": precise,
                "preciseDuration": precise,
                "preciseShootDuration": precise,
                "preciseVideoDuration": precise,
            },
            "scheduleSearchTime": 0,
        }
    return shown


def music_info(scene: Scene, sound: int) -> dict[str, Any]:
    """Return a sound with its counts and whose it is."""
    person = author(scene, sound % scene.world.people.count)
    videos = scene.world.videos // (sound + 1)
    return {
        "artist": person,
        "artists": [person],
        "music": music(scene, sound, detail=True),
        "stats": {"videoCount": videos},
    }


def hashtag(name: str) -> dict[str, Any]:
    """Return a hashtag as a post shows it."""
    pictures = ("coverLarger", "coverMedium", "coverThumb", "profileLarger", "profileMedium")
    return {
        **dict.fromkeys((*pictures, "profileThumb"), ""),
        "desc": f"Videos about {name}",
        "id": str(hashtag_id(name)),
        "title": name,
    }


def hashtag_info(name: str) -> dict[str, Any]:
    """Return a hashtag as it is shown by name: 0 videos in `stats`, as in the sample."""
    place = HASHTAGS.index(name)
    views = _EXACT_VIEWS >> place
    counts = {"videoCount": 0, "viewCount": views // 100_000_000 * 100_000_000 or views}
    return {
        "challenge": {**hashtag(name), "isCommerce": False, "stats": counts},
        "challengeAnnouncement": {"body": "", "title": ""},
        "stats": counts,
        "statsV2": {"videoCount": str(_VIDEOS >> place), "viewCount": str(views)},
    }


def playlist(scene: Scene, user: int, number: int) -> dict[str, Any]:
    """Return a playlist of a user, by its number."""
    catalogue = scene.world.catalogue
    playlist_id = str(catalogue.playlists(user)[number])
    name = f"{scene.world.people.display_name(user)} plays{f' {number + 1}' if number else ''}"
    videos = map(scene.world.video, catalogue.playlist_videos(user, number))
    return {
        "cover": f"{_PICTURES}/playlist/{playlist_id}.jpeg",
        "creator": author(scene, user),
        "id": playlist_id,
        "mixId": playlist_id,
        "mixName": name,
        "name": name,
        "videoCount": sum(video.is_visible for video in videos),
    }
