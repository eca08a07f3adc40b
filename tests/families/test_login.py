"""The whole login against the emulator: consent, exchange, refresh, revoke, on real sockets."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

import anyio
import httpx
import pytest

from tiktok_async import (
    AuthError,
    ConfigError,
    CredentialsMissingError,
    InputError,
    LoginError,
    OutcomeUnknownError,
    ReauthorizationRequiredError,
    Runtime,
    TransportError,
)
from tiktok_async.emulator import Emulator
from tiktok_async.emulator.faults import Fault
from tiktok_async.oauth import FileTokenStore, MemoryTokenStore, OAuthClient
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

SCOPES: Final = "user.info.basic,portability.all.ongoing"
WEB: Final = "https://example.com/callback/"


@pytest.fixture(autouse=True)
async def patience(anyio_backend: str) -> AsyncIterator[None]:
    """End a test that hangs."""
    with anyio.fail_after(30):
        yield


@pytest.fixture
async def begin(anyio_backend: str) -> AsyncIterator[Callable[..., Any]]:
    """Start an emulator; return it, a client with a store in memory, and their clock."""
    async with AsyncExitStack() as stack:

        async def run(
            *faults: dict[str, Any], client: dict[str, Any] | None = None, **options: Any
        ) -> tuple[Emulator, OAuthClient, FakeClock]:
            clock = FakeClock()
            script = [Fault.from_dict({"path": "oauth.*", **fault}) for fault in faults]
            settings = {"videos": 10, "users": 10, "consent": "approve", **options}
            emulator = await stack.enter_async_context(
                Emulator(now=clock.time, faults=script, **settings)
            )
            given = {"client_secret": emulator.client_secret, "store": MemoryTokenStore()}
            oauth = OAuthClient(
                client_key=emulator.client_key,
                base_url=emulator.base_url,
                runtime=Runtime(clock=clock),
                **given | (client or {}),
            )
            return emulator, await stack.enter_async_context(oauth), clock

        yield run


async def browse(url: str) -> httpx.Response:
    """Be the user's browser: follow the consent page back to where it leads."""
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as browser:
        return await browser.get(url)


async def look(url: str) -> str:
    """Return where the consent page leads, without going there."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        return str((await browser.get(url)).headers["location"])


def served(emulator: Any, endpoint: str) -> int:
    counted: dict[str, int] = emulator.stats()["by_endpoint"]
    return counted.get(endpoint, 0)


# ---- the three ways


@pytest.mark.parametrize("pkce", [None, "hex", "base64url"])
async def test_login_by_browser_gives_a_stored_token(begin: Any, pkce: Any) -> None:
    emulator, oauth, clock = await begin(pkce=("hex", "base64url"))
    token = await oauth.login(SCOPES, name="alice", open_browser=browse, pkce=pkce)
    assert token.scopes == tuple(SCOPES.split(","))
    assert (token.client_key, token.name) == (emulator.client_key, "alice")
    assert token.expires_at == clock.time() + 7200
    assert token.refresh_expires_at == clock.time() + 15_552_000
    assert token.open_id
    assert await oauth.store.tokens() == (token,)
    assert await oauth.stored() == token


async def test_wrong_form_of_pkce_is_named(begin: Any) -> None:
    """Desktop apps need hex: a base64url challenge fails at the exchange."""
    _, oauth, _ = await begin()
    with pytest.raises(AuthError, match="PKCE: hex for a desktop app"):
        await oauth.login(SCOPES, open_browser=browse, pkce="base64url")
    assert await oauth.store.tokens() == ()


@pytest.mark.parametrize("whole", [True, False], ids=["url", "code-alone"])
@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_login_by_hand(begin: Any, whole: bool, is_async: bool) -> None:
    _, oauth, _ = await begin()
    shown = []

    async def paste(url: str) -> str:
        shown.append(url)
        back = await look(url)
        return back if whole else back.partition("code=")[2].partition("&")[0]

    given = paste if is_async else (lambda url: asyncio.run(paste(url)))
    token = await oauth.login(SCOPES, paste=given)
    assert token.open_id
    assert shown[0].startswith(oauth._authorize_url)


async def test_login_of_a_web_app_in_two_halves(begin: Any) -> None:
    _, oauth, _ = await begin(app="web")
    request = oauth.begin(SCOPES, redirect_uri=WEB, disable_auto_auth=True)
    assert "code_challenge" not in request.url
    token = await oauth.finish(request, await look(request.url))
    assert await oauth.store.tokens() == (token,)


async def test_login_on_a_given_port(begin: Any, unused_port: int) -> None:
    uri = f"http://localhost:{unused_port}/back/"
    _, oauth, _ = await begin(redirect_uris=(uri,))
    assert (await oauth.login(SCOPES, redirect_uri=uri, open_browser=browse)).open_id


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens to."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# ---- what goes wrong


async def test_refused_consent_is_said(begin: Any) -> None:
    _, oauth, _ = await begin(consent="deny")
    with pytest.raises(LoginError, match="access_denied") as caught:
        await oauth.login(SCOPES, open_browser=browse)
    assert caught.value.kind == "denied"


async def test_bad_request_that_never_comes_back_ends_in_time(begin: Any) -> None:
    _, oauth, _ = await begin(redirect_uris=("http://127.0.0.1:1/x/",))
    with pytest.raises(LoginError, match="Is the redirect URI registered") as caught:
        await oauth.login(SCOPES, open_browser=browse, timeout=0.2)
    assert caught.value.kind == "timeout"


async def test_code_is_exchanged_once(begin: Any) -> None:
    emulator, oauth, _ = await begin(app="web")
    request = oauth.begin(SCOPES, redirect_uri=WEB)
    back = await look(request.url)
    await oauth.finish(request, back)
    with pytest.raises(LoginError, match="answered before"):
        await oauth.finish(request, back)
    assert served(emulator, "oauth.token.authorization_code") == 1


async def test_old_code_says_to_start_again(begin: Any) -> None:
    _, oauth, clock = await begin(app="web")
    request = oauth.begin(SCOPES, redirect_uri=WEB)
    back = await look(request.url)
    clock.advance(400)
    with pytest.raises(AuthError, match="Start the login again"):
        await oauth.finish(request, back)


async def test_lost_answer_of_the_exchange_is_unknown_and_not_repeated(begin: Any) -> None:
    emulator, oauth, _ = await begin(
        {"kind": "reset_connection", "path": "oauth.token.authorization_code", "times": 1}
    )
    with pytest.raises(OutcomeUnknownError, match="Start the login again"):
        await oauth.login(SCOPES, open_browser=browse)
    assert emulator.stats()["faults"]


async def test_wrong_app_secret_is_named(begin: Any) -> None:
    _, oauth, _ = await begin(client={"client_secret": "wr0ng-s3cret"})
    with pytest.raises(AuthError, match="Check the client key and the client secret") as caught:
        await oauth.login(SCOPES, open_browser=browse)
    assert "wr0ng-s3cret" not in str(caught.value) + repr(vars(caught.value))


async def test_store_that_cannot_be_used_is_said_before_the_user_is_asked(
    begin: Any, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    path.write_bytes(b"torn")
    path.chmod(0o600)
    _, oauth, _ = await begin(client={"store": FileTokenStore(path)})
    asked: list[str] = []
    with pytest.raises(ConfigError, match="damaged"):
        await oauth.login(SCOPES, open_browser=asked.append, timeout=0.1)
    assert asked == []


async def test_browser_that_is_not_there_is_said_at_once(begin: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    _, oauth, _ = await begin()
    with pytest.raises(InputError, match="pass paste="):
        await oauth.login(SCOPES)


async def test_web_redirect_cannot_be_received_here(begin: Any) -> None:
    _, oauth, _ = await begin()
    with pytest.raises(InputError, match="pass paste="):
        await oauth.login(SCOPES, redirect_uri=WEB, open_browser=browse)


async def test_cancelled_login_leaves_nothing_behind(begin: Any) -> None:
    _, oauth, _ = await begin()
    opened = asyncio.Event()

    async def ignore(_: str) -> None:
        opened.set()

    task = asyncio.create_task(oauth.login(SCOPES, open_browser=ignore))
    await opened.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert (await oauth.login(SCOPES, open_browser=browse)).open_id


# ---- afterwards


async def test_refresh_gives_a_new_pair_and_ends_the_old(begin: Any) -> None:
    _, oauth, clock = await begin()
    first = await oauth.login(SCOPES, name="alice", open_browser=browse)
    clock.advance(100)
    second = await oauth.refresh()
    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token
    assert (second.open_id, second.name, second.scopes) == (first.open_id, "alice", first.scopes)
    assert second.obtained_at == clock.time()
    await oauth.store.save(first)
    with pytest.raises(ReauthorizationRequiredError, match="tiktok-async auth login"):
        await oauth.refresh()


async def test_refresh_answer_that_is_lost_is_said(begin: Any) -> None:
    """The emulator may or may not have rotated; either way there is an end, and no loop."""
    emulator, oauth, _ = await begin()
    await oauth.login(SCOPES, open_browser=browse)
    emulator.faults.add(Fault("cut_body", path="oauth.token.refresh_token", times=1))
    with pytest.raises(ReauthorizationRequiredError):
        await oauth.refresh()
    assert served(emulator, "oauth.token.refresh_token") == 2


async def test_revoke_disconnects_and_forgets(begin: Any) -> None:
    emulator, oauth, _ = await begin()
    token = await oauth.login(SCOPES, open_browser=browse)
    assert await oauth.revoke() == token
    assert await oauth.store.tokens() == ()
    await oauth.store.save(token)
    with pytest.raises(ReauthorizationRequiredError):
        await oauth.refresh()
    with pytest.raises(CredentialsMissingError):
        await begin_again(oauth)
    assert served(emulator, "oauth.revoke") == 1


async def begin_again(oauth: OAuthClient) -> None:
    """Forget the token, then ask for it."""
    for token in await oauth.store.tokens():
        await oauth.store.delete(token)
    await oauth.stored()


async def test_revoke_of_a_stale_token_takes_a_fresh_one_first(begin: Any) -> None:
    """A token that ended may not revoke, so that the app would stay connected."""
    emulator, oauth, clock = await begin()
    await oauth.login(SCOPES, open_browser=browse)
    clock.advance(8000)
    await oauth.revoke()
    assert await oauth.store.tokens() == ()
    assert served(emulator, "oauth.token.refresh_token") == 1
    assert served(emulator, "oauth.revoke") == 1


async def test_revoke_of_a_dead_token_that_looks_fresh_takes_another(begin: Any) -> None:
    emulator, oauth, _ = await begin()
    token = await oauth.login(SCOPES, open_browser=browse)
    emulator._running.emulation.tokens.kill(token.access_token.reveal())
    await oauth.revoke()
    assert await oauth.store.tokens() == ()
    assert served(emulator, "oauth.revoke") == 2


async def test_revoke_of_what_the_provider_forgot_removes_it_here(begin: Any) -> None:
    emulator, oauth, _ = await begin()
    token = await oauth.login(SCOPES, open_browser=browse)
    await oauth.revoke()
    await oauth.store.save(token)
    await oauth.revoke()
    assert await oauth.store.tokens() == ()
    assert served(emulator, "oauth.token.refresh_token") == 1


async def test_revoke_that_cannot_reach_the_provider_keeps_the_token(begin: Any) -> None:
    emulator, oauth, _ = await begin()
    token = await oauth.login(SCOPES, open_browser=browse)
    await emulator.__aexit__(None, None, None)
    with pytest.raises(TransportError):
        await oauth.revoke()
    assert await oauth.store.tokens() == (token,)


async def test_revoke_that_is_refused_keeps_the_token(begin: Any) -> None:
    emulator, oauth, _ = await begin()
    token = await oauth.login(SCOPES, open_browser=browse)
    emulator.faults.add(Fault("oauth_error", path="oauth.revoke", error="invalid_client"))
    with pytest.raises(AuthError):
        await oauth.revoke()
    assert await oauth.store.tokens() == (token,)


# ---- settings


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without settings of ours, and a config file of the test's own."""
    for name in ("CLIENT_KEY", "CLIENT_SECRET", "BASE_URL", "AUTHORIZE_URL", "PKCE"):
        monkeypatch.delenv(f"TIKTOK_{name}", raising=False)
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("TIKTOK_ASYNC_TOKENS", str(tmp_path / "tokens.json"))
    return monkeypatch


APP: Final = {"client_key": "k", "client_secret": "s"}


@pytest.mark.parametrize(
    ("given", "environment", "host"),
    [
        ({}, {}, "https://www.tiktok.com"),
        ({"base_url": "http://127.0.0.1:8080"}, {}, "http://127.0.0.1:8080"),
        ({"base_url": "https://proxy.test"}, {}, "https://www.tiktok.com"),
        ({}, {"TIKTOK_BASE_URL": "http://localhost:1"}, "http://localhost:1"),
        ({}, {"TIKTOK_AUTHORIZE_URL": "https://other.test/"}, "https://other.test"),
        (
            {"authorize_url": "https://mine.test"},
            {"TIKTOK_AUTHORIZE_URL": "x"},
            "https://mine.test",
        ),
    ],
)
async def test_consent_page_is_where_the_settings_say(
    clean: pytest.MonkeyPatch, given: dict[str, str], environment: dict[str, str], host: str
) -> None:
    for name, value in environment.items():
        clean.setenv(name, value)
    async with OAuthClient(**APP, **given) as oauth:
        request = oauth.begin("a.b", redirect_uri=WEB)
        assert request.url.startswith(f"{host}/v2/auth/authorize/?client_key=k&")


async def test_settings_of_a_profile_are_used(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[profile.web]\ntiktok_client_key = "pk"\ntiktok_client_secret = "ps"\n'
        'tiktok_pkce = "base64url"\n'
    )
    async with OAuthClient(profile="web") as oauth:
        request = oauth.begin("a.b", redirect_uri=WEB)
        assert (request.client_key, request.pkce) == ("pk", "base64url")
        assert oauth.begin("a.b", redirect_uri=WEB, pkce="off").pkce == "off"
        assert isinstance(oauth.store, FileTokenStore)


def test_wrong_settings_are_named(clean: pytest.MonkeyPatch) -> None:
    with pytest.raises(CredentialsMissingError, match="its client key and secret must be given"):
        OAuthClient()
    with pytest.raises(CredentialsMissingError, match="its client secret must be given"):
        OAuthClient(client_key="k")
    clean.setenv("TIKTOK_PKCE", "plain")
    with pytest.raises(ConfigError, match="TIKTOK_PKCE: pkce is 'plain'"):
        OAuthClient(**APP)
    clean.delenv("TIKTOK_PKCE")
    with pytest.raises(ConfigError, match="not https"):
        OAuthClient(**APP, authorize_url="http://www.tiktok.com")
