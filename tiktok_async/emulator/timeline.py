"""When each video was made, and the id that follows from it.

Video number `i` of `count` lies at its place in the span, a little shaken. An id is the creation
time in its upper bits, as in TikTok's own ids, so a falling id is a falling time.
"""

from __future__ import annotations

from typing import Final

import attrs

from tiktok_async.emulator.mixing import mix

_LOW_BITS: Final = 32
_BIG_SHIFT: Final = 36
"""Four bits more than real ids have: such ids exceed 64 bits."""


@attrs.frozen
class Timeline:
    """The order of all videos: index, time and id, each computable from the other."""

    count: int
    begin: int
    """Unix seconds of the first possible video."""
    span: int
    """Length of the span in seconds."""
    bits: int
    """What the shaking is derived from."""
    big_ids: bool = False

    def time_of(self, index: int) -> int:
        """Return the creation time of a video in Unix seconds; it never falls with the index."""
        slot = self.span // self.count
        shake = mix(self.bits ^ index) % slot if slot > 1 else 0
        return self.begin + index * self.span // self.count + shake

    def first_at(self, time: int) -> int:
        """Return the lowest index that is not before a time; `count` where there is none."""
        offset = min(max(time - self.begin, 0), self.span)
        index = -(-offset * self.count // self.span)
        while index and self.time_of(index - 1) >= time:
            index -= 1
        return index

    def id_of(self, index: int) -> int:
        """Return the id of a video."""
        time = self.time_of(index)
        stride = self._stride
        low = self._rank(index, time) * stride + mix(self.bits + index) % stride
        return time << self._shift | low

    def index_of(self, video_id: int) -> int | None:
        """Return the index of the video with an id, or None where no video has it."""
        time = video_id >> self._shift
        low = video_id & ((1 << self._shift) - 1)
        index = self._first_of(time) + low // self._stride
        known = 0 <= index < self.count and self.id_of(index) == video_id
        return index if known else None

    @property
    def _shift(self) -> int:
        return _BIG_SHIFT if self.big_ids else _LOW_BITS

    @property
    def _stride(self) -> int:
        return (1 << _LOW_BITS) // (self.count // self.span + 1)

    def _first_of(self, time: int) -> int:
        if self.span // self.count > 1:
            return self.first_at(time)
        return max(0, -(-(time - self.begin) * self.count // self.span))

    def _rank(self, index: int, time: int) -> int:
        if self.span // self.count > 1:
            return 0
        return index - self._first_of(time)
