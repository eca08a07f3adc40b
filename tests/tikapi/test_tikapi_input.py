"""Bad input is refused before the call; the message names the parameter and shows what to write."""

from __future__ import annotations

from typing import Any, Final

import pytest
from tikapi_facts import DECLARED, GOOD, made
from tikapi_stage import ACCOUNT_KEY, API_KEY, ID, SEC_UID, stage

from tiktok_async.errors import ConfigError, CredentialsMissingError, InputError
from tiktok_async.sansio.endpoint import REGISTRY, parameters
from tiktok_async.sansio.wire import build
from tiktok_async.tikapi import endpoints
from tiktok_async.tikapi.client import SANDBOX_URL, TikAPIClient
from tiktok_async.tikapi.credential import SANDBOX_API_KEY, TikAPIKey

TALK: Final = {"conversation_id": "0:1", "conversation_short_id": "4"}

REFUSED: Final = [
    pytest.param("public.posts", {"sec_uid": "short"}, "sec_uid.*MS4wLjABAAAA", id="short-sec-uid"),
    pytest.param("public.posts", {"sec_uid": None}, "sec_uid is None", id="no-sec-uid"),
    pytest.param("public.check", {"username": "@lily"}, "username.*without @", id="at-sign"),
    pytest.param("public.check", {"username": "a b"}, "username", id="space"),
    pytest.param("public.check", {"username": "lily\n"}, "username", id="line-break"),
    pytest.param("public.check", {}, "write username or user_id", id="nobody"),
    pytest.param("public.check_v3", {}, "username, user_id or sec_uid", id="nobody-v3"),
    pytest.param("public.check", {"user_id": "12a"}, "user_id.*digits, such as", id="user-id"),
    pytest.param("public.check", {"user_id": 1.5}, "user_id is 1.5", id="fraction"),
    pytest.param("public.check", {"user_id": True}, "user_id is True", id="boolean-for-id"),
    pytest.param("public.check", {"user_id": -7}, "user_id is '-7'", id="negative-id"),
    pytest.param("public.video", {"video_id": "https://t.co/x"}, "vm.tiktok.com", id="other-link"),
    pytest.param("public.video", {"video_id": "vm.tiktok.com/x"}, "https://vm", id="no-scheme"),
    pytest.param("public.video", {"video_id": "7\u0663"}, "video_id", id="other-digits"),
    pytest.param("public.explore", {"count": 31}, "count.*from 0 to 30", id="count"),
    pytest.param("public.explore", {"count": "x"}, "count", id="count-of-words"),
    pytest.param("public.explore", {"country": "US"}, "country.*such as us", id="country"),
    pytest.param("public.explore", {"session_id": 101}, "session_id.*0 to 100", id="session"),
    pytest.param("public.hashtag", {}, "exactly one", id="neither-name-nor-id"),
    pytest.param("public.hashtag", {"name": "a", "hashtag_id": 1}, "exactly one", id="both"),
    pytest.param("public.hashtag", {"name": " "}, "name.*not empty", id="blank-name"),
    pytest.param("public.search", {"category": "songs", "query": "a"}, "general, users", id="enum"),
    pytest.param("public.search", {"category": [], "query": "a"}, "category", id="list-for-enum"),
    pytest.param("public.search", {"category": "users", "query": ""}, "query", id="empty-query"),
    pytest.param("public.posts", {"sec_uid": SEC_UID, "cursor": "a"}, "cursor", id="cursor"),
    pytest.param("public.posts", {"sec_uid": SEC_UID, "cursor": True}, "cursor", id="true-cursor"),
    pytest.param("user.notifications", {"filter": "gifts"}, "filter.*mentions", id="filter"),
    pytest.param("user.analytics", {"type": "video"}, "media_id goes with", id="video-without-id"),
    pytest.param(
        "user.analytics", {"type": "live", "media_id": 7}, "media_id goes with", id="id-alone"
    ),
    pytest.param("user.analytics", {"type": "live", "days": -1}, "days.*such as 7", id="days"),
    pytest.param("user.edit", {"field": "email", "value": "x"}, "field.*nickname", id="field"),
    pytest.param("user.edit", {"field": "bio", "value": ""}, "value", id="empty-value"),
    pytest.param("user.messages", {**TALK, "limit": 100}, "limit.*0 to 99", id="limit"),
    pytest.param("user.live.list", {"sort": 2}, "sort.*0, 1", id="sort"),
    pytest.param("user.live.list", {"sort": True}, "sort", id="boolean-for-number"),
    pytest.param("user.live.start", {"title": "a", "third_party": 1}, "True or False", id="flag"),
    pytest.param("user.posts.like", {"media_id": ""}, "media_id", id="empty-media-id"),
]


@pytest.mark.parametrize(("name", "given", "words"), REFUSED)
def test_bad_argument_is_refused_before_anything_is_spent(
    name: str, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        REGISTRY[f"tikapi.{name}"](**given)


def test_secret_of_a_conversation_is_in_no_message_and_no_repr() -> None:
    request = endpoints.SendMessage(text="hi", ticket="T1cket", **TALK)
    assert "T1cket" not in repr(request)
    with pytest.raises(InputError) as caught:
        endpoints.SendMessage(text="hi", ticket=b"T1cket", **TALK)  # type: ignore[arg-type]  # the mistake under test
    assert "T1cket" not in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        pytest.param(endpoints.GetVideo, "video_id", id="video"),
        pytest.param(endpoints.ListMusicPosts, "music_id", id="music"),
        pytest.param(endpoints.ListPlaylistItems, "playlist_id", id="playlist"),
        pytest.param(endpoints.ListComments, "media_id", id="media"),
        pytest.param(endpoints.GetLive, "room_id", id="room"),
    ],
)
def test_id_is_taken_as_digits_and_as_a_number(endpoint: Any, name: str) -> None:
    assert endpoint(**{name: ID}) == endpoint(**{name: int(ID)})
    assert ID in build(endpoint(**{name: int(ID)}), "https://api.test").url


def test_short_link_is_taken_for_an_id_and_encoded() -> None:
    wire = build(
        endpoints.GetVideo(video_id="https://vm.tiktok.com/ZM8abcDEF/"), "https://api.test"
    )
    assert wire.url == "https://api.test/public/video?id=https%3A%2F%2Fvm.tiktok.com%2FZM8abcDEF%2F"


@pytest.mark.parametrize("id_", DECLARED)
def test_every_parameter_reaches_the_wire(id_: str) -> None:
    """None in a secret place, none with an unfilled brace, none left out."""
    for part in parameters(REGISTRY[id_]):
        wire = build(made(REGISTRY[id_], part.field, GOOD[part.field]), "https://api.test")
        assert "{" not in wire.url
        assert (
            part.wire in wire.url
            or part.wire in wire.content.decode()
            or part.where.value == "path"
        )


# ---- keys and settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Let nothing of the machine into a test."""
    for name in ("API_KEY", "ACCOUNT_KEY", "BASE_URL", "CLIENT_ID"):
        monkeypatch.delenv(f"TIKAPI_{name}", raising=False)
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "none.toml"))


def test_missing_keys_are_named_before_any_call() -> None:
    with pytest.raises(CredentialsMissingError, match="TIKAPI_API_KEY"):
        TikAPIClient()
    with pytest.raises(CredentialsMissingError, match="TIKAPI_ACCOUNT_KEY"):
        TikAPIClient(api_key=API_KEY).user()


@pytest.mark.parametrize("key", ["short", "with space 123", "under_score_123", "ünïcödé12345"])
def test_key_of_another_form_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(ConfigError, match="api_key is no key") as caught:
        TikAPIClient(api_key=key)
    assert key not in str(caught.value)
    with pytest.raises(ConfigError, match="account_key is no key"):
        TikAPIClient(api_key=API_KEY).user(key)


@pytest.mark.parametrize(
    "given", [{"country": "usa"}, {"session_id": 101}], ids=["country", "session"]
)
def test_default_that_no_call_takes_is_refused_at_once(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(given))):
        TikAPIClient(api_key=API_KEY, **given)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKAPI_API_KEY", f" {API_KEY}\n")
    monkeypatch.setenv("TIKAPI_ACCOUNT_KEY", ACCOUNT_KEY)
    monkeypatch.setenv("TIKAPI_BASE_URL", "http://127.0.0.1:9/")
    client = TikAPIClient()
    assert "http://127.0.0.1:9 " in repr(client)
    headers: Any = client.user()._scope.credential
    assert dict(headers.headers(0.0)) == {"x-api-key": API_KEY, "x-account-key": ACCOUNT_KEY}


def test_sandbox_is_tikapis_own_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIKAPI_API_KEY", API_KEY)
    monkeypatch.setenv("TIKAPI_BASE_URL", "http://127.0.0.1:9")
    client = TikAPIClient(sandbox=True)
    assert client._scope.base_url == SANDBOX_URL
    headers: Any = client.user()._scope.credential
    assert dict(headers.headers(0.0))["x-api-key"] == SANDBOX_API_KEY


def test_keys_are_never_shown_and_never_pickled() -> None:
    key = TikAPIKey(API_KEY, ACCOUNT_KEY)
    client = stage().client
    for text in (repr(key), key.name, key.fingerprint, repr(client), repr(client.user())):
        assert API_KEY not in text
        assert ACCOUNT_KEY not in text
    with pytest.raises(TypeError, match="never pickled"):
        key.__reduce__()
    assert key.fingerprint == TikAPIKey(API_KEY).fingerprint
    assert key.name != TikAPIKey(API_KEY, f"{ACCOUNT_KEY}2").name
