"""Links to videos: signed, short-lived, and good only with the headers that came with them.

A link holds its end and a signature over the video, the quality, the end and the chain token, which
only the cookie holds. Links of one minute have the same end.
Source: contract, TikAPI, Video download; real links are https on hosts of their own.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.archive.tape import Run, Tape
from tiktok_async.emulator.mixing import mix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.tikapi.settings import TikAPISettings

PATH: Final = "/media/{video}/{quality}.mp4"
REFERER: Final = "https://www.tiktok.com/"
COOKIE: Final = "tt_chain_token"
QUALITIES: Final[Mapping[str, int]] = {
    "download": 100, "play": 100, "normal_720_0": 100, "normal_540_0": 80, "lower_540_0": 60,
    "lowest_540_0": 40,
}  # fmt: skip
"""Each with its size in hundredths of that of the video."""
_LEAST: Final = 256 * 1024
_MOST: Final = 1024 * 1024
_BLOCK: Final = 65_537
"""No power of two: a part that was put in a wrong place shows."""
_HEAD: Final = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
_MINUTE: Final = 60


@attrs.frozen
class Links:
    """The links of one answer."""

    seed: int
    base: str
    """Scheme and host."""
    expire: int
    """Unix seconds."""
    chain: str
    """The token in the cookie."""

    def of(self, video: int, quality: str) -> str:
        """Return the link to a video, by its index."""
        path = PATH.format(video=video, quality=quality)
        signature = signed(self.seed, video, quality, self.expire, self.chain)
        return f"{self.base}{path}?expire={self.expire}&signature={signature}"

    def headers(self) -> dict[str, str]:
        """Return what a request for any of the links has to say."""
        return {
            "Cookie": f"{COOKIE}={self.chain}",
            "Origin": REFERER.rstrip("/"),
            "Referer": REFERER,
        }


def links(settings: TikAPISettings, seed: int, base: str, what: str, now: float) -> Links:
    """Return the links of an answer.

    Args:
        settings: How long they are good.
        seed: Of the world.
        base: Where the media are.
        what: The call, with its parameters: calls that differ have other tokens.
        now: Unix seconds.
    """
    minute = int(now // _MINUTE) * _MINUTE
    expire = int(minute + _MINUTE + settings.media_life)
    chain = hashlib.blake2b(f"{seed}:{what}:{expire}".encode(), digest_size=12).hexdigest()
    return Links(seed, base, expire, chain)


def signed(seed: int, video: int, quality: str, expire: int, chain: str) -> str:
    """Return the signature of a link."""
    text = f"{seed}:{video}:{quality}:{expire}:{chain}"
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def size_of(settings: TikAPISettings, bits: int, quality: str = "play") -> int:
    """Return the bytes of a video in a quality.

    Args:
        settings: Which may say it.
        bits: 64 bits of the video.
        quality: One of `QUALITIES`.
    """
    whole = settings.media_bytes
    if whole is None:
        whole = _LEAST + mix(bits ^ 43) % _MOST
    return whole * QUALITIES[quality] // 100


@functools.lru_cache(maxsize=64)
def film(size: int, bits: int, quality: str, edition: int = 0) -> Tape:
    """Return the bytes of a video: made up, always the same."""
    text = f"{bits}:{quality}:{edition}"
    block = hashlib.shake_128(text.encode()).digest(min(_BLOCK, max(size, 1)))
    whole = Tape((Run(_HEAD), Run(block, size // len(block) + 1)))
    return whole.cut(0, size)
