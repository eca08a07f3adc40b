"""The page rules: where rows are, and how an answer says that there is more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tiktok_async.errors import DecodeError
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule, rows_under


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        pytest.param({"videos": [1]}, [1], id="list"),
        pytest.param({"clips": [2]}, [2], id="alias"),
        pytest.param({"videos": [], "clips": [2]}, [], id="first-name-counts"),
        pytest.param({"videos": None, "has_more": True}, [], id="null"),
        pytest.param({"has_more": False}, [], id="left-out-beside-the-flag"),
    ],
)
def test_rows_are_found_under_their_names(data: Any, rows: list[Any]) -> None:
    assert rows_under(data, "videos", "clips") == rows


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="empty"),
        pytest.param(None, id="null"),
        pytest.param([], id="list"),
        pytest.param("x", id="text"),
        pytest.param({"videos": {}}, id="object"),
        pytest.param({"videos": "none"}, id="text-for-rows"),
        pytest.param({"video": []}, id="other-name"),
    ],
)
def test_rows_that_are_not_there_are_an_error_not_an_empty_page(data: Any) -> None:
    with pytest.raises(DecodeError):
        rows_under(data, "videos", "clips")


def test_cursor_rule_refuses_a_cursor_without_the_flag() -> None:
    with pytest.raises(DecodeError, match="has_more"):
        CursorRule(("rows",)).turn(None, {"rows": [1], "cursor": 7})


@pytest.mark.parametrize(
    ("data", "more"),
    [
        pytest.param({"has_more": True, "cursor": 7}, True, id="more"),
        pytest.param({"has_more": False, "cursor": 7}, False, id="end"),
        pytest.param({}, False, id="neither"),
        pytest.param({"cursor": 0}, False, id="zero-cursor-alone"),
    ],
)
def test_cursor_rule_reads_the_flag(data: Any, more: bool) -> None:
    assert CursorRule(("rows",)).turn(None, data).more is more


@pytest.mark.parametrize("cursor", [7, "7", 2**63 + 1, "opaque=="])
def test_cursor_rule_hands_the_cursor_on_untouched(cursor: object) -> None:
    turn = CursorRule(("rows",)).turn(None, {"has_more": True, "cursor": cursor})
    assert turn.params == {"cursor": cursor}
    assert type(turn.params["cursor"]) is type(cursor)


def test_page_number_rule_counts_from_where_the_request_is() -> None:
    rule = PageNumberRule(("rows",), key=id)
    assert rule.turn(SimpleNamespace(page_start=4), {"rows": [1]}).params == {"page_start": 5}
    assert rule.turn(SimpleNamespace(page_start=None), {"rows": [1]}).params == {"page_start": 2}
    assert not rule.turn(SimpleNamespace(page_start=4), {"rows": []}).more


def test_one_page_rule_has_no_next_page() -> None:
    assert not OnePageRule(("rows",)).turn(None, {"rows": [1], "has_more": True}).more
