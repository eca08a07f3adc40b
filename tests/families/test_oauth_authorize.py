"""One login without I/O: PKCE, the authorize URL, the redirect URI, and what comes back."""

from __future__ import annotations

import json
import pickle
import re
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import InputError, LoginError
from tiktok_async.oauth import AuthorizationRequest
from tiktok_async.oauth.pkce import challenge, checked_verifier, new_verifier
from tiktok_async.oauth.redirect import bare_code, brought_back, checked_redirect_uri
from tiktok_async.secrets import Secret

REDIRECT: Final = "http://127.0.0.1:8080/callback/"
BEGUN: Final = 1_700_000_000.0
CODE: Final = "dEsktop-c0de_%21*!4512.e1"
"""As decoded once; a second time would change it."""


def begun(**changes: Any) -> AuthorizationRequest:
    given: dict[str, Any] = {
        "client_key": "app",
        "scopes": "user.info.basic, portability.all.single",
        "redirect_uri": REDIRECT,
        "begun_at": BEGUN,
        **changes,
    }
    return AuthorizationRequest(**given)


def query_of(request: AuthorizationRequest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def callback(request: AuthorizationRequest, **changes: str | None) -> str:
    """Return the URL on which the browser ends; None leaves a parameter out."""
    given = {"code": CODE, "scopes": "user.info.basic", "state": request.state.reveal(), **changes}
    left = {name: value for name, value in given.items() if value is not None}
    return f"{request.redirect_uri}?{urlencode(left, quote_via=quote)}"


# ---- PKCE


def test_challenge_is_the_vector_of_rfc_7636_and_its_hex() -> None:
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge(verifier, "base64url") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert challenge(verifier, "hex") == (
        "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
    )
    assert challenge(verifier, "off") is None


def test_verifier_is_new_each_time_and_of_the_alphabet() -> None:
    made = {new_verifier().reveal() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) for verifier in made)
    assert new_verifier(lambda count: bytes(range(count))).reveal() == (
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
    )


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a" * 42, id="short"),
        pytest.param("a" * 129, id="long"),
        pytest.param("a" * 43 + "+", id="plus"),
        pytest.param("ä" * 50, id="umlaut"),
    ],
)
def test_verifier_that_the_provider_refuses_is_refused_before(value: str) -> None:
    with pytest.raises(InputError, match="43 to 128") as caught:
        checked_verifier(value)
    assert value not in str(caught.value)


# ---- the authorize URL


def test_url_of_a_desktop_login_has_what_the_contract_asks() -> None:
    request = begun()
    parts = urlsplit(request.url)
    assert (parts.scheme, parts.netloc, parts.path) == (
        "https",
        "www.tiktok.com",
        "/v2/auth/authorize/",
    )
    assert query_of(request) == {
        "client_key": "app",
        "response_type": "code",
        "scope": "user.info.basic,portability.all.single",
        "redirect_uri": REDIRECT,
        "state": request.state.reveal(),
        "code_challenge": challenge(request.verifier, "hex"),
        "code_challenge_method": "S256",
    }
    assert len(query_of(request)["code_challenge"]) == 64


def test_url_of_a_web_login_has_no_challenge_unless_asked() -> None:
    web = begun(redirect_uri="https://example.com/callback/")
    assert not {"code_challenge", "code_challenge_method"} & query_of(web).keys()
    asked = query_of(begun(redirect_uri=web.redirect_uri, pkce="base64url"))
    assert len(asked["code_challenge"]) == 43
    assert query_of(begun(disable_auto_auth=True))["disable_auto_auth"] == "1"
    assert query_of(begun(disable_auto_auth=False))["disable_auto_auth"] == "0"


def test_state_has_256_bits_and_differs_each_time() -> None:
    states = {begun().state.reveal() for _ in range(50)}
    assert len(states) == 50
    assert {len(state) for state in states} == {43}


@pytest.mark.parametrize("scopes", ["", [], ",", "two words", ["a\nb"]])
def test_scopes_that_are_none_are_refused(scopes: Any) -> None:
    with pytest.raises(InputError, match="scopes: name at least one"):
        begun(scopes=scopes)


def test_unknown_form_of_pkce_is_refused() -> None:
    with pytest.raises(InputError, match="one of hex, base64url, off"):
        begun(pkce="plain")


@pytest.mark.parametrize(
    "uri",
    [
        REDIRECT,
        "http://localhost:3455/callback/",
        "https://127.0.0.1:8443/x",
        "https://example.com/",
        "https://example.com/a/b?"[:-1],
        "https://example.com/" + "a" * 491,
    ],
)
def test_redirect_that_tiktok_takes_is_taken_as_it_is(uri: str) -> None:
    assert checked_redirect_uri(uri) == uri


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        pytest.param("http://127.0.0.1:8080", "no path", id="no-path"),
        pytest.param("https://example.com", "no path", id="no-path-web"),
        pytest.param("http://127.0.0.1/callback/", "no port", id="no-port"),
        pytest.param("http://127.0.0.1:*/callback/", "register it with *", id="wildcard"),
        pytest.param("http://example.com/callback/", "must be https", id="plain-http"),
        pytest.param("http://[::1]:8080/callback/", "must be https", id="ipv6"),
        pytest.param("myapp://callback/", "must be https", id="own-scheme"),
        pytest.param("/callback/", "must be https", id="relative"),
        pytest.param("https://example.com/?a=1", "query", id="query"),
        pytest.param("https://example.com/?", "query", id="empty-query"),
        pytest.param("https://example.com/#a", "fragment", id="fragment"),
        pytest.param("https://me@example.com/", "user", id="user"),
        pytest.param("https://example.com\\@evil/", "backslash", id="backslash"),
        pytest.param("https://example.com/a b", "white space", id="space"),
        pytest.param("https://example.com/\n", "white space", id="line"),
        pytest.param("https://example.com/" + "a" * 492, "512", id="long"),
    ],
)
def test_redirect_that_tiktok_refuses_is_refused_before(uri: str, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        checked_redirect_uri(uri)


# ---- what comes back


@pytest.mark.parametrize("form", [str, lambda url: url.partition("?")[2], lambda url: f" {url}\n"])
def test_code_is_decoded_once(form: Any) -> None:
    request = begun()
    code = request.accept(form(callback(request)), now=BEGUN + 1)
    assert code.code.reveal() == CODE
    assert code.scopes == ("user.info.basic",)
    assert CODE not in repr(code)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        pytest.param({"state": "another"}, "state", id="wrong-state"),
        pytest.param({"state": ""}, "state", id="empty-state"),
        pytest.param({"state": None}, "state", id="no-state"),
        pytest.param({"state": "ÿ€"}, "state", id="state-beyond-ascii"),
        pytest.param({"code": ""}, "callback", id="empty-code"),
        pytest.param({"code": None}, "callback", id="no-code"),
        pytest.param({"code": None, "error": "access_denied"}, "denied", id="denied"),
        pytest.param({"code": None, "error": "x", "state": None}, "denied", id="denied-stateless"),
        pytest.param({"error": "access_denied", "state": "x"}, "state", id="denied-elsewhere"),
        pytest.param({"error": "access_denied"}, "denied", id="denied-with-a-code"),
        pytest.param({"code": None, "error": "invalid_scope"}, "scope", id="scope"),
    ],
)
def test_answer_that_is_no_consent_says_which_kind(changes: dict[str, Any], kind: str) -> None:
    request = begun()
    with pytest.raises(LoginError) as caught:
        request.accept(callback(request, **changes), now=BEGUN)
    assert caught.value.kind == kind
    assert CODE not in str(caught.value)


def test_refusal_shows_the_words_of_tiktok_escaped() -> None:
    request = begun()
    url = callback(request, error="access_denied", error_description="no\x1b[31m\u202eway")
    with pytest.raises(LoginError, match=re.escape(r"no\u001b[31m\u202eway")):
        request.accept(url, now=BEGUN)


@pytest.mark.parametrize(
    ("now", "good"),
    [(BEGUN - 1, False), (BEGUN, True), (BEGUN + 600, True), (BEGUN + 601, False)],
)
def test_login_is_good_for_ten_minutes(now: float, good: bool) -> None:
    request = begun()
    if good:
        assert request.accept(callback(request), now=now)
        return
    with pytest.raises(LoginError, match="too long ago") as caught:
        request.accept(callback(request), now=now)
    assert caught.value.kind == "state"


@pytest.mark.parametrize("denied", [True, False], ids=["denied", "allowed"])
def test_login_is_answered_once(denied: bool) -> None:
    request = begun()
    if denied:
        with pytest.raises(LoginError, match="access_denied"):
            request.accept(callback(request, error="access_denied"), now=BEGUN)
    else:
        request.accept(callback(request), now=BEGUN)
    with pytest.raises(LoginError, match="answered before") as caught:
        request.accept(callback(request), now=BEGUN)
    assert caught.value.kind == "state"


def test_forged_answer_does_not_use_up_the_login() -> None:
    request = begun()
    with pytest.raises(LoginError):
        request.accept(callback(request, state="forged"), now=BEGUN)
    assert request.accept(callback(request), now=BEGUN).code.reveal() == CODE


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8080/callback/?code=x",
        "http://127.0.0.1:8081/callback/?code=x",
        "http://127.0.0.1:8080/callback?code=x",
        "http://127.0.0.1:8080@evil/callback/?code=x",
        "http://[bad/callback/?code=x",
    ],
)
def test_url_of_another_redirect_is_refused(url: str) -> None:
    with pytest.raises(LoginError) as caught:
        begun().accept(url, now=BEGUN)
    assert caught.value.kind == "callback"


@pytest.mark.parametrize("name", ["code", "state", "error"])
def test_answer_that_says_a_thing_twice_is_refused(name: str) -> None:
    request = begun()
    with pytest.raises(LoginError, match="twice"):
        request.accept(f"{callback(request)}&{name}=a&{name}=b", now=BEGUN)


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    """Nothing but LoginError, and never a code without the state."""
    with pytest.raises(LoginError) as caught:
        begun().accept(text, now=BEGUN)
    assert caught.value.kind in {"callback", "state", "denied", "scope"}


@given(
    st.dictionaries(
        st.sampled_from(["code", "state", "scopes", "error", "error_description", "x"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    )
)
def test_every_value_is_decoded_exactly_once(given: dict[str, str]) -> None:
    sent = urlencode(given)
    assert brought_back(f"{REDIRECT}?{sent}#_=_", REDIRECT) == given
    assert brought_back(sent, REDIRECT) == given


def test_answer_of_a_flood_is_refused() -> None:
    with pytest.raises(LoginError, match="longer"):
        begun().accept("code=" + "a" * 10_000, now=BEGUN)
    with pytest.raises(LoginError):
        begun().accept("&".join(f"a{n}=1" for n in range(100)), now=BEGUN)


# ---- pasted by hand


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("abcDEF12*3!4512.e1", "abcDEF12*3!4512.e1", id="decoded"),
        pytest.param("abcDEF12%2A3%214512.e1\n", "abcDEF12*3!4512.e1", id="as-in-the-address"),
        pytest.param("short", None, id="too-short"),
        pytest.param("code=abcDEF12*3", None, id="query"),
        pytest.param("two words here", None, id="words"),
    ],
)
def test_code_alone_is_seen(text: str, code: str | None) -> None:
    assert bare_code(text) == code


def test_pasted_answer_is_taken_in_each_form_once() -> None:
    for form in (callback, lambda r: callback(r).partition("?")[2], lambda _: CODE):
        request = begun()
        text = form(request)
        assert CODE.startswith(request.accept_pasted(text, now=BEGUN).code.reveal()[:8])
        with pytest.raises(LoginError, match="answered before"):
            request.accept_pasted(text, now=BEGUN)


def test_pasted_code_has_ten_minutes_too() -> None:
    with pytest.raises(LoginError, match="too long ago"):
        begun().accept_pasted("abcDEF12*3", now=BEGUN + 601)


# ---- a web app's session


def test_login_goes_through_a_session_and_is_the_same() -> None:
    request = begun(redirect_uri="https://example.com/back/", pkce="hex", disable_auto_auth=True)
    again = AuthorizationRequest.from_session(json.loads(json.dumps(request.to_session())))
    assert again.url == request.url
    assert again.verifier == request.verifier
    assert again.accept(callback(request), now=BEGUN).code.reveal() == CODE


def test_login_shows_neither_state_nor_verifier() -> None:
    request = begun()
    hidden = (request.state.reveal(), request.verifier.reveal())
    assert not [part for part in hidden if part in repr(request) + str(pickle.dumps(request))]
