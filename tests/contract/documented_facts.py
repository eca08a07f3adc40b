"""Every fact of an endpoint as the contract file has it: a name and a plain value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANY: Final = "any"
"""A type that the contract does not state."""
UNKNOWN: Final = "no_such_word"
"""A word that no list of the contract has."""
TYPES: Final = {
    "int": "int",
    "int64": "int",
    "string": "str",
    "bool": "bool",
    "list[int64]": "list of int",
    "list[string]": "list of str",
}

Facts = dict[str, Any]


def field_words(contract: Mapping[str, Any]) -> frozenset[str]:
    """Return every field name of the contract, and one that it does not have."""
    lists = [part for raw in contract["endpoints"] for part in raw.get("query") or ()]
    return frozenset({UNKNOWN}).union(
        *(part["values"] for part in lists if part["name"] == "fields" and "values" in part)
    )


def documented(raw: Mapping[str, Any], contract: Mapping[str, Any]) -> Facts:
    """Return the facts of one endpoint of the contract file."""
    daily = raw.get("limits", {}).get("quota", "research_daily")
    quota = contract["quotas"][daily] if raw["group"] == "research" else {}
    answer = raw["response"]
    facts: Facts = {
        "url": raw["url"],
        "method": raw["method"],
        "path": raw["path"],
        "body": raw.get("body_encoding", "json").split()[0],
        "answer": _documented_answer(answer),
        "scopes": raw["scopes"],
        "quota": (quota.get("requests_per_day"), quota.get("records_per_day")),
        "pages": _documented_pages(raw.get("pagination")),
        "rows": _documented_rows(answer),
        "operation": _documented_operation(raw),
    }
    asked = {part["name"]: part for part in raw.get("query") or ()}
    for part in asked.values():
        listed = part["type"].startswith("csv")
        facts |= _documented_fields(part) if listed else _documented_parameter(part)
    for part in raw.get("body", ()):
        facts |= _documented_parameter(part)
        if part["name"] in asked:
            facts[f"{part['name']}.place"] = "both"
    return facts | {f"answer.{name}": kind for name, kind in _documented_model(raw)}


def _documented_answer(answer: Any) -> str:
    words = answer if isinstance(answer, str) else "error object"
    kinds = {"streamed zip": "file", "error object": "json"}
    return next((kind for start, kind in kinds.items() if words.startswith(start)), "text")


def _documented_operation(raw: Mapping[str, Any]) -> str:
    id_ = raw["id"]
    if str(raw["response"]).startswith("streamed zip"):
        return "fetch"
    if id_.startswith("oauth.token."):
        return "token"
    return "act" if id_.endswith((".create", ".add", ".cancel", ".revoke")) else "read"


def _documented_pages(pagination: Mapping[str, Any] | None) -> str:
    kind = (pagination or {}).get("type", "one")
    words = {"search_id": "search", "page number": "numbers", "cursor": "cursor"}
    return next((word for text, word in words.items() if text in kind), kind)


def _documented_rows(answer: Any) -> tuple[str, ...]:
    """Return the key of the rows, with its aliases; none where the answer is one object."""
    lists = [] if isinstance(answer, str) else [p for p in answer if _is_rows(p)]
    names = [[part["name"], *part.get("aliases", ())] for part in lists]
    return tuple(name.removeprefix("data.") for name in (names[0] if names else ()))


def _is_rows(part: Mapping[str, Any]) -> bool:
    return part["type"].startswith("list[") and part["type"] not in TYPES


def _documented_fields(part: Mapping[str, Any]) -> Facts:
    facts = {
        "asked": set(part["values"]),
        "taken": set(part["values"]),
        "required": part["required"] is True,
        "place": "both" if "JSON body" in part.get("note", "") else "query",
        "type": "str",
    }
    return {f"{part['name']}.{fact}": value for fact, value in facts.items()}


def _documented_parameter(part: Mapping[str, Any]) -> Facts:
    name, kind = part["name"], part["type"]
    facts = {
        "required": part.get("required") is True,
        "place": "file" if "file" in kind else "body",
        "type": _wire_type(kind),
        "limit": _documented_limit(part.get("limit", "")),
        "default": part.get("default"),
    }
    if "values" in part:
        facts["values"] = set(part["values"])
    return {f"{name}.{fact}": value for fact, value in facts.items()}


def _wire_type(kind: str) -> str:
    special = {"YYYYMMDD string": "day", "Query": "dict", "text file of ids": "bytes"}
    return special.get(kind) or TYPES[kind.split(maxsplit=1)[0]]


def _documented_limit(text: str) -> tuple[int, int] | None:
    if found := re.fullmatch(r"([0-9]+)\.\.([0-9]+)", text):
        return int(found[1]), int(found[2])
    if found := re.match(r"max ([0-9]+)", text):
        return 1, int(found[1])
    if found := re.fullmatch(r"<= start_date \+ ([0-9]+) days", text):
        return 0, int(found[1])
    assert not text, f"a limit that nobody can read: {text}"
    return None


def _documented_model(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names in a row of the answer, or in the answer that has no rows, with types."""
    answer = raw["response"]
    if isinstance(answer, str):
        return
    rows = next((part for part in answer if _is_rows(part)), None)
    if rows is None:
        items = answer
    elif "item" in raw:
        items = raw["item"]
    elif rows["type"] == "list[Video]":
        yield from ((name, ANY) for name in raw["query"][0]["values"])
        return
    else:
        names = rows["type"].removeprefix("list[{").removesuffix("}]").split(",")
        items = [{"name": name, "type": "string"} for name in names]
    for part in items:
        kind = part["type"]
        yield (
            part["name"].removeprefix("data."),
            TYPES.get(kind) or TYPES[kind.split(maxsplit=1)[0]],
        )
