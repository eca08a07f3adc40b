"""One call as a handler sees it, and the reading of its parameters."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import attrs

from tiktok_async.emulator.answers import (
    Answer,
    RefusedError,
    envelope,
    failure,
    invalid,
    oauth_failure,
)
from tiktok_async.emulator.facts import official

if TYPE_CHECKING:
    from tiktok_async.emulator.emulation import Emulation
    from tiktok_async.emulator.facts import Operation
    from tiktok_async.emulator.grants import Grant

_MISSING: Final = object()
_WITH_STATUS: Final = ("research.validation_task.", "portability.download")
"""Whose failures have `http_status_code` (contract, section 1)."""
_DIGITS: Final = re.compile(r"[0-9]{1,25}", re.ASCII)


@attrs.define
class Call:
    """One call."""

    emulation: Emulation
    operation: Operation
    headers: dict[str, str]
    query: str
    content: bytes = attrs.field(repr=False)
    now: float
    """Unix seconds of its arrival."""
    log_id: str
    method: str = "POST"
    client_key: str = ""
    grant: Grant | None = None
    """What the user allowed, of whom the token is."""
    token: str = attrs.field(default="", repr=False)
    _body: Any = _MISSING

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body, whatever the content type says.

        Raises:
            RefusedError: if it is not a JSON object.
        """
        if self._body is _MISSING:
            try:
                self._body = json.loads(self.content or b"{}")
            except (ValueError, RecursionError):
                self._body = None
        if not isinstance(self._body, dict):
            raise invalid("The request body is not a JSON object")
        return self._body

    def peek(self) -> dict[str, Any]:
        """Return the JSON body, or nothing where it is none."""
        if self.operation.group == "oauth":
            return {}
        try:
            return self.body
        except RefusedError:
            return {}

    def ok(self, data: dict[str, Any], *, rows: int = 0, message: str = "") -> Answer:
        """Return the answer of a success."""
        return Answer(envelope(data, message=message, log_id=self.log_id), rows=rows)

    def refused(self, refusal: RefusedError) -> Answer:
        """Return the answer of a refusal in the dialect of the endpoint."""
        if self.operation.group == "oauth":
            # Errors of OAuth were recorded with HTTP 200 (contract, section 2).
            return Answer(oauth_failure(refusal.code, refusal.message, self.log_id))
        status = official().status(refusal.code)
        body = failure(refusal.code, refusal.message, self.log_id)
        if self.operation.id.startswith(_WITH_STATUS):
            body["error"]["http_status_code"] = status
        if self.operation.id == "portability.download" and refusal.code == "invalid_params":
            status = self.emulation.settings.download_error_status
        return Answer(body, status=status, headers=refusal.headers)

    def text(self, name: str) -> str:
        """Return a required text of the body.

        Raises:
            RefusedError: if it is missing or not a text.
        """
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(f"{name} is invalid: send a string")
        return value

    def integer(self, name: str, default: int | None = None) -> int | None:
        """Return an integer of the body; clients also send digits as text, and null.

        Args:
            name: Which one.
            default: What stands for none where the contract has no default.

        Raises:
            RefusedError: if it is no integer, out of range, or missing though required.
        """
        facts = self.operation.body[name]
        value = self.body.get(name)
        if value is None:
            if facts.required:
                raise invalid(f"{name} is required")
            return facts.default if isinstance(facts.default, int) else default
        number = _integer(value)
        if number is None:
            raise invalid(f"{name} is invalid: send an integer")
        if (
            facts.low is not None
            and facts.high is not None
            and not (facts.low <= number <= facts.high)
        ):
            raise invalid(f"{name} is invalid: {facts.low} to {facts.high}")
        return number

    def size(self, name: str = "max_count", default: int = 20) -> int:
        """Return how many rows a page shall have."""
        return self.integer(name) or default

    def index(self, name: str = "cursor", first: int = 0) -> int:
        """Return where a page begins; never before the first.

        Raises:
            RefusedError: if it is no integer, or before the first.
        """
        number = self.integer(name)
        if number is not None and number < first:
            raise invalid(f"{name} is invalid: {first} or more")
        return first if number is None else number

    def fields(self, also: tuple[str, ...] = (), *, in_body: bool = False) -> tuple[str, ...]:
        """Return the fields asked for; stray spaces and empty items are borne.

        Args:
            also: Spellings that are borne though the contract's list has another.
            in_body: Whether they may stand in the body instead.

        Raises:
            RefusedError: if there are none, or an unknown one.
        """
        text = _fields_text(self.query)
        if not text and in_body:
            raw = self.body.get("fields", "")
            text = ",".join(map(str, raw)) if isinstance(raw, list) else str(raw)
        return _known_fields(text, self.operation.fields + also)


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@functools.lru_cache(maxsize=256)
def _fields_text(query: str) -> str:
    return ",".join(parse_qs(query).get("fields", ()))


@functools.lru_cache(maxsize=256)
def _known_fields(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    asked = [name.strip() for name in text.split(",")]
    names = tuple(dict.fromkeys(name for name in asked if name))
    if not names:
        raise invalid("fields is required")
    if unknown := [name for name in names if name not in known]:
        raise invalid(f"fields is invalid: unknown {', '.join(unknown)}")
    return names
