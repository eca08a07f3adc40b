"""Every declaration says what the contract says, fact by fact."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from agreement import CONTRACT, DECLARED, ON_PURPOSE, SPREAD, compare, differences
from declared_facts import takes

from tiktok_async.research import vocabulary
from tiktok_async.sansio.endpoint import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("id_", DECLARED)
def test_declaration_agrees_with_the_contract_on_every_fact(id_: str) -> None:
    assert compare(REGISTRY[id_]) == []


def test_every_endpoint_of_the_research_api_is_declared() -> None:
    due = {raw["id"] for raw in CONTRACT["endpoints"] if raw["group"] == "research"}
    assert len(due) == 15
    assert set(DECLARED) >= due | {"oauth.token.client_credentials"}


def test_no_endpoint_is_declared_that_the_contract_does_not_have() -> None:
    assert set(DECLARED) <= {raw["id"] for raw in CONTRACT["endpoints"]}
    assert all(REGISTRY[id_].id == id_ for id_ in DECLARED)


@pytest.mark.parametrize(("id_", "fact"), ON_PURPOSE)
def test_difference_on_purpose_is_still_one(id_: str, fact: str) -> None:
    """A line of the table that nothing needs any more is dropped from it."""
    rest = {key: value for key, value in ON_PURPOSE.items() if key != (id_, fact)}
    found = differences(REGISTRY[id_], CONTRACT, rest, SPREAD)
    assert [(d.endpoint, d.fact) for d in found] == [(id_, fact)]


@pytest.mark.parametrize("fact", SPREAD)
def test_difference_of_many_endpoints_is_still_one(fact: str) -> None:
    rest = {key: value for key, value in SPREAD.items() if key != fact}
    found = [d for id_ in DECLARED for d in differences(REGISTRY[id_], CONTRACT, ON_PURPOSE, rest)]
    assert {d.fact for d in found} == {fact}


def test_default_of_the_contract_is_a_value_that_is_taken() -> None:
    tried = [
        takes(REGISTRY[raw["id"]], part["name"], part["default"])
        for raw in CONTRACT["endpoints"]
        if raw["id"] in DECLARED
        for part in raw["body"]
        if part.get("default") not in (None, "request time")
    ]
    assert len(tried) > 10
    assert all(tried)


def test_exactly_one_of_video_and_comment_is_taken() -> None:
    raw = next(r for r in CONTRACT["endpoints"] if r["id"] == "research.video.comment.list")
    words = {p["name"]: p["required"] for p in raw["body"] if isinstance(p["required"], str)}
    assert words == dict.fromkeys(("video_id", "comment_id"), "exactly one of video_id, comment_id")
    endpoint: Any = REGISTRY[raw["id"]]
    assert endpoint(video_id=1).comment_id is None
    assert endpoint(comment_id=1).video_id is None
    for given in ({}, {"video_id": 1, "comment_id": 1}):
        with pytest.raises(ValueError, match="exactly one of video_id and comment_id"):
            endpoint(**given)


# ---- the vocabulary of a query


def vocabulary_differences(conditions: dict[str, Any]) -> set[str]:
    """Return the lists of words on which the library and the contract disagree."""
    fields = conditions["fields"]
    pairs = {
        "fields": (set(vocabulary.FIELD_NAMES), set(fields)),
        "operations": (set(vocabulary.OPERATIONS), set(conditions["operations"])),
        "region_codes": (vocabulary.REGION_CODES, set(conditions["region_codes"])),
        "video_length": (set(vocabulary.VIDEO_LENGTHS), set(fields["video_length"]["value"])),
    }
    return {name for name, (ours, theirs) in pairs.items() if ours != theirs}


def test_vocabulary_is_the_one_of_the_contract() -> None:
    conditions = CONTRACT["conditions"]
    assert vocabulary_differences(conditions) == set()
    assert len(conditions["fields"]) == 11
    assert len(conditions["operations"]) == 6
    assert len(conditions["region_codes"]) == len(vocabulary.REGION_CODES) == 245


@pytest.mark.parametrize("name", ["operations", "region_codes"])
@pytest.mark.parametrize("change", [list.pop, lambda words: words.append("XX")], ids=["-", "+"])
def test_changed_word_is_caught(name: str, change: Callable[[list[str]], Any]) -> None:
    conditions = copy.deepcopy(CONTRACT["conditions"])
    change(conditions[name])
    assert vocabulary_differences(conditions) == {name}


def test_changed_field_or_length_is_caught() -> None:
    conditions = copy.deepcopy(CONTRACT["conditions"])
    conditions["fields"]["video_length"]["value"].pop()
    del conditions["fields"]["keyword"]
    assert vocabulary_differences(conditions) == {"fields", "video_length"}
