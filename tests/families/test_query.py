from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.errors import InputError
from tiktok_async.research.query import Condition, F, Fields, Query
from tiktok_async.research.vocabulary import (
    FIELD_NAMES,
    OPERATIONS,
    REGION_CODES,
    VIDEO_LENGTHS,
    wire_value,
)

A, B, C, D = (F.keyword == name for name in "abcd")
a, b, c, d = (query.and_[0] for query in (A, B, C, D))

DIGITS = st.integers(0, 10**25).map(str)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() != ""
)
HANDLES = TEXTS.map(str.strip).filter(lambda text: text[0] not in "@#")
VALUES = {
    "create_date": st.dates().map(lambda day: day.isoformat().replace("-", "")),
    "username": HANDLES,
    "region_code": st.sampled_from(sorted(REGION_CODES)),
    "video_id": DIGITS,
    "hashtag_name": HANDLES,
    "keyword": TEXTS,
    "music_id": DIGITS,
    "effect_id": DIGITS,
    "video_length": st.sampled_from(VIDEO_LENGTHS),
    "view_count": DIGITS,
    "comment_count": DIGITS,
}


def conditions() -> st.SearchStrategy[Condition]:
    def of(name: str) -> st.SearchStrategy[Condition]:
        one = st.builds(
            Condition,
            st.sampled_from([name for name in OPERATIONS if name != "IN"]),
            st.just(name),
            st.tuples(VALUES[name]),
        )
        many = st.lists(VALUES[name], min_size=1, max_size=3, unique=True).map(
            lambda values: Condition("IN", name, tuple(values))
        )
        return one | many

    return st.sampled_from(FIELD_NAMES).flatmap(of)


def plain(condition: Condition) -> Query:
    return Query((condition,))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Any query that F can build."""
    parts = [plain(x) for x in draw(st.lists(conditions(), max_size=3))]
    parts += [~plain(x) for x in draw(st.lists(conditions(), max_size=3))]
    either = draw(st.lists(conditions(), min_size=0 if parts else 1, max_size=3))
    if either:
        joined = plain(either[0])
        for other in either[1:]:
            joined |= plain(other)
        parts.append(joined)
    query = parts[0]
    for part in parts[1:]:
        query &= part
    return query


def test_f_builds_the_wire_object_of_the_guide():
    where = F.region_code.in_("US", "CA") & (F.keyword == "hello world") & ~(F.username == "spam")
    assert where.to_dict() == {
        "and": [
            {"operation": "IN", "field_name": "region_code", "field_values": ["US", "CA"]},
            {"operation": "EQ", "field_name": "keyword", "field_values": ["hello world"]},
        ],
        "not": [{"operation": "EQ", "field_name": "username", "field_values": ["spam"]}],
    }
    assert list(where.to_dict()["and"][0]) == ["operation", "field_name", "field_values"]


def test_f_has_the_declared_fields_and_no_other():
    assert {name for name in dir(Fields) if not name.startswith("_")} == set(FIELD_NAMES)
    assert [repr(getattr(F, name)) for name in FIELD_NAMES] == [f"F.{n}" for n in FIELD_NAMES]
    assert len(REGION_CODES) == 245


@pytest.mark.parametrize(
    ("query", "operation", "values"),
    [
        pytest.param(F.view_count == 5, "EQ", ("5",), id="eq"),
        pytest.param(F.view_count > 5, "GT", ("5",), id="gt"),
        pytest.param(F.view_count >= 5, "GTE", ("5",), id="gte"),
        pytest.param(F.view_count < 5, "LT", ("5",), id="lt"),
        pytest.param(F.view_count <= "5", "LTE", ("5",), id="lte-text"),
        pytest.param(F.view_count.in_(1, "2", 1), "IN", ("1", "2"), id="in-each-once"),
        pytest.param(5 < F.view_count, "GT", ("5",), id="turned-round"),  # noqa: SIM300  # the point
    ],
)
def test_f_operators_give_one_condition(query: Query, operation: str, values: tuple[str, ...]):
    assert query == Query((Condition(operation, "view_count", values),))


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        pytest.param(A, ((a,), (), ()), id="single"),
        pytest.param(A & B, ((a, b), (), ()), id="and"),
        pytest.param(A | B, ((), (a, b), ()), id="or"),
        pytest.param(A | B | C, ((), (a, b, c), ()), id="or-of-three"),
        pytest.param((A | B) | (C | D), ((), (a, b, c, d), ()), id="or-of-ors"),
        pytest.param(A & (B | C) & ~D, ((a,), (b, c), (d,)), id="all-three"),
        pytest.param(~D & (B | C) & A, ((a,), (b, c), (d,)), id="any-order"),
        pytest.param(B & A & B, ((b, a), (), ()), id="repeats-dropped"),
        pytest.param(A | A, ((a,), (), ()), id="or-of-one"),
        pytest.param((A | B) & C & (A | B), ((c,), (a, b), ()), id="same-or-twice"),
        pytest.param(~A & ~B, ((), (), (a, b)), id="neither"),
        pytest.param(~(A | B), ((), (), (a, b)), id="not-or"),
        pytest.param(~~A, ((a,), (), ()), id="not-not"),
        pytest.param(~~(A | B), ((), (a, b), ()), id="not-not-or"),
        pytest.param(~(~A & ~B), ((), (a, b), ()), id="not-neither"),
        pytest.param(F.keyword != "a", ((), (), (a,)), id="unequal"),
    ],
)
def test_expressions_normalise_to_the_flat_groups(query: Query, groups: tuple[Any, ...]):
    assert (query.and_, query.or_, query.not_) == groups


@pytest.mark.parametrize(
    ("build", "says"),
    [
        pytest.param(
            lambda: (A & B) | C, r'"or" would have to hold an "and".*one query', id="and-or"
        ),
        pytest.param(lambda: A | (B & (C | D)), r"a & \(b \| c\)", id="or-of-mixed"),
        pytest.param(lambda: A | ~B, "joins plain conditions", id="or-not"),
        pytest.param(lambda: ~A | ~B, "joins plain conditions", id="not-or-not"),
        pytest.param(lambda: ~(A & B), "write ~a & ~b", id="not-and"),
        pytest.param(lambda: ~(A & ~B), "write ~a & ~b", id="not-mixed"),
        pytest.param(lambda: ~((A | B) & C), "write ~a & ~b", id="not-or-and"),
        pytest.param(lambda: (A | B) & (C | D), r"F.field.in_\(a, b\)", id="two-ors"),
        pytest.param(lambda: A and B, "Join with & | ~", id="and-word"),
        pytest.param(lambda: not A, "Join with & | ~", id="not-word"),
        pytest.param(lambda: 1 < F.view_count < 3, r"\(F.x > a\) & \(F.x < b\)", id="chain"),
        pytest.param(lambda: F.keyword in ("a", "b"), r"F\.x\.in_", id="in-word"),
        pytest.param(lambda: F.view_count > 1 & F.keyword, "in parentheses", id="and-binds"),
        pytest.param(lambda: A | F.keyword, "in parentheses", id="or-field"),
        pytest.param(lambda: ~F.keyword == "a", "in parentheses", id="not-binds"),
        pytest.param(lambda: F.keyword and A, "in parentheses", id="bare-field"),
        pytest.param(Query, "has no condition", id="empty-query"),
    ],
)
def test_expressions_that_cannot_be_carried_are_refused_with_the_reason(build: Any, says: str):
    with pytest.raises(InputError, match=says):
        build()


@pytest.mark.parametrize("other", [1, "a", None, True])
def test_queries_join_with_queries_only(other: Any):
    with pytest.raises(TypeError):
        A & other
    with pytest.raises(TypeError):
        A | other


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        pytest.param("create_date", date(2022, 6, 15), "20220615", id="date"),
        pytest.param("create_date", date(987, 6, 5), "09870605", id="early-date"),
        pytest.param("create_date", "20220615", "20220615", id="day-text"),
        pytest.param(
            "create_date",
            datetime(2022, 6, 15, 1, tzinfo=timezone(timedelta(hours=2))),
            "20220614",
            id="datetime-in-utc",
        ),
        pytest.param("create_date", datetime(2022, 6, 15, tzinfo=UTC), "20220615", id="utc"),
        pytest.param("video_id", 7_123_456_789_012_345_678, "7123456789012345678", id="id"),
        pytest.param("video_id", "0071", "0071", id="digits-as-written"),
        pytest.param("view_count", 0, "0", id="zero"),
        pytest.param("keyword", "#fyp @x", "#fyp @x", id="keyword-marks"),
        pytest.param("username", "a\x00b", "a\x00b", id="nul"),
        pytest.param("region_code", "XK", "XK", id="region"),
        pytest.param("video_length", "EXTRA_LONG", "EXTRA_LONG", id="length"),
    ],
)
def test_values_become_strings(name: str, value: Any, wire: str):
    assert (getattr(F, name) == value).and_[0].field_values == (wire,)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("region_code", "us", 'write "US"', id="lower-case"),
        pytest.param("region_code", "UK", 'write "GB"', id="everyday-code"),
        pytest.param("region_code", "USA", "near ones: .*US", id="three-letters"),
        pytest.param("region_code", "Germany", "write two letters", id="country"),
        pytest.param("region_code", "", "is empty", id="empty-region"),
        pytest.param("region_code", 1, "write a string", id="region-number"),
        pytest.param("username", "@spam", 'write "spam"', id="at"),
        pytest.param("username", "spam ", 'write "spam"', id="blank"),
        pytest.param("username", " ", "is empty", id="blanks"),
        pytest.param("hashtag_name", "#fyp", 'write "fyp"', id="hash"),
        pytest.param("hashtag_name", "#", "leaves nothing", id="hash-alone"),
        pytest.param("keyword", "", "is empty", id="empty-keyword"),
        pytest.param("keyword", None, "write a string", id="none"),
        pytest.param("keyword", "\ud800", "UTF-8", id="surrogate"),
        pytest.param("keyword", F.username, "write a string", id="field"),
        pytest.param("view_count", -1, "from 0", id="negative"),
        pytest.param("view_count", 1.0, "float", id="float"),
        pytest.param("view_count", True, "whole number", id="bool"),
        pytest.param("view_count", "1,000", "digits alone", id="commas"),
        pytest.param("view_count", "", "digits alone", id="empty-digits"),
        pytest.param("video_id", "١٢", "digits alone", id="other-digits"),
        pytest.param("video_id", "-5", "digits alone", id="negative-text"),
        pytest.param("video_id", [1], "whole number", id="list"),
        pytest.param("video_length", "short", 'Did you mean "SHORT"', id="length-case"),
        pytest.param("video_length", "tiny", "SHORT, MID, LONG, EXTRA_LONG", id="length"),
        pytest.param("create_date", "2022-06-15", 'write "20220615"', id="dashes"),
        pytest.param("create_date", "20220230", "YYYYMMDD", id="no-such-day"),
        pytest.param("create_date", 20220615, 'or "20220615"', id="day-number"),
        pytest.param("create_date", datetime(2022, 6, 15), "no time zone", id="naive"),  # noqa: DTZ001  # the point
    ],
)
def test_values_are_refused_at_once_with_what_to_write(name: str, value: Any, says: str):
    field = getattr(F, name)
    with pytest.raises(InputError, match=says) as first:
        field == value  # noqa: B015  # building it is the call
    assert str(first.value).startswith(f"{name}: ")
    with pytest.raises(InputError, match=says):
        field.in_(value) if not isinstance(value, list) else field != value


def test_in_refuses_no_value_and_a_list():
    with pytest.raises(InputError, match=r"write F\.region_code\.in_\(a, b\)"):
        F.region_code.in_()
    with pytest.raises(InputError, match=r"write F\.region_code\.in_\(\*values\)"):
        F.region_code.in_(["US", "CA"])  # type: ignore[arg-type]  # the mistake itself


def test_unknown_fields_are_refused_with_near_ones_and_the_list():
    with pytest.raises(
        InputError, match=r'named "hashtag"\. Did you mean "hashtag_name".*music_id'
    ):
        F.hashtag  # type: ignore[attr-defined]  # noqa: B018  # the mistake itself
    with pytest.raises(InputError, match="No query field"):
        wire_value("foo", "x")


def test_f_answers_python_protocols():
    assert not hasattr(F, "__wrapped__")
    assert isinstance(copy.copy(F), Fields)


@given(queries())
def test_repr_is_the_expression(query: Query):
    assert "\n" not in repr(query)
    assert eval(repr(query), {"F": F}) == query  # noqa: S307  # the promise itself


@given(queries())
def test_wire_object_round_trips(query: Query):
    assert Query.from_dict(query.to_dict()) == query


@given(queries())
def test_query_is_a_value(query: Query):
    same = pickle.loads(pickle.dumps(query))  # noqa: S301  # our own bytes
    assert same == query
    assert hash(same) == hash(query)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        query.and_ = ()  # type: ignore[misc]  # the mistake itself


EQ_A = {"operation": "EQ", "field_name": "keyword", "field_values": ["a"]}
EQ_AB = {"operation": "EQ", "field_name": "keyword", "field_values": ["a", "b"]}


@pytest.mark.parametrize(
    ("wire", "back"),
    [
        pytest.param({"and": [EQ_A, EQ_A]}, {"and": [EQ_A, EQ_A]}, id="repeats-kept"),
        pytest.param({"or": [EQ_A]}, {"or": [EQ_A]}, id="lone-or-kept"),
        pytest.param({"and": [EQ_AB]}, {"and": [EQ_AB]}, id="several-values-of-eq"),
        pytest.param({"and": [], "or": None, "not": [EQ_A]}, {"not": [EQ_A]}, id="empty-and-null"),
        pytest.param({"not": (EQ_A,)}, {"not": [EQ_A]}, id="tuple"),
    ],
)
def test_from_dict_keeps_what_others_wrote(wire: dict[str, Any], back: dict[str, Any]):
    query = Query.from_dict(wire)
    assert query.to_dict() == back
    assert "\n" not in repr(query)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"operation": "EQL"}, r'and\[1\]\.operation: .*"EQ"', id="operation"),
        pytest.param({"field_name": "key"}, r"and\[1\]\.field_name: .*keyword", id="field"),
        pytest.param({"field_name": ["a"]}, r"and\[1\]\.field_name: ", id="field-list"),
        pytest.param({"field_values": ["a", ""]}, r"field_values\[1\]: .* is empty", id="value"),
        pytest.param({"field_values": [5]}, r'\[0\]: 5 is no string; write "5"', id="number"),
        pytest.param({"field_values": []}, r"and\[1\]\.field_values: .*no value", id="no-value"),
        pytest.param({"field_values": "a"}, r"field_values: .* not a list", id="bare-value"),
        pytest.param({"value": 1}, r'and\[1\]: .*key "value"', id="unknown-key"),
    ],
)
def test_from_dict_names_the_path_in_a_condition(changes: dict[str, Any], says: str):
    with pytest.raises(InputError, match=says):
        Query.from_dict({"and": [EQ_A, EQ_A | changes]})


@pytest.mark.parametrize(
    ("wire", "says"),
    [
        pytest.param({"and": EQ_A}, r"query\.and: .* not a list", id="bare-condition"),
        pytest.param({"and": 0}, r"query\.and: 0 is not a list", id="zero-group"),
        pytest.param({"or": ["a"]}, r"query\.or\[0\]: .* not an object", id="text-condition"),
        pytest.param({"not": [{"operation": "EQ"}]}, r"not\[0\]\.field_name is", id="missing"),
        pytest.param({"AND": [EQ_A]}, r'query: .*key "AND".*"and"', id="unknown-group"),
        pytest.param({"and": [], "or": None}, "has no condition", id="empty"),
        pytest.param([EQ_A], r"query: .* not an object", id="list"),
    ],
)
def test_from_dict_refuses_other_shapes(wire: Any, says: str):
    with pytest.raises(InputError, match=says):
        Query.from_dict(wire)
