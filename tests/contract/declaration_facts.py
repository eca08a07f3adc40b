"""Every fact of a declared endpoint, read from the declaration and from the contract file.

`differences` compares the two. A fact is a name and a plain value, so that a difference names
itself; what a declaration *does* (which values it takes, what it puts where) is found by making
requests of it, not by reading its metadata.
"""

from __future__ import annotations

import functools
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.construct import parts
from tiktok_async.errors import InputError
from tiktok_async.models import Model
from tiktok_async.research.query import F
from tiktok_async.sansio.endpoint import Place, parameters
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FIRST: Final = date(2022, 1, 1)
VALUES: Final[Mapping[str, Any]] = {
    "query": F.keyword == "news",
    "start_date": FIRST,
    "end_date": FIRST,
    "username": "joe1234567",
    "video_id": 7,
    "comment_id": 7,
    "playlist_id": 7,
    "shop_name": "shoes",
    "shop_id": 7,
    "product_id": 7,
    "file_data": (7,),
    "category": "comment",
    "task_id": 7,
    "client_key": "key",
    "client_secret": "secret",
    "grant_type": "client_credentials",
    "max_count": 5,
    "limit": 5,
    "page_start": 1,
    "page_size": 5,
    "cursor": 5,
    "search_id": "7",
    "is_random": True,
}
"""One good value for every parameter."""

ONE_OF: Final = {"research.video.comment.list": ("video_id", "comment_id")}
SCOPES: Final = {"research": ["research.data.basic"], "oauth": []}
"""What a token of each family's credential is asked for."""
ENDLESS: Final = 1 << 40
ANY: Final = "any"
"""A type that the contract does not state."""
UNKNOWN: Final = "no_such_word"
UNCHECKED: Final = "unchecked"
_TYPES: Final = {
    "int": "int",
    "int64": "int",
    "string": "str",
    "bool": "bool",
    "list[int64]": "list of int",
    "list[string]": "list of str",
}

Facts = dict[str, Any]


@attrs.frozen
class Difference:
    """A fact on which a declaration and the contract disagree."""

    endpoint: str
    fact: str
    declared: Any
    documented: Any


def differences(
    endpoint: Any,
    contract: Mapping[str, Any],
    on_purpose: Mapping[tuple[str, str], tuple[Any, str]],
    spread: Mapping[str, tuple[Any, str]],
) -> list[Difference]:
    """Return the facts on which `endpoint` and `contract` disagree.

    Args:
        endpoint: The declaration.
        contract: The whole contract file.
        on_purpose: By endpoint and fact: what is declared instead, and why.
        spread: The same by fact alone, for every endpoint that has it.
    """
    raw = next(part for part in contract["endpoints"] if part["id"] == endpoint.id)
    ours, theirs = declared(endpoint, field_words(contract)), documented(raw, contract)
    allowed = {fact: spread[fact] for fact in spread.keys() & (ours.keys() | theirs.keys())}
    allowed |= {fact: value for (id_, fact), value in on_purpose.items() if id_ == endpoint.id}
    found = []
    for fact in sorted(ours.keys() | theirs.keys()):
        given, due = ours.get(fact), theirs.get(fact)
        if fact in allowed and given == allowed[fact][0]:
            continue
        if given != due and not (due == ANY and given):
            found.append(Difference(endpoint.id, fact, given, due))
    return found


def field_words(contract: Mapping[str, Any]) -> frozenset[str]:
    """Return every field name of the contract, and one that it does not have."""
    lists = [part for raw in contract["endpoints"] for part in raw.get("query") or ()]
    return frozenset({UNKNOWN}).union(
        *(part["values"] for part in lists if part["name"] == "fields" and "values" in part)
    )


# ---- what the contract says


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
        "answer": "text" if isinstance(answer, str) else "json",
        "scopes": raw["scopes"],
        "quota": (quota.get("requests_per_day"), quota.get("records_per_day")),
        "pages": _documented_pages(raw.get("pagination")),
        "rows": _documented_rows(answer),
        "operation": _documented_operation(raw["id"]),
    }
    for part in raw.get("query") or ():
        facts |= _documented_fields(part)
    for part in raw.get("body", ()):
        facts |= _documented_parameter(part)
    return facts | {f"answer.{name}": kind for name, kind in _documented_model(raw)}


def _documented_operation(id_: str) -> str:
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
    return part["type"].startswith("list[") and part["type"] not in _TYPES


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
        "required": part["required"] is True,
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
    return special.get(kind) or _TYPES[kind.split()[0]]


def _documented_limit(text: str) -> tuple[int, int] | None:
    if found := re.fullmatch(r"([0-9]+)\.\.([0-9]+)", text):
        return int(found[1]), int(found[2])
    if found := re.match(r"max ([0-9]+)", text):
        return 1, int(found[1])
    if found := re.fullmatch(r"<= start_date \+ ([0-9]+) days", text):
        return 0, int(found[1])
    assert not text, f"a limit that nobody can read: {text}"
    return None


def _documented_model(raw: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
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
        yield part["name"].removeprefix("data."), _TYPES.get(kind) or _TYPES[kind.split()[0]]


# ---- what a declaration says and does


@functools.lru_cache(maxsize=64)
def declared(endpoint: Any, names: frozenset[str]) -> Facts:
    """Return the facts of a declaration; `names` are the field names to try."""
    route, bucket = endpoint.route, endpoint.bucket
    quota = bucket.quota if bucket else None
    rule = getattr(endpoint, "rule", None)
    facts: Facts = {
        "url": endpoint.api.base_url + route.path,
        "method": route.method,
        "path": route.path,
        "body": route.encoding,
        "answer": route.answer,
        "scopes": SCOPES[endpoint.api.name],
        "quota": (quota.requests, quota.records) if quota else (None, None),
        "pages": _declared_pages(rule),
        "rows": tuple(rule.items) if rule else (),
        "operation": endpoint.operation.value,
    }
    for part in parameters(endpoint):
        facts |= _declared_parameter(endpoint, part, names)
    return facts | {f"answer.{name}": kind for name, kind in _declared_model(endpoint.result)}


def _declared_pages(rule: Any) -> str:
    if rule is None or isinstance(rule, OnePageRule):
        return "one"
    if isinstance(rule, PageNumberRule):
        return "numbers"
    assert isinstance(rule, CursorRule)
    return "search" if rule.searches else "cursor"


def _declared_parameter(endpoint: Any, part: Any, names: frozenset[str]) -> Facts:
    good = part.default if part.field == "fields" else VALUES[part.field]
    sent = make(endpoint, part.field, good).placed()
    place = next((p for p in Place if part.wire in sent[p]), None)
    value = None if place is None else sent[place][part.wire]
    facts: Facts = {
        "required": part.required,
        "place": place and place.value,
        "type": _type_sent(part.field, value),
    }
    if part.field == "fields":
        facts["asked"] = set(part.default)
        facts["taken"] = _taken(endpoint, "fields", {name: (name,) for name in names})
    else:
        facts["limit"] = _declared_limit(endpoint, part.field)
        facts["default"] = part.default
    if part.field in {"category", "grant_type"}:
        words = {"video", "comment", "client_credentials", UNKNOWN}
        facts["values"] = _taken(endpoint, part.field, {word: word for word in words})
    return {f"{part.wire}.{fact}": value for fact, value in facts.items()}


def _taken(endpoint: Any, field: str, values: Mapping[str, Any]) -> set[str] | str:
    """Return the names whose values are taken, or that there is no check."""
    good = {name for name, value in values.items() if takes(endpoint, field, value)}
    return UNCHECKED if UNKNOWN in good else good


def _type_sent(field: str, value: Any) -> str:
    if field.endswith("_date") and re.fullmatch("[0-9]{8}", str(value)):
        return "day"
    # Secrets stay wrapped until they are written.
    return "str" if type(value).__name__ == "Secret" else type(value).__name__


def make(endpoint: Any, field: str, value: Any) -> Any:
    """Return a request of `endpoint` with one value chosen and the required ones given."""
    needed = {part.field for part in parameters(endpoint) if part.required}
    choice = ONE_OF.get(endpoint.id, ())
    needed |= set() if field in choice else set(choice[:1])
    return endpoint(**{name: VALUES[name] for name in needed} | {field: value})


def takes(endpoint: Any, field: str, value: Any) -> bool:
    """Tell whether a request with this value can be made."""
    try:
        make(endpoint, field, value)
    except InputError:
        return False
    return True


def _declared_limit(endpoint: Any, field: str) -> tuple[int, int] | None:
    """Return the lowest and the highest value, day or number of ids that is taken."""
    as_value: Callable[[int], Any] = {
        "end_date": lambda days: FIRST + timedelta(days=days),
        "file_data": lambda count: range(count),
    }.get(field, lambda number: number)
    if field not in {"end_date", "file_data"} and not isinstance(VALUES[field], int):
        return None
    if isinstance(VALUES[field], bool):
        return None
    endless = 20_000 if field in {"end_date", "file_data"} else ENDLESS

    def good(number: int) -> bool:
        return takes(endpoint, field, as_value(number))

    inside = 1 if good(1) else 5
    if good(endless):
        return None
    return _edge(good, inside, -1 if field != "file_data" else 0), _edge(good, inside, endless)


def _edge(good: Callable[[int], bool], inside: int, outside: int) -> int:
    """Return the last good number on the way from one that is good to one that is not."""
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        inside, outside = (middle, outside) if good(middle) else (inside, middle)
    return inside


def _declared_model(result: Any) -> Iterable[tuple[str, str]]:
    if isinstance(result, type) and issubclass(result, Model):
        yield from ((part.keys[0], _type_name(part.type)) for part in parts(result))
    elif attrs.has(result):
        yield from ((a.name, _type_name(a.type)) for a in attrs.fields(result))


def _type_name(kind: Any) -> str:
    text = getattr(kind, "__name__", str(kind)) if isinstance(kind, type) else str(kind)
    text = text.removesuffix(" | None").replace("Secret", "str").replace("float", "int")
    return "list of " + text[6:].split(",")[0] if text.startswith("tuple[") else text
