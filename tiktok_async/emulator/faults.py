"""Faults by script: what goes wrong, on which calls, how often.

A fault skips the first `after` calls that it matches, then happens `times` times. Calls with a bad
token or over the quota are refused before they meet a fault. A call that meets one is counted and
paid like any other, except where its answer is 401 or 429.

The kinds, with their details; an offset `at` counts bytes if it is an integer, and is a part of
the whole if it is a float:

======================== ==========================================================================
empty_page               no rows and `has_more` true; the cursor passes the rows that were due
repeat_page              the rows of the page before once more, with the cursor of this page
stuck_cursor             `has_more` true, and the cursor that was sent
no_search_id             `search_id` left out
null_items               null in place of the list of rows
wrong_shape              other types than the contract has
server_error             `status` (500), JSON with `code` (internal_error) and `message`
server_error_good_body   `status` (500) with the good answer
error_200                the JSON of an error with HTTP 200: `code` (internal_error), `message` and
                         `media_type` (application/json)
gateway_html             `status` (504) with an HTML page, as a gateway gives it
html_200                 an HTML page with HTTP 200
malformed_json           HTTP 200 with half of the answer's JSON; of a zip's, half of an error's
search_id_invalid        400, the search id refused; matches only calls that carry one
invalid_cursor_transient 400, "Invalid count or cursor", as reported to come and go
rate_limited             429 rate_limit_exceeded; `retry_after` seconds as a header, if given
quota_exhausted          429 daily_quota_limit_exceeded
unauthorized             401 access_token_invalid, though the token is good
token_expired            401, and the token that was presented is dead for good
oauth_error              `error`, `description`: OAuth's flat error with HTTP `status` (200)
cut_body                 the headers promise the whole answer; `at` (0.5) of it the connection ends
reset_connection         the connection is reset before a status line
slow                     the good answer, `seconds` (1) later
stall                    the answer up to `at` (0.5), then silence for `seconds` (3600)
drip                     the answer in drops of `size` (1000) bytes, `seconds` (0.01) apart
wrong_length             the headers promise `by` (1000) bytes more than come; below 0: fewer
bad_chunk                chunks up to `at` (0.5), then one whose size is no number
encoded_body             the good answer in gzip, though nobody asked for it
huge_body                gzip that unfolds to `size` bytes (256 MiB)
corrupt_byte             download: one byte, `at` (0.5), is another one
short_archive            download: the archive up to `at` (0.5), as if it were all
rebuilt                  download: from now on the archive has other bytes and another validator
unknown_status           check: the status `word` (collecting), which nobody documents
range_ignored            200 with the whole archive, as if no range had been asked for
wrong_range              206 with a part that begins `by` (1) bytes later than asked; may be below 0
wrong_total              206, and the size of the whole is `by` (1) bytes more; may be below 0
other_validator          206 with another ETag than the one that was asked for
no_content_range         206 that does not say which part it is
range_on_200             the part that was asked for, and where it is, but with HTTP 200
tiktok_error             TikAPI: `status` (403) with TikTok's `code` (10101) and `message`
endless_flag             TikAPI: the page, with its has-more flag true
false_flag               TikAPI: the page, with its has-more flag false beside the cursor
no_flag                  TikAPI: the page without its has-more flag
======================== ==========================================================================

On TikAPI the errors have its form: `rate_limited` and `quota_exhausted` are its 429,
`token_expired` ends an account key with 428. Downloads are those of exports and of videos. Those
about ranges match only downloads that ask for one, and need `Settings.export_ranges`.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "empty_page": (),
    "repeat_page": (),
    "stuck_cursor": (),
    "no_search_id": (),
    "null_items": (),
    "wrong_shape": (),
    "server_error": ("status", "code", "message"),
    "server_error_good_body": ("status",),
    "error_200": ("code", "message", "media_type"),
    "gateway_html": ("status",),
    "html_200": (),
    "malformed_json": (),
    "search_id_invalid": (),
    "invalid_cursor_transient": (),
    "rate_limited": ("retry_after",),
    "quota_exhausted": (),
    "unauthorized": (),
    "token_expired": (),
    "oauth_error": ("error", "description", "status"),
    "cut_body": ("at",),
    "reset_connection": (),
    "slow": ("seconds",),
    "stall": ("seconds", "at"),
    "drip": ("size", "seconds"),
    "wrong_length": ("by",),
    "bad_chunk": ("at",),
    "encoded_body": (),
    "huge_body": ("size",),
    "corrupt_byte": ("at",),
    "short_archive": ("at",),
    "rebuilt": (),
    "unknown_status": ("word",),
    "range_ignored": (),
    "wrong_range": ("by",),
    "wrong_total": ("by",),
    "other_validator": (),
    "no_content_range": (),
    "range_on_200": (),
    "tiktok_error": ("status", "code", "message"),
    "endless_flag": (),
    "false_flag": (),
    "no_flag": (),
}
"""The kinds, each with the names of its details."""
_NUMBERS: Final = ("status", "retry_after", "seconds", "size", "at")
_WHOLE_NUMBERS: Final = ("status", "size", "by")
_OF_RANGES: Final = frozenset({
    "range_ignored", "wrong_range", "wrong_total", "other_validator", "no_content_range",
    "range_on_200",
})  # fmt: skip
_OF_DOWNLOADS: Final = _OF_RANGES | {"corrupt_byte", "short_archive", "rebuilt"}
_DOWNLOADS: Final = ("portability.download", "tikapi.media")
_OF_TIKAPI: Final = frozenset({"tiktok_error", "endless_flag", "false_flag", "no_flag"})


class Named(Protocol):
    """An endpoint."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def path(self) -> str:
        """Its path."""


class Met(Protocol):
    """A call, as far as faults look at it."""

    @property
    def operation(self) -> Named:
        """What is called."""

    @property
    def headers(self) -> dict[str, str]:
        """Headers, names in lower case."""

    def peek(self) -> dict[str, Any]:
        """Return the parameters."""


@attrs.frozen(init=False)
class Fault:
    """Something that goes wrong.

    Args:
        kind: One of `KINDS`.
        path: An endpoint by id or path, `*` and `?` allowed; None is every endpoint but OAuth's
            (for `oauth_error`: OAuth's).
        after: How many matching calls are spared first.
        times: How often it happens, or None for ever.
        details: What the kind takes.

    Raises:
        InputError: if the kind or a detail is unknown, or a number is negative.
    """

    kind: str
    path: str | None
    after: int
    times: int | None
    details: Mapping[str, Any]

    def __init__(
        self,
        kind: str,
        path: str | None = None,
        after: int = 0,
        times: int | None = 1,
        **details: Any,
    ) -> None:
        if kind not in KINDS:
            raise InputError(f"Unknown fault {kind!r}: write one of {', '.join(KINDS)}.")
        if unknown := set(details) - set(KINDS[kind]):
            raise InputError(f"Fault {kind} takes {KINDS[kind] or 'no details'}, not {unknown}.")
        numbers = [details[name] for name in _NUMBERS if details.get(name) is not None]
        if not all(isinstance(number, int | float) and number >= 0 for number in numbers):
            raise InputError(f"{', '.join(_NUMBERS)} of a fault are numbers, 0 or more.")
        wholes = [details[name] for name in _WHOLE_NUMBERS if name in details]
        if not all(isinstance(number, int) for number in wholes):
            raise InputError(f"{', '.join(_WHOLE_NUMBERS)} of a fault are integers.")
        if after < 0 or (times is not None and times < 0):
            raise InputError("after and times of a fault are 0 or more.")
        self.__attrs_init__(kind, path, after, times, details)

    @classmethod
    def from_dict(cls, raw: Any) -> Fault:
        """Read a fault as `to_dict` writes it; details stand beside the other keys.

        Raises:
            InputError: if it is not one.
        """
        if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str):
            raise InputError('A fault is an object such as {"kind": "server_error", "times": 2}.')
        try:
            return cls(**raw)
        except TypeError as error:
            raise InputError(f"This is not a fault: {error}") from None

    def to_dict(self) -> dict[str, Any]:
        """Return the fault as JSON."""
        plain = {"kind": self.kind, "path": self.path, "after": self.after, "times": self.times}
        return {**plain, **self.details}

    def matches(self, call: Met) -> bool:
        """Whether a call is one that the fault looks at."""
        endpoint, path = call.operation.id, call.operation.path
        if not self._suits(endpoint):
            return False
        if self.kind == "search_id_invalid" and not call.peek().get("search_id"):
            return False
        if self.kind in _OF_RANGES and "range" not in call.headers:
            return False
        if self.path is None:
            return endpoint.startswith("oauth.") == (self.kind == "oauth_error")
        return fnmatchcase(path if self.path.startswith("/") else endpoint, self.path)

    def _suits(self, endpoint: str) -> bool:
        """Whether it is of a kind that an endpoint can have."""
        if self.kind in _OF_DOWNLOADS:
            return endpoint in _DOWNLOADS
        if self.kind in _OF_TIKAPI:
            return endpoint.startswith("tikapi.")
        return self.kind != "unknown_status" or endpoint == "portability.check"


def read_script(text: str | bytes) -> list[Fault]:
    """Read a script: a JSON list of faults.

    Raises:
        InputError: if it is not one.
    """
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise InputError(f"A fault script is a JSON list: {error}") from None
    if not isinstance(raw, list):
        raise InputError("A fault script is a JSON list of objects.")
    return [Fault.from_dict(item) for item in raw]


def load_script(path: Path) -> list[Fault]:
    """Read the script in a file.

    Raises:
        InputError: if it is not one.
        OSError: if the file cannot be read.
    """
    return read_script(path.read_bytes())


@attrs.define
class _Armed:
    fault: Fault
    seen: int = 0
    fired: int = 0

    def meets(self) -> bool:
        self.seen += 1
        spent = self.fault.times is not None and self.fired >= self.fault.times
        return self.seen > self.fault.after and not spent


@attrs.define
class Script:
    """The faults of an emulator, in order."""

    _armed: list[_Armed] = attrs.field(factory=list)

    def add(self, *faults: Fault) -> None:
        """Add faults behind the others."""
        self._armed.extend(map(_Armed, faults))

    def clear(self) -> None:
        """Remove all faults."""
        self._armed.clear()

    def take(self, call: Met) -> Fault | None:
        """Return the fault that a call meets: the first whose turn it is.

        Every matching fault counts the call, whichever of them happens.
        """
        if not self._armed:
            return None
        matching = [armed for armed in self._armed if armed.fault.matches(call)]
        due = [armed for armed in matching if armed.meets()]
        if not due:
            return None
        due[0].fired += 1
        return due[0].fault

    @property
    def is_empty(self) -> bool:
        """Whether there is none, not even one that is over."""
        return not self._armed

    def has(self, kind: str) -> bool:
        """Whether any fault is of a kind."""
        return any(armed.fault.kind == kind for armed in self._armed)

    def shown(self) -> list[dict[str, Any]]:
        """Return the faults as JSON, with how often each was looked at and happened."""
        return [
            {**armed.fault.to_dict(), "seen": armed.seen, "fired": armed.fired}
            for armed in self._armed
        ]
