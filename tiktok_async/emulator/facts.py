"""The wire contract as data: `contract/official.json`, read once.

Paths, verbs, parameters, limits, field lists, region codes and error codes come from that file
and from nowhere else, the library's own declarations least of all: where the two differ, a test
shall see it.
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

_RANGE: Final = re.compile(r"([0-9]+)\.\.([0-9]+)")
_MOST: Final = re.compile(r"max ([0-9]+)")
_SECONDS: Final = re.compile(r"(<|>)?([0-9]+)(?:-([0-9]+))?")


@attrs.frozen
class Parameter:
    """A parameter of a body."""

    name: str
    type: str
    required: bool
    """False also where the contract states a condition in words."""
    default: Any = None
    low: int | None = None
    high: int | None = None
    values: tuple[str, ...] = ()


@attrs.frozen
class Operation:
    """An endpoint as the contract has it."""

    id: str
    group: str
    method: str
    path: str
    scopes: tuple[str, ...]
    quota: str
    """Which daily quota its calls are taken from."""
    fields: tuple[str, ...]
    """Values of the query parameter `fields`; empty where there is none."""
    fields_required: bool
    body: Mapping[str, Parameter]
    answer: tuple[str, ...]
    """Names in the answer, as `data.videos`."""
    max_window_days: int = 0

    @property
    def items_key(self) -> str | None:
        """The key of the list in the answer's data."""
        names = [name.removeprefix("data.") for name in self.answer]
        rows = [name for name in names if name not in {"cursor", "has_more", "search_id"}]
        return rows[0] if len(rows) == 1 else None


@attrs.frozen
class Facts:
    """The contract file."""

    raw: Mapping[str, Any]
    operations: Mapping[str, Operation]

    @property
    def regions(self) -> tuple[str, ...]:
        """The region codes."""
        return tuple(self.raw["conditions"]["region_codes"])

    @property
    def condition_fields(self) -> Mapping[str, Any]:
        """The fields that a video query can ask for, with the kind of their values."""
        found: Mapping[str, Any] = self.raw["conditions"]["fields"]
        return found

    @property
    def condition_operations(self) -> tuple[str, ...]:
        """The operations of a condition."""
        return tuple(self.raw["conditions"]["operations"])

    def status(self, code: str) -> int:
        """Return the HTTP status of an error code."""
        return int(self.raw["error_codes"][code])

    def quota(self, family: str, what: str) -> int:
        """Return a daily quota: `requests_per_day` or `records_per_day` of a family."""
        return int(self.raw["quotas"][family][what])

    def length_class(self, seconds: int) -> str:
        """Return which class of lengths a video of so many seconds belongs to."""
        ranges = self.condition_fields["video_length"]["ranges_s"]
        found = (name for name, text in ranges.items() if _covers(text, seconds))
        return str(next(found))


def _covers(text: str, seconds: int) -> bool:
    found = _SECONDS.match(text)
    if found is None:
        raise ValueError(text)
    sign, low, high = found.groups()
    if sign == "<":
        return seconds < int(low)
    if sign == ">":
        return seconds > int(low)
    return int(low) <= seconds <= int(high)


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    limit = str(raw.get("limit", ""))
    low, high = None, None
    if found := _RANGE.fullmatch(limit):
        low, high = int(found[1]), int(found[2])
    elif found := _MOST.match(limit):
        low, high = 1, int(found[1])
    return Parameter(
        name=raw["name"],
        type=raw["type"],
        required=raw.get("required") is True,
        default=raw.get("default"),
        low=low,
        high=high,
        values=tuple(raw.get("values", ())),
    )


def _operation(raw: Mapping[str, Any]) -> Operation:
    fields: Mapping[str, Any] = next(
        (part for part in raw.get("query", ()) if part["name"] == "fields"), {}
    )
    response = raw["response"] if isinstance(raw["response"], list) else ()
    limits = raw.get("limits", {})
    return Operation(
        id=raw["id"],
        group=raw["group"],
        method=raw["method"],
        path=raw["path"],
        scopes=tuple(raw["scopes"]),
        # "Research, all endpoints but the two below" (contract, limits): the shop and compliance
        # endpoints name no quota of their own.
        quota=limits.get("quota", "research_daily"),
        fields=tuple(fields.get("values", ())),
        fields_required=fields.get("required") is True,
        body={part["name"]: _parameter(part) for part in raw.get("body", ())},
        answer=tuple(part["name"] for part in response),
        max_window_days=limits.get("max_window_days", 0),
    )


@functools.cache
def official() -> Facts:
    """Return the contract of TikTok's own APIs."""
    text = files("tiktok_async.emulator").joinpath("contract/official.json").read_text("utf-8")
    raw = json.loads(text)
    served = [part for part in raw["endpoints"] if part["group"] in {"oauth", "research"}]
    operations = {part["id"]: _operation(part) for part in served if part["method"] == "POST"}
    return Facts(raw, operations)
