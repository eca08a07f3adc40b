"""The media hosts: links to videos, served to whoever has the headers that came with them.

Source: contract, TikAPI, Video download: no API key, a browser's User-Agent, and the headers of
`$other.videoLinkHeaders` of the same answer. An expired link gives 403 or a small body.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from tiktok_async.emulator.answers import HTML_TYPE, Answer
from tiktok_async.emulator.mixing import token_text
from tiktok_async.emulator.ranges import selected
from tiktok_async.emulator.tikapi.facts import Operation
from tiktok_async.emulator.tikapi.films import is_photo
from tiktok_async.emulator.tikapi.links import (
    COOKIE,
    PATH,
    QUALITIES,
    REFERER,
    film,
    signed,
    size_of,
)
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from tiktok_async.emulator.archive.tape import Tape
    from tiktok_async.emulator.tikapi.calls import Call
    from tiktok_async.emulator.tikapi.service import Service
    from tiktok_async.emulator.videos import Video

OPERATION: Final = Operation(
    id="tikapi.media",
    method="GET",
    path=PATH,
    parameters=(),
    of_account=False,
    scopes=(),
    premium=False,
    trusted_only=False,
    style="none",
    cursor_key=None,
    items=(),
    keys={},
    constants={},
    group="media",
)
"""What a media host serves: no endpoint of TikAPI."""
_BROWSER: Final = "Mozilla/5.0"
_TYPE: Final = "video/mp4"
_KEYS: Final = ("x-api-key", "x-account-key")


async def serve(call: Call) -> Answer:
    """Serve a video, or a part of it."""
    service = call.service
    if any(name in call.headers for name in _KEYS):
        service.leaks += 1
        return _refused("A key of TikAPI does not belong here")
    asked = {name: values[-1] for name, values in parse_qs(call.query).items()}
    video, quality = _video(service, call.in_path["video"]), call.in_path["quality"]
    if video is None or quality not in QUALITIES or not _is_good(call, video, asked):
        return _refused("Access denied")
    if call.now >= int(asked["expire"]):
        return _expired(service)
    answer = Answer(_bytes(service, video, quality), media_type=_TYPE)
    if not service.settings.media_ranges:
        return answer
    edition = service.editions[video.index]
    tag = token_text(edition, "media", service.world.seed, video.index, quality)[:20]
    return selected(answer, call.headers, f'"{tag}"', video.create_time())


def bytes_of(service: Service, link: str) -> Tape:
    """Return the bytes behind a link, good or not.

    Raises:
        InputError: if it is none of this emulator's.
    """
    parts = urlsplit(link).path.removesuffix(".mp4").split("/")
    head, index, quality = parts[-3:] if len(parts) > 3 else ("", "", "")
    video = _video(service, index)
    if head != "media" or video is None or quality not in QUALITIES:
        raise InputError(f"{link!r} is no link to a video of this emulator.")
    return _bytes(service, video, quality)


def _bytes(service: Service, video: Video, quality: str) -> Tape:
    size = size_of(service.settings, video.bits, quality)
    return film(size, video.bits, quality, service.editions[video.index])


def _video(service: Service, index: str) -> Video | None:
    known = index.isascii() and index.isdecimal() and int(index) < service.world.videos
    video = service.world.video(int(index)) if known else None
    return video if video and video.is_visible and not is_photo(video) else None


def _is_good(call: Call, video: Video, asked: dict[str, str]) -> bool:
    """Whether the headers are those that came with the link, and nobody changed it."""
    headers = call.headers
    chain = _chain(headers.get("cookie", ""))
    expire = asked.get("expire", "")
    if not expire.isdecimal() or not headers.get("user-agent", "").startswith(_BROWSER):
        return False
    sign = signed(call.service.world.seed, video.index, call.in_path["quality"], int(expire), chain)
    return headers.get("referer") == REFERER and asked.get("signature") == sign


def _chain(cookie: str) -> str:
    try:
        found: Any = SimpleCookie(cookie).get(COOKIE)
    except CookieError:
        return ""
    return str(found.value) if found else ""


def _expired(service: Service) -> Answer:
    manner = service.settings.media_expired
    if manner == "refused":
        return _refused("The link has expired")
    if manner == "json":
        return Answer({"code": 4404, "message": "url expired"})
    page = "<html><head><title>Expired</title></head><body>This link has expired</body></html>\n"
    return Answer(page.encode(), media_type=HTML_TYPE)


def _refused(why: str) -> Answer:
    page = f"<html><head><title>403 Forbidden</title></head><body>{why}</body></html>\n"
    return Answer(page.encode(), status=403, media_type=HTML_TYPE)
