"""What TikAPI answers with has models, without loss and whatever its drift."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import attrs
import made_up_answers as made_up
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import convert
from tiktok_async.construct import parts
from tiktok_async.errors import DecodeError
from tiktok_async.models import Flag, Model, Number, Packed, wire
from tiktok_async.tikapi import models

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).parent.parent / "samples" / "tikapi"
CLASSES: list[type[Model]] = [getattr(models, name) for name in models.__all__]

RESOURCES = [
    pytest.param(models.Profile, made_up.PROFILE, id="profile"),
    pytest.param(models.Follower, made_up.FOLLOWER, id="follower"),
    pytest.param(models.SessionCheck, {"username": "user01"}, id="session-check"),
    pytest.param(models.ProfileEdit, made_up.PROFILE_EDIT, id="profile-edit"),
    pytest.param(models.Post, made_up.POST, id="post"),
    pytest.param(models.HashtagInfo, made_up.HASHTAG_INFO, id="hashtag"),
    pytest.param(models.MusicInfo, made_up.MUSIC_INFO, id="music"),
    pytest.param(models.Comment, made_up.COMMENT, id="comment"),
    pytest.param(models.Playlist, made_up.PLAYLIST, id="playlist"),
    pytest.param(models.SearchHit, made_up.SEARCH_HIT, id="search"),
    pytest.param(models.DiscoverItem, made_up.DISCOVER_ITEM, id="discover"),
    pytest.param(models.LiveRoom, made_up.LIVE_ROOM, id="live-room"),
    pytest.param(models.LiveHit, made_up.LIVE_HIT, id="live-hit"),
    pytest.param(models.LiveStart, made_up.LIVE_START, id="live-start"),
    pytest.param(models.LiveStats, made_up.LIVE_STATS, id="live-stats"),
    pytest.param(models.LiveAnalytics, made_up.LIVE_ANALYTICS, id="live-analytics"),
    pytest.param(models.LiveTopic, {"id": "1"}, id="live-topic"),
    pytest.param(models.Transaction, {"id": "1"}, id="transaction"),
    pytest.param(models.ChatEvent, made_up.CHAT_EVENT, id="chat"),
    pytest.param(models.Conversation, made_up.CONVERSATION, id="conversation"),
    pytest.param(models.ConversationRequest, made_up.CONVERSATION, id="conversation-request"),
    pytest.param(models.SentMessage, made_up.SENT_MESSAGE, id="sent-message"),
    pytest.param(models.Notification, made_up.NOTIFICATION, id="notification"),
    pytest.param(models.Analytics, made_up.ANALYTICS, id="analytics"),
    pytest.param(models.KeyInfo, made_up.KEY_INFO, id="key"),
    pytest.param(models.Done, made_up.DONE, id="done"),
]
ALIASES = {"room_id": "room_id_str", "statusCode": "status_code"}
"""Keys of the made-up answers and samples that are not the first of their field."""


def sample(name: str) -> Any:
    return convert.loads((SAMPLES / f"{name}.json").read_bytes())


def alike(value: Any) -> Any:
    """Return a value in which only what may differ is equal: digits, 0 and 1, null, aliases."""
    if isinstance(value, dict):
        named = {ALIASES.get(key, key): alike(found) for key, found in value.items()}
        return {key: found for key, found in named.items() if found is not None}
    if isinstance(value, list):
        return [alike(each) for each in value]
    if isinstance(value, int | float):
        return str(int(value) if value == int(value) else value)
    return value


def inside(value: Any) -> Iterator[Model]:
    """Return a model and all models in it."""
    if isinstance(value, Model):
        yield value
        for field in attrs.fields(type(value)):
            yield from inside(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from inside(each)


def properties(cls: type[Model]) -> Iterator[str]:
    return (name for base in cls.__mro__ for name, it in vars(base).items() if type(it) is property)


# ---- without loss


@pytest.mark.parametrize(("cls", "raw"), RESOURCES)
def test_every_key_of_the_contract_has_a_field(cls: type[Model], raw: dict[str, Any]) -> None:
    model = convert.decode(cls, raw)
    assert {each: dict(each.extra) for each in inside(model) if each.extra} == {}
    assert alike(convert.to_dict(model)) == alike(raw)
    assert convert.decode(cls, convert.to_dict(model)) == model


@pytest.mark.parametrize(("cls", "raw"), RESOURCES)
def test_models_are_hashable_and_picklable(cls: type[Model], raw: dict[str, Any]) -> None:
    model = convert.decode(cls, raw)
    assert hash(model) == hash(convert.decode(cls, raw))
    assert pickle.loads(pickle.dumps(model)) == model  # noqa: S301  # our own bytes


@pytest.mark.parametrize(("cls", "raw"), RESOURCES)
def test_answers_take_the_shortcut(cls: type[Model], raw: dict[str, Any]) -> None:
    """Plain answers are made by the fast constructors, which cost a fiftieth of the converter."""
    assert convert._shortcut(cls, [raw]) == [convert._structure(raw, cls, "$")]


def test_every_field_stands_for_a_key_of_the_contract() -> None:
    """A field that no answer fills is misspelt, or made up."""
    unseen = {cls: {part.name for part in parts(cls)} for cls in CLASSES}
    for resource in RESOURCES:
        cls, raw = resource.values
        for model in inside(convert.decode(cls, raw)):  # type: ignore[arg-type]  # the table's
            given = {name for name in unseen[type(model)] if getattr(model, name) is not None}
            unseen[type(model)] -= given
    left = {cls.__name__: names for cls, names in unseen.items() if names}
    assert left == {"PostStats": {"repost_count"}}


def test_every_model_of_the_package_is_exported() -> None:
    modules = [it for it in vars(models).values() if isinstance(it, ModuleType)]
    found = {
        name
        for module in modules
        for name, it in vars(module).items()
        if isinstance(it, type) and it.__module__ == module.__name__ and not name.startswith("_")
    }
    assert found - {"CamelModel", "PascalModel"} == set(models.__all__)
    assert models.__all__ == sorted(models.__all__)


def user_detail() -> Any:
    body = sample("user_detail")
    return {"shareMeta": body["shareMeta"], **body["userInfo"]}


@pytest.mark.parametrize(
    ("cls", "raws"),
    [
        pytest.param(models.Profile, [user_detail()], id="profile"),
        pytest.param(models.Follower, sample("user_followers")["userList"], id="followers"),
        pytest.param(models.HashtagInfo, [sample("challenge_info")["challengeInfo"]], id="hashtag"),
        pytest.param(models.Message, sample("messages")["messages"], id="messages"),
        pytest.param(models.LiveStats, [sample("live_stats")["data"]], id="live-stats"),
    ],
)
def test_samples_have_models_without_loss(cls: type[Model], raws: list[dict[str, Any]]) -> None:
    found = convert.decode_list(cls, raws)
    assert [alike(convert.to_dict(model)) for model in found] == [alike(raw) for raw in raws]
    assert all(not each.extra for model in found for each in inside(model))


def test_samples_are_all_named_in_their_sources() -> None:
    named = {line.split()[0] for line in (SAMPLES / "SOURCES.txt").read_text().splitlines()}
    assert {path.name for path in SAMPLES.glob("*.json")} <= named


# ---- drift


@pytest.mark.parametrize(
    ("cls", "raw", "expected"),
    [
        pytest.param(
            models.Post, {"createTime": "1696827055"}, {"create_time": 1696827055}, id="time-text"
        ),
        pytest.param(
            models.PostStats, {"collectCount": "59100"}, {"collect_count": 59100}, id="count-text"
        ),
        pytest.param(models.PlayAddr, {"DataSize": "12"}, {"data_size": 12}, id="data-size-text"),
        pytest.param(
            models.Subtitle,
            {"Size": "12", "UrlExpire": "13", "LanguageID": 2},
            {"size": 12, "url_expire": 13, "language_id": "2"},
            id="subtitle-text",
        ),
        pytest.param(
            models.HashtagStatsExact,
            {"viewCount": "105814218058744123456"},
            {"view_count": 105814218058744123456},
            id="exact-beyond-64-bits",
        ),
        pytest.param(
            models.Author, {"id": 7111646537053320827}, {"id": "7111646537053320827"}, id="id-int"
        ),
        pytest.param(
            models.LiveRoom,
            {"id": 7000000000000000000, "id_str": "7000000000000000007"},
            {"id": "7000000000000000007", "extra": {"id": 7000000000000000000}},
            id="twin-text-first",
        ),
        pytest.param(models.LiveRoom, {"id": 7}, {"id": "7"}, id="twin-alone"),
        pytest.param(
            models.CommentUser,
            {"room_id": 700, "room_id_str": "701"},
            {"room_id": "701", "extra": {"room_id": 700}},
            id="room-twin-text-first",
        ),
        pytest.param(
            models.SearchUser,
            {"room_id": 700, "room_id_str": "701"},
            {"room_id": "701", "extra": {"room_id": 700}},
            id="search-room-twin-text-first",
        ),
        pytest.param(
            models.CommentUser,
            {"room_id": 7, "room_id_str": None},
            {"room_id": "7"},
            id="twin-null",
        ),
        pytest.param(
            models.Comment,
            {"user_digged": 0, "image_list": None, "reply_comment": None, "label_list": None},
            {"user_digged": False},
            id="null-lists",
        ),
        pytest.param(models.Comment, {"user_digged": True}, {"user_digged": True}, id="flag-bool"),
        pytest.param(
            models.KeyInfo,
            {"active": True, "has_expired": 0, "message": None},
            {"active": True, "has_expired": False},
            id="flags",
        ),
        pytest.param(
            models.TextExtra,
            {"hashtag_name": "fyp", "user_unique_id": "u", "sec_uid": "s", "sub_type": 1},
            {"hashtag_name": "fyp", "user_unique_id": "u", "sec_uid": "s", "sub_type": 1},
            id="snake-case-twin",
        ),
        pytest.param(
            models.Message, {"createTime": "1615900000000"}, {"create_time": 1615900000000}, id="dm"
        ),
        pytest.param(
            models.Message,
            {"content": {"new": 1}},
            {"content": models.MessageContent(extra={"new": 1})},
            id="other-content",
        ),
        pytest.param(
            models.Digg,
            {"from_user": {"uid": 1}},
            {"from_user": (models.CommentUser(uid="1"),)},
            id="lone-object",
        ),
        pytest.param(models.Done, {"statusCode": 0}, {"status_code": 0}, id="status-code"),
        pytest.param(models.LivePoint, {"Date": 20260101}, {"date": "20260101"}, id="date-number"),
        pytest.param(models.Volume, {"Loudness": 1}, {"loudness": 1}, id="number-stays-whole"),
        pytest.param(
            models.LivePermissions, {"allowed": True}, {"extra": {"allowed": True}}, id="all-extra"
        ),
    ],
)
def test_drift_of_the_contract_is_absorbed(
    cls: type[Model], raw: dict[str, Any], expected: dict[str, Any]
) -> None:
    model = convert.decode(cls, raw)
    assert model == cls(**expected)
    assert repr(model) == repr(cls(**expected))


@pytest.mark.parametrize(
    ("cls", "raw", "place"),
    [
        pytest.param(models.Post, {"createTime": 1.5}, "$.create_time", id="time-fraction"),
        pytest.param(models.Post, {"id": 7.1e18}, "$.id", id="id-float"),
        pytest.param(models.Post, {"isAd": 1}, "$.is_ad", id="plain-boolean"),
        pytest.param(models.Comment, {"user_digged": 2}, "$.user_digged", id="flag-2"),
        pytest.param(models.Comment, {"user_digged": "1"}, "$.user_digged", id="flag-text"),
        pytest.param(models.Volume, {"Peak": "1"}, "$.peak", id="number-text"),
        pytest.param(models.Volume, {"Peak": True}, "$.peak", id="number-boolean"),
        pytest.param(
            models.LiveHit, {"live_info": {"raw_data": "[]"}}, "$.live_info.raw_data", id="packed"
        ),
    ],
)
def test_what_no_drift_explains_is_refused_with_its_place(
    cls: type[Model], raw: dict[str, Any], place: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        convert.decode(cls, raw)
    assert caught.value.message.endswith(f"@ {place}.")


ROOM = convert.decode(models.LiveRoom, made_up.LIVE_ROOM)


@pytest.mark.parametrize(
    "live_info",
    [
        pytest.param(made_up.LIVE_ROOM, id="open"),
        pytest.param({"raw_data": made_up.LIVE_ROOM}, id="object"),
        pytest.param({"raw_data": convert.dumps(made_up.LIVE_ROOM).decode()}, id="text"),
    ],
)
def test_live_hit_has_its_room_in_each_form(live_info: dict[str, Any]) -> None:
    hit = convert.decode(models.LiveHit, {"live_info": live_info})
    assert hit.room is not None
    assert (hit.room.id, hit.room.title, hit.room.owner) == (ROOM.id, "live", ROOM.owner)
    assert hit.room.is_live
    assert hit.key == ROOM.id
    assert models.LiveHit().key is None


# ---- the rules of conversion that came with these models


@attrs.frozen(kw_only=True)
class Shelf(Model):
    """A field under each of the rules."""

    flag: Flag | None = None
    flags: tuple[Flag, ...] | None = None
    number: Number | None = None
    packed: Packed[models.Hashtag] | None = None
    key: str | None = attrs.field(default=None, metadata=wire(secret=True))


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        pytest.param(
            {"flag": 1, "flags": [0, True]}, {"flag": True, "flags": [False, True]}, id="f"
        ),
        pytest.param({"number": 4493}, {"number": 4493}, id="whole-number"),
        pytest.param({"number": 0.5}, {"number": 0.5}, id="fraction"),
        pytest.param(
            {"packed": '{"id":9007199254740993,"new":1}'},
            {"packed": {"id": "9007199254740993", "new": 1}},
            id="packed-text",
        ),
        pytest.param({"packed": {"id": "1"}}, {"packed": {"id": "1"}}, id="packed-open"),
    ],
)
def test_conversion_rules_are_undone_but_for_their_form(
    raw: dict[str, Any], written: dict[str, Any]
) -> None:
    shelf = convert.decode(Shelf, raw)
    assert repr(convert.to_dict(shelf)) == repr(written)
    assert convert.decode(Shelf, written) == shelf


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("[1]", id="list"),
        pytest.param('"{}"', id="packed-twice"),
        pytest.param("{", id="cut"),
        pytest.param('{"id":NaN}', id="nan"),
        pytest.param('"\ud800"', id="half-a-pair"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"id":true}', id="wrong-inside"),
    ],
)
def test_packed_text_without_its_object_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        convert.decode(Shelf, {"packed": text})
    assert "$.packed" in caught.value.message
    assert len(caught.value.message) < 200


def test_secrets_are_not_shown() -> None:
    assert repr(Shelf(key="s3cret")) == "Shelf(key=***)"
    start = convert.decode(models.LiveStart, made_up.LIVE_START)
    assert start.stream is not None
    assert start.stream.push is not None
    assert start.stream.push.key == "s3cret"
    talk = convert.decode(models.Conversation, made_up.CONVERSATION)
    assert talk.ticket == "s3cret"
    bare = models.Conversation(ticket="s3cret")  # the whole of it shows its first fields only
    for model in [*inside(start), *inside(talk), bare]:
        assert "s3cret" not in repr(model)


# ---- whatever comes

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "0", "12", "-3", "{}", '{"id":1}', "\ud800", "🥰"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "user", "UrlList", "new"]), inner)
    ),
    max_leaves=6,
)
KEYS = {cls: [key for part in parts(cls) for key in part.keys] for cls in CLASSES}
ANSWERS = st.sampled_from(CLASSES).flatmap(
    lambda cls: st.tuples(
        st.just(cls),
        st.dictionaries(st.sampled_from([*KEYS[cls], "new", "extra"]), VALUES, max_size=4),
    )
)


@given(answer=ANSWERS)
def test_any_json_is_a_model_or_a_decode_error(answer: tuple[type[Model], dict[str, Any]]) -> None:
    """What is decoded tells all it can without another error, and nothing of it is lost."""
    cls, raw = answer
    try:
        model = convert.decode(cls, raw)
    except DecodeError:
        return
    for name in properties(cls):
        getattr(model, name)
    hash(model)
    repr(model)
    assert convert.decode(cls, convert.to_dict(model)) == model
