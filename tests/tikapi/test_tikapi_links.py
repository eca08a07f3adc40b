"""Account links: the address for the user, and what comes back from there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

import tiktok_async
from tiktok_async import InputError, LoginError, Secret, TikAPIClient
from tiktok_async.tikapi.links import SCOPES, authorize_url, parse_callback, parse_message

CLIENT: Final = "c_1234567890"
BACK: Final = "https://example.org/linked"
KEY: Final = "AccountKey0123456789"
STATE: Final = "s" * 32


def back(**query: str) -> str:
    """Return the address that the browser comes to."""
    return f"{BACK}?{urlencode(query)}"


def message(**more: Any) -> dict[str, Any]:
    """Return what the popup posts."""
    return {
        "type": "success",
        "access_token": KEY,
        "client_id": CLIENT,
        "message": "",
        "scope": ["VIEW_PROFILE", "LIVE"],
        "state": STATE,
        "userInfo": {"id": "7", "username": "lilyachty"},
        **more,
    }


# ---- going there


def test_the_address_has_what_was_asked_for() -> None:
    url = authorize_url(
        CLIENT, BACK, ["view_profile", "live"], state=STATE, country="us", email="a@example.org"
    )
    assert url.startswith("https://tikapi.io/account/authorize?client_id=c_1234567890&")
    assert "scope=view_profile+live" in url
    assert parse_qs(urlsplit(url).query) == {
        "client_id": [CLIENT],
        "redirect_uri": [BACK],
        "scope": ["view_profile live"],
        "state": [STATE],
        "country": ["us"],
        "email": ["a@example.org"],
    }


def test_what_is_not_given_is_left_out() -> None:
    query = parse_qs(urlsplit(authorize_url(CLIENT, BACK)).query)
    assert set(query) == {"client_id", "redirect_uri"}


def test_address_scopes_and_parameters_are_those_of_the_contract() -> None:
    path = Path(tiktok_async.__file__).parent / "emulator" / "contract" / "tikapi.json"
    oauth = json.loads(path.read_text("utf-8"))["auth"]["oauth"]
    url = authorize_url(CLIENT, BACK, SCOPES, state=STATE, country="us", email="a@example.org")
    assert url.partition("?")[0] == oauth["authorize_url"]
    assert set(parse_qs(urlsplit(url).query)) == {one["name"] for one in oauth["params"]}
    assert sorted(oauth["scopes"]) == list(SCOPES)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param("live", "live", id="one"),
        pytest.param("live, view_coins", "live view_coins", id="commas"),
        pytest.param(["live", "view_coins", "live"], "live view_coins", id="twice"),
        pytest.param(SCOPES, " ".join(SCOPES), id="all"),
    ],
)
def test_scopes_are_a_list_or_a_text(given: Any, sent: str) -> None:
    assert parse_qs(urlsplit(authorize_url(CLIENT, BACK, given)).query)["scope"] == [sent]


def test_a_state_may_be_a_secret() -> None:
    assert STATE in authorize_url(CLIENT, BACK, "live", state=Secret(STATE))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"client_id": "1234567890"}, "such as c_", id="client-id"),
        pytest.param({"client_id": "c_123"}, "such as c_", id="short-client-id"),
        pytest.param({"client_id": "c_123456789\n"}, "such as c_", id="client-id-with-a-break"),
        pytest.param({"scopes": ["edit"]}, "choose from", id="unknown-scope"),
        pytest.param({"scopes": ["LIVE"]}, "choose from", id="capitals"),
        pytest.param({"redirect_uri": "http://example.org/x"}, "https", id="http"),
        pytest.param({"redirect_uri": "example.org/x"}, "https", id="no-scheme"),
        pytest.param({"redirect_uri": "https://example.org/x#y"}, "fragment", id="fragment"),
        pytest.param({"redirect_uri": "https://[::1/x"}, "no URL", id="no-url"),
        pytest.param({"country": "US"}, "small letters", id="country"),
        pytest.param({"email": "nobody"}, "an address", id="email"),
        pytest.param({"state": ""}, "random text", id="state"),
    ],
)
def test_what_would_be_refused_is_refused_here(given: dict[str, Any], words: str) -> None:
    usual = {"client_id": CLIENT, "redirect_uri": BACK, "scopes": ["live"]}
    with pytest.raises(InputError, match=words):
        authorize_url(**{**usual, **given})


def test_a_redirect_to_this_machine_may_be_http() -> None:
    assert "127.0.0.1" in authorize_url(CLIENT, "http://127.0.0.1:8080/back", "live")


# ---- coming back


@pytest.mark.parametrize(
    "scope",
    ["view_profile live", "view_profile,live", "VIEW_PROFILE LIVE", "view_profile  live live"],
)
def test_the_callback_brings_key_and_scopes(scope: str) -> None:
    grant = parse_callback(back(access_token=KEY, scope=scope, state=STATE), state=STATE)
    assert grant.account_key == Secret(KEY)
    assert grant.scopes == ("view_profile", "live")
    assert KEY not in repr(grant)


def test_the_query_alone_will_do_and_a_state_may_be_a_secret() -> None:
    query = back(access_token=KEY, state=STATE).partition("?")[2]
    grant = parse_callback(query, state=Secret(STATE))
    assert (grant.account_key.reveal(), grant.scopes) == (KEY, ())


def test_the_key_is_good_for_a_user_of_the_client() -> None:
    client = TikAPIClient(api_key="TestAPIKey0123456789", base_url="http://127.0.0.1:1")
    assert client.user(parse_callback(back(access_token=KEY), state=None).account_key)


@pytest.mark.parametrize(
    ("callback", "kind"),
    [
        pytest.param(back(access_token=KEY, state="x" * 32), "state", id="another-state"),
        pytest.param(back(access_token=KEY, state="é"), "state", id="a-state-beyond-ascii"),
        pytest.param(back(access_token=KEY), "state", id="no-state"),
        pytest.param(back(error="denied", state="other"), "state", id="a-stranger-s-refusal"),
        pytest.param(back(message="The user said no", state=STATE), "denied", id="refused"),
        pytest.param(back(error="access_denied"), "denied", id="refused-without-state"),
        pytest.param(back(state=STATE), "callback", id="no-key"),
        pytest.param(back(access_token="", state=STATE), "callback", id="empty-key"),
        pytest.param(back(access_token="k y\r\nx" * 3, state=STATE), "callback", id="bad-key"),
        pytest.param(back(access_token=KEY, state=STATE) + f"&access_token={KEY}2", "callback",
                     id="two-keys"),
        pytest.param(back(access_token=KEY, state="x") + f"&state={STATE}", "callback",
                     id="two-states"),
        pytest.param(back(access_token=KEY, state=STATE) + "&x" * 9000, "callback", id="long"),
        pytest.param(back(access_token=KEY, state=STATE) + "&x=1" * 99, "callback", id="many"),
        pytest.param("", "state", id="nothing"),
    ],
)  # fmt: skip
def test_a_callback_that_is_none_is_told_apart_and_never_quoted(callback: str, kind: str) -> None:
    with pytest.raises(LoginError) as caught:
        parse_callback(callback, state=STATE)
    assert caught.value.kind == kind
    assert KEY not in str(caught.value)


def test_the_popup_brings_key_scopes_and_user() -> None:
    grant = parse_message(message(), state=STATE, client_id=CLIENT)
    assert (grant.account_key.reveal(), grant.scopes) == (KEY, ("view_profile", "live"))
    assert grant.user_info == {"id": "7", "username": "lilyachty"}
    assert "lilyachty" not in repr(grant)


@pytest.mark.parametrize(
    ("posted", "kind"),
    [
        pytest.param(message(state="other"), "state", id="another-state"),
        pytest.param(message(state=None), "state", id="no-state"),
        pytest.param(message(state="\ud800"), "state", id="a-state-that-is-no-text"),
        pytest.param(message(client_id="c_0000000000"), "state", id="another-app"),
        pytest.param(message(type="error", message="no\x1b[2J"), "denied", id="refused"),
        pytest.param({"type": "error", "message": "closed"}, "denied", id="refused-without-state"),
        pytest.param(message(type="resize"), "callback", id="another-message"),
        pytest.param(message(access_token=None), "callback", id="no-key"),
        pytest.param(message(access_token=7), "callback", id="a-number"),
        pytest.param("success", "callback", id="no-object"),
    ],
)
def test_a_message_that_is_none_is_told_apart(posted: Any, kind: str) -> None:
    with pytest.raises(LoginError) as caught:
        parse_message(posted, state=STATE, client_id=CLIENT)
    assert caught.value.kind == kind
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("scope", [None, "live", [7, "live"]])
def test_scopes_of_another_form_are_passed_over(scope: Any) -> None:
    grant = parse_message(message(scope=scope, userInfo=None), state=STATE)
    assert grant.scopes == (("live",) if isinstance(scope, list) else ())
    assert grant.user_info is None
