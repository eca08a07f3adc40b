"""TikAPI's contract as data: `contract/tikapi.json`, read once.

Methods, paths, parameters, patterns, limits, the keys and the constant values of an answer come
from that file and from nowhere else.
"""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST: Final = re.compile(r"\^\(\.\*\?\)\{([0-9]+),\}\$")
"""As a pattern it takes everything; what is meant is a least length."""


@attrs.frozen
class Parameter:
    """A parameter of a call."""

    wire: str
    place: str
    """query, path or body."""
    type: str
    """string, number, boolean or any."""
    required: bool
    default: Any
    values: tuple[Any, ...]
    """The only ones that it takes; empty where it takes others."""
    most: int | None
    pattern: re.Pattern[str] | None
    least_length: int
    examples: tuple[str, ...]
    """Documented values, as text; empty where there is none."""


@attrs.frozen(eq=False)
class Operation:
    """An endpoint as the contract has it."""

    id: str
    """Such as tikapi.public.posts."""
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    of_account: bool
    """Whether it takes an account key."""
    scopes: tuple[str, ...]
    premium: bool
    trusted_only: bool
    style: str
    """How it is paged: cursor, nextCursor, offset, min_max_time, page or none."""
    cursor_key: str | None
    """Where the cursor stands in an answer."""
    items: tuple[str, ...]
    """What its list may be called."""
    keys: Mapping[str, str]
    """Keys of the documented answer, with their types; empty where none is documented."""
    constants: Mapping[str, Any]
    """Values of the documented answer, also those that change with each."""
    group: str = "tikapi"


@attrs.frozen
class Facts:
    """The contract file."""

    raw: Mapping[str, Any]
    operations: Mapping[str, Operation]

    @property
    def api_key(self) -> str:
        """TikAPI's own demo API key."""
        return str(self.raw["auth"]["api_key"]["sandbox_value"])

    @property
    def account_key(self) -> str:
        """TikAPI's own demo account key."""
        return str(self.raw["auth"]["account_key"]["sandbox_value"])

    @property
    def scopes(self) -> tuple[str, ...]:
        """All that a user can be asked to allow."""
        return tuple(self.raw["auth"]["oauth"]["scopes"])

    def message(self, status: int) -> str:
        """Return the message of an error as it is printed in the contract."""
        printed = (part for part in self.raw["errors"]["statuses"] if part["status"] == status)
        return str(next(printed)["example"]["message"])

    def says(self, code: int) -> str:
        """Return the text of one of TikTok's codes; others have none."""
        return str(self.raw["errors"]["tiktok_codes"].get(str(code), "Something went wrong."))


def _parameter(raw: Mapping[str, Any], body: Mapping[str, Any]) -> Parameter:
    pattern = raw["pattern"]
    length = _LEAST.fullmatch(pattern) if pattern else None
    examples = (raw["example"], body.get(raw["wire"]))
    return Parameter(
        wire=raw["wire"],
        place=raw["in"],
        type=raw["type"],
        required=raw["required"],
        default=raw["default"],
        values=tuple(raw["enum"] or ()),
        most=raw["max"],
        pattern=re.compile(pattern) if pattern and not length else None,
        least_length=int(length[1]) if length else 0,
        examples=tuple(str(each) for each in examples if each is not None),
    )


def _operation(raw: Mapping[str, Any]) -> Operation:
    paged = raw["paginated"]
    cursor = paged.get("response_field")
    body = raw.get("body_example", {})
    return Operation(
        id=f"tikapi.{raw['section']}.{raw['name']}",
        method=raw["method"],
        path=raw["path"],
        parameters=tuple(_parameter(part, body) for part in raw["params"]),
        of_account="account_key" in raw["auth"],
        scopes=tuple(raw["scopes"] or ()),
        premium=raw["premium"],
        trusted_only=raw["trusted_only"],
        style=paged["style"],
        cursor_key=cursor if isinstance(cursor, str) else None,
        items=tuple(paged.get("items_field", ())),
        keys=raw["response_key_types"],
        constants=raw.get("response_sample_scalars", {}),
    )


@functools.cache
def tikapi() -> Facts:
    """Return the contract of TikAPI."""
    text = files("tiktok_async.emulator").joinpath("contract/tikapi.json").read_text("utf-8")
    raw = json.loads(text)
    operations = map(_operation, raw["endpoints"])
    return Facts(raw, {operation.id: operation for operation in operations})
