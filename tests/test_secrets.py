"""A secret shows itself nowhere: not in what holds it, nor in what is made of that."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.config import Options
from tiktok_async.errors import AuthError, TikTokError
from tiktok_async.oauth import AccessToken, ClientCredentials
from tiktok_async.oauth.endpoints import ClientToken, Token, flat, token_of
from tiktok_async.sansio.retry import Kind
from tiktok_async.sansio.wire import Answer, WireRequest, build
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE: Final = "hunter2-hunter2"
REQUEST: Final = ClientToken(client_key="app", client_secret=VALUE)
BASE: Final = "https://api.test"


def error_with_request() -> AuthError:
    """Return an error that keeps the request which held the secret."""
    return AuthError("refused", status=401, request=REQUEST, body={"error": "invalid_client"})


HOLDERS: Final = {
    "secret": Secret(VALUE),
    "token-request": REQUEST,
    "wire-request": build(REQUEST, BASE, headers=(("authorization", f"Bearer {VALUE}"),)),
    "token": Token(access_token=Secret(VALUE), expires_in=1.0, token_type="Bearer"),
    "access-token": AccessToken(VALUE),
    "client-credentials": ClientCredentials("app", VALUE, base_url=BASE, options=Options()),
    "options": Options(extra_headers=(("x-api-key", VALUE),)),
    "error": error_with_request(),
    "container": [{"a": (Secret(VALUE),)}],
}
SHOWN: Final[dict[str, Callable[[object], str]]] = {
    "repr": repr,
    "str": str,
    "f-string": lambda holder: f"{holder}{holder!s}{holder!r}{holder!a}",
    "percent": lambda holder: "%s %r" % (holder, holder),  # noqa: UP031  # the old way shows it too
    "json-default-str": lambda holder: json.dumps(holder, default=str),
    "json-default-repr": lambda holder: json.dumps(holder, default=repr),
}


@pytest.mark.parametrize("way", SHOWN)
@pytest.mark.parametrize("holder", HOLDERS)
def test_secret_is_masked_in_every_text_of_what_holds_it(holder: str, way: str) -> None:
    assert VALUE not in SHOWN[way](HOLDERS[holder])


@pytest.mark.parametrize("holder", [name for name in HOLDERS if name != "options"])
def test_secret_never_gets_into_a_pickle(holder: str) -> None:
    try:
        content = pickle.dumps(HOLDERS[holder])
    except (TypeError, pickle.PicklingError):
        return  # refusing is as good
    assert VALUE.encode() not in content


def test_secret_is_masked_in_asdict_and_its_json() -> None:
    assert VALUE not in json.dumps(attrs.asdict(REQUEST), default=str)


def test_secret_comes_out_by_reveal_alone() -> None:
    assert Secret(VALUE).reveal() == VALUE
    assert not hasattr(Secret(VALUE), "__dict__")
    with pytest.raises(TypeError):
        json.dumps(Secret(VALUE))


@pytest.mark.parametrize("spec", ["", "s", ">30", "^40", "<5"])
def test_secret_is_masked_whatever_the_format(spec: str) -> None:
    assert format(Secret(VALUE), spec).strip() == "***"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_secret_that_is_copied_is_still_the_secret(again: Any) -> None:
    # A masked copy would be sent as the password and come back as a riddle.
    assert again(Secret(VALUE)).reveal() == VALUE
    assert again(REQUEST).client_secret.reveal() == VALUE


@given(st.text(min_size=1), st.text(min_size=1))
def test_secrets_are_equal_as_their_texts_are(one: str, other: str) -> None:
    try:
        one.encode(), other.encode()
    except UnicodeEncodeError:
        return
    assert (Secret(one) == Secret(other)) is (one.strip() == other.strip())
    assert (hash(Secret(one)) == hash(Secret(other))) or one.strip() != other.strip()


def test_secret_is_equal_to_no_plain_text() -> None:
    assert Secret(VALUE) != VALUE


def test_secret_drops_the_white_space_of_a_web_page() -> None:
    assert Secret(f" {VALUE}\n").reveal() == VALUE
    assert not Secret(" \n")
    assert Secret(VALUE)


def test_secret_tells_itself_apart_without_showing_itself() -> None:
    print_ = Secret(VALUE).fingerprint()
    assert print_ == Secret(VALUE).fingerprint() != Secret(VALUE + "x").fingerprint()
    assert len(print_) == 12
    assert int(print_, 16) >= 0


def test_secret_is_taken_as_it_is() -> None:
    one = Secret(VALUE)
    assert secret(one) is one
    assert secret(VALUE) == one


def test_credential_is_told_apart_by_fingerprint_and_name_alone() -> None:
    for credential in (HOLDERS["access-token"], HOLDERS["client-credentials"]):
        made: Any = credential
        assert VALUE not in f"{made.name} {made.fingerprint} {made!r}"


def test_traceback_with_locals_shows_no_secret() -> None:
    def fails(request: ClientToken, wire: WireRequest) -> None:
        raise AuthError("refused", request=request, body=wire.url)

    try:
        fails(REQUEST, build(REQUEST, BASE))
    except AuthError as error:
        text = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    assert "refused" in text
    assert VALUE not in text


TOKEN_BODIES = {
    "cut": f'{{"access_token":"{VALUE}","expires_in":7'.encode(),
    "garbage-after": f'{{"access_token":"{VALUE}"}}}}'.encode(),
    "text": VALUE.encode(),
}


@pytest.mark.parametrize("body", TOKEN_BODIES.values(), ids=TOKEN_BODIES)
def test_token_answer_that_cannot_be_read_shows_no_token(body: bytes) -> None:
    error = flat(REQUEST, Answer(200, {}, body)).error
    assert isinstance(error, TikTokError)
    assert VALUE not in f"{error} {error!r} {error.__dict__}"
    assert VALUE.encode() not in pickle.dumps(error)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"access_token": VALUE, "error": "invalid_request"}, id="beside-an-error"),
        pytest.param({"data": {"access_token": VALUE}, "error": "x"}, id="inside"),
    ],
)
def test_refused_token_call_keeps_no_token(body: object) -> None:
    error = flat(REQUEST, Answer(200, {}, json.dumps(body).encode())).error
    assert isinstance(error, TikTokError)
    assert VALUE not in f"{error} {error!r} {error.__dict__}"


BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["access_token", "error", "error_description", "log_id"]), inner
        )
    ),
    max_leaves=6,
)


@given(st.integers(200, 599), BODIES)
def test_token_answer_of_any_json_gets_a_verdict(status: int, body: object) -> None:
    verdict = flat(REQUEST, Answer(status, {}, json.dumps(body).encode()))
    assert (verdict.kind is Kind.OK) is (verdict.error is None)


@given(st.integers(200, 599), st.binary(max_size=30))
def test_token_answer_of_any_bytes_gets_a_verdict(status: int, body: bytes) -> None:
    verdict = flat(REQUEST, Answer(status, {}, body))
    assert (verdict.kind is Kind.OK) is (verdict.error is None)


@pytest.mark.parametrize(
    ("data", "life"),
    [
        pytest.param({"access_token": "t", "expires_in": 7200}, 7200.0, id="seconds"),
        pytest.param({"access_token": "t"}, None, id="unknown"),
        pytest.param({"access_token": "t", "expires_in": 0}, None, id="zero"),
        pytest.param({"access_token": "t", "expires_in": True}, None, id="bool"),
        pytest.param({"access_token": "t", "expires_in": "7200"}, None, id="text"),
    ],
)
def test_token_life_is_read_from_the_answer(data: object, life: float | None) -> None:
    assert token_of(data).expires_in == life


@pytest.mark.parametrize("data", [{}, None, [], {"access_token": ""}, {"access_token": 7}])
def test_token_answer_without_a_token_is_an_error(data: object) -> None:
    with pytest.raises(TikTokError):
        token_of(data)
