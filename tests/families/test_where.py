from __future__ import annotations

from functools import reduce
from operator import invert, or_
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.errors import InputError
from tiktok_async.research.query import F, Query
from tiktok_async.research.where import format_where, parse_where

A, B, C = (F.keyword == name for name in "abc")

VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9).filter(str.strip)
CONDITIONS = (
    VALUES.map(lambda value: F.keyword == value)
    | st.lists(VALUES, min_size=1, max_size=3).map(lambda values: F.keyword.in_(*values))
    | st.sampled_from([F.view_count > 5, F.view_count >= 5, F.view_count < 9, F.view_count <= 9])
)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Any groups that F can build."""
    query = reduce(or_, draw(st.lists(CONDITIONS, min_size=1, max_size=3)))
    for other in draw(st.lists(CONDITIONS | CONDITIONS.map(invert), max_size=4)):
        query &= other
    return query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        pytest.param(
            "region_code in (US, CA) and keyword = 'hello world' and not username = spam",
            F.region_code.in_("US", "CA") & (F.keyword == "hello world") & ~(F.username == "spam"),
            id="guide",
        ),
        pytest.param("keyword==a", A, id="no-blanks"),
        pytest.param("keyword != a", ~A, id="unequal"),
        pytest.param("view_count > 1", F.view_count > 1, id="gt"),
        pytest.param("view_count>=1", F.view_count >= 1, id="gte"),
        pytest.param("view_count < 1", F.view_count < 1, id="lt"),
        pytest.param("view_count<= 1", F.view_count <= 1, id="lte"),
        pytest.param("keyword NOT IN (a,b)", ~F.keyword.in_("a", "b"), id="not-in"),
        pytest.param("keyword in ( a )", F.keyword.in_("a"), id="in-one"),
        pytest.param("keyword in (a, a, b)", F.keyword.in_("a", "b"), id="in-each-once"),
        pytest.param("keyword = a OR keyword = b", A | B, id="or"),
        pytest.param("(keyword = a or keyword = b) And keyword = c", (A | B) & C, id="parentheses"),
        pytest.param("((keyword = a))", A, id="nested-parentheses"),
        pytest.param("not keyword = a and keyword = b", ~A & B, id="not-binds-tightest"),
        pytest.param("not (keyword = a or keyword = b)", ~(A | B), id="not-or"),
        pytest.param("not not keyword = a", A, id="not-not"),
        pytest.param("not(keyword=a)", ~A, id="not-without-blank"),
        pytest.param("region_code = IN", F.region_code == "IN", id="india"),
        pytest.param("keyword = 'and'", F.keyword == "and", id="quoted-word"),
        pytest.param(r"keyword = 'don\'t \"x\" \\'", F.keyword == 'don\'t "x" \\', id="escapes"),
        pytest.param('keyword = "don\'t"', F.keyword == "don't", id="double-quotes"),
        pytest.param("keyword = #fyp@x&y", F.keyword == "#fyp@x&y", id="bare-marks"),
        pytest.param("keyword\n=\t'日 本'", F.keyword == "日 本", id="any-blank"),
    ],
)
def test_where_reads_what_f_would_build(text: str, query: Query):
    assert parse_where(text) == query


@pytest.mark.parametrize(
    ("text", "caret", "says"),
    [
        pytest.param("keyword = hello world", "world", "several words needs quotes", id="phrase"),
        pytest.param("region = US", "region", 'Did you mean "region_code"', id="field"),
        pytest.param("region_code = us", "us", 'write "US"', id="region"),
        pytest.param("region_code in (US, us)", "us", 'write "US"', id="region-in-list"),
        pytest.param("keyword in (a, 'x' , '')", "'')", "is empty", id="empty-in-list"),
        pytest.param("keyword like a", "like", "Expected =, !=", id="operator"),
        pytest.param("keyword not a", "a", 'Expected "in"', id="not-without-in"),
        pytest.param("keyword = and keyword = b", "and", "Expected a value of keyword", id="value"),
        pytest.param("keyword in a", "a", r'Expected "\("', id="in-without-list"),
        pytest.param("keyword in (a b)", "b", r'Expected "," or "\)"', id="comma"),
        pytest.param("keyword in ()", ")", "Expected a value", id="empty-list"),
        pytest.param("keyword => 1", "> 1", "Expected a value", id="turned-operator"),
        pytest.param("keyword = a)", ")", '"and", "or" or the end', id="extra-parenthesis"),
        pytest.param("keyword = a && keyword = b", "&&", 'Write "and"', id="ampersands"),
        pytest.param("keyword = a || keyword = b", "||", 'Write "or"', id="bars"),
        pytest.param("!keyword = a", "!", 'write "not"', id="exclamation"),
        pytest.param("and keyword = a", "and", "Expected a field", id="leading-and"),
        pytest.param("'keyword' = a", "'keyword'", "Expected a field", id="quoted-field"),
        pytest.param("keyword = don't", "'t", "never closed", id="quote"),
        pytest.param(r"keyword = 'a\n'", r"\n", "takes a quote or a backslash", id="escape"),
        pytest.param("keyword = a and keyword = b or keyword = c", "or", "is flat", id="flat-or"),
        pytest.param("not (keyword = a and keyword = b)", "not", "is flat", id="flat-not"),
        pytest.param("(" * 100, "(" * 49, "levels", id="deep"),
        pytest.param("not " * 5000 + "keyword = a", "not", "levels", id="deep-not"),
    ],
)
def test_where_errors_point_at_the_place(text: str, caret: str, says: str):
    with pytest.raises(InputError, match=says) as caught:
        parse_where(text)
    _, line, marker = str(caught.value).split("\n")
    assert line[marker.index("^") :].startswith(caret[:30])
    assert marker.strip() == "^"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param(" \n", "is empty", id="blank"),
        pytest.param("(keyword = a", 'or "\\)", found the end', id="open"),
        pytest.param("keyword =", "found the end", id="no-value"),
        pytest.param("keyword = a and", "found the end", id="no-second"),
    ],
)
def test_where_errors_name_the_missing_end(text: str, says: str):
    with pytest.raises(InputError, match=says):
        parse_where(text)


def test_where_caret_stands_under_wide_characters():
    with pytest.raises(InputError) as caught:
        parse_where('keyword = "日本" and region = x')
    assert str(caught.value).endswith("\n" + " " * (2 + 21) + "^")


@given(st.text(max_size=40) | st.text("keywordandnotr =()'\"\\,!<>", max_size=30))
def test_where_reads_or_refuses_any_text(text: str):
    try:
        query = parse_where(text)
    except InputError:
        return
    assert parse_where(format_where(query)) == query


@given(queries())
def test_format_where_reads_back_to_an_equal_query(query: Query):
    assert parse_where(format_where(query)) == query


@pytest.mark.parametrize(
    ("query", "text"),
    [
        pytest.param(
            F.region_code.in_("US", "CA") & (F.keyword == "hello world") & (F.username != "spam"),
            "region_code in (US, CA) and keyword = 'hello world' and not username = spam",
            id="guide",
        ),
        pytest.param(A & (B | C), "keyword = a and (keyword = b or keyword = c)", id="or"),
        pytest.param(F.keyword == "Not", "keyword = 'Not'", id="joining-word"),
        pytest.param(F.keyword == "it's \\", r"keyword = 'it\'s \\'", id="escapes"),
    ],
)
def test_format_where_writes_as_a_person_would(query: Query, text: str):
    assert format_where(query) == text


EQ_A = {"operation": "EQ", "field_name": "keyword", "field_values": ["a"]}


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param({"or": [EQ_A]}, id="lone-or"),
        pytest.param({"and": [EQ_A, EQ_A]}, id="repeats"),
    ],
)
def test_format_where_keeps_the_meaning_of_foreign_queries(wire: dict[str, Any]):
    assert parse_where(format_where(Query.from_dict(wire))) == A


def test_format_where_refuses_several_values_outside_in():
    query = Query.from_dict({"and": [EQ_A | {"field_values": ["a", "b"]}]})
    with pytest.raises(InputError, match="write it with IN"):
        format_where(query)


def test_where_errors_show_a_long_expression_around_the_place():
    with pytest.raises(InputError) as caught:
        parse_where(f"keyword = {'x' * 500} and region = {'y' * 500}")
    _, line, marker = str(caught.value).split("\n")
    before = marker.index("^")
    assert line[:before].endswith("xxx and ")
    assert line[before:].startswith("region = yyy")
    assert len(line) <= 100
