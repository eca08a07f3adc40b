"""The consent page, and the tokens of users: code, refresh, revocation."""

from __future__ import annotations

import hashlib
import html
from base64 import urlsafe_b64encode
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from tests.emulator.conftest import CHECK, INFO_SCOPES, OPERATIONS
from tiktok_async.emulator import Emulator
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from tests.emulator.conftest import Rig

pytestmark = pytest.mark.anyio

AUTHORIZE = "/v2/auth/authorize/"
TOKEN = "/v2/oauth/token/"
BACK = "http://127.0.0.1:8765/callback/"
VERIFIER = "v" * 43
DIGEST = hashlib.sha256(VERIFIER.encode()).digest()
HEX = DIGEST.hex()
BASE64URL = urlsafe_b64encode(DIGEST).decode().rstrip("=")
EXCHANGE = OPERATIONS["oauth.token.authorization_code"]
WRONG_PAIR = {
    "error": "invalid_request",
    "error_description": "Code verifier or code challenge is invalid.",
}


def question(rig: Rig, **changes: str | None) -> dict[str, str]:
    plain: dict[str, str | None] = {
        "client_key": rig.emulator.client_key,
        "scope": INFO_SCOPES,
        "redirect_uri": BACK,
        "state": "a b&c",
        "response_type": "code",
        "code_challenge": HEX,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (plain | changes).items() if value is not None}


async def authorize(rig: Rig, **changes: str | None) -> httpx.Response:
    return await rig.http.get(AUTHORIZE, params=question(rig, **changes))


def sent_back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    place = answer.headers["location"]
    assert place.startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}


async def approved(rig: Rig, **changes: str | None) -> str:
    return sent_back(await authorize(rig, auto="approve", **changes))["code"]


async def send(rig: Rig, grant_type: str, **form: str | None) -> dict[str, object]:
    """Call the token endpoint; a parameter that is None is left out."""
    plain = {
        "client_key": rig.emulator.client_key,
        "client_secret": rig.emulator.client_secret,
        "grant_type": grant_type,
        **form,
    }
    kept = {name: value for name, value in plain.items() if value is not None}
    answer = await rig.http.post(TOKEN, data=kept)
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


async def exchange(rig: Rig, code: str, **form: str | None) -> dict[str, object]:
    plain = {"redirect_uri": BACK, "code_verifier": VERIFIER}
    return await send(rig, "authorization_code", code=code, **(plain | form))


async def refresh(rig: Rig, token: object, **form: str) -> dict[str, object]:
    return await send(rig, "refresh_token", refresh_token=str(token), **form)


async def works(rig: Rig, token: object) -> bool:
    """Whether a token is let through to the endpoint, which knows no such request."""
    answer = await rig.user_post(CHECK, {"request_id": 1}, str(token), params={"fields": "status"})
    return answer.status_code == 400


# ---- the page


@attrs.define
class Form(HTMLParser):
    """The fields of the form on a page."""

    method: str = ""
    fields: list[tuple[str, str]] = attrs.field(factory=list)
    users: list[str] = attrs.field(factory=list)
    outside: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Keep the fields, and what comes from elsewhere."""
        given = dict(attributes)
        self.outside += [value or "" for name, value in attributes if name in {"src", "href"}]
        if tag == "form":
            self.method = given.get("method") or ""
        if tag == "input":
            self.fields.append((given.get("name") or "", given.get("value") or ""))

    def handle_data(self, data: str) -> None:
        """Keep the names in the list of users."""
        if self.get_starttag_text() == "<option>" and data.strip():
            self.users.append(data)


def form_of(answer: httpx.Response) -> Form:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    form = Form()
    form.feed(answer.text)
    return form


async def test_page_asks_for_each_scope_and_needs_nothing_from_elsewhere(start):
    rig = await start()
    answer = await authorize(rig)
    form = form_of(answer)
    assert form.fields == [("scope", scope) for scope in INFO_SCOPES.split(",")]
    assert form.users[0] == "joe1234567"
    assert (form.method, form.outside) == ("post", [])
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_page_shows_what_it_was_given_as_text(start):
    rig = await start()
    answer = await authorize(rig, redirect_uri=BACK, code_challenge_method="<script>alert(1)")
    assert answer.status_code == 400
    assert "<script" not in answer.text


async def choose(rig: Rig, choice: Mapping[str, object]) -> dict[str, str]:
    answer = await rig.http.post(AUTHORIZE, params=question(rig), data=dict(choice))
    return sent_back(answer)


async def test_allowing_sends_back_a_code_the_scopes_and_the_state(start):
    rig = await start()
    back = await choose(rig, {"decision": "allow", "scope": INFO_SCOPES.split(",")})
    assert set(back) == {"code", "scopes", "state"}
    assert (back["scopes"], back["state"]) == (INFO_SCOPES, "a b&c")
    assert set("*!") <= set(back["code"])


async def test_code_is_encoded_in_the_url(start):
    rig = await start()
    place = (await authorize(rig, auto="approve")).headers["location"]
    assert not set("*!") & set(urlsplit(place).query)


async def test_unticked_scopes_are_not_granted(start):
    rig = await start()
    back = await choose(rig, {"decision": "allow", "scope": ["user.info.basic"]})
    assert back["scopes"] == "user.info.basic"
    tokens = await exchange(rig, back["code"])
    assert tokens["scope"] == "user.info.basic"
    answer = await rig.user_post(CHECK, {"request_id": 1}, str(tokens["access_token"]))
    assert answer.json()["error"]["code"] == "scope_not_authorized"


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param({"decision": "deny", "scope": ["user.info.basic"]}, id="cancel"),
        pytest.param({"decision": "allow"}, id="nothing_ticked"),
        pytest.param({"decision": "allow", "scope": ["video.list"]}, id="not_asked_for"),
        pytest.param({}, id="nothing"),
    ],
)
async def test_denying_sends_back_an_error_and_the_state(start, choice):
    rig = await start()
    back = await choose(rig, choice)
    assert set(back) == {"error", "error_description", "state"}
    assert (back["error"], back["state"]) == ("access_denied", "a b&c")


@pytest.mark.parametrize("how", ["setting", "query"])
@pytest.mark.parametrize(("way", "key"), [("approve", "code"), ("deny", "error")])
async def test_answer_can_be_given_beforehand(start, how, way, key):
    rig = await start(consent=way if how == "setting" else "ask")
    assert key in sent_back(await authorize(rig, auto=way if how == "query" else None))


async def test_one_can_be_another_user(start):
    rig = await start()
    users = form_of(await authorize(rig)).users
    assert len(set(users)) == 3
    found = set()
    for user in users:
        choice = {"decision": "allow", "scope": INFO_SCOPES.split(","), "user": user}
        found.add((await exchange(rig, (await choose(rig, choice))["code"]))["open_id"])
    assert len(found) == 3
    assert rig.emulator.open_id in found


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        *(
            pytest.param({name: None}, name, id=f"no_{name}")
            for name in ("client_key", "scope", "redirect_uri", "state", "response_type",
                         "code_challenge", "code_challenge_method")
        ),
        pytest.param({"client_key": "nobody"}, "client_key", id="client_key"),
        pytest.param({"response_type": "token"}, "response_type", id="response_type"),
        pytest.param({"code_challenge_method": "plain"}, "code_challenge_method", id="method"),
        pytest.param({"scope": "user.info.basic, video.list"}, "scope", id="scope_with_space"),
        pytest.param({"scope": "research.data.basic"}, "scope", id="scope_of_apps"),
        pytest.param({"redirect_uri": "https://app.example.org/"}, "redirect_uri", id="elsewhere"),
        pytest.param({"redirect_uri": "http://127.0.0.1/a/"}, "redirect_uri", id="no_port"),
        pytest.param({"redirect_uri": "http://127.0.0.1:8765"}, "redirect_uri", id="no_path"),
        pytest.param({"redirect_uri": BACK + "?a=1"}, "redirect_uri", id="query"),
        pytest.param({"redirect_uri": BACK + "#a"}, "redirect_uri", id="fragment"),
        pytest.param({"redirect_uri": "/callback/"}, "redirect_uri", id="relative"),
        pytest.param({"redirect_uri": "http://[::1/"}, "redirect_uri", id="no_uri"),
        pytest.param({"redirect_uri": BACK + "a" * 500}, "redirect_uri", id="long"),
    ],
)  # fmt: skip
async def test_bad_request_ends_on_a_page_that_names_the_parameter(start, changes, named):
    rig = await start(consent="approve")
    answer = await authorize(rig, **changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert f"<code>{named}</code>" in html.unescape(answer.text)


@pytest.mark.parametrize(
    ("uri", "registered"),
    [
        pytest.param(BACK, True, id="any_port"),
        pytest.param("http://localhost:1/b/", True, id="port"),
        pytest.param("http://localhost:2/b/", False, id="other_port"),
        pytest.param(BACK + "more", False, id="longer"),
        pytest.param("http://127.0.0.1:1/2/callback/", False, id="port_is_no_path"),
        pytest.param("http://127.0.0.1:x/callback/", False, id="port_is_a_number"),
    ],
)
async def test_only_registered_redirects_pass(start, uri, registered):
    known = ["http://127.0.0.1:*/callback/", "http://localhost:1/b/"]
    rig = await start(redirect_uris=known, consent="approve")
    answer = await authorize(rig, redirect_uri=uri)
    assert answer.status_code == (302 if registered else 400)


async def test_web_app_redirects_to_https_and_has_no_pkce(start):
    rig = await start(app="web", consent="approve")
    assert (await authorize(rig)).status_code == 400
    uri = "https://app.example.org/callback"
    answer = await authorize(rig, redirect_uri=uri, code_challenge=None, code_challenge_method=None)
    place = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(f"{uri}?")
    code = parse_qs(place.query)["code"][0]
    tokens = await exchange(rig, code, redirect_uri=uri, code_verifier=None)
    assert "access_token" in tokens


# ---- the exchange


async def test_exchange_gives_what_the_contract_lists(start):
    rig = await start()
    tokens = await exchange(rig, await approved(rig))
    assert set(tokens) == set(EXCHANGE.answer)
    assert str(tokens["access_token"]).startswith("act.")
    assert str(tokens["refresh_token"]).startswith("rft.")
    assert tokens["open_id"] == rig.emulator.open_id
    assert tokens["scope"] == INFO_SCOPES
    assert await works(rig, tokens["access_token"])


async def test_lifetimes_are_the_contracts_unless_told(start):
    rig = await start()
    tokens = await exchange(rig, await approved(rig))
    raw = next(one for one in rig.contract["endpoints"] if one["id"] == EXCHANGE.id)
    assert (tokens["expires_in"], tokens["refresh_expires_in"]) == (
        raw["lifetimes"]["access_token_s"],
        raw["lifetimes"]["refresh_token_s"],
    )
    short = await start(user_token_life=60.0, refresh_life=600.0)
    tokens = await exchange(short, await approved(short))
    assert (tokens["expires_in"], tokens["refresh_expires_in"]) == (60, 600)


async def test_code_is_good_once(start):
    rig = await start()
    code = await approved(rig)
    assert "access_token" in await exchange(rig, code)
    assert (await exchange(rig, code))["error"] == "invalid_grant"


async def test_code_dies_young(start):
    rig = await start(code_life=30.0)
    first, second = await approved(rig), await approved(rig)
    rig.wall.time += 29
    assert "access_token" in await exchange(rig, first)
    rig.wall.time += 1
    assert (await exchange(rig, second))["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        pytest.param({"redirect_uri": "http://127.0.0.1:8766/callback/"}, "invalid_request",
                     id="other_redirect"),
        pytest.param({"redirect_uri": None}, "invalid_request", id="no_redirect"),
        pytest.param({"code": None}, "invalid_request", id="no_code"),
        pytest.param({"code": "made-up"}, "invalid_grant", id="code"),
        pytest.param({"client_secret": "guess"}, "invalid_client", id="secret"),
        pytest.param({"client_key": "nobody"}, "invalid_client", id="key"),
    ],
)  # fmt: skip
async def test_exchange_errors_are_flat_and_leave_the_code(start, form, error):
    rig = await start()
    code = await approved(rig)
    refused = await exchange(rig, **{"code": code, **form})
    assert set(refused) == {"error", "error_description", "log_id"}
    assert refused["error"] == error
    assert "access_token" in await exchange(rig, code)


async def test_code_belongs_to_one_app(start):
    rig = await start(credentials=2)
    code = await approved(rig)
    second = rig.emulator.demo_credentials[1]
    refused = await exchange(rig, code, client_key=second.key, client_secret=second.secret)
    assert refused["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("forms", "challenge", "verifier", "passes"),
    [
        pytest.param(["hex"], HEX, VERIFIER, True, id="hex"),
        pytest.param(["hex"], BASE64URL, VERIFIER, False, id="base64url_by_default"),
        pytest.param(["base64url"], BASE64URL, VERIFIER, True, id="base64url_if_told"),
        pytest.param(["hex", "base64url"], BASE64URL, VERIFIER, True, id="either"),
        pytest.param(["hex"], HEX, "w" * 43, False, id="other_verifier"),
        pytest.param(["hex"], HEX, None, False, id="no_verifier"),
        pytest.param(["hex"], VERIFIER, VERIFIER, False, id="plain"),
        pytest.param(["hex"], hashlib.sha256(b"short").hexdigest(), "short", False, id="short"),
        pytest.param(["hex"], hashlib.sha256(b"*" * 50).hexdigest(), "*" * 50, False, id="signs"),
    ],
)
async def test_verifier_must_belong_to_the_challenge(start, forms, challenge, verifier, passes):
    rig = await start(pkce=forms)
    code = await approved(rig, code_challenge=challenge)
    answer = await exchange(rig, code, code_verifier=verifier)
    assert ("access_token" in answer) == passes
    if not passes:
        assert {name: answer[name] for name in WRONG_PAIR} == WRONG_PAIR


# ---- refresh and the end


async def test_refresh_gives_a_new_pair_and_ends_the_old_refresh_token(start):
    rig = await start()
    first = await exchange(rig, await approved(rig))
    second = await refresh(rig, first["refresh_token"])
    assert set(second) == set(OPERATIONS["oauth.token.refresh_token"].answer)
    assert second["open_id"] == first["open_id"]
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert await works(rig, second["access_token"])
    assert (await refresh(rig, first["refresh_token"]))["error"] == "invalid_grant"
    assert "access_token" in await refresh(rig, second["refresh_token"])


async def test_refresh_without_rotation_repeats_the_token(start):
    rig = await start(rotation=False)
    first = await exchange(rig, await approved(rig))
    for _ in range(2):
        next_pair = await refresh(rig, first["refresh_token"])
        assert next_pair["refresh_token"] == first["refresh_token"]


async def test_rotated_token_may_have_a_grace(start):
    rig = await start(refresh_grace=10.0)
    first = await exchange(rig, await approved(rig))
    assert "access_token" in await refresh(rig, first["refresh_token"])
    rig.wall.time += 9
    assert "access_token" in await refresh(rig, first["refresh_token"])
    rig.wall.time += 20
    assert (await refresh(rig, first["refresh_token"]))["error"] == "invalid_grant"


@pytest.mark.parametrize(("renews", "left"), [(True, 1000), (False, 600)])
async def test_refresh_may_renew_its_life(start, renews, left):
    rig = await start(refresh_life=1000.0, refresh_renews=renews)
    first = await exchange(rig, await approved(rig))
    rig.wall.time += 400
    assert (await refresh(rig, first["refresh_token"]))["refresh_expires_in"] == left


async def test_tokens_expire_by_the_clock(start):
    rig = await start(user_token_life=100.0, refresh_life=300.0)
    tokens = await exchange(rig, await approved(rig))
    rig.wall.time += 99
    assert await works(rig, tokens["access_token"])
    rig.wall.time += 1
    assert not await works(rig, tokens["access_token"])
    assert await works(rig, rig.emulator.user_access_token)
    rig.wall.time += 200
    assert (await refresh(rig, tokens["refresh_token"]))["error"] == "invalid_grant"


async def test_refresh_belongs_to_one_app(start):
    rig = await start(credentials=2)
    second = rig.emulator.demo_credentials[1]
    token = rig.emulator.user_refresh_token
    refused = await refresh(rig, token, client_key=second.key, client_secret=second.secret)
    assert refused["error"] == "invalid_grant"
    assert "access_token" in await refresh(rig, token)


async def revoke(rig: Rig, token: object) -> httpx.Response:
    form = {"client_key": rig.emulator.client_key, "client_secret": rig.emulator.client_secret}
    return await rig.http.post("/v2/oauth/revoke/", data={**form, "token": str(token)})


async def test_revocation_ends_all_that_the_user_allowed(start):
    rig = await start()
    tokens = await exchange(rig, await approved(rig))
    answer = await revoke(rig, tokens["access_token"])
    assert (answer.status_code, answer.json()) == (200, {})
    assert not await works(rig, tokens["access_token"])
    assert (await refresh(rig, tokens["refresh_token"]))["error"] == "invalid_grant"
    assert not await works(rig, rig.emulator.user_access_token)
    again = await revoke(rig, tokens["access_token"])
    assert (again.status_code, set(again.json())) == (200, {"error", "error_description", "log_id"})


async def test_revocation_leaves_other_users_alone(start):
    rig = await start()
    other = await exchange(rig, await approved(rig, user="joe_private"))
    assert other["open_id"] != rig.emulator.open_id
    await revoke(rig, other["access_token"])
    assert not await works(rig, other["access_token"])
    assert await works(rig, rig.emulator.user_access_token)


async def test_ready_made_tokens_are_there_and_come_back_with_a_reset(start):
    rig = await start()
    token = rig.emulator.user_access_token
    rig.wall.time += 10 * 86_400
    assert await works(rig, token)
    assert rig.emulator.disconnect()
    assert not await works(rig, token)
    assert not rig.emulator.disconnect()
    await rig.http.post("/_emulator/reset")
    assert await works(rig, rig.emulator.user_access_token)


async def test_kinds_of_tokens_are_told_apart(start):
    rig = await start(scopes=["research.data.basic", "portability.all.ongoing"])
    research = await rig.search()
    assert research.status_code == 200
    as_user = await rig.post("/v2/research/user/info/", {}, token=rig.emulator.user_access_token)
    assert as_user.json()["error"]["code"] == "scope_not_authorized"
    as_app = await rig.post(CHECK, {"request_id": 1}, "status")
    assert as_app.json()["error"]["code"] == "scope_not_authorized"


async def test_token_calls_are_counted_by_what_they_ask_for(start):
    rig = await start()
    tokens = await exchange(rig, await approved(rig))
    await refresh(rig, tokens["refresh_token"])
    await rig.mint()
    counts = rig.emulator.stats()["by_endpoint"]
    assert counts == {
        "oauth.authorize": 1,
        "oauth.token.authorization_code": 1,
        "oauth.token.refresh_token": 1,
        "oauth.token.client_credentials": 1,
    }


@pytest.mark.parametrize(
    "options",
    [{"app": "phone"}, {"consent": "maybe"}, {"pkce": []}, {"pkce": ["plain"]},
     {"code_life": -1.0}, {"webhook_copies": 0}, {"export_era": "D"}],
    ids=str,
)  # fmt: skip
async def test_wrong_options_of_users_are_refused(options):
    with pytest.raises(InputError, match=next(iter(options))):
        Emulator(**options)


async def test_tokens_of_users_do_not_show():
    emulator = Emulator(videos=10)
    shown = repr(emulator) + repr(emulator._running.emulation.grants)
    shown += repr(emulator._running.emulation.user_pair) + repr(emulator._running.emulation.tokens)
    assert emulator.user_access_token not in shown
    assert emulator.user_refresh_token not in shown
