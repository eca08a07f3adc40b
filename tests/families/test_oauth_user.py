"""A user's token: read, renewed once for all, durable before it is used, and lost at most once."""

from __future__ import annotations

import asyncio
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from token_provider import KEY, OPEN_ID, SECRET, Caller, serving, token

from tiktok_async import (
    AuthError,
    ConfigError,
    CredentialsMissingError,
    OutcomeUnknownError,
    ReauthorizationRequiredError,
    TransportError,
)
from tiktok_async.events import TokenRenewed
from tiktok_async.oauth import FileTokenStore, MemoryTokenStore
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tiktok_async.oauth import StoredToken

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def patience(anyio_backend: str) -> AsyncIterator[None]:
    """End a test whose calls hang."""
    with anyio.fail_after(30):
        yield


async def only(store: Any) -> StoredToken:
    (found,) = await store.tokens()
    return found  # type: ignore[no-any-return]


class BrokenStore(MemoryTokenStore):
    """A store whose disk is full until told otherwise."""

    full = True

    async def save(self, token: StoredToken) -> None:
        """Refuse, or save."""
        if self.full:
            raise ConfigError("The disk is full.")
        await super().save(token)


# ---- the usual way


async def test_fresh_token_of_the_store_is_used_as_it_is() -> None:
    async with serving() as provider, Caller(provider) as caller:
        assert await caller.call() == "act.0"
        assert provider.refreshes == []


async def test_token_is_renewed_early_and_stored_with_its_deadlines() -> None:
    async with serving(generation=0) as provider, Caller(provider) as caller:
        await caller.call()
        caller.clock.advance(6899)
        assert await caller.call() == "act.0"
        caller.clock.advance(2)
        assert await caller.call() == "act.1"
        stored = await only(caller.store)
    assert provider.refreshes == ["rft.0"]
    assert (stored.access_token.reveal(), stored.refresh_token.reveal()) == ("act.1", "rft.1")  # type: ignore[union-attr]
    assert stored.obtained_at == caller.clock.time()
    assert stored.expires_at == caller.clock.time() + 7200
    assert stored.refresh_expires_at == caller.clock.time() + 15_552_000
    assert [e.expires_in for e in caller.events if isinstance(e, TokenRenewed)] == [7200.0]
    assert caller.statistics().tokens_renewed == 1


async def test_token_that_ended_while_nothing_ran_is_renewed_before_the_first_call() -> None:
    clock = FakeClock()
    clock.advance(8000)
    async with serving() as provider, Caller(provider, clock=clock) as caller:
        assert await caller.call() == "act.1"
    assert provider.calls == ["act.1"]


async def test_clock_that_was_put_back_does_not_lengthen_a_life() -> None:
    assert token().fresh_for(now=token().obtained_at - 1_000_000) == 6900


async def test_token_without_a_life_is_used_until_a_401() -> None:
    clock = FakeClock()
    store = MemoryTokenStore(token(expires_at=None))
    clock.advance(1e9)
    async with serving() as provider, Caller(provider, store, clock) as caller:
        assert await caller.call() == "act.0"
        provider.generation = 1
        await store.save(token(expires_at=None, refresh_token="rft.1"))
        assert await caller.call() == "act.2"
    assert provider.refreshes == ["rft.1"]


async def test_hundred_calls_with_a_dead_token_cost_one_refresh() -> None:
    async with serving(latency=0.02) as provider, Caller(provider) as caller:
        await caller.call()
        provider.generation = 7
        await caller.store.save(token(refresh_token="rft.7"))
        found = await asyncio.gather(*(caller.call() for _ in range(100)))
    assert set(found) == {"act.8"}
    assert provider.refreshes == ["rft.7"]


async def test_good_token_that_is_refused_for_ever_is_given_up() -> None:
    """The provider repeats what was sent: it is stored as it came, and tried once more."""
    same = {"access_token": "act.bad", "refresh_token": "rft.0", "scope": None}
    async with serving(answer=same) as provider, Caller(provider) as caller:
        provider.generation = 0
        await caller.store.save(token(access_token="act.bad"))
        with pytest.raises(AuthError, match="access_token_invalid"):
            await caller.call()
        stored = await only(caller.store)
    assert provider.refreshes == ["rft.0"]
    assert provider.calls == ["act.bad", "act.bad"]
    assert stored.refresh_token == token().refresh_token
    assert stored.scopes == ("user.info.basic",)


async def test_scopes_and_missing_lifetimes_are_stored_as_they_came() -> None:
    answer = {"scope": "video.list,user.info.basic", "refresh_expires_in": None}
    async with serving(life=None, answer=answer) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        await caller.call()
        stored = await only(caller.store)
    assert stored.scopes == ("video.list", "user.info.basic")
    assert stored.expires_at is None
    assert stored.refresh_expires_at is None


# ---- durable before use, and over processes


async def test_new_pair_is_in_the_file_before_any_request_uses_it(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "tokens.json")
    await store.save(token())
    seen = []
    async with serving() as provider, Caller(provider, store) as caller:
        provider.on_call = lambda access: seen.append(access in store.path.read_text("utf-8"))
        caller.clock.advance(7000)
        await caller.call()
    assert provider.calls == ["act.1"]
    assert seen == [True]


async def test_pair_that_cannot_be_written_is_not_used_and_not_lost() -> None:
    store = BrokenStore(token())
    async with serving() as provider, Caller(provider, store) as caller:
        caller.clock.advance(7000)
        with pytest.raises(ConfigError, match="disk is full"):
            await caller.call()
        assert provider.calls == []
        store.full = False
        assert await caller.call() == "act.1"
        assert (await only(store)).access_token.reveal() == "act.1"
    assert provider.refreshes == ["rft.0"]


async def test_pair_that_could_not_be_written_gives_way_to_a_later_login() -> None:
    store = BrokenStore(token())
    async with serving() as provider, Caller(provider, store) as caller:
        caller.clock.advance(7000)
        with pytest.raises(ConfigError):
            await caller.call()
        caller.clock.advance(1)
        now = caller.clock.time()
        store.full, provider.generation = False, 5
        login = token(
            access_token="act.5", refresh_token="rft.5", obtained_at=now, expires_at=now + 7200
        )
        await store.save(login)
        assert await caller.call() == "act.5"
        assert await only(store) == login


async def test_two_clients_of_one_file_refresh_once(tmp_path: Path) -> None:
    """The second finds, inside the lock, what the first wrote."""
    clock, path = FakeClock(), tmp_path / "tokens.json"
    await FileTokenStore(path).save(token())
    clock.advance(7000)
    async with (
        serving(latency=0.1) as provider,
        Caller(provider, FileTokenStore(path), clock) as one,
        Caller(provider, FileTokenStore(path), clock) as other,
    ):
        assert await asyncio.gather(one.call(), other.call()) == ["act.1", "act.1"]
    assert provider.refreshes == ["rft.0"]


async def test_token_that_another_renewed_is_taken_after_a_401() -> None:
    async with serving() as provider, Caller(provider) as caller:
        await caller.call()
        provider.generation = 1
        await caller.store.save(token(access_token="act.1", refresh_token="rft.1"))
        assert await caller.call() == "act.1"
    assert provider.refreshes == []


async def test_login_of_another_user_does_not_change_who_a_client_is() -> None:
    async with serving() as provider, Caller(provider) as caller:
        await caller.call()
        await caller.store.save(token(open_id="another", access_token="act.9"))
        caller.clock.advance(7000)
        assert await caller.call() == "act.1"


# ---- cancelled and closed


async def test_refresh_is_finished_though_its_caller_is_cancelled() -> None:
    async with serving(latency=0.05) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        waiting = asyncio.create_task(caller.call())
        await provider.arrived.wait()
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert await caller.call() == "act.1"
    assert provider.refreshes == ["rft.0"]


async def test_refresh_on_its_way_is_kept_though_the_client_is_closed() -> None:
    """The old refresh token is dead when the answer comes: it must not be thrown away."""
    async with serving(latency=0.2) as provider:
        async with Caller(provider) as caller:
            caller.clock.advance(7000)
            waiting = asyncio.create_task(caller.call())
            await provider.arrived.wait()
        results = await asyncio.gather(waiting, return_exceptions=True)
        assert isinstance(results[0], Exception)
        assert (await only(caller.store)).refresh_token.reveal() == "rft.1"  # type: ignore[union-attr]


# ---- trouble


async def test_refresh_that_was_lost_on_the_way_is_sent_once_more() -> None:
    async with serving(drop=1) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        assert await caller.call() == "act.1"
    assert provider.refreshes == ["rft.0", "rft.0"]


async def test_lost_answer_of_a_refresh_ends_in_a_new_login_and_in_no_loop() -> None:
    async with serving(lose=1) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        for _ in range(3):
            with pytest.raises(ReauthorizationRequiredError, match="tiktok-async auth login"):
                await caller.call()
        assert provider.refreshes == ["rft.0", "rft.0"]
        assert provider.calls == []
        provider.generation = 5
        await caller.store.save(
            token(access_token="act.5", refresh_token="rft.5", obtained_at=caller.clock.time())
        )
        await caller.store.save(
            token(access_token="act.5", refresh_token="rft.5", expires_at=caller.clock.time() + 9e4)
        )
        assert await caller.call() == "act.5"


async def test_refresh_that_is_lost_twice_is_an_unknown_outcome() -> None:
    async with serving(drop=2) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        with pytest.raises(OutcomeUnknownError):
            await caller.call()
        assert await caller.call() == "act.1"
    assert provider.refreshes == ["rft.0"] * 3


async def test_refused_refresh_reaches_every_caller_and_is_sent_once() -> None:
    refusal = {"error": "invalid_grant", "error_description": "Refresh token is dead."}
    async with serving(error=refusal, latency=0.02) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        errors: list[Any] = await asyncio.gather(
            *(caller.call() for _ in range(20)), return_exceptions=True
        )
        assert {type(error) for error in errors} == {ReauthorizationRequiredError}
        assert len({id(error) for error in errors}) == 20
        assert {error.code for error in errors} == {"invalid_grant"}
    assert provider.refreshes == ["rft.0"]


async def test_wrong_app_secret_is_no_reason_to_log_in_again() -> None:
    refusal = {"error": "invalid_client", "error_description": "Client secret is incorrect."}
    async with serving(error=refusal) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        with pytest.raises(AuthError, match="Check the client key"):
            await caller.call()
        provider.error = None
        assert await caller.call() == "act.1"


async def test_provider_that_cannot_be_reached_is_named_and_the_token_kept() -> None:
    async with serving() as provider:
        pass
    async with Caller(provider) as caller:
        caller.clock.advance(7000)
        with pytest.raises(TransportError):
            await caller.call()
        assert await only(caller.store) == token()


async def test_answer_without_a_refresh_token_keeps_the_one_there_is() -> None:
    async with serving(answer={"refresh_token": None}) as provider, Caller(provider) as caller:
        caller.clock.advance(7000)
        await caller.call()
        assert (await only(caller.store)).refresh_token == token().refresh_token


async def test_token_without_a_refresh_token_ends_in_a_new_login() -> None:
    store = MemoryTokenStore(token(refresh_token=None))
    async with serving() as provider, Caller(provider, store) as caller:
        assert await caller.call() == "act.0"
        caller.clock.advance(7000)
        with pytest.raises(ReauthorizationRequiredError, match="no refresh token"):
            await caller.call()
    assert provider.refreshes == []


@pytest.mark.parametrize(
    "tokens",
    [
        pytest.param((), id="nobody"),
        pytest.param((token(client_key="another"),), id="another-app"),
    ],
)
async def test_user_who_is_not_logged_in_is_told_how(tokens: tuple[StoredToken, ...]) -> None:
    store = MemoryTokenStore(*tokens)
    async with serving() as provider, Caller(provider, store) as caller:
        with pytest.raises(CredentialsMissingError, match="tiktok-async auth login"):
            await caller.call()


async def test_user_who_could_be_one_of_two_is_asked_for() -> None:
    store = MemoryTokenStore(token(), token(open_id="another"))
    async with serving() as provider, Caller(provider, store) as caller:
        with pytest.raises(ConfigError, match=f"2 users .* {OPEN_ID}, another.* user="):
            await caller.call()


# ---- secrets


async def test_secret_is_in_no_error_event_repr_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    refusal = {"error": "invalid_grant", "error_description": "no"}
    texts: list[str] = []
    for change in ({"error": refusal}, {"drop": 2}, {}):
        async with serving(**change) as provider, Caller(provider) as caller:
            caller.clock.advance(7000)
            (result,) = await asyncio.gather(caller.call(), return_exceptions=True)
            if isinstance(result, Exception):
                texts += traceback.format_exception(result)
                texts += [repr(vars(result)), str(pickle.dumps(result))]
            texts += [repr(caller.user), repr(vars(caller.user)), repr(caller.store)]
            texts += [repr(await caller.store.tokens()), repr(caller.events), caplog.text]
    found = [text for text in texts for part in (SECRET, "rft.0", "act.1") if part in text]
    assert found == []
    assert len(texts) > 20


def test_credential_tells_users_apart_and_is_never_pickled() -> None:
    from tiktok_async import Options
    from tiktok_async.oauth import UserToken

    def make(user: str | None, key: str = KEY) -> UserToken:
        return UserToken(
            MemoryTokenStore(), key, SECRET, user=user, base_url="https://x", options=Options()
        )

    users = [make("a"), make("b"), make(None), make("a", "k2")]
    assert len({user.fingerprint for user in users}) == 4
    assert make("a").fingerprint == users[0].fingerprint
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(users[0])
