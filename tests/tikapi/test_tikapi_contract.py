"""Every declaration says what the contract says, fact by fact; and a changed one is caught."""

from __future__ import annotations

import copy
import inspect
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from tikapi_facts import CONTRACT, DECLARED, ENDPOINTS, ON_PURPOSE, declared, differences
from tikapi_stage import stage

from tiktok_async.resource import Resource, one, paged
from tiktok_async.sansio.endpoint import REGISTRY, Operation, Place, between, param
from tiktok_async.tikapi.credential import SANDBOX_ACCOUNT_KEY, SANDBOX_API_KEY
from tiktok_async.tikapi.endpoints.forms import LINKED, OneOf
from tiktok_async.tikapi.paging import CursorList, PostList, SinglePage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def test_all_74_endpoints_are_declared_and_no_other() -> None:
    assert len(ENDPOINTS) == 74
    assert set(DECLARED) == set(ENDPOINTS)


@pytest.mark.parametrize("id_", DECLARED)
def test_declaration_agrees_with_the_contract_on_every_fact(id_: str) -> None:
    assert differences(REGISTRY[id_], ENDPOINTS[id_]) == []


@pytest.mark.parametrize(("id_", "fact"), ON_PURPOSE)
def test_difference_on_purpose_is_still_one(id_: str, fact: str) -> None:
    """A line of the table that nothing needs any more is dropped from it."""
    rest = {key: value for key, value in ON_PURPOSE.items() if key != (id_, fact)}
    found = differences(REGISTRY[id_], ENDPOINTS[id_], rest)
    assert [(d.endpoint, d.fact) for d in found] == [(id_, fact)]


@pytest.mark.parametrize("id_", DECLARED)
def test_declaration_marks_in_its_docs_who_may_call_it(id_: str) -> None:
    doc = inspect.getdoc(REGISTRY[id_]) or ""
    raw = ENDPOINTS[id_]
    assert ("premium" in doc) is raw["premium"]
    assert ("trusted customers only" in doc) is raw["trusted_only"]
    assert ("deprecated" in doc) is raw["deprecated"]
    assert ("beta" in doc) is raw["beta"]
    assert doc.splitlines()[0].endswith((".", ")", ";"))


def test_sandbox_keys_are_the_published_ones() -> None:
    assert CONTRACT["auth"]["api_key"]["sandbox_value"] == SANDBOX_API_KEY
    assert CONTRACT["auth"]["account_key"]["sandbox_value"] == SANDBOX_ACCOUNT_KEY


# ---- each has its place on the client


def bound(resource: Resource, path: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the endpoint of every bound call below a resource."""
    for name, value in vars(type(resource)).items():
        if isinstance(value, one | paged):
            endpoint: Any = value.endpoint
            yield f"{path}.{name}", endpoint.id
    for name, value in getattr(resource, "__dict__", {}).items():
        if isinstance(value, Resource):
            yield from bound(value, f"{path}.{name}")


def test_every_endpoint_is_bound_under_its_name() -> None:
    client = stage().client
    places = [(client.public, "public"), (client.key, "key"), (client.user(), "user")]
    found = {id_: path for resource, name in places for path, id_ in bound(resource, name)}
    expected = {id_: id_.removeprefix("tikapi.") for id_ in DECLARED}
    # The name belongs to the stream that is made of it.
    expected["tikapi.user.live.chat"] = "user.live.poll_chat"
    assert found == expected


# ---- a comparison that finds nothing must be one that could


def mutant(id_: str, **changes: Any) -> Any:
    """Return a declaration with other class attributes; it is not in the registry."""
    return type("Mutant", (REGISTRY[id_],), changes)


def rerouted(id_: str, **changes: str) -> Any:
    return mutant(id_, route=attrs.evolve(REGISTRY[id_].route, **changes))


def with_field(id_: str, name: str, **field: Any) -> Any:
    """Return a declaration with one parameter replaced or added."""
    field.setdefault("metadata", param("", where=Place.QUERY))
    body = {"__annotations__": {name: "object"}, name: attrs.field(**field)}
    return attrs.frozen(kw_only=True)(type("Mutant", (REGISTRY[id_],), body))


POSTS: Final = "tikapi.public.posts"
LIKE: Final = "tikapi.user.posts.like"
ACCEPT: Final = "tikapi.user.conversation_requests.accept"
EDIT: Final = "tikapi.user.edit"
BODY: Final = param("")

MUTANTS = [
    pytest.param(lambda: rerouted(POSTS, method="POST"), {"method", "body"}, id="method"),
    pytest.param(lambda: rerouted(POSTS, path="/public/post"), {"path"}, id="path"),
    pytest.param(lambda: rerouted(LIKE, encoding="form"), {"body"}, id="body-encoding"),
    pytest.param(
        lambda: mutant(ACCEPT, operation=Operation.READ), {"operation"}, id="get-that-acts-is-read"
    ),
    pytest.param(lambda: mutant(POSTS, operation=Operation.ACT), {"operation"}, id="read-is-act"),
    pytest.param(lambda: mutant(LIKE, scopes=("explore",)), {"scopes"}, id="scope"),
    pytest.param(lambda: mutant(LIKE, scopes=()), {"scopes", "account"}, id="no-account"),
    pytest.param(lambda: mutant(LIKE, premium=True), {"premium"}, id="premium"),
    pytest.param(lambda: mutant(LIKE, trusted_only=False), {"trusted_only"}, id="trusted"),
    pytest.param(
        lambda: mutant("tikapi.user.follow", deprecated=False), {"deprecated"}, id="deprecated"
    ),
    pytest.param(
        lambda: mutant("tikapi.public.video_v2", source="elsewhere"), {"documented"}, id="hidden"
    ),
    pytest.param(lambda: mutant(POSTS, rule=SinglePage(("itemList",))), {"pages"}, id="one-page"),
    pytest.param(lambda: mutant(POSTS, rule=PostList(("items",))), {"rows"}, id="rows"),
    pytest.param(
        lambda: mutant(POSTS, rule=PostList(("itemList",), answer="nextCursor")),
        {"pages"},
        id="cursor-of-the-answer",
    ),
    pytest.param(
        lambda: mutant("tikapi.public.explore", rule=CursorList(("itemList",))),
        {"pages"},
        id="trending-is-paged",
    ),
    pytest.param(
        lambda: with_field(POSTS, "count", default=30, validator=between(0, 50)),
        {"count.takes"},
        id="maximum",
    ),
    pytest.param(
        lambda: with_field(POSTS, "count", default=20, converter=int, validator=between(0, 30)),
        {"count.default", "count.takes"},
        id="default",
    ),
    pytest.param(
        lambda: with_field(
            POSTS, "cursor", default=None, validator=LINKED, metadata=param("", where=Place.QUERY)
        ),
        {"cursor.takes"},
        id="pattern",
    ),
    pytest.param(
        lambda: with_field(POSTS, "user_id", default=None, metadata=BODY),
        {"user_id.place", "user_id.takes", "user_id.type"},
        id="place",
    ),
    pytest.param(
        lambda: with_field(
            POSTS, "sec_uid", default="x" * 30, metadata=param("", where=Place.QUERY, name="secUid")
        ),
        {"secUid.required", "secUid.default", "secUid.takes"},
        id="required",
    ),
    pytest.param(
        lambda: with_field(POSTS, "sec_uid", metadata=param("", where=Place.QUERY)),
        (
            *(f"secUid.{fact}" for fact in ("required", "place", "takes")),
            *(f"sec_uid.{fact}" for fact in ("required", "place", "takes")),
        ),
        id="name",
    ),
    pytest.param(
        lambda: with_field(
            EDIT,
            "field",
            validator=OneOf(("nickname", "username", "bio")),
            metadata=param("", where=Place.PATH),
        ),
        {"field.takes"},
        id="values",
    ),
    pytest.param(
        lambda: with_field(LIKE, "media_id", converter=int, metadata=BODY),
        {"media_id.type", "media_id.takes"},
        id="type-on-the-wire",
    ),
]


@pytest.mark.parametrize(("make", "caught"), MUTANTS)
def test_mutated_declaration_is_caught_at_its_fact(
    make: Callable[[], Any], caught: set[str] | tuple[str, ...]
) -> None:
    """What was changed is what is reported, and nothing else."""
    changed = make()
    found = {difference.fact for difference in differences(changed, ENDPOINTS[changed.id])}
    assert found >= set(caught) if isinstance(caught, tuple) else found == caught


def test_changed_contract_is_caught() -> None:
    raw = copy.deepcopy(ENDPOINTS[POSTS])
    raw["params"].pop()
    raw["params"][0]["pattern"] = "^[0-9]+$"
    found = {difference.fact for difference in differences(REGISTRY[POSTS], raw)}
    assert "secUid.takes" in found
    assert any(fact.startswith("session_id.") for fact in found)


def test_facts_are_told_of_every_parameter() -> None:
    count = sum(len(raw["params"]) for raw in ENDPOINTS.values())
    facts = [fact for id_ in DECLARED for fact in declared(REGISTRY[id_]) if ".takes" in fact]
    assert len(facts) == count > 200
