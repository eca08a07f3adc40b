"""Every declared endpoint: what a declaration must say, and that it can be put on the wire."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest

import tiktok_async
from tiktok_async.errors import InputError
from tiktok_async.research import endpoints as research
from tiktok_async.research.query import F
from tiktok_async.sansio.endpoint import (
    REGISTRY,
    Endpoint,
    Operation,
    PagedEndpoint,
    Place,
    Route,
    field_names,
    parameters,
    wire_value,
)
from tiktok_async.sansio.wire import build

for _module in pkgutil.walk_packages(tiktok_async.__path__, "tiktok_async."):
    if "endpoints" in _module.name.split("."):
        importlib.import_module(_module.name)

BASE: Final = "https://api.test"
ID: Final = 7201388525814961198
VALUES: Final[dict[str, Any]] = {
    "query": F.region_code == "US",
    "start_date": date(2026, 1, 1),
    "end_date": date(2026, 1, 31),
    "file_data": [ID],
    "username": "joe1234567",
    "client_key": "key-of-app",
    "client_secret": "secret-of-app",
    "sec_uid": "MS4wLjABAAAAsHntXC3s0AvxcecggxsoVa4e",
    "category": "users",
    "field": "bio",
    "type": "overview",
    **dict.fromkeys(
        ("video_id", "media_id", "comment_id", "music_id", "playlist_id", "category_id", "user_id"),
        ID,
    ),
}
"""Values by parameter name, for what its type alone cannot tell."""
ONE_OF: Final[dict[str, dict[str, Any]]] = {
    "research.video.comment.list": {"video_id": ID},
    "tikapi.public.check": {"username": "joe1234567"},
    "tikapi.public.check_v3": {"username": "joe1234567"},
    "tikapi.public.hashtag": {"name": "cats"},
    "tikapi.public.search": {"query": "cats"},
    "tikapi.user.posts.search": {"query": "cats"},
    "tikapi.user.live.search": {"query": "cats"},
}
"""What an endpoint needs beyond its required parameters."""


def example(endpoint: type[Endpoint[Any]]) -> Endpoint[Any]:
    """Return a request with the fewest parameters."""
    fields: Any = attrs.fields(endpoint)  # type: ignore[arg-type]  # a declaration is attrs'
    given = dict(ONE_OF.get(endpoint.id, {}))
    for field in fields:
        if field.default is attrs.NOTHING:
            by_type = ID if "int" in str(field.type) else "text"
            given.setdefault(field.name, VALUES.get(field.name, by_type))
    return endpoint(**given)


def declared() -> list[Any]:
    """Return the registry as test cases."""
    return [pytest.param(endpoint, id=name) for name, endpoint in REGISTRY.items()]


@pytest.mark.parametrize("endpoint", declared())
def test_endpoint_declares_all_that_is_read_from_it(endpoint: type[Endpoint[Any]]) -> None:
    assert REGISTRY[endpoint.id] is endpoint
    assert isinstance(endpoint.operation, Operation)
    assert isinstance(endpoint.route, Route)
    assert endpoint.route.path.startswith("/")
    assert endpoint.route.method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert endpoint.source.strip()
    assert inspect.getdoc(endpoint)
    assert endpoint.result is not None
    if issubclass(endpoint, PagedEndpoint):
        assert callable(endpoint.rule.turn)


@pytest.mark.parametrize("endpoint", declared())
def test_endpoint_documents_each_parameter(endpoint: type[Endpoint[Any]]) -> None:
    for parameter in parameters(endpoint):
        assert parameter.doc.endswith("."), parameter.field
        assert parameter.wire


@pytest.mark.parametrize("endpoint", declared())
def test_endpoint_request_is_a_frozen_value(endpoint: type[Endpoint[Any]]) -> None:
    request: Any = example(endpoint)
    assert request == example(endpoint)
    assert hash(request) == hash(example(endpoint))
    name = next((part.field for part in parameters(endpoint)), "id")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(request, name, None)


@pytest.mark.parametrize("endpoint", declared())
def test_endpoint_can_be_put_on_the_wire(endpoint: type[Endpoint[Any]]) -> None:
    request = example(endpoint)
    wire = build(request, BASE)
    placed = request.placed()
    url = urlsplit(wire.url)
    in_query = {**placed[Place.QUERY], **placed[Place.BOTH]}
    assert wire.method == endpoint.route.method
    assert f"{url.scheme}://{url.netloc}" == BASE
    assert "{" not in url.path
    assert dict(parse_qsl(url.query)) == {k: str(v) for k, v in in_query.items()}
    if endpoint.route.encoding == "json" and wire.method != "GET":
        assert json.loads(wire.content) == {**placed[Place.BODY], **placed[Place.BOTH]}
    for name, value in placed[Place.FILE].items():
        assert name.encode() in wire.content
        assert value in wire.content


@pytest.mark.parametrize("endpoint", declared())
def test_endpoint_leaves_nothing_out_and_writes_no_null(endpoint: type[Endpoint[Any]]) -> None:
    request: Any = example(endpoint)
    written = {name for names in request.placed().values() for name in names}
    for parameter in parameters(endpoint):
        given = getattr(request, parameter.field) is not None
        assert (parameter.wire in written) is given


@pytest.mark.parametrize("endpoint", declared())
def test_endpoint_puts_no_secret_into_address_or_repr(endpoint: type[Endpoint[Any]]) -> None:
    request = example(endpoint)
    wire = build(request, BASE, headers=(("authorization", "Bearer secret-of-app"),))
    for text in (repr(request), repr(wire), wire.url):
        assert "secret-of-app" not in text


def test_endpoint_without_an_operation_class_is_a_build_error() -> None:
    with pytest.raises(TypeError, match="operation"):

        @attrs.frozen(kw_only=True)
        class Nameless(Endpoint[str]):
            """Declares everything but what it does."""

            id = "test.nameless"
            api = research.RESEARCH
            route = Route("POST", "/x/")
            source = "nowhere"

    assert "test.nameless" not in REGISTRY


def test_endpoint_without_a_result_type_is_a_build_error() -> None:
    with pytest.raises(TypeError, match="Endpoint"):

        @attrs.frozen(kw_only=True)
        class Typeless(Endpoint):  # type: ignore[type-arg]  # the mistake under test
            """Does not say what it answers."""

            id = "test.typeless"
            api = research.RESEARCH
            route = Route("POST", "/x/")
            operation = Operation.READ
            source = "nowhere"

    assert "test.typeless" not in REGISTRY


@pytest.mark.parametrize(
    ("endpoint", "arguments", "words"),
    [
        pytest.param("user.info", {"username": "@joe"}, "without @, as 'joe'", id="at-sign"),
        pytest.param("user.info", {"username": "a b"}, "handle alone", id="space"),
        pytest.param("user.info", {"username": "https://t/@joe"}, "handle alone", id="link"),
        pytest.param("user.info", {"username": " "}, "not empty", id="blank"),
        pytest.param("user.info", {"username": 7}, "not empty", id="number-for-text"),
        pytest.param("user.info", {"username": "j", "fields": "nope"}, "choose from", id="field"),
        pytest.param("user.info", {"username": "j", "fields": ()}, "choose from", id="no-field"),
        pytest.param("playlist.info", {"playlist_id": "12a"}, "digits", id="id"),
        pytest.param("playlist.info", {"playlist_id": -1}, "digits", id="negative-id"),
        pytest.param("playlist.info", {"playlist_id": True}, "digits", id="bool-for-id"),
        pytest.param("playlist.info", {"playlist_id": 1.5}, "digits", id="fraction-for-id"),
        pytest.param("playlist.info", {"playlist_id": "١٢"}, "digits", id="other-digits"),
        pytest.param("video.comment.list", {}, "exactly one", id="neither"),
        pytest.param(
            "video.comment.list", {"video_id": 1, "comment_id": 2}, "exactly one", id="both"
        ),
        pytest.param(
            "user.followers", {"username": "j", "max_count": 101}, "from 1 to 100", id="count"
        ),
        pytest.param(
            "user.followers", {"username": "j", "max_count": True}, "from 1 to 100", id="bool"
        ),
        pytest.param("validation_task.create", {"file_data": []}, "1 to 10000", id="no-ids"),
        pytest.param("validation_task.create", {"file_data": ["x"]}, "digits", id="word-for-id"),
        pytest.param(
            "validation_task.create", {"file_data": range(10_001)}, "1 to 10000", id="many-ids"
        ),
        pytest.param(
            "validation_task.create", {"file_data": [1], "category": "song"}, "video", id="category"
        ),
    ],
)
def test_bad_argument_is_refused_before_anything_is_spent(
    endpoint: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        REGISTRY[f"research.{endpoint}"](**arguments)


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        pytest.param(date(2026, 3, 1), "20260301", id="date"),
        pytest.param(("a", "b"), "a,b", id="tuple"),
        pytest.param(Operation.READ, "read", id="enum"),
        pytest.param(2**70, 2**70, id="big-integer"),
        pytest.param(False, False, id="false"),
        pytest.param(F.keyword == "x", (F.keyword == "x").to_dict(), id="query"),
    ],
)
def test_wire_value_writes_each_type_its_own_way(value: object, wire: object) -> None:
    assert wire_value(value) == wire


@pytest.mark.parametrize(
    ("value", "names"),
    [
        pytest.param("a, b ,,a", ("a", "b", "id"), id="text"),
        pytest.param(["b", "id", "b"], ("b", "id"), id="list"),
        pytest.param((), (), id="empty-stays-empty"),
    ],
)
def test_field_names_are_clean_and_keep_what_is_needed(
    value: object, names: tuple[str, ...]
) -> None:
    given: Any = value
    assert field_names(given, "id") == names


def test_exact_ids_survive_as_digits_and_as_numbers() -> None:
    for given in (ID, str(ID)):
        wire = build(research.ListComments(video_id=given), BASE)
        assert json.loads(wire.content)["video_id"] == ID
