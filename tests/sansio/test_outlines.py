"""Outlines: they tell rows apart as the rows themselves do, and take no row that does not fit."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sansio.test_structs import FORM, REQUESTS, Leaf, Own, Tree, a_body, exact, tree_page
from tiktok_async import convert
from tiktok_async.construct import is_plain, parts
from tiktok_async.errors import DecodeError
from tiktok_async.models import Flag  # noqa: TC001  # attrs resolves the annotations
from tiktok_async.outlines import suffice
from tiktok_async.research import models
from tiktok_async.rows import PageForm
from tiktok_async.sansio.paging import BY_ID
from tiktok_async.tikapi.endpoints.rules import by, either
from tiktok_async.tikapi.models import Comment

KEYED = attrs.evolve(FORM, key=BY_ID)


@pytest.fixture(params=["msgspec", "core"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "core":
        monkeypatch.setattr(convert, "msgspec", None)


def rows_of(body: bytes, form: PageForm, *, lined: bool = True) -> Any:
    """Return the rows of a page of trees, or of what it is."""
    data = convert.loads_page(body, form, lined=lined)["data"]
    return convert.decode_list(form.model, data[form.rows[0]])


def plainly(row: Any, model: Any) -> Any:
    """Return the plain fields of a row, with their types."""
    return [exact(getattr(row, part.name)) for part in parts(model) if is_plain(part.type)]


@pytest.mark.usefixtures("_either_way")
def test_outline_has_the_plain_fields_alone() -> None:
    text = '{"id":7,"count":2,"flag":1,"text":"x","leaf":{"id":1},"numbers":[1],"new":1}'
    (row,) = rows_of(tree_page(f"[{text}]"), KEYED)
    assert (row.id, row.count, row.flag, row.text, row.ratio) == ("7", 2, True, "x", None)
    for name in ("leaf", "numbers", "label", "extra"):
        with pytest.raises(AttributeError):
            getattr(row, name)


@pytest.mark.usefixtures("_either_way")
def test_rows_that_one_of_has_no_key_are_whole() -> None:
    rows = rows_of(tree_page('[{"id":"1","numbers":[1]},{"count":1}]'), KEYED)
    assert rows == [Tree(id="1", numbers=[1]), Tree(count=1)]


@pytest.mark.usefixtures("_either_way")
def test_rows_are_whole_where_nobody_keeps_their_text() -> None:
    assert rows_of(tree_page('[{"id":"1","numbers":[1]}]'), KEYED, lined=False) == [
        Tree(id="1", numbers=[1])
    ]


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("row", ['{"id":null,"name":"x","leaf_id":2}', '{"name":"x","idOfLeaf":2}'])
@pytest.mark.parametrize("key", [BY_ID, attrgetter("name")])
def test_field_under_any_of_its_keys_is_kept(row: str, key: Any) -> None:
    (outline,) = rows_of(tree_page(f"[{row}]"), attrs.evolve(KEYED, model=Leaf, key=key))
    assert (outline.id, outline.name) == (2, "x")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (None, False),
        (BY_ID, True),
        (attrgetter("id", "text"), True),
        (attrgetter("leaf"), False),
        (attrgetter("leaf.id"), False),
        (by("leaf", "id"), False),
        (either(by("leaf", "id"), by("text")), True),
    ],
)
def test_form_tells_whether_outlines_suffice(key: Any, told: bool) -> None:
    assert suffice(attrs.evolve(FORM, key=key)) is told


@pytest.mark.usefixtures("_either_way")
def test_rows_whose_key_is_within_are_whole() -> None:
    form = attrs.evolve(FORM, key=by("leaf", "id"))
    assert rows_of(tree_page('[{"leaf":{"id":1}}]'), form) == [Tree(leaf=Leaf(id=1))]


MISFITS = [
    '{"id":"1","leaf":[]}',
    '{"id":"1","leaf":{"id":"x"}}',
    '{"id":"1","branch":{"leaves":[{"name":1}]}}',
    '{"id":"1","branches":[{"leaf":{"name":1}}]}',
    '{"id":"1","numbers":["x"]}',
    '{"id":"1","numbers":1}',
    '{"id":"1","label":[]}',
    '{"id":"1","ratio":"1"}',
    '{"id":"1","new":1,"leaf":{"id":"x"}}',
]


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("row", MISFITS)
def test_what_does_not_fit_is_refused_wherever_it_is(row: str) -> None:
    with pytest.raises(DecodeError):
        rows_of(tree_page(f"[{row}]"), KEYED)


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("inner", ['{"inner":1}', '{"inners":[{"inners":[1]}]}'])
def test_models_within_their_own_kind_are_checked(inner: str) -> None:
    form = attrs.evolve(FORM, model=Holder, key=BY_ID)
    with pytest.raises(DecodeError):
        rows_of(tree_page(f'[{{"id":"1","own":{inner}}}]'), form)


@attrs.frozen(kw_only=True)
class Holder(models.Model):
    """A row with a model that holds its own kind."""

    id: str | None = None
    own: Own | None = None


@attrs.frozen(kw_only=True)
class Flagged(models.Model):
    """A model with a flag."""

    flag: Flag | None = None
    flags: tuple[Flag, ...] | None = None


@attrs.frozen(kw_only=True)
class Flags(models.Model):
    """A row with a flag within."""

    id: str | None = None
    one: Flagged | None = None
    many: tuple[Flagged, ...] | None = None


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("inner", ['"one":{"flag":5}', '"many":[{"flags":[1,2]}]'])
def test_flags_within_are_checked(inner: str) -> None:
    form = attrs.evolve(FORM, model=Flags, key=BY_ID)
    (row,) = rows_of(tree_page('[{"id":"1","one":{"flag":1}}]'), form)
    assert row.id == "1"
    with pytest.raises(DecodeError):
        rows_of(tree_page(f'[{{"id":"1",{inner}}}]'), form)


@settings(max_examples=150)
@given(body=a_body(REQUESTS["tree"]), msgspec=st.booleans())
def test_outlines_stand_for_rows(body: bytes, *, msgspec: bool) -> None:
    def told(form: PageForm, *, lined: bool) -> Any:
        try:
            return [plainly(row, Tree) for row in rows_of(body, form, lined=lined)]
        except (DecodeError, KeyError, TypeError) as error:
            return type(error)

    with pytest.MonkeyPatch.context() as patch:
        if not msgspec:
            patch.setattr(convert, "msgspec", None)
        assert told(KEYED, lined=True) == told(FORM, lined=False)


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("model", [models.Video, Comment])
def test_outlines_of_real_rows_stand_for_them(model: Any) -> None:
    rows = [
        {"id": 1, "create_time": 5, "hashtag_names": ["a"], "music_id": 2, "what": {"is": "new"}}
        if model is models.Video
        else {"cid": "1", "create_time": 5, "user": {"uid": "2"}, "reply_comment": []}
    ]
    key = by("cid") if model is Comment else BY_ID
    form = PageForm(model=model, rows=("rows",), under="data", around=("error",), key=key)
    body = json.dumps({"data": {"rows": rows}, "error": 0}).encode()
    (outline,), (row,) = rows_of(body, form), rows_of(body, form, lined=False)
    assert type(row) is model
    assert type(outline) is not model
    assert plainly(outline, model) == plainly(row, model)
