"""Pages with and without msgspec: the same verdicts, rows and errors, down to types and texts."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiktok_async import convert, structs
from tiktok_async import new_keys as new_keys_module
from tiktok_async.construct import element, is_model, parts
from tiktok_async.errors import DecodeError
from tiktok_async.models import NO_EXTRA, Extra, Flag, IdText, Model, Number, Packed, wire
from tiktok_async.new_keys import MOST_KEYS
from tiktok_async.research import endpoints, models
from tiktok_async.rows import PageForm, Rows
from tiktok_async.sansio.endpoint import Route
from tiktok_async.sansio.envelope import official
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule
from tiktok_async.sansio.retry import Kind
from tiktok_async.sansio.wire import Answer
from tiktok_async.structs import reader

pytest.importorskip("msgspec")

SAMPLES = Path(__file__).parent.parent / "samples" / "official"


@attrs.frozen(kw_only=True)
class Leaf(Model):
    """A model without models in it."""

    id: int | None = attrs.field(default=None, metadata=wire("id", "leaf_id", "idOfLeaf"))
    name: str | None = None


@attrs.frozen(kw_only=True)
class Branch(Model):
    """A model with others in it."""

    leaf: Leaf | None = attrs.field(default=None, metadata=wire("leaf", "only_leaf"))
    leaves: tuple[Leaf, ...] | None = attrs.field(default=None, metadata=wire(lone=True))


@attrs.frozen(kw_only=True)
class Tree(Model):
    """A field of each type that msgspec may read."""

    id: IdText | None = None
    count: int | None = attrs.field(default=None, metadata=wire("theCount", "count"))
    ratio: float | None = None
    amount: Number | None = None
    text: str | None = None
    sure: bool | None = None
    flag: Flag | None = None
    keys: tuple[IdText, ...] | None = None
    numbers: list[int] | None = attrs.field(default=None, hash=False)
    label: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    anything: Any = attrs.field(default=None, hash=False)
    leaf: Leaf | None = None
    branch: Branch | None = None
    branches: list[Branch] | None = attrs.field(default=None, hash=False)


@attrs.frozen(kw_only=True)
class Own(Model):
    """A model that holds its own kind."""

    inner: Own | None = None
    inners: tuple[Own, ...] | None = attrs.field(default=None, metadata=wire(lone=True))


@attrs.frozen(kw_only=True)
class Opened(Model):
    """A model with a field of a type of its own."""

    leaf: Packed[Leaf] | None = None


def paged(rule: Any, model: type[Model]) -> Any:
    """Return a request that is not in the registry."""
    made = type("Request", (), {"route": Route("POST", "/"), "rule": rule, "result": model})
    request: Any = made()
    request.good_500 = False
    request.cursor = request.search_id = None
    request.page_start = 1
    return request


REQUESTS = {
    "tree": paged(CursorRule(("trees", "woods"), searches=True), Tree),
    "one page": paged(OnePageRule(("leaves",)), Leaf),
    "numbered": paged(PageNumberRule(("branches",)), Branch),
    "own": paged(CursorRule(("rows",)), Own),
    "opened": paged(CursorRule(("rows",)), Opened),
    "videos": paged(endpoints.QueryVideos.rule, models.Video),
    "comments": endpoints.ListComments(video_id=1),
    "products": endpoints.ListProducts(shop_id=1),
}


def members(found: Any, colon: str = ":") -> str:
    """Return an object of texts of keys and values."""
    return f"{{{','.join(f'{key}{colon}{value}' for key, value in found)}}}"


TEXTS = st.text(max_size=5).map(json.dumps) | st.text(max_size=5).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
WHOLE = st.integers().map(str) | st.sampled_from(["-0", str(2**63), str(2**64), "9" * 40])
FRACTIONS = st.floats(allow_nan=False, allow_infinity=False).map(repr)
ANY = st.recursive(
    st.sampled_from(["null", "true", "1.0", "[]"]) | WHOLE | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda found: f"[{','.join(found)}]")
        | st.lists(st.tuples(TEXTS, inner), max_size=3).map(members)
    ),
    max_leaves=5,
)
ODD = st.sampled_from(
    [
        *(
            "null",
            "true",
            "0",
            "1",
            "-1",
            "1.0",
            "1e3",
            "0.1",
            "1e-400",
            "1e400",
            "NaN",
            "-Infinity",
        ),
        *(
            '"12"',
            '"-3"',
            '"x"',
            '""',
            '"٣"',
            '"\\ud83e\\udd70"',
            '"\\ud800"',
            '"\udcff"',
        ),
        *(
            "[]",
            "{}",
            "[null]",
            "[1,null]",
            "[{}]",
            '[{"id":1,"new":2}]',
            '{"id":1}',
            '{"new":[{}]}',
        ),
        *('{"id":1,"leaf_id":2}', '{"id":null,"leaf_id":2}', '{"id":1,"leaf_id":null}'),
        *('{"id":1,"id":null}', '{"id":"x","id":1}', "[1,]", "01", "9" * 400, "9" * 5000),
        "[" * 60 + "]" * 60,
        '{"inner":' * 60 + "null" + "}" * 60,
    ]
)
"""JSON, and what is none; U+DCFF stands for the byte 0xFF."""
ERRORS = ['{"code":"timeout"}', '"wrong"', "null", '{"code":1}', "{}"]


FITTING: dict[Any, st.SearchStrategy[str]] = {
    **dict.fromkeys((str, IdText), TEXTS),
    **dict.fromkeys((bool, Flag), st.sampled_from(["true", "false"])),
    **dict.fromkeys((float, Number), WHOLE | FRACTIONS),
    int: WHOLE,
    Any: ANY,
}


def fitting(declared: Any) -> st.SearchStrategy[str]:
    """Return texts that fit a type."""
    items = element(declared)
    if items is not None:
        return st.lists(fitting(items[1]), max_size=2).map(lambda found: f"[{','.join(found)}]")
    if is_model(declared):
        return st.deferred(lambda: an_object(declared))
    return FITTING.get(declared, st.lists(st.tuples(TEXTS, ANY), max_size=2).map(members))


@st.composite
def an_object(draw: st.DrawFn, cls: type[Model]) -> str:
    """Draw the text of a wire object of a model; most are plain."""
    first = {json.dumps(part.keys[0]): fitting(part.type) for part in parts(cls)}
    keys = [json.dumps(key) for part in parts(cls) for key in part.keys]
    odd = st.tuples(st.sampled_from([*keys, '"new"', '"\\u0069d"']), ODD)
    plain = draw(st.fixed_dictionaries({}, optional=first))
    more = draw(st.just([]) | st.lists(odd, max_size=1))
    return members([*plain.items(), *more], draw(st.sampled_from([":", " :\n"])))


@st.composite
def a_body(draw: st.DrawFn, request: Any) -> bytes:
    """Draw an answer with a page; most are plain."""
    rows = st.lists(an_object(request.result), max_size=3).map(lambda found: f"[{','.join(found)}]")
    names = [json.dumps(name) for name in request.rule.items]
    fields = {
        names[0]: rows,
        '"has_more"': st.sampled_from(["true", "false"]),
        '"cursor"': WHOLE,
        '"search_id"': TEXTS,
    }
    data = draw(st.fixed_dictionaries(fields) | st.fixed_dictionaries({}, optional=fields))
    odd = st.tuples(st.sampled_from([*fields, *names, '"new"']), ODD | rows)
    inner = members([*data.items(), *draw(st.just([]) | st.lists(odd, max_size=1))])
    error = draw(st.just('{"code":"ok","message":"","log_id":"1"}') | st.sampled_from(ERRORS))
    odd = st.tuples(st.sampled_from(['"data"', '"error"', '"new"']), ODD)
    more = draw(st.just([]) | st.lists(odd, max_size=1))
    text = members([('"data"', inner), ('"error"', error), *more])
    start, end = draw(st.just(("", "")) | st.tuples(*[st.sampled_from([" ", "x", "\ufeff"])] * 2))
    return f"{start}{text}{end}".encode("utf-8", "surrogateescape")


def exact(value: Any) -> Any:
    """Return what equals only the same of a value: its type, its order, and those of its parts."""
    if isinstance(value, Model):
        fields = [
            (each.name, exact(getattr(value, each.name))) for each in attrs.fields(type(value))
        ]
        return type(value), fields
    if isinstance(
        value, Extra
    ):  # in any order: the readers give what they learned in one of theirs
        return type(value), sorted((key, exact(each)) for key, each in value.items())
    if isinstance(value, Mapping):
        return type(value), [(key, exact(each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return "list" if isinstance(value, Rows) else type(value).__name__, [*map(exact, value)]
    return type(value), repr(value)


def outcome(request: Any, body: bytes) -> Any:
    """Return all that a page tells: the verdict, its rows, and how to go on."""
    verdict = official(request, Answer(200, {}, body))
    error: Any = verdict.error
    found: Any = None
    if verdict.kind is Kind.OK:
        try:
            rows = request.rule.rows(verdict.data)
            decoded = convert.decode_list(request.result, rows, "$.data")
            turn = request.rule.turn(request, verdict.data)
            found = exact(decoded), turn, request.rule.void(verdict.data)
        except DecodeError as misfit:
            error = misfit
    told = error and (type(error), str(error), error.retryable, exact(error.body))
    return verdict.kind, verdict.log_id, told, found


@pytest.mark.parametrize("name", REQUESTS)
def test_page_tells_the_same_with_and_without_msgspec(name: str) -> None:
    request = REQUESTS[name]

    @settings(max_examples=40)
    @given(body=a_body(request))
    def check(body: bytes) -> None:
        quick = outcome(request, body)
        with mock.patch.object(convert, "msgspec", None):
            assert quick == outcome(request, body)

    check()


SAMPLE_PAGES = [
    pytest.param("doc_video_query", endpoints.QueryVideos, id="videos"),
    pytest.param("doc_video_query_paging", endpoints.QueryVideos, id="paging"),
    pytest.param("doc_liked_videos", endpoints.ListLikedVideos, id="liked"),
    pytest.param("doc_pinned_videos", endpoints.ListPinnedVideos, id="pinned"),
    pytest.param("doc_reposted_videos", endpoints.ListRepostedVideos, id="reposted"),
    pytest.param("doc_comments_by_video", endpoints.ListComments, id="comments"),
    pytest.param("doc_comments_replies", endpoints.ListComments, id="replies"),
    pytest.param("doc_followers", endpoints.ListFollowers, id="followers"),
    pytest.param("doc_following", endpoints.ListFollowing, id="following"),
    pytest.param("doc_tts_shop", endpoints.QueryShops, id="shops"),
    pytest.param("doc_tts_product", endpoints.ListProducts, id="products"),
    pytest.param("doc_tts_review", endpoints.ListReviews, id="reviews"),
]


@pytest.mark.parametrize(("name", "endpoint"), SAMPLE_PAGES)
def test_sample_page_tells_the_same_with_and_without_msgspec(name: str, endpoint: Any) -> None:
    body = (SAMPLES / f"{name}.json").read_bytes()
    request = paged(endpoint.rule, endpoint.result)
    quick = outcome(request, body)
    with mock.patch.object(convert, "msgspec", None):
        assert quick == outcome(request, body)
    assert quick[0] is Kind.OK


FORM = PageForm(
    model=Tree, around=("error",), under="data", rows=("trees",), flags=("more",), beside=("at",)
)


def tree_page(rows: str = "[]", data: str = "", beside: str = "") -> bytes:
    return f'{{"data":{{"trees":{rows},"more":true{data}}},"error":0{beside}}}'.encode()


def test_reader_makes_rows_of_what_is_plain() -> None:
    read = reader(FORM)
    assert read is not None
    whole = '{"id":"1","branch":{"only_leaf":{"idOfLeaf":2}}}'
    found = read(tree_page(f'[{{}},{whole},{{"leaf":{{"id":null,"leaf_id":3}}}}]', ',"at":null'))
    assert found is not None
    assert found == {
        "data": {
            "more": True,
            "trees": [Tree(), Tree(id="1", branch=Branch(leaf=Leaf(id=2))), Tree(leaf=Leaf(id=3))],
            "at": None,
        },
        "error": 0,
    }
    assert convert.decode_list(Tree, found["data"]["trees"]) is found["data"]["trees"]


def test_reader_keeps_the_kind_of_each_number() -> None:
    read = reader(FORM)
    assert read is not None
    whole = "9" * 40
    found = read(tree_page(f'[{{"amount":1,"ratio":1,"anything":1.0,"theCount":{whole}}}]'))
    assert found is not None
    [tree] = found["data"]["trees"]
    kinds = [type(value) for value in (tree.amount, tree.ratio, tree.anything, tree.count)]
    assert kinds == [int, float, float, int]
    assert tree.count == int(whole)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(tree_page('[{"text":1}]'), id="number-for-text"),
        pytest.param(tree_page('[{"count":"1"}]'), id="digits-for-number"),
        pytest.param(tree_page('[{"count":1.0}]'), id="fraction-for-whole"),
        pytest.param(tree_page('[{"flag":2}]'), id="number-for-flag"),
        pytest.param(tree_page('[{"keys":[1]}]'), id="number-for-id-in-list"),
        pytest.param(tree_page('[{"sure":1}]'), id="number-for-boolean"),
        pytest.param(tree_page('[{"ratio":1e400}]'), id="too-large"),
        pytest.param(tree_page('[{"count":1,"theCount":2}]'), id="two-keys-of-a-field"),
        pytest.param(tree_page('[{"leaf":{"id":1,"idOfLeaf":2}}]'), id="two-keys-inside"),
        pytest.param(tree_page('[{"branch":{"leaves":{}}}]'), id="lone-object"),
        pytest.param(tree_page('["x"]'), id="row-that-is-no-object"),
        pytest.param(tree_page("null"), id="null-for-rows"),
        pytest.param(tree_page()[:-1], id="cut-off"),
        pytest.param(tree_page().replace(b"true", b"1"), id="no-boolean"),
        pytest.param(tree_page().replace(b',"more":true', b""), id="no-flag"),
        pytest.param(tree_page().replace(b'"trees":[],', b""), id="no-rows"),
        pytest.param(b'{"error":{}}', id="no-data"),
        pytest.param(b"[]", id="no-object"),
        pytest.param(b"\xef\xbb\xbf" + tree_page(), id="byte-order-mark"),
        pytest.param(tree_page('[{"text":"\\ud800"}]'), id="half-a-pair"),
        pytest.param(tree_page(f'[{{"anything":{"[" * 9999}{"]" * 9999}}}]'), id="deep"),
    ],
)
def test_reader_leaves_what_is_unusual_to_others(body: bytes) -> None:
    read = reader(FORM)
    assert read is not None
    assert read(body) is None


def test_reader_is_none_for_types_that_need_care() -> None:
    assert reader(PageForm(model=Opened, under="data", rows=("rows",))) is None


@pytest.mark.parametrize(
    ("row", "plain"),
    [
        pytest.param('{"inner":null,"inners":null}', Own(), id="null"),
        pytest.param('{"inners":[]}', Own(inners=()), id="empty"),
        pytest.param('{"inner":{}}', None, id="one"),
        pytest.param('{"inner":[]}', None, id="list-for-one"),
        pytest.param('{"inners":[{}]}', None, id="several"),
        pytest.param('{"inners":{}}', None, id="lone"),
    ],
)
def test_reader_leaves_models_within_their_own_kind_to_others(row: str, plain: Own | None) -> None:
    read = reader(PageForm(model=Own, rows=("rows",)))
    assert read is not None
    found = read(b'{"rows":[%b]}' % row.encode())
    assert found == (plain and {"rows": [plain]})


def test_reader_takes_whole_numbers_for_ids_and_flags() -> None:
    read = reader(FORM)
    assert read is not None
    found = read(tree_page('[{"id":7,"flag":1},{"flag":0},{"id":"7","flag":true}]'))
    assert found is not None
    assert exact(found["data"]["trees"]) == exact(
        [Tree(id="7", flag=True), Tree(flag=False), Tree(id="7", flag=True)]
    )


def test_reader_is_none_without_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structs, "msgspec", None)
    assert reader(PageForm(model=Leaf, around=(), under="data", rows=("absent",))) is None


def test_rule_that_looks_into_rows_gets_them_as_they_came() -> None:
    @attrs.frozen
    class Own(CursorRule):
        def rows(self, data: Any) -> list[Any]:
            return [row["inner"] for row in super().rows(data)]

    body = b'{"data":{"rows":[{"inner":{"id":1}}],"has_more":false},"error":{"code":"ok"}}'
    request = paged(Own(("rows",)), Leaf)
    found = request.rule.rows(official(request, Answer(200, {}, body)).data)
    assert found == [{"id": 1}]


@pytest.mark.parametrize("body", [tree_page('[{"id":"1"}]'), tree_page('[{"id":1}]')])
def test_reading_a_page_leaves_the_garbage_collector_as_it_was(body: bytes) -> None:
    assert gc.isenabled()
    found = convert.loads_page(body, FORM)
    assert gc.isenabled()
    assert found["data"]["trees"] == [Tree(id="1")]


def fresh() -> Any:
    """Return a reader that has learned nothing."""
    reader.cache_clear()
    return reader(FORM)


def test_reader_learns_keys_that_are_new() -> None:
    read = fresh()
    row = '{"id":"1","new":[1,{"a":null}],"leaf":{"id":2,"odd":null}}'
    for _ in range(2):
        found = read(tree_page(f'[{row},{{"id":"2"}}]', ',"near":1', ',"far":2'))
        assert found is not None
        one, two = found["data"]["trees"]
        assert dict(one.extra) == {"new": [1, {"a": None}]}
        assert dict(one.leaf.extra) == {"odd": None}
        assert two == Tree(id="2")
        assert two.extra is NO_EXTRA
        assert (found["data"]["near"], found["far"]) == (1, 2)


def test_reader_stops_learning_where_every_page_has_new_keys() -> None:
    read = fresh()
    found = [read(tree_page(f'[{{"new{number}":1}}]')) for number in range(structs._LESSONS + 3)]
    assert [page is None for page in found] == [False] * structs._LESSONS + [True] * 3
    assert read(tree_page('[{"new0":1,"new7":2}]')) is not None
    assert read(tree_page()) is not None


@pytest.mark.parametrize("key", ['a\\"b', "a\\\\b", "a\\nb", "", "k" * 101])
def test_reader_leaves_keys_that_have_no_name_to_others(key: str) -> None:
    read = fresh()
    assert read(tree_page(f'[{{"{key}":1}}]')) is None
    assert read(tree_page('[{"new":1}]')) is not None, "one odd page is no reason to stop learning"


def test_reader_learns_so_many_keys_of_an_object() -> None:
    read = fresh()
    row = ",".join(f'"k{number}":1' for number in range(MOST_KEYS + 1))
    assert read(tree_page(f"[{{{row}}}]")) is None
    assert read(tree_page('[{"k0":1}]')) is not None
    assert read(tree_page(f'[{{"k{MOST_KEYS}":1}}]')) is None


NEW = [f'"k{number}":1' for number in range(20_000)]
HUGE = [
    pytest.param(f"[{{{','.join(NEW)}}}]", id="keys-of-one-row"),
    pytest.param("[" + ",".join(f"{{{key}}}" for key in NEW) + "]", id="keys-of-rows"),
    pytest.param("[" + "{}," * len(NEW) + '{"a\\\\b":1}]', id="rows"),
]


@pytest.mark.parametrize("rows", HUGE)
def test_little_of_a_huge_page_is_looked_at(rows: str) -> None:
    looked = 0
    seen = new_keys_module._note

    def count(value: Any, known: Any, found: Any) -> None:
        nonlocal looked
        looked += 1
        seen(value, known, found)

    with mock.patch.object(new_keys_module, "_note", count):
        assert fresh()(tree_page(rows)) is None
    assert 0 < looked < 2000


def test_page_too_large_to_learn_from_is_left_to_others() -> None:
    read = fresh()
    with mock.patch.object(structs, "_LARGEST_LESSON", 10):
        assert read(tree_page('[{"new":1}]')) is None
    assert read(tree_page('[{"new":1}]')) is not None


def test_threads_learn_from_each_other_without_a_mix_up() -> None:
    read = fresh()
    built = read._built
    begun, go_on = threading.Event(), threading.Event()

    def slowly(new: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return built(new)

    read._built = slowly
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(read, tree_page('[{"ka":"A"}]'))
        assert begun.wait(10)
        two = threads.submit(read, tree_page('[{"ka":"B"}]'))
        three = read(tree_page('[{"id":"1"}]'))
        go_on.set()
        found = [dict(page.result()["data"]["trees"][0].extra) for page in (one, two)]
    assert found == [{"ka": "A"}, {"ka": "B"}]
    assert three["data"]["trees"] == [Tree(id="1")]
    assert read._lessons == structs._LESSONS - 1


LINED = [
    pytest.param(b'{"id":"1", "count" :2}', id="spaces"),
    pytest.param('{"text":"\u00e9 é 🥰 \\u00e9"}'.encode(), id="text"),
    pytest.param(b'{"id":1,"new":1e2,"theCount":1,"count":2}', id="unusual"),
    pytest.param(b"{}", id="empty"),
]


@pytest.mark.parametrize("with_msgspec", [True, False])
@pytest.mark.parametrize("row", LINED)
def test_rows_keep_the_text_that_they_came_in(
    row: bytes, with_msgspec: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not with_msgspec:
        monkeypatch.setattr(convert, "msgspec", None)
    rows = b'%b , {"id":"2"},%b' % (row, row)
    body = tree_page("[ROWS ]").replace(b"ROWS", rows)
    found = convert.loads_page(body, FORM, lined=True)["data"]["trees"]
    assert found.lines == [row, b'{"id":"2"}', row]
    plain = convert.loads_page(body, FORM)["data"]["trees"]
    assert (plain.lines, exact(plain)) == (None, exact(found))


@pytest.mark.parametrize("with_msgspec", [True, False])
def test_rows_over_several_lines_keep_no_text(
    with_msgspec: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not with_msgspec:
        monkeypatch.setattr(convert, "msgspec", None)
    found = convert.loads_page(tree_page('[{"id":\n"1"}]') + b"\n", FORM, lined=True)
    assert found["data"]["trees"].lines is None
    assert found["data"]["trees"] == [Tree(id="1")]


@settings(max_examples=100)
@given(body=a_body(REQUESTS["tree"]), flagged=st.booleans())
def test_page_with_lines_is_the_page(body: bytes, *, flagged: bool) -> None:
    form = attrs.evolve(FORM, rows=("trees", "woods"), flags=("has_more",) if flagged else ())

    def told(*, lined: bool) -> Any:
        try:
            page = convert.loads_page(body, form, lined=lined)
            data = page.get("data") if isinstance(page, dict) else None
            rows = [data.get(key) for key in form.rows] if isinstance(data, dict) else None
            return page, exact(rows)
        except DecodeError as error:
            return str(error)

    assert told(lined=True) == told(lined=False)
    with mock.patch.object(convert, "msgspec", None):
        assert told(lined=True) == told(lined=False)
        page = convert._with_lines(body, form)[0]
        assert page is None or exact(page) == exact(convert.loads(body))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"data":{"trees":[{}],}}', id="comma-behind-the-last-member"),
        pytest.param('{"data":{"trees":[{},]}}', id="comma-behind-the-last-row"),
        pytest.param('{"data":{"trees":[{} {}]}}', id="no-comma"),
        pytest.param('{"data":{"trees" [{}]}}', id="no-colon"),
        pytest.param('{"data":{"trees":[{}]}', id="cut-off"),
        pytest.param('{"data":{"trees":[{}', id="cut-off-within"),
        pytest.param('{"data":{trees:[{}]}}', id="no-quotes"),
        pytest.param('{"data":{"trees":[{}]}}x', id="something-behind"),
        pytest.param('{"data":{"trees":[NaN]}}', id="no-number"),
        pytest.param("[]", id="no-object"),
        pytest.param("", id="nothing"),
    ],
)
def test_text_that_is_no_page_has_no_lines(text: str) -> None:
    assert convert._with_lines(text.encode(), FORM) == (None, {})


def test_of_a_key_that_is_there_twice_the_last_counts() -> None:
    text = b'{"data":{"trees":[{"id":"1"}]},"data":{"trees":[{"id":"2"}],"trees":[{"id":"3"}]}}'
    page, lines = convert._with_lines(text, FORM)
    assert page == convert.loads(text)
    assert lines == {"trees": [b'{"id":"3"}']}
    text = b'{"data":{"trees":[{"id":"1"}],"trees":null}}'
    page, lines = convert._with_lines(text, FORM)
    assert page == convert.loads(text)


@pytest.mark.parametrize("with_msgspec", [True, False])
def test_error_about_a_page_holds_plain_values(
    with_msgspec: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not with_msgspec:
        monkeypatch.setattr(convert, "msgspec", None)
    data = {"trees": {"why": 1}, "woods": [{"id": "1"}], "has_more": False}
    body = json.dumps({"data": data, "error": {"code": "ok"}}).encode()
    request = REQUESTS["tree"]
    with pytest.raises(DecodeError) as caught:
        request.rule.rows(official(request, Answer(200, {}, body)).data)
    assert exact(caught.value.body) == exact(data)


def test_list_of_rows_that_is_replaced_is_still_judged() -> None:
    text = b'{"data":{"trees":[{"ratio":1e400}],"trees":[{"id":"1"}],"more":true},"error":0}'
    for lined in (True, False):
        with pytest.raises(DecodeError):
            convert.loads_page(text, FORM, lined=lined)
