"""Every declaration says what the contract says, fact by fact; a changed one is caught."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from declaration_facts import UNCHECKED, Difference, differences, takes

import tiktok_async.oauth.endpoints
import tiktok_async.research.endpoints
from tiktok_async.models import Model
from tiktok_async.research import models, vocabulary
from tiktok_async.research.endpoints import DAILY, SOCIAL, model_fields
from tiktok_async.sansio.endpoint import (
    REGISTRY,
    Bucket,
    Operation,
    Place,
    between,
    field_names,
    known_fields,
    param,
)
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule
from tiktok_async.sansio.quota import DailyQuota

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTRACT: Final[dict[str, Any]] = json.loads(
    files("tiktok_async.emulator").joinpath("contract/official.json").read_text("utf-8")
)
FAMILIES: Final = {"research", "oauth"}
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
ON_PURPOSE: Final[dict[tuple[str, str], tuple[Any, str]]] = {
    ("oauth.token.client_credentials", "grant_type.required"): (False, "there is one value"),
    ("oauth.token.client_credentials", "grant_type.default"): ("client_credentials", "as above"),
    ("oauth.token.client_credentials", "grant_type.values"): (UNCHECKED, "callers never choose it"),
    ("research.validation_task.create", "category.required"): (False, "mostly videos are checked"),
    ("research.validation_task.create", "category.default"): ("video", "as above"),
    ("research.playlist.info", "max_count.limit"): ((1, 100), "as everywhere in this API"),
    ("research.playlist.info", "fields.taken"): (UNCHECKED, "an example shows one; no list is given"),
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


def compare(endpoint: Any, contract: Any = CONTRACT) -> list[Difference]:
    return differences(endpoint, contract, ON_PURPOSE, SPREAD)


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


# ---- a comparison that finds nothing must be one that could


def mutant(id_: str, **changes: Any) -> Any:
    """Return a declaration with other class attributes; it is not in the registry."""
    return type("Mutant", (REGISTRY[id_],), changes)


def rerouted(id_: str, **changes: str) -> Any:
    return mutant(id_, route=attrs.evolve(REGISTRY[id_].route, **changes))


def with_field(id_: str, name: str, field: Any) -> Any:
    """Return a declaration with one parameter replaced or added."""
    body = {"__annotations__": {name: "object"}, name: field}
    return attrs.frozen(kw_only=True)(type("Mutant", (REGISTRY[id_],), body))


def fields_of(id_: str, names: tuple[str, ...], where: Place = Place.QUERY) -> Any:
    field = attrs.field(
        default=names,
        converter=field_names,
        validator=known_fields(names),
        metadata=param("", where=where),
    )
    return with_field(id_, "fields", field)


def quoted_as(requests: int, records: int) -> Bucket:
    return Bucket("other", None, DailyQuota("other", requests, records))


@attrs.frozen(kw_only=True)
class ShortComment(Model):
    """A comment whose text was forgotten."""

    id: int | None = None
    video_id: int | None = None
    parent_comment_id: int | None = None
    like_count: int | None = None
    reply_count: int | None = None
    create_time: int | None = None
    display_name: str | None = None


@attrs.frozen(kw_only=True)
class LongUserRef(models.UserRef):
    """An account with a field that no page shows."""

    follower_count: int | None = None


@attrs.frozen(kw_only=True)
class TextTask(Model):
    """A task whose id is taken for a text."""

    task_id: str | None = None
    task_status: str | None = None


QUERY: Final = "research.video.query"
COMMENTS: Final = "research.video.comment.list"
REVIEW: Final = "research.tts.review"
CREATE: Final = "research.validation_task.create"
INFO: Final = "research.user.info"
VIDEO_FIELDS: Final = model_fields(models.Video)
USER_FIELDS: Final = model_fields(models.User, without=("username",))
REVIEW_FIELDS: Final = model_fields(models.Review, without=("display_name",))
BODY: Final = param("")


def number(value: Any) -> int | None:
    return None if value is None else int(value)


def count(low: int, high: int, default: Any = 100, **metadata: Any) -> Any:
    return attrs.field(
        default=default, validator=between(low, high), metadata=param("", **metadata)
    )


MUTANTS = [
    pytest.param(lambda: rerouted(QUERY, method="GET"), {"method"}, id="method"),
    pytest.param(
        lambda: rerouted(QUERY, path="/v2/research/video/search/"), {"path", "url"}, id="path"
    ),
    pytest.param(lambda: rerouted(QUERY, path="/v2/research/video/query"), {"path", "url"}, id="/"),
    pytest.param(lambda: rerouted(CREATE, encoding="json"), {"body"}, id="body-encoding"),
    pytest.param(lambda: rerouted(QUERY, answer="text"), {"answer"}, id="answer-kind"),
    pytest.param(lambda: mutant(QUERY, operation=Operation.ACT), {"operation"}, id="read-is-act"),
    pytest.param(lambda: mutant(CREATE, operation=Operation.READ), {"operation"}, id="act-is-read"),
    pytest.param(lambda: mutant(QUERY, bucket=SOCIAL), {"quota"}, id="quota-family"),
    pytest.param(lambda: mutant(QUERY, bucket=None), {"quota"}, id="no-quota"),
    pytest.param(
        lambda: mutant(QUERY, bucket=quoted_as(1_000, 10_000)), {"quota"}, id="quota-records"
    ),
    pytest.param(
        lambda: mutant(QUERY, bucket=quoted_as(10_000, 100_000)), {"quota"}, id="quota-requests"
    ),
    pytest.param(
        lambda: mutant("research.user.followers", bucket=DAILY), {"quota"}, id="not-social"
    ),
    pytest.param(
        lambda: mutant(QUERY, api=REGISTRY["oauth.token.client_credentials"].api),
        {"scopes"},
        id="family",
    ),
    pytest.param(lambda: fields_of(INFO, USER_FIELDS[:-1]), "fields", id="field-dropped"),
    pytest.param(lambda: fields_of(INFO, (*USER_FIELDS, "username")), "fields", id="field-added"),
    pytest.param(
        lambda: fields_of(INFO, (*USER_FIELDS[:-1], "videos_count")), "fields", id="field-misspelt"
    ),
    pytest.param(
        lambda: fields_of(INFO, USER_FIELDS, Place.BODY), {"fields.place"}, id="fields-in-the-body"
    ),
    pytest.param(
        lambda: fields_of(REVIEW, REVIEW_FIELDS), {"fields.place"}, id="fields-in-the-query-alone"
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 200)), {"max_count.limit"}, id="limit-high"
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(0, 100)), {"max_count.limit"}, id="limit-low"
    ),
    pytest.param(
        lambda: with_field(REVIEW, "page_size", count(1, 20, default=10)),
        {"page_size.limit"},
        id="limit-of-a-page",
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", attrs.field(default=100, metadata=BODY)),
        {"max_count.limit"},
        id="no-limit",
    ),
    pytest.param(
        lambda: mutant(QUERY, __attrs_post_init__=lambda _: None), {"end_date.limit"}, id="days"
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 100, default=50)),
        {"max_count.default"},
        id="default",
    ),
    pytest.param(
        lambda: with_field(REVIEW, "page_start", count(1, 1 << 31, default=2)),
        {"page_start.default"},
        id="first-page",
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 100, where=Place.QUERY)),
        {"max_count.place"},
        id="place",
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 100, name="count")), "max_count", id="name"
    ),
    pytest.param(
        lambda: with_field(QUERY, "search_id", attrs.field(metadata=BODY)),
        {"search_id.required"},
        id="required",
    ),
    pytest.param(
        lambda: with_field(INFO, "username", attrs.field(default="joe", metadata=BODY)),
        {"username.required", "username.default"},
        id="not-required",
    ),
    pytest.param(
        lambda: with_field(QUERY, "search_id", attrs.field(default=None, converter=number, metadata=BODY)),
        {"search_id.type"},
        id="type-on-the-wire",
    ),
    pytest.param(
        lambda: with_field(CREATE, "category", attrs.field(default="video", metadata=BODY)),
        {"category.values"},
        id="values",
    ),
    pytest.param(
        lambda: with_field(INFO, "cursor", attrs.field(default=None, metadata=BODY)),
        "cursor",
        id="parameter-that-is-not-there",
    ),
    pytest.param(lambda: mutant(QUERY, rule=CursorRule(("videos",))), {"pages"}, id="no-search"),
    pytest.param(
        lambda: mutant(QUERY, rule=OnePageRule(("videos",))), {"pages"}, id="one-page"
    ),
    pytest.param(
        lambda: mutant(QUERY, rule=PageNumberRule(("videos",))), {"pages"}, id="page-numbers"
    ),
    pytest.param(
        lambda: mutant(QUERY, rule=CursorRule(("items",), searches=True)), {"rows"}, id="rows"
    ),
    pytest.param(
        lambda: mutant("research.user.reposted_videos", rule=CursorRule(("reposted_videos",))),
        {"rows"},
        id="rows-without-the-alias",
    ),
    pytest.param(
        lambda: mutant(COMMENTS, result=ShortComment), {"answer.text"}, id="model-lacks-a-field"
    ),
    pytest.param(
        lambda: mutant("research.user.followers", result=LongUserRef),
        {"answer.follower_count"},
        id="model-has-another",
    ),
    pytest.param(
        lambda: mutant(CREATE, result=TextTask), {"answer.task_id"}, id="type-in-the-answer"
    ),
]


@pytest.mark.parametrize(("make", "caught"), MUTANTS)
def test_mutated_declaration_is_caught_at_its_fact(
    make: Callable[[], Any], caught: set[str] | str
) -> None:
    """What was changed is what is reported, and nothing else."""
    found = {difference.fact for difference in compare(make())}
    if isinstance(caught, str):
        assert found
        assert {fact.partition(".")[0] for fact in found} <= {caught, "count"}
    else:
        assert found == caught
    assert REGISTRY[QUERY].__name__ == "QueryVideos"


# Every fact of the contract in turn, changed in a copy of the file.

ENVELOPE: Final = {"data.cursor", "data.has_more", "data.search_id"}
ROWS: Final = ("rows", "answer.")


def leaves(raw: Any) -> Iterator[tuple[tuple[Any, ...], tuple[str, ...]]]:
    """Yield the place of each fact of an endpoint, and how the differences it makes begin."""
    yield from (((name,), (name,)) for name in ("method", "path", "url", "scopes"))
    for group in ("query", "body"):
        for index, part in enumerate(raw.get(group) or ()):
            yield from (((group, index, key), facts) for key, facts in _part(raw["id"], part))
    if isinstance(raw["response"], list):
        names = [part["name"] for part in raw["response"]]
        yield from (
            (("response", index, "name"), ROWS)
            for index, name in enumerate(names)
            if name not in ENVELOPE or raw["id"] == "research.playlist.info"
        )
        yield from ((("item", index, "name"), ROWS) for index in range(len(raw.get("item", ()))))


def _part(id_: str, part: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    name = part["name"]
    yield "name", (f"{name}.", f"{name}x.")
    for key, facts in {"required": ["required"], "limit": ["limit"]}.items():
        if isinstance(part.get(key), bool | str) and not _excused(id_, f"{name}.{key}"):
            yield key, tuple(f"{name}.{fact}" for fact in facts)
    if "values" in part and not _excused(id_, f"{name}.values"):
        yield "values", (f"{name}.values", f"{name}.asked", f"{name}.taken", "answer.")


def _excused(id_: str, fact: str) -> bool:
    return fact in SPREAD or (id_, fact) in ON_PURPOSE or fact in CONDITIONAL


CONDITIONAL: Final = {"video_id.required", "comment_id.required"}
"""Stated in words; they have a test of their own."""


def changed(value: Any) -> Any:
    """Return something else in place of a fact."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return [*value[1:], "another"]
    return "1..7" if value[:1].isdigit() or value[:3] in {"max", "<= "} else f"{value}x"


FACTS = [
    pytest.param(raw["id"], path, facts, id="-".join(map(str, (raw["id"], *path))))
    for raw in CONTRACT["endpoints"]
    if raw["id"] in DECLARED
    for path, facts in leaves(raw)
]


@pytest.mark.parametrize(("id_", "path", "facts"), FACTS)
def test_changed_fact_of_the_contract_is_caught(
    id_: str, path: tuple[Any, ...], facts: tuple[str, ...]
) -> None:
    """The comparison looks at each fact: the same file with one of them changed fails it there."""
    contract = copy.deepcopy(CONTRACT)
    place: Any = next(raw for raw in contract["endpoints"] if raw["id"] == id_)
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = changed(place[path[-1]])
    found = [difference.fact for difference in compare(REGISTRY[id_], contract)]
    assert found
    assert all(fact.startswith(facts) for fact in found)


@pytest.mark.parametrize("family", ["research_daily", "research_social_daily"])
@pytest.mark.parametrize("number", ["requests_per_day", "records_per_day"])
def test_changed_quota_of_the_contract_is_caught(family: str, number: str) -> None:
    contract = copy.deepcopy(CONTRACT)
    contract["quotas"][family][number] += 1
    found = [d for id_ in DECLARED for d in compare(REGISTRY[id_], contract)]
    assert {d.fact for d in found} == {"quota"}
    assert len(found) == (2 if "social" in family else 13)


@pytest.mark.parametrize(
    ("id_", "pagination"),
    [
        pytest.param(QUERY, {"type": "offset cursor"}, id="search-to-cursor"),
        pytest.param(COMMENTS, {"type": "offset cursor + search_id"}, id="cursor-to-search"),
        pytest.param(COMMENTS, None, id="cursor-to-one-page"),
        pytest.param(REVIEW, {"type": "index cursor"}, id="numbers-to-cursor"),
        pytest.param("research.tts.shop", {"type": "page number"}, id="one-page-to-numbers"),
    ],
)
def test_changed_pagination_of_the_contract_is_caught(id_: str, pagination: Any) -> None:
    contract = copy.deepcopy(CONTRACT)
    next(raw for raw in contract["endpoints"] if raw["id"] == id_)["pagination"] = pagination
    assert [d.fact for d in compare(REGISTRY[id_], contract)] == ["pages"]
