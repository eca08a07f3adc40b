"""What can be collected: every reading endpoint, once, under one name."""

from __future__ import annotations

import pytest

import tiktok_async.tikapi.endpoints  # noqa: F401  # fills the registry
from tiktok_async.errors import InputError
from tiktok_async.jobs.column import column_of, plain_column
from tiktok_async.jobs.kinds import PAGING, kind_of, kinds
from tiktok_async.jobs.toml_stage import _EXAMPLES
from tiktok_async.sansio.endpoint import REGISTRY, Operation, parameters

REQUIRED = {
    "category": "users",
    "media_id": "7201388525814961198",
    "username": "cats",
    "conversation_short_id": "7201388525814961198",
}


def test_kinds_are_every_reading_endpoint_of_tikapi_but_the_endless_chat():
    reading = {
        one.id
        for one in REGISTRY.values()
        if one.id.startswith("tikapi.") and one.operation is Operation.READ
    }
    collected = {kind.endpoint.id for kind in kinds() if kind.family == "tikapi"}
    assert reading - collected == {"tikapi.user.live.chat"}
    assert collected <= reading


def test_kinds_never_change_anything():
    assert {kind.endpoint.operation for kind in kinds()} == {Operation.READ}


def test_names_are_unique_and_lead_back():
    names = [kind.name for kind in kinds()]
    assert len(set(names)) == len(names)
    assert all(kind_of(name).name == name for name in names)


def _request(kind, item, params):
    """Return a request, or None where the item, and nothing else, is refused."""
    try:
        return kind.request(item, params)
    except InputError as error:
        if not str(error).startswith(f"{kind.key} "):
            raise
        return None


@pytest.mark.parametrize("kind", [k for k in kinds() if not k.spans], ids=lambda k: k.name)
def test_request_of_every_kind_can_be_built(kind):
    params = {p.field: REQUIRED[p.field] for p in kind.parameters if p.required}
    items = _EXAMPLES if kind.key else (None,)
    made = [_request(kind, item, params) for item in items]
    assert any(made) or kind.name == "tikapi.user.analytics"  # takes four words that are no items
    if kind.once:
        assert kind.request(None, params)


@pytest.mark.parametrize("kind", kinds(), ids=lambda k: k.name)
def test_parameters_leave_out_paging_and_what_items_fill(kind):
    fields = {one.field for one in kind.parameters}
    assert not fields & {*PAGING, kind.key}
    assert {one.field for one in parameters(kind.endpoint)} >= fields


def test_check_says_what_a_request_would():
    kind = kind_of("research.comments")
    for item in ("x", "7.2E+18", "-1"):
        with pytest.raises(InputError) as by_request:
            kind.request(item, {})
        with pytest.raises(InputError) as by_check:
            kind.check(item)
        assert str(by_check.value) == str(by_request.value)
    kind.check("7201388525814961198")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        pytest.param("research.video", "research.videos", id="near"),
        pytest.param("comments", "research.comments", id="without-family"),
        pytest.param("tikapi.public.post", "tikapi.public.posts", id="tikapi"),
        pytest.param("tikapi.public.hashtag by id", "tikapi.public.hashtag by hashtag_id", id="by"),
        pytest.param("tikapi.user.posts.like", "tikapi.user.posts.likes", id="an-act"),
    ],
)
def test_unknown_name_is_refused_with_the_nearest_and_the_list(name, meant):
    with pytest.raises(InputError) as caught:
        kind_of(name)
    assert meant in str(caught.value)
    assert "tiktok-async collect kinds" in str(caught.value)


def test_hashtag_can_be_asked_by_name_or_by_id():
    by_id = kind_of("tikapi.public.hashtag by hashtag_id").request("123", {"country": "us"})
    assert (by_id.hashtag_id, by_id.name, by_id.country) == ("123", None, "us")
    by_name = kind_of("tikapi.public.hashtag")
    assert by_name.request("cats", {}).name == "cats"
    assert "hashtag_id" not in {one.field for one in by_name.parameters}, "both would be refused"


@pytest.mark.parametrize(
    ("kind", "name", "row", "values"),
    [
        pytest.param("research.videos", "id", {"video_id": 7}, [7], id="alias"),
        pytest.param("research.videos", "id", {"id": None, "video_id": 7}, [7], id="null-first"),
        pytest.param("research.videos", "username", {}, [None], id="absent"),
        pytest.param("research.videos", "hashtag_names", {"hashtag_names": ["a", "b"]}, ["a", "b"],
                     id="list"),
        pytest.param("tikapi.public.posts", "author.sec_uid", {"author": {"secUid": "M"}}, ["M"],
                     id="dotted-model-name"),
        pytest.param("tikapi.public.posts", "author.secUid", {"author": {"secUid": "M"}}, ["M"],
                     id="dotted-wire-name"),
        pytest.param("tikapi.public.posts", "challenges.title",
                     {"challenges": [{"title": "x"}, {}]}, ["x", None], id="list-of-objects"),
        pytest.param("tikapi.public.posts", "of_sec_uid", {"of_sec_uid": "M"}, ["M"], id="asked"),
        pytest.param("tikapi.public.posts", "author.id", {"author": '{"id": "5"}'}, ["5"],
                     id="text-of-an-object"),
        pytest.param("tikapi.public.posts", "author.id", {"author": "{broken"}, [None],
                     id="text-of-nothing"),
    ],
)  # fmt: skip
def test_column_gives_what_the_model_would(kind, name, row, values):
    assert list(column_of(kind_of(kind), name).values(row)) == values


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        pytest.param("research.videos", "user", "write username", id="near"),
        pytest.param("research.videos", "id.x", "write it without .x", id="no-object"),
        pytest.param("research.videos", "hashtag_info_list", "hashtag_info_list.hashtag_id",
                     id="an-object"),
        pytest.param("research.videos", "of_username", "no column of_username", id="no-items"),
        pytest.param("research.videos", "is_stem_verified", "no ids or names", id="boolean"),
        pytest.param("tikapi.public.posts", "author.idd", "author of tikapi.public.posts",
                     id="deep"),
    ],
)  # fmt: skip
def test_column_that_is_none_is_refused(kind, name, words):
    with pytest.raises(InputError, match=words.replace(".", r"\.")):
        column_of(kind_of(kind), name)


def test_plain_column_goes_through_lists_of_lists():
    assert list(plain_column("a.b").values({"a": [[{"b": [1, 2]}], {"b": 3}]})) == [1, 2, 3]
