"""The wire form of a request: address, headers and body, each written one way."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.oauth.endpoints import OAUTH, ClientToken
from tiktok_async.research.endpoints import CreateComplianceTask, QueryShops
from tiktok_async.sansio.endpoint import Operation, Route, Undeclared
from tiktok_async.sansio.wire import Answer, WireRequest, build

BASE = "https://api.test"


def call(method: str = "POST", path: str = "/x/", **given_fields: Any) -> Undeclared:
    """Return a request of no declared endpoint."""
    return Undeclared(
        api=OAUTH, route=Route(method, path), operation=Operation.READ, **given_fields
    )


def query_of(wire: WireRequest) -> list[tuple[str, str]]:
    """Return the query parameters of a request."""
    return parse_qsl(urlsplit(wire.url).query, keep_blank_values=True, strict_parsing=True)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXT.filter(bool), TEXT, min_size=1, max_size=4))
def test_query_comes_back_as_it_was_given(query: dict[str, str]) -> None:
    wire = build(call("GET", query=query), BASE)
    assert query_of(wire) == list(query.items())
    assert wire.url.isascii()
    assert not {" ", "\r", "\n", "#"} & set(wire.url)


@given(st.dictionaries(TEXT, TEXT | st.integers() | st.booleans() | st.none(), max_size=4))
def test_json_body_comes_back_as_it_was_given(body: dict[str, Any]) -> None:
    wire = build(call(body=body), BASE)
    assert json.loads(wire.content) == body
    assert ("content-type", "application/json") in wire.headers


def test_integers_beyond_doubles_are_written_exactly() -> None:
    wire = build(call(body={"id": 7201388525814961199}), BASE)
    assert b"7201388525814961199" in wire.content


def test_equal_numbers_of_other_types_do_not_share_an_address() -> None:
    one, true, real = (build(call("GET", query={"a": value}), BASE).url for value in (1, True, 1.0))
    assert one.endswith("a=1")
    assert true != one
    assert real != one


@pytest.mark.parametrize("value", [["a", "b"], {"a": 1}, ("a", "b")], ids=["list", "dict", "tuple"])
def test_query_of_an_undeclared_call_may_hold_any_json_value(value: object) -> None:
    assert build(call("GET", query={"a": value}), BASE).url.startswith(f"{BASE}/x/?a=")


def test_get_has_neither_body_nor_content_type() -> None:
    wire = build(call("GET"), BASE, headers=(("authorization", "Bearer t"),))
    assert wire == WireRequest("GET", f"{BASE}/x/", (("authorization", "Bearer t"),))


def test_headers_and_extra_query_are_added_in_order() -> None:
    wire = build(
        call(query={"a": "1"}),
        BASE,
        headers=(("authorization", "Bearer t"), ("x-trace", "7")),
        extra_query=(("b", "2"), ("a", "3")),
    )
    assert query_of(wire) == [("a", "3"), ("b", "2")]
    assert wire.headers[1:] == (("authorization", "Bearer t"), ("x-trace", "7"))


def test_base_url_keeps_its_path() -> None:
    assert build(call(), f"{BASE}/proxy").url == f"{BASE}/proxy/x/"


def test_form_body_reveals_a_secret_to_the_wire_alone() -> None:
    wire = build(ClientToken(client_key="k y&", client_secret="s=e&c"), BASE)
    assert parse_qsl(wire.content.decode()) == [
        ("client_key", "k y&"),
        ("client_secret", "s=e&c"),
        ("grant_type", "client_credentials"),
    ]
    assert ("content-type", "application/x-www-form-urlencoded") in wire.headers
    assert "s=e&c" not in repr(wire)
    assert "?" not in wire.url


def test_parameter_that_belongs_in_both_places_is_written_in_both() -> None:
    wire = build(QueryShops(shop_name="a", fields=("shop_name", "shop_id")), BASE)
    assert query_of(wire) == [("fields", "shop_name,shop_id")]
    assert json.loads(wire.content)["fields"] == "shop_name,shop_id"


def test_multipart_body_has_the_file_and_the_fields_between_its_boundaries() -> None:
    wire = build(CreateComplianceTask(file_data=[7201388525814961198, 2]), BASE)
    content_type = dict(wire.headers)["content-type"]
    boundary = content_type.removeprefix("multipart/form-data; boundary=")
    assert boundary != content_type
    head, category, file, end = wire.content.split(f"--{boundary}".encode())
    assert (head, end) == (b"", b"--\r\n")
    assert b'name="category"\r\n\r\nvideo\r\n' in category
    assert b'name="file_data"' in file
    assert file.endswith(b"\r\n\r\n7201388525814961198\n2\r\n")


def test_multipart_boundary_is_the_same_for_the_same_file() -> None:
    request = CreateComplianceTask(file_data=[1, 2, 3])
    assert build(request, BASE) == build(request, BASE)


def test_answer_reads_integers_exactly_at_any_size() -> None:
    digits = b"123456789012345678901234567890"
    assert Answer(200, {}, b'{"id": ' + digits + b"}").json() == {"id": int(digits)}
