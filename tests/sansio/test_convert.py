"""JSON text to values, values to models, and back."""

from __future__ import annotations

import copy
import gc
import json
import math
import pickle
from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import convert
from tiktok_async.construct import parts
from tiktok_async.errors import DecodeError, InputError
from tiktok_async.models import NO_EXTRA, IdText, Model, wire
from tiktok_async.research.models import Video

BEYOND_64_BITS = 123123123123123123123


@attrs.frozen(kw_only=True)
class Leaf(Model):
    """A model without models in it."""

    id: int | None = attrs.field(default=None, metadata=wire("id", "leaf_id"))
    name: str | None = None


@attrs.frozen(kw_only=True)
class Tree(Model):
    """A field of each kind."""

    flag: bool | None = None
    count: int | None = attrs.field(default=None, metadata=wire("theCount", "count"))
    ratio: float | None = None
    text: str | None = None
    key: IdText | None = None
    keys: tuple[IdText, ...] | None = None
    numbers: list[int] | None = attrs.field(default=None, hash=False)
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] | None = attrs.field(default=None, metadata=wire(lone=True))
    label: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    anything: Any = attrs.field(default=None, hash=False)
    either: int | str | None = None
    children: tuple[Tree, ...] | None = None


@attrs.frozen(kw_only=True)
class Bush(Leaf):
    """A model that has fields of its own and of its base."""

    height: int | None = None


FULL: dict[str, Any] = {
    "flag": True,
    "theCount": BEYOND_64_BITS,
    "ratio": 0.5,
    "text": "a\x00b",
    "key": "7",
    "keys": ["1", "2"],
    "numbers": [1, 2],
    "leaf": {"id": 1, "name": "x"},
    "leaves": [{"id": 2}, {"name": "y"}],
    "label": {"deep": [1, {"a": None}]},
    "anything": [None, 1.5],
    "either": "word",
    "children": [{"flag": False, "children": []}],
}


@pytest.fixture(params=["msgspec", "standard library"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "msgspec":
        pytest.importorskip("msgspec")
    else:
        monkeypatch.setattr(convert, "msgspec", None)
    return str(request.param)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(b'{"a":[1,true,null,"x"]}', {"a": [1, True, None, "x"]}, id="plain"),
        pytest.param(b"\xef\xbb\xbf[1]", [1], id="byte-order-mark"),
        pytest.param(b" 7 ", 7, id="scalar-in-spaces"),
        pytest.param(str(2**63).encode(), 2**63, id="above-int64"),
        pytest.param(str(2**64).encode(), 2**64, id="above-uint64"),
        pytest.param(str(-(2**63) - 1).encode(), -(2**63) - 1, id="below-int64"),
        pytest.param(b"9" * 4000, int("9" * 4000), id="4000-digits"),
        pytest.param(b"1.5e3", 1500.0, id="exponent"),
        pytest.param(b"1e-400", 0.0, id="underflow"),
        pytest.param(b'"\\ud83e\\udd70"', "🥰", id="escaped-pair"),
        pytest.param(b'"\\ud800"', "\ud800", id="half-a-pair"),
        pytest.param(b'"\\u0000"', "\x00", id="nul"),
        pytest.param(b'{"a":1,"a":2}', {"a": 2}, id="last-of-doubles"),
    ],
)
def test_loads_gives_the_same_with_and_without_msgspec(
    reader: str, body: bytes, value: Any
) -> None:
    found = convert.loads(body)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("body", "retryable", "message"),
    [
        pytest.param(b"", True, "empty", id="empty"),
        pytest.param(b"<html>gateway</html>", True, "<html>", id="html"),
        pytest.param(b'{"a":', True, "not JSON", id="cut-off"),
        pytest.param(b"[1,]", True, "not JSON", id="trailing-comma"),
        pytest.param(b"1 2", True, "not JSON", id="two-values"),
        pytest.param(b'"\x01"', True, "not JSON", id="control-character"),
        pytest.param(b'"\xff"', True, "UTF-8", id="bad-utf-8"),
        pytest.param(b'"\xed\xa0\x80"', True, "UTF-8", id="surrogate-in-utf-8"),
        pytest.param(b"[NaN]", False, "NaN", id="nan"),
        pytest.param(b"-Infinity", False, "Infinity", id="infinity"),
        pytest.param(b"1e400", False, "too large", id="overflow"),
        pytest.param(b"9" * 5000, False, "digits", id="5000-digits"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, False, "deeply", id="deep"),
    ],
)
def test_loads_refuses_with_one_error(
    reader: str, body: bytes, retryable: bool, message: str
) -> None:
    with pytest.raises(DecodeError, match=message) as caught:
        convert.loads(body)
    assert caught.value.retryable is retryable
    assert len(caught.value.message) < 700


def test_loads_escapes_what_it_shows(reader: str) -> None:
    with pytest.raises(DecodeError) as caught:
        convert.loads(b"\x1b[31m\r\nX" + b"y" * 10_000)
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES)
def test_dumps_is_undone_by_both_readers(value: Any) -> None:
    body = convert.dumps(value)
    assert convert.loads(body) == value
    assert convert._loads(body) == value


def test_dumps_is_compact_utf_8() -> None:
    assert convert.dumps({"a": [1, "é"]}) == '{"a":[1,"é"]}'.encode()
    assert convert.dumps("\ud800") == b'"\\ud800"'


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(math.nan, id="nan"),
        pytest.param([math.inf], id="infinity"),
        pytest.param({1, 2}, id="set"),
        pytest.param(10**5000, id="5000-digits"),
    ],
)
def test_dumps_refuses_what_json_has_no_form_for(value: Any) -> None:
    with pytest.raises(InputError, match="cannot be written as JSON"):
        convert.dumps(value)


def test_decode_fills_each_kind_of_field() -> None:
    tree = convert.decode(Tree, FULL)
    assert tree == Tree(
        flag=True,
        count=BEYOND_64_BITS,
        ratio=0.5,
        text="a\x00b",
        key="7",
        keys=("1", "2"),
        numbers=[1, 2],
        leaf=Leaf(id=1, name="x"),
        leaves=(Leaf(id=2), Leaf(name="y")),
        label={"deep": [1, {"a": None}]},
        anything=[None, 1.5],
        either="word",
        children=(Tree(flag=False, children=()),),
    )
    assert convert.to_dict(tree) == FULL


@pytest.mark.parametrize(
    ("raw", "expected", "written"),
    [
        pytest.param({}, Tree(), {}, id="empty"),
        pytest.param(dict.fromkeys(FULL), Tree(), {}, id="nulls"),
        pytest.param({"count": 1}, Tree(count=1), {"theCount": 1}, id="second-key"),
        pytest.param({"count": 1, "theCount": None}, Tree(count=1), {"theCount": 1}, id="null-key"),
        pytest.param(
            {"theCount": 1, "count": None}, Tree(count=1), {"theCount": 1}, id="null-second-key"
        ),
        pytest.param(
            {"count": 1, "theCount": 2},
            Tree(count=2, extra={"count": 1}),
            {"theCount": 2, "count": 1},
            id="both-keys",
        ),
        pytest.param({"theCount": "-12"}, Tree(count=-12), {"theCount": -12}, id="digits"),
        pytest.param(
            {"theCount": str(BEYOND_64_BITS)},
            Tree(count=BEYOND_64_BITS),
            {"theCount": BEYOND_64_BITS},
            id="many-digits",
        ),
        pytest.param({"numbers": ["1", 2]}, Tree(numbers=[1, 2]), {"numbers": [1, 2]}, id="list"),
        pytest.param({"key": 7}, Tree(key="7"), {"key": "7"}, id="id-as-number"),
        pytest.param({"keys": ["a", 7]}, Tree(keys=("a", "7")), {"keys": ["a", "7"]}, id="ids"),
        pytest.param({"ratio": 2}, Tree(ratio=2.0), {"ratio": 2.0}, id="whole-ratio"),
        pytest.param({"either": 5}, Tree(either=5), {"either": 5}, id="union"),
        pytest.param(
            {"leaves": {"leaf_id": 3}},
            Tree(leaves=(Leaf(id=3),)),
            {"leaves": [{"id": 3}]},
            id="lone-object",
        ),
        pytest.param(
            {"new": {"a": 1}, "null": None, "extra": 5},
            Tree(extra={"new": {"a": 1}, "null": None, "extra": 5}),
            {"new": {"a": 1}, "null": None, "extra": 5},
            id="unknown-keys",
        ),
        pytest.param(
            {"leaf": {"id": 1, "new": 2}},
            Tree(leaf=Leaf(id=1, extra={"new": 2})),
            {"leaf": {"id": 1, "new": 2}},
            id="unknown-keys-inside",
        ),
    ],
)
def test_decode_keeps_to_the_table_of_aliases_and_absences(
    raw: dict[str, Any], expected: Tree, written: dict[str, Any]
) -> None:
    before = copy.deepcopy(raw)
    tree = convert.decode(Tree, raw)
    assert tree == expected
    assert convert.to_dict(tree) == written
    assert convert.decode(Tree, written) == tree
    assert raw == before


@pytest.mark.parametrize(
    ("raw", "place", "problem"),
    [
        pytest.param([], "$", "expected an object, got a list", id="no-object"),
        pytest.param({"flag": "false"}, "$.flag", "a boolean, got a string", id="bool-text"),
        pytest.param({"flag": 1}, "$.flag", "a boolean, got an integer", id="bool-number"),
        pytest.param({"theCount": 1.0}, "$.count", "an integer, got a fraction", id="int-fraction"),
        pytest.param({"theCount": True}, "$.count", "an integer, got a boolean", id="int-bool"),
        pytest.param({"theCount": ""}, "$.count", "an integer, got a string", id="int-empty"),
        pytest.param({"theCount": "1_0"}, "$.count", "an integer, got a string", id="underscore"),
        pytest.param({"theCount": "٣"}, "$.count", "an integer, got a string", id="other-digits"),
        pytest.param({"theCount": "9" * 5000}, "$.count", "fewer digits", id="5000-digits"),
        pytest.param({"ratio": "1"}, "$.ratio", "a number, got a string", id="float-text"),
        pytest.param({"ratio": 10**400}, "$.ratio", "a smaller number", id="float-range"),
        pytest.param({"text": 5}, "$.text", "a string, got an integer", id="text-number"),
        pytest.param({"key": 1.5}, "$.key", "an id, got a fraction", id="id-fraction"),
        pytest.param({"keys": "abc"}, "$.keys", "a list, got a string", id="list-text"),
        pytest.param({"keys": {"a": 1}}, "$.keys", "a list, got an object", id="list-object"),
        pytest.param({"numbers": [1, None]}, "$.numbers[1]", "an integer, got null", id="null"),
        pytest.param({"leaf": [1]}, "$.leaf", "an object, got a list", id="model-list"),
        pytest.param({"leaves": [{}, {"id": 1.5}]}, "$.leaves[1].id", "an integer", id="nested"),
        pytest.param({"label": []}, "$.label", "an object, got a list", id="mapping-list"),
        pytest.param({"either": 1.5}, "$.either", "does not belong there", id="union"),
        pytest.param(
            {"children": [{"children": [{"flag": 0}]}]},
            "$.children[0].children[0].flag",
            "a boolean",
            id="own-kind",
        ),
    ],
)
def test_decode_names_the_place_of_what_does_not_fit(raw: Any, place: str, problem: str) -> None:
    with pytest.raises(DecodeError) as caught:
        convert.decode(Tree, raw)
    message = caught.value.message
    assert problem in message
    assert message.removesuffix(".").endswith(f"@ {place}")
    assert caught.value.retryable is False


def test_decode_error_counts_from_the_given_path_and_says_how_many_more() -> None:
    with pytest.raises(DecodeError) as caught:
        convert.decode_list(Leaf, [{}, *[{"id": True}] * 5], "$.data.videos")
    assert "@ $.data.videos[1].id" in caught.value.message
    assert "(and 2 more)" in caught.value.message


def test_decode_error_never_shows_the_value() -> None:
    raw = {"theCount": "s3cret", "either": ["s3cret"], "flag": "s3cret"}
    with pytest.raises(DecodeError) as caught:
        convert.decode(Tree, raw)
    assert "s3cret" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_decode_refuses_depth_with_its_own_error() -> None:
    raw: dict[str, Any] = {}
    for _ in range(50_000):
        raw = {"children": [raw]}
    with pytest.raises(DecodeError, match="nested too deeply"):
        convert.decode(Tree, raw)


def test_decode_list_takes_an_absent_list_as_empty_and_nothing_else_for_a_list() -> None:
    assert convert.decode_list(Leaf, None) == []
    assert convert.decode_list(Leaf, []) == []
    with pytest.raises(DecodeError, match=r"a list, got an object @ \$\.data\.videos"):
        convert.decode_list(Leaf, {}, "$.data.videos")


def test_models_inherit_fields() -> None:
    bush = convert.decode(Bush, {"leaf_id": 1, "height": 3, "b": 0})
    assert bush == Bush(id=1, height=3, extra={"b": 0})
    assert convert.to_dict(bush) == {"id": 1, "height": 3, "b": 0}


def test_models_of_two_fields_under_one_key_are_refused() -> None:
    @attrs.frozen(kw_only=True)
    class Twice(Model):
        one: int | None = attrs.field(default=None, metadata=wire("a", "b"))
        two: int | None = attrs.field(default=None, metadata=wire("b"))

    with pytest.raises(RuntimeError, match="share a key"):
        convert.decode(Twice, {})


@pytest.mark.parametrize("made", ["decoded", "written"])
def test_models_are_frozen_hashable_and_picklable(made: str) -> None:
    leaf = Leaf(id=1, name="x")
    tree = (
        Tree(text="t", leaf=leaf)
        if made == "written"
        else convert.decode(Tree, {"text": "t", "leaf": {"id": 1, "name": "x"}})
    )
    assert type(tree) is Tree
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        tree.text = "u"  # type: ignore[misc]  # what is tried
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del tree.text
    assert not hasattr(tree, "__dict__")
    assert hash(tree) == hash(Tree(text="t", leaf=leaf))
    assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301  # our own bytes
    assert copy.deepcopy(tree) == tree
    assert attrs.evolve(tree, text="u") == Tree(text="u", leaf=leaf)


def test_extra_is_read_only_and_shared_when_empty() -> None:
    none = convert.decode(Leaf, {"id": 1})
    some = convert.decode(Leaf, {"id": 1, "new": 2})
    assert none.extra is NO_EXTRA
    assert not hasattr(some.extra, "__setitem__")
    assert some.extra == {"new": 2}
    assert repr(some.extra) == "Extra({'new': 2})"
    assert pickle.loads(pickle.dumps(some)) == some  # noqa: S301  # our own bytes
    assert none != some
    assert hash(none) == hash(some)


def test_repr_is_short() -> None:
    tree = convert.decode(Tree, {**FULL, "text": "long " * 100})
    shown = repr(tree)
    assert shown.startswith("Tree(flag=True, count=123123123123123123123, ratio=0.5, text='long")
    assert len(shown) < 150
    assert repr(Leaf(id=1)) == "Leaf(id=1)"
    assert repr(Leaf()) == "Leaf()"
    assert repr(Leaf(extra={"a": 1})) == "Leaf(…)"
    assert repr(Tree(keys=("a", "b"))) == "Tree(keys=<2>)"


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(["", "12", "-3", "x", "٣"]),
    st.just([]),
    st.just({}),
    st.lists(st.sampled_from([1, "1", None, True, 1.5]), max_size=3),
    st.dictionaries(st.sampled_from(["id", "leaf_id", "name", "new"]), st.integers(0, 3)),
    st.lists(st.fixed_dictionaries({}, optional={"id": st.integers(), "new": st.none()})),
)
KEYS = [key for part in parts(Tree) for key in part.keys]


@given(raw=st.dictionaries(st.sampled_from([*KEYS, "new"]), ODD))
def test_shortcut_makes_what_the_converter_makes_or_nothing(raw: dict[str, Any]) -> None:
    """The fast constructor is never more lenient than the converter, and never differs."""
    try:
        careful = convert._structure(raw, Tree, "$")
    except DecodeError:
        careful = None
    quick = convert._shortcut(Tree, [raw])
    assert (None if quick is None else quick[0]) == careful
    if careful is not None:
        again = convert.decode(Tree, convert.to_dict(careful))
        assert again == careful


def test_shortcut_serves_plain_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row without oddities never takes the careful way."""
    monkeypatch.setattr(convert, "_structure", None)
    assert convert.decode(Tree, FULL).count == BEYOND_64_BITS
    assert convert.decode_list(Leaf, [{"id": "1"}, {"new": 1}, {"id": None}])[0].id == 1
    assert convert.decode(Tree, {"leaves": {"leaf_id": 3}}).leaves == (Leaf(id=3),)
    assert convert.decode(Tree, {"keys": [1, "2"], "ratio": 1}).keys == ("1", "2")


def test_moment_is_none_where_no_calendar_reaches() -> None:
    from tiktok_async.models import moment

    assert moment(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment(None) is None
    assert moment(10**30) is None


def test_dumps_writes_what_json_reads_back_exactly() -> None:
    body = convert.dumps({"id": 2**70})
    assert json.loads(body) == {"id": 2**70}


@pytest.mark.parametrize("enabled", [True, False])
def test_decoding_a_page_leaves_the_garbage_collector_as_it_was(enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        convert.decode_list(Video, [{"id": 1}, {"id": 2}])
        assert gc.isenabled() is enabled
        with pytest.raises(DecodeError):
            convert.decode_list(Video, [{"id": 1}, {"id": "x"}])
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
