"""Where the declarations and the contract file disagree, and where they do so on purpose."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import attrs
from declared_facts import UNCHECKED, declared
from documented_facts import ANY, documented, field_words

import tiktok_async.oauth.endpoints
import tiktok_async.portability.endpoints
import tiktok_async.research.endpoints  # noqa: F401  # the registry is filled by the import
from tiktok_async.sansio.endpoint import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTRACT: Final[dict[str, Any]] = json.loads(
    files("tiktok_async.emulator").joinpath("contract/official.json").read_text("utf-8")
)
FAMILIES: Final = {"research", "portability", "oauth"}
DECLARED: Final = sorted(id_ for id_, cls in REGISTRY.items() if cls.api.name in FAMILIES)

SPREAD: Final[dict[str, tuple[Any, str]]] = {
    "max_count.default": (100, "whole pages: a request costs the same quota as a page of 10"),
    "page_size.default": (10, "whole pages, as above"),
    "limit.default": (10, "all that one answer can hold"),
    "page_start.limit": ((1, 1 << 31), "counted from 1; the contract names no end"),
    "fields.required": (False, "all documented fields are asked for unless the caller chooses"),
    "cursor.default": (None, "left out, and the provider's own default holds"),
    "is_random.default": (None, "left out, as above"),
}
"""What every endpoint does otherwise than the contract, on purpose."""

_OTHER_LIST: Final = "one model of a video; this list of fields is a part of it"
_OTHER_TASK: Final = "one model of a task; the other call answers with this"
_GRANTS: Final = ("client_credentials", "authorization_code", "refresh_token")
ON_PURPOSE: Final[dict[tuple[str, str], tuple[Any, str]]] = {
    **{
        (f"oauth.token.{grant}", f"grant_type.{fact}"): difference
        for grant in _GRANTS
        for fact, difference in {
            "required": (False, "there is one value"),
            "default": (grant, "as above"),
            "values": (UNCHECKED, "callers never choose it"),
        }.items()
    },
    ("portability.add", "category_selection_list.required"): (False, "mostly all is wanted"),
    ("portability.add", "category_selection_list.default"): (("all_data",), "as above"),
    ("portability.add", "data_format.required"): (False, "JSON is what can be read best"),
    ("portability.add", "data_format.default"): ("json", "as above"),
    ("portability.cancel", "request_id.required"): (True, "nothing is cancelled without it"),
    ("oauth.revoke", "answer"): ("json", "an empty body or {}, and errors are JSON"),
    ("research.validation_task.create", "category.required"): (False, "mostly videos are checked"),
    ("research.validation_task.create", "category.default"): ("video", "as above"),
    ("research.playlist.info", "max_count.limit"): ((1, 100), "as everywhere in this API"),
    ("research.playlist.info", "fields.taken"): (
        UNCHECKED,
        "an example shows one; no list is given",
    ),
    ("research.tts.review", "answer.display_name"): ("str", "in an example of the contract only"),
    ("research.validation_task.create", "answer.task_status"): ("str", _OTHER_TASK),
    ("research.validation_task.status", "answer.task_id"): ("int", _OTHER_TASK),
    **{
        (f"research.user.{kind}_videos", f"answer.{name}"): (value, _OTHER_LIST)
        for kind in ("liked", "pinned", "reposted")
        for name, value in {
            "effect_ids": "list of typing.Annotated[str",
            "playlist_id": "int",
            "voice_to_text": "str",
        }.items()
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


def compare(endpoint: Any, contract: Any = CONTRACT) -> list[Difference]:
    """Return the differences that are not on purpose."""
    return differences(endpoint, contract, ON_PURPOSE, SPREAD)
