"""Every fact of a declared endpoint: a name and a plain value, as in `documented_facts`.

What a declaration *does* (which values it takes, what it puts where) is found by making requests of
it, not by reading its metadata.
"""

from __future__ import annotations

import functools
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
from documented_facts import UNKNOWN, Facts

from tiktok_async.construct import parts
from tiktok_async.errors import InputError
from tiktok_async.models import Model
from tiktok_async.research.query import F
from tiktok_async.sansio.endpoint import Place, parameters
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
    "code": "code",
    "code_verifier": "verifier",
    "redirect_uri": "https://example.com/callback/",
    "refresh_token": "rft.1",
    "token": "act.1",
    "max_count": 5,
    "limit": 5,
    "page_start": 1,
    "page_size": 5,
    "cursor": 5,
    "search_id": "7",
    "is_random": True,
    "categories": ("activity", "profile"),
    "data_format": "text",
    "request_id": 7,
}
"""One good value for every parameter."""

CHOICES: Final = {"category", "grant_type", "data_format", "categories"}
"""Parameters with a list of words."""
WORDS: Final = {
    *("video", "comment", "client_credentials", "json", "text", UNKNOWN),
    *("all_data", "activity", "profile", "direct_message"),
}

ONE_OF: Final = {"research.video.comment.list": ("video_id", "comment_id")}
PORTABLE: Final = [
    f"portability.{part}.{times}"
    for part in ("all", "activity", "directmessages", "postsandprofile")
    for times in ("single", "ongoing")
]
SCOPES: Final = {"research": ["research.data.basic"], "portability": PORTABLE, "oauth": []}
"""What a token of each family's credential is asked for."""
ENDLESS: Final = 1 << 40
UNCHECKED: Final = "unchecked"
"""In place of the words that are taken, where all of them are."""


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
    if part.field in CHOICES:
        facts["values"] = _taken(endpoint, part.field, {word: word for word in WORDS})
    return {f"{part.wire}.{fact}": value for fact, value in facts.items()}


def _taken(endpoint: Any, field: str, values: Mapping[str, Any]) -> set[str] | str:
    """Return the names whose values are taken, or that there is no check."""
    good = {name for name, value in values.items() if takes(endpoint, field, value)}
    return UNCHECKED if UNKNOWN in good else good


def _type_sent(field: str, value: Any) -> str:
    if field.endswith("_date") and re.fullmatch("[0-9]{8}", str(value)):
        return "day"
    if isinstance(value, list):
        return f"list of {type(value[0]).__name__}"
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
        "file_data": lambda count: tuple(range(count)),
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


def _declared_model(result: Any) -> Iterator[tuple[str, str]]:
    if isinstance(result, type) and issubclass(result, Model):
        yield from ((part.keys[0], _type_name(part.type)) for part in parts(result))
    elif attrs.has(result):
        yield from ((a.name, _type_name(a.type)) for a in attrs.fields(result))


def _type_name(kind: Any) -> str:
    text = getattr(kind, "__name__", str(kind)) if isinstance(kind, type) else str(kind)
    text = text.removesuffix(" | None").replace("Secret", "str").replace("float", "int")
    return "list of " + text[6:].split(",")[0] if text.startswith("tuple[") else text
