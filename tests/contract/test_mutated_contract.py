"""Every fact of the contract in turn, changed in a copy of the file, is caught."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

import pytest
from agreement import CONTRACT, DECLARED, ON_PURPOSE, SPREAD, compare

from tiktok_async.sansio.endpoint import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY: Final = "research.video.query"
COMMENTS: Final = "research.video.comment.list"
REVIEW: Final = "research.tts.review"
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


CONDITIONAL: Final = {"video_id.required", "comment_id.required", "code_verifier.required"}
"""Stated in words; they have tests of their own."""


def changed(value: Any) -> Any:
    """Return something else in place of a fact."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return [*value[1:], "another"]
    return "1..7" if value[:1].isdigit() or value.startswith(("max ", "<= ")) else f"{value}x"


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
