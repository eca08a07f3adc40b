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

_SERVED: Final = frozenset({"oauth", "research", "portability"})
_RANGE: Final = re.compile(r"([0-9]+)\.\.([0-9]+)")
_MOST: Final = re.compile(r"max ([0-9]+)")
_PER_MINUTE: Final = re.compile(r"([0-9]+) requests per minute per request type")
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
    """A token with any of these is good for it."""
    of_user: bool
    """Whether it takes the token of a user, not that of an app."""
    quota: str
    """What its calls are counted under: a daily quota, or a limit per minute."""
    fields: tuple[str, ...]
    """Values of the query parameter `fields`; empty where there is none."""
    fields_required: bool
    query: Mapping[str, Parameter]
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

    def per_minute(self, family: str) -> int:
        """Return how many calls a minute an endpoint of a family takes."""
        found = _PER_MINUTE.match(self.raw["quotas"][family]["limit"])
        if found is None:
            raise ValueError(family)
        return int(found[1])

    @property
    def wrong_pair(self) -> Mapping[str, str]:
        """The error of a verifier that does not belong to its challenge."""
        pages = [part for part in self.raw["endpoints"] if part["id"] == "oauth.authorize"]
        found: Mapping[str, str] = pages[0]["pkce"]["wrong_pair_error"]
        return found

    @property
    def user_scopes(self) -> tuple[str, ...]:
        """All that a user can be asked to allow."""
        calls = [part for part in self.raw["endpoints"] if "user" in part.get("token", "")]
        return tuple(dict.fromkeys(scope for part in calls for scope in part["scopes"]))

    def category_scopes(self, category: str) -> tuple[str, ...]:
        """Return the patterns of the scopes that cover a category of exports, narrow ones first."""
        covers = next(part for part in self.raw["endpoints"] if "scope_map" in part)["scope_map"]
        broad = [pattern for key, pattern in covers.items() if key.startswith("all categories")]
        narrow = [pattern for key, pattern in covers.items() if key == category]
        return (*narrow, *broad)

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
    query = raw.get("query", ())
    fields: Mapping[str, Any] = next((part for part in query if part["name"] == "fields"), {})
    response = raw.get("response")
    answer = response if isinstance(response, list) else ()
    limits = raw.get("limits", {})
    return Operation(
        id=raw["id"],
        group=raw["group"],
        method=raw["method"].partition(" ")[0],
        path=raw["path"],
        scopes=tuple(raw["scopes"]),
        of_user="user" in raw.get("token", ""),
        # "Research, all endpoints but the two below" (contract, limits): the shop and compliance
        # endpoints name no quota of their own.
        quota=limits.get("rate") or limits.get("quota", "research_daily"),
        fields=tuple(fields.get("values", ())),
        fields_required=fields.get("required") is True,
        query={part["name"]: _parameter(part) for part in query},
        body={part["name"]: _parameter(part) for part in raw.get("body", ())},
        answer=tuple(part["name"] for part in answer),
        max_window_days=limits.get("max_window_days", 0),
    )


@functools.cache
def official() -> Facts:
    """Return the contract of TikTok's own APIs."""
    text = files("tiktok_async.emulator").joinpath("contract/official.json").read_text("utf-8")
    raw = json.loads(text)
    served = [part for part in raw["endpoints"] if part["group"] in _SERVED]
    return Facts(raw, {part["id"]: _operation(part) for part in served})
