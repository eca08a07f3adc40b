"""Every fact of an endpoint of TikAPI: as it is declared, and as the contract file has it.

What a declaration *does* (which values it takes, what it puts where) is found by making requests of
it. Which values the contract takes is read from its patterns, lists and limits.
"""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.sansio.endpoint import REGISTRY, Place, parameters
from tiktok_async.tikapi.endpoints.family import SDK
from tiktok_async.tikapi.paging import CursorList, NoticeList, NumberedList, SinglePage

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTRACT: Final[dict[str, Any]] = json.loads(
    files("tiktok_async.emulator").joinpath("contract/tikapi.json").read_text("utf-8")
)
ENDPOINTS: Final = {f"tikapi.{e['section']}.{e['name']}": e for e in CONTRACT["endpoints"]}
DECLARED: Final = sorted(id_ for id_, cls in REGISTRY.items() if cls.api.name == "tikapi")

LINK: Final = "https://vm.tiktok.com/ZM8abcDEF/"
TEXTS: Final = (
    *("", " ", "0", "1", "7", "30", "31", "99", "100", "101", "7109178205151464746", "-1", "1.5"),
    *("us", "US", "usa", "lily.ach_ty", "@lily", "a b", "0:1:2:3", "7" * 40, "x" * 29, "x" * 30),
    *(
        "https://vm.tiktok.com/",
        LINK,
        LINK[:-1],
        "http" + LINK[5:],
        "https://t.co/abc",
        f"{LINK}?a",
    ),
    *(
        "٣",
        "7\n",
        "all",
        "likes",
        "mentions",
        "comments",
        "followers",
        "general",
        "users",
        "videos",
    ),
    *("autocomplete", "music", "hashtag", "nickname", "username", "bio", "private", "overview"),
    *("content", "video", "live", "True", "no_such_word"),
)
"""What is tried for every parameter."""
AT_LEAST_30: Final = "^(.*?){30,}$"
"""The contract's page reads it as "at least 30 characters"; as a pattern it takes everything."""

GOOD: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("username", "query", "keyword", "name", "text", "title", "value"), "cats"),
    **dict.fromkeys(("user_id", "video_id", "music_id", "media_id", "comment_id"), "7"),
    **dict.fromkeys(("playlist_id", "category_id", "room_id", "reply_comment_id"), "7"),
    **dict.fromkeys(("cursor", "next_cursor", "offset", "max_time", "min_time"), "7"),
    **dict.fromkeys(("count", "limit", "days", "page", "session_id"), 7),
    **dict.fromkeys(("hashtag_id", "game_tag_id"), 7),
    **dict.fromkeys(("conversation_id", "conversation_short_id", "ticket"), "0:1"),
    **dict.fromkeys(("has_tags", "third_party"), True),
    "sec_uid": "x" * 30,
    "country": "us",
    "category": "users",
    "field": "bio",
    "filter": "likes",
    "type": "live",
    "sort": 1,
}
"""One good value for every parameter."""
WITH: Final[Mapping[str, Mapping[str, Any]]] = {
    "tikapi.public.check": {"username": "cats"},
    "tikapi.public.check_v3": {"username": "cats"},
    "tikapi.public.hashtag": {"name": "cats"},
}
"""What an endpoint needs of what the contract calls optional."""


def made(endpoint: Any, field: str, value: Any) -> Any:
    """Return a request of `endpoint` with one value chosen and what else it needs."""
    given = {part.field: GOOD[part.field] for part in parameters(endpoint) if part.required}
    given |= WITH.get(endpoint.id, {}) | {field: value}
    if endpoint.id == "tikapi.user.analytics":
        # The contract's one rule between parameters: media_id goes with type video.
        given |= {"type": "video"} if field == "media_id" else {}
        given |= {"media_id": "7"} if (field, value) == ("type", "video") else {}
    if endpoint.id == "tikapi.public.hashtag" and field == "hashtag_id":
        del given["name"]
    return endpoint(**given)


def takes(endpoint: Any, field: str, value: Any) -> bool:
    """Tell whether a request with this value can be made."""
    try:
        made(endpoint, field, value)
    except ValueError:  # InputError is one
        return False
    return True


# ---- as declared


@functools.lru_cache(maxsize=256)
def declared(endpoint: Any) -> dict[str, Any]:
    """Return the facts of a declaration."""
    rule = getattr(endpoint, "rule", None)
    facts: dict[str, Any] = {
        "method": endpoint.route.method,
        "path": endpoint.route.path,
        "body": endpoint.route.encoding if endpoint.route.method == "POST" else None,
        "operation": endpoint.operation.value,
        "base": endpoint.api.base_url,
        "account": bool(endpoint.scopes),
        "scopes": endpoint.scopes,
        "premium": endpoint.premium,
        "trusted_only": endpoint.trusted_only,
        "deprecated": endpoint.deprecated,
        "documented": endpoint.source != SDK,
        "pages": _pages(rule),
        "rows": tuple(rule.items) if rule else (),
    }
    for part in parameters(endpoint):
        sent = made(endpoint, part.field, GOOD[part.field]).placed()
        place = next((p for p in Place if part.wire in sent[p]), None)
        found = {
            "required": part.required,
            "place": place and place.value,
            "default": part.default,
            "takes": frozenset(text for text in TEXTS if takes(endpoint, part.field, text)),
        }
        if place is Place.BODY:
            found["type"] = type(sent[place][part.wire]).__name__
        facts |= {f"{part.wire}.{fact}": value for fact, value in found.items()}
    return facts


def _pages(rule: Any) -> tuple[Any, ...]:
    if rule is None or isinstance(rule, SinglePage):
        return ("none",)
    if isinstance(rule, NoticeList):
        return ("min_max_time", ("max_time", "min_time"))
    if isinstance(rule, NumberedList):
        return ("page", rule.number)
    assert isinstance(rule, CursorList)
    wire = {"next_cursor": "nextCursor"}.get(rule.param, rule.param)
    return (wire, wire, rule.answer)


# ---- as documented


def documented(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of an endpoint of the contract file."""
    paged = raw["paginated"]
    facts: dict[str, Any] = {
        "method": raw["method"],
        "path": raw["path"],
        "body": "json" if raw["method"] == "POST" else None,
        "operation": raw["operation_class"].lower(),
        "base": CONTRACT["base"],
        "account": "account_key" in raw["auth"],
        "scopes": tuple(raw["scopes"] or ()),
        "premium": raw["premium"],
        "trusted_only": raw["trusted_only"],
        "deprecated": raw["deprecated"],
        "documented": raw["in_seed"],
        "pages": _documented_pages(paged),
        "rows": tuple(name.split(".")[-1] for name in paged.get("items_field") or ()),
    }
    for part in raw["params"]:
        found = {
            "required": part["required"],
            "place": part["in"],
            "default": part["default"],
            "takes": frozenset(text for text in TEXTS if good(part, text)),
        }
        if part["in"] == "body":
            types = {"string": "str", "number": "int", "boolean": "bool"}
            found["type"] = types.get(part["type"], part["type"])
        facts |= {f"{part['wire']}.{fact}": value for fact, value in found.items()}
    return facts


def _documented_pages(paged: Mapping[str, Any]) -> tuple[Any, ...]:
    style, param = paged["style"], paged.get("request_param")
    if style == "none":
        return ("none",)
    if style == "min_max_time":
        return (style, tuple(param))
    return (style, param) if style == "page" else (style, param, paged["response_field"])


def good(part: Mapping[str, Any], text: str) -> bool:
    """Tell whether the contract takes a text for a parameter."""
    if part["enum"] is not None:
        return text in map(str, part["enum"])
    if part["type"] == "boolean":
        return False
    number = part["type"] == "number" and "accepts" not in part
    pattern = part["pattern"] or ("^[0-9]+$" if number else r"^[\s\S]*\S[\s\S]*$")
    pattern = "^.{30,}$" if pattern == AT_LEAST_30 else pattern
    fits = re.fullmatch(pattern, text, re.ASCII) is not None
    return fits and (part["max"] is None or int(text) <= part["max"])


# ---- where they disagree


ON_PURPOSE: Final[Mapping[tuple[str, str], tuple[Any, str]]] = {
    ("tikapi.user.edit", "scopes"): (
        ("edit_profile",),
        "the authorize page's name for what the SDK calls edit",
    ),
    ("tikapi.user.live.chat", "pages"): (("none",), "a poll of a stream, no list of pages"),
    ("tikapi.user.notifications", "rows"): (
        ("notice_list", "list"),
        "another program reads the second name",
    ),
    ("tikapi.user.live.start", "title.type"): ("str", "any, with a text for an example"),
    ("tikapi.user.live.start", "third_party.type"): ("bool", "any, with true for its default"),
    ("tikapi.user.live.start", "third_party.takes"): (frozenset(), "as above"),
    **{
        ("tikapi.user.live.transaction_history", f"{name}.takes"): (
            frozenset(text for text in TEXTS if re.fullmatch("[0-9]+", text, re.ASCII)),
            "any, with a number for an example",
        )
        for name in ("count", "page")
    },
}
"""What one endpoint does otherwise than the contract, on purpose: value and reason."""


@attrs.frozen
class Difference:
    """A fact on which a declaration and the contract disagree."""

    endpoint: str
    fact: str
    declared: Any
    documented: Any


def differences(
    endpoint: Any,
    raw: Mapping[str, Any],
    on_purpose: Mapping[tuple[str, str], tuple[Any, str]] = ON_PURPOSE,
) -> list[Difference]:
    """Return the facts on which a declaration and an endpoint of the contract disagree."""
    ours, theirs = declared(endpoint), documented(raw)
    allowed = {fact: value[0] for (id_, fact), value in on_purpose.items() if id_ == endpoint.id}
    return [
        Difference(endpoint.id, fact, ours.get(fact), theirs.get(fact))
        for fact in sorted(ours.keys() | theirs.keys())
        if ours.get(fact) != theirs.get(fact)
        and not (fact in allowed and ours.get(fact) == allowed[fact])
    ]
