"""Answers and refusals, and how they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from tiktok_async.errors import InputError

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]  # optional: the same bytes, sooner

if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
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
class Answer:
    """What is sent back: an object, or bytes as they are."""

    body: dict[str, Any] | bytes
    status: int = 200
    media_type: str = JSON_TYPE
    headers: dict[str, str] = attrs.field(factory=dict)
    rows: int = 0
    """How many records the quota is charged for."""
    manner: Literal["whole", "half", "reset"] = "whole"
    """How much of it is sent before the connection ends."""
    delay: float = 0.0
    """Seconds before it is sent or, of a half, between it and the end."""

    def content(self) -> bytes:
        """Return the bytes of the body."""
        return self.body if isinstance(self.body, bytes) else dumps(self.body)


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
