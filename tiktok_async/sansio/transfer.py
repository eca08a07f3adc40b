"""A download's decisions: what an answer means for the bytes that are here, and when to give up.

Rules: no file, no socket, no clock; times and random numbers are arguments. Bytes of two answers
are joined only where the server's own validators say that they are of one file; in every other
case the file begins anew, which for a file without validators is the normal path.
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections import deque
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Literal

import attrs

from tiktok_async.sansio.retry import jitter
from tiktok_async.sansio.wire import length_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktok_async.sansio.wire import Opening, WireRequest

MAX_STARTS: Final = 5
_BACKOFF: Final = (1.0, 30.0)
"""Seconds: the ceiling of the first wait between two starts, and of any."""
_SLOW: Final = 1024
"""Bytes a second below which a transfer is as good as dead."""
_PATIENCE: Final = 60.0
"""Seconds for which it may be that slow."""
_SAFE_AGE: Final = 60.0
"""Seconds that a file must be older than its answer, for its date to tell versions apart."""
_GROWTH: Final = 2**20
"""Bytes that a server must add by a short answer, for the next start to cost nothing."""

_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_UNSATISFIED: Final = re.compile(r"bytes \*/(\d{1,18})", re.ASCII)
_STRONG: Final = re.compile(r'"[\x21\x23-\x7e]*"')
_TEXT: Final = re.compile(r"application/(?:[\w.-]+\+)?json|text/(?:html|json)|application/xhtml")


@attrs.frozen
class Kept:
    """What is known of a partial file that may be continued."""

    request: str
    """Which request it answers: a hash of method, URL and body."""
    validator: str
    """The server's name for this version of the file: a strong ETag, or a Last-Modified."""
    total: int | None
    """Size of the whole file in bytes, where it was promised."""


def identity(wire: WireRequest) -> str:
    """Return what tells requests apart, and gives none of their parts away."""
    text = f"{wire.method} {wire.url}\n".encode() + wire.content
    return hashlib.sha256(text).hexdigest()


def kept_of(request: str, headers: Mapping[str, str]) -> Kept | None:
    """Return what makes the file of an answer continuable; None = the server does not allow it."""
    validator = _validator(headers)
    if validator is None or headers.get("accept-ranges", "").strip().lower() != "bytes":
        return None
    return Kept(request, validator, length_of(headers))


def _validator(headers: Mapping[str, str]) -> str | None:
    etag = headers.get("etag", "").strip()
    if _STRONG.fullmatch(etag):
        return etag
    changed = headers.get("last-modified", "").strip()
    then, now = _date(changed), _date(headers.get("date", ""))
    if etag or then is None or now is None or now - then < _SAFE_AGE:
        return None
    return changed


def _date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, IndexError, OverflowError):
        return None


def range_headers(kept: Kept, size: int) -> tuple[tuple[str, str], ...]:
    """Return the headers that ask for the file from byte `size` on, if it is still the same."""
    return (("range", f"bytes={size}-"), ("if-range", kept.validator))


def begins_file(opening: Opening, signature: Callable[[bytes], bool], *, ranged: bool) -> bool:
    """Tell whether an answer is the file, a part of it, or speaks of a range that was asked for.

    Args:
        opening: The answer's head and first bytes.
        signature: Tells the file by its first bytes.
        ranged: Whether a range was asked for.
    """
    partial = opening.status == 206 or "content-range" in opening.headers
    if opening.status == 200 and not (ranged and partial):
        return not _is_text(opening) and signature(opening.first)
    if opening.status in (200, 206):
        return ranged and not _is_text(opening)
    return ranged and opening.status in (412, 416)


def _is_text(opening: Opening) -> bool:
    return bool(_TEXT.match(opening.headers.get("content-type", "").strip().lower()))


class Act(enum.Enum):
    """What to do with an answer."""

    FRESH = enum.auto()
    """Its body is the whole file: what was here goes."""
    APPEND = enum.auto()
    """Its body goes on where the bytes that are here end."""
    COMPLETE = enum.auto()
    """The bytes that are here are the whole file."""
    DISCARD = enum.auto()
    """It fits nothing: what was here goes, and the next start asks for no range."""


@attrs.frozen
class Plan:
    """What an answer means for the bytes that are here."""

    act: Act
    total: int | None = None
    """Size of the whole file in bytes, where it is known."""
    end: int | None = None
    """Size of what will be here when the body is at its end, where it is known."""


_DISCARD: Final = Plan(Act.DISCARD)


def plan(status: int, headers: Mapping[str, str], kept: Kept | None, size: int) -> Plan:
    """Return what to do with an answer.

    Args:
        status: Its HTTP status.
        headers: Its headers.
        kept: What is known of the partial file; None = no range was asked for.
        size: Bytes of the partial file.
    """
    found = headers.get("content-range")
    if status == 200 and found is None:
        total = length_of(headers)
        return Plan(Act.FRESH, total, total)
    if status == 206 and kept is not None:
        return _continued(found or "", headers, kept, size)
    if status == 416 and kept is not None:
        match = _UNSATISFIED.fullmatch((found or "").strip())
        if match and int(match[1]) == size and kept.total in (None, size):
            return Plan(Act.COMPLETE, size, size)
    return _DISCARD


def _continued(found: str, headers: Mapping[str, str], kept: Kept, size: int) -> Plan:
    match = _RANGE.fullmatch(found.strip())
    if match is None:
        return _DISCARD
    first, end = int(match[1]), int(match[2]) + 1
    total = None if match[3] == "*" else int(match[3])
    etag, length = headers.get("etag", "").strip(), length_of(headers)
    same = etag in ("", kept.validator) or not _STRONG.fullmatch(kept.validator)
    whole = length is None or length == end - first
    if first != size or end <= first or kept.total not in (None, total) or not same or not whole:
        return _DISCARD
    if total is not None and end > total:
        return _DISCARD
    return Plan(Act.APPEND, total, end)


def is_cut(plan: Plan, size: int) -> bool:
    """Tell whether a body that ended brought another number of bytes than its head promised.

    One that promised none is no less whole; only what is in it can tell.
    """
    return plan.end is not None and size != plan.end


def is_whole(plan: Plan, size: int) -> bool:
    """Tell whether the bytes that are here may be the whole file."""
    return size == plan.total or plan.total is None


@attrs.define
class Starts:
    """How often a download was started; there is a limit."""

    made: int = 0
    _free: int = 0

    def next(self, random: float) -> float | None:
        """Count one more start; return the seconds to wait before it, or None where it is refused.

        Args:
            random: A number from 0 to 1.
        """
        if self.made - self._free >= MAX_STARTS:
            return None
        self.made += 1
        again = self.made - self._free - 1
        return jitter(*_BACKOFF, again, random) if again else 0.0

    def grew(self, received: int) -> None:
        """Note that the server sends the file in pieces: a start that brought enough is free."""
        if received >= _GROWTH:
            self._free += 1


@attrs.define
class Pace:
    """Finds out a transfer that is too slow to be alive, by the time spent on waiting for it."""

    _seconds: float = 0.0
    _bytes: int = 0

    def is_stalled(self, seconds: float, received: int) -> bool:
        """Count `received` bytes that `seconds` were waited for; tell whether to give up."""
        self._seconds += seconds
        self._bytes += received
        if self._seconds < _PATIENCE:
            return False
        stalled = self._bytes < _SLOW * self._seconds
        self._seconds, self._bytes = 0.0, 0
        return stalled


@attrs.frozen
class Progress:
    """How far a download is."""

    received: int
    """Bytes of the file that are here; falls back only when `start` rises."""
    total: int | None
    """Bytes of the whole file, where the server said so."""
    rate: float
    """Bytes a second, over the last seconds."""
    eta: float | None
    """Seconds until the last byte, where it can be told."""
    start: int
    """Which start of the download this is, from 1."""
    stage: Literal["downloading", "verifying", "done"]


_EVERY: Final = 0.1
"""Seconds between two reports of progress."""
_MARKS: Final = 50
"""Reports that the rate is taken from: five seconds of them."""


@attrs.define
class Meter:
    """Turns bytes and times into progress."""

    start: int = 0
    total: int | None = None
    _marks: deque[tuple[float, int]] = attrs.field(factory=lambda: deque(maxlen=_MARKS))

    def begin(self, start: int, total: int | None) -> None:
        """Begin with the bytes of another start."""
        self.start, self.total = start, total
        self._marks.clear()

    def is_due(self, now: float) -> bool:
        """Tell whether the last report is old enough for another."""
        return not self._marks or now - self._marks[-1][0] >= _EVERY

    def progress(
        self, now: float, received: int, stage: Literal["downloading", "verifying", "done"]
    ) -> Progress:
        """Return the progress at monotonic time `now`."""
        self._marks.append((now, received))
        then, before = self._marks[0]
        rate = (received - before) / (now - then) if now > then else 0.0
        eta = None
        if self.total is not None and (rate > 0 or received >= self.total):
            eta = max(0.0, self.total - received) / rate if received < self.total else 0.0
        return Progress(received, self.total, rate, eta, self.start, stage)
