"""Answers and refusals, and how they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from tiktok_async.emulator.archive.tape import Tape, tape
from tiktok_async.errors import InputError

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]  # optional: the same bytes, sooner

if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_BEGINNING: Final = 1 << 20
JSON_TYPE: Final = "application/json; charset=utf-8"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
HTML_TYPE: Final = "text/html; charset=utf-8"


class RefusedError(InputError):
    """The emulator answers a call with an error.

    Args:
        code: A code of the contract; it decides the HTTP status.
        message: What the answer says.
        headers: Further headers.
    """

    def __init__(self, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code: str = code
        self.headers: dict[str, str] = dict(headers or {})


def invalid(message: str) -> RefusedError:
    """Return the refusal of a parameter."""
    return RefusedError("invalid_params", message)


@attrs.define
class Manner:
    """How an answer goes wrong on its way; by default it does not."""

    reset: bool = False
    """The connection is reset in its place."""
    delay: float = 0.0
    """Seconds before it is sent."""
    stop: float | None = None
    """Where it stops and the connection ends: a count of bytes, or a float as a part of all."""
    silence: float = 0.0
    """Seconds between the stop and the end of the connection."""
    promise: int = 0
    """How many bytes more than there are the headers promise; negative: fewer."""
    bad_chunk: bool = False
    """Whether the stop is a chunk that is none."""
    drop: int = 0
    """Bytes in a drop, with a pause behind each; 0 is a stream."""
    pause: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether nothing goes wrong, but perhaps late."""
        return self.stop is None and not self.drop


@attrs.define
class Answer:
    """What is sent back: an object, bytes as they are, or an archive."""

    body: dict[str, Any] | bytes | Tape
    status: int = 200
    media_type: str = JSON_TYPE
    headers: dict[str, str] = attrs.field(factory=dict)
    rows: int = 0
    """How many records the quota is charged for."""
    framing: Literal["known", "chunked", "close"] = "known"
    manner: Manner = attrs.field(factory=Manner)

    @property
    def is_archive(self) -> bool:
        """Whether the body may be too large to hold."""
        return isinstance(self.body, Tape)

    def tape(self) -> Tape:
        """Return the bytes of the whole body."""
        return self.body if isinstance(self.body, Tape) else tape(self.content())

    @property
    def size(self) -> int:
        """Bytes of the whole body."""
        return self.tape().size

    def content(self) -> bytes:
        """Return the bytes of a body; of an archive a beginning."""
        if isinstance(self.body, Tape):
            return b"".join(self.body.read(0, _BEGINNING))
        return self.body if isinstance(self.body, bytes) else dumps(self.body)


def placed(where: float, size: int) -> int:
    """Return a place among so many bytes: an integer counts them, a float is a part of them."""
    return min(int(size * where) if isinstance(where, float) else where, size)


def dumps(value: Any) -> bytes:
    """Return compact JSON, integers exact at any size."""
    if orjson is not None:
        try:
            return orjson.dumps(value)
        except TypeError:  # an integer beyond 64 bits
            pass
    return _JSON.encode(value).encode()


def envelope(data: dict[str, Any], *, message: str, log_id: str) -> dict[str, Any]:
    """Return the v2 answer of a success."""
    return {"data": data, "error": {"code": "ok", "message": message, "log_id": log_id}}


def failure(code: str, message: str, log_id: str) -> dict[str, Any]:
    """Return the v2 answer of a failure."""
    return {"data": {}, "error": {"code": code, "message": message, "log_id": log_id}}


def oauth_failure(code: str, description: str, log_id: str) -> dict[str, Any]:
    """Return the flat answer that OAuth gives on failure."""
    return {"error": code, "error_description": description, "log_id": log_id}
