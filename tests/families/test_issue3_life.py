"""From consent to a verified archive over hours, with webhooks, renewals, cancels and closings."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest
import uvicorn
from exporting import exporting, files_in
from starlette.applications import Starlette
from starlette.routing import Mount

from tiktok_async import (
    ClientClosedError,
    CredentialsMissingError,
    ExportTimeoutError,
    InputError,
    Limits,
    Options,
    PortabilityClient,
    ReauthorizationRequiredError,
    Runtime,
    Timeouts,
)
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.oauth import FileTokenStore, OAuthClient
from tiktok_async.portability import ExportState, Polling
from tiktok_async.testing import FakeClock
from tiktok_async.webhooks import (
    AuthorizationRemoved,
    PortabilityReady,
    WebhookApp,
    forgetting,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tiktok_async.io.clock import Clock
    from tiktok_async.oauth import StoredToken
    from tiktok_async.webhooks import Webhook

pytestmark = pytest.mark.anyio

HOUR = 3600.0
SCOPES = "user.info.basic,portability.all.ongoing"
RARELY = Polling(first=600.0, longest=600.0)
"""No test waits so long in real time: something else must end the wait."""


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record, no token and no setting of the machine reaches a test."""
    monkeypatch.setenv("TIKTOK_ASYNC_EXPORTS", str(tmp_path / "records"))
    monkeypatch.setenv("TIKTOK_ASYNC_TOKENS", str(tmp_path / "tokens" / "tokens.json"))
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "config.toml"))
    for name in ("ACCESS_TOKEN", "CLIENT_KEY", "CLIENT_SECRET", "BASE_URL"):
        monkeypatch.delenv(f"TIKTOK_{name}", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    made = tmp_path / "exports"
    made.mkdir()
    return made


async def browse(url: str) -> None:
    """Be the user's browser: follow the consent page back to where it leads."""
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as browser:
        await browser.get(url)


@attrs.frozen
class LoggedIn:
    """An emulator, and an app whose user has logged in by its consent page."""

    emulator: Emulator
    clock: FakeClock
    store: FileTokenStore
    stack: AsyncExitStack

    async def log_in(self) -> StoredToken:
        """Log the user in, as `auth login` does: browser, loopback receiver, exchange."""
        async with OAuthClient(**self._app()) as oauth:
            return await oauth.login(SCOPES, open_browser=browse)

    async def client(self) -> PortabilityClient:
        """Return another client of the app and its user."""
        limits = Options(limits=Limits(rate=None), timeouts=Timeouts(deadline=900.0))
        return await self.stack.enter_async_context(
            PortabilityClient(**self._app(), options=limits)
        )

    def served(self, endpoint: str) -> int:
        """Return how many calls came."""
        counted: dict[str, int] = self.emulator.stats()["by_endpoint"]
        return sum(n for name, n in counted.items() if name.startswith(endpoint))

    def _app(self) -> dict[str, Any]:
        return {
            "client_key": self.emulator.client_key,
            "client_secret": self.emulator.client_secret,
            "base_url": self.emulator.base_url,
            "store": self.store,
            "runtime": Runtime(clock=self.clock),
        }


@asynccontextmanager
async def logged_in(**settings: Any) -> AsyncIterator[LoggedIn]:
    """Run an emulator with a user who has logged in, in virtual time."""
    clock = FakeClock()
    options = {"consent": "approve", "export_rows": 20, **settings}
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(Emulator(now=clock.time, **options))
        made = LoggedIn(emulator, clock, FileTokenStore(), stack)
        await made.log_in()
        yield made


# ---- a user's token over the life of an export


async def test_token_that_lives_shorter_than_the_wait_is_renewed_and_rotated(folder: Path) -> None:
    async with logged_in(export_delay=7 * HOUR, user_token_life=2 * HOUR) as at:
        (before,) = await at.store.tokens()
        client = await at.client()
        export = await client.export(to=folder / "e.zip")
        (after,) = await at.store.tokens()
        assert files_in(folder) == ["e.zip"]
        assert export.sha256 == at.emulator.archive_of(export.request_id).sha256()
        assert at.clock.monotonic() > 7 * HOUR
        # Each life of two hours is used up but for its last five minutes.
        assert client.statistics().tokens_renewed == 3
        assert before.refresh_token is not None
        assert after.refresh_token != before.refresh_token
        assert at.served("portability.add") == 1


async def test_token_is_fresh_at_each_start_of_a_download(folder: Path) -> None:
    async with logged_in(export_delay=0.0, user_token_life=60.0) as at:
        client = await at.client()
        made = await client.add()
        at.emulator.faults.add(
            Fault("token_expired", "portability.download"),
            Fault("cut_body", "portability.download", after=1, times=2),
        )
        at.clock.advance(100.0)
        export = await client.download(made.request_id, folder / "e.zip")
        assert export.starts == 3
        assert export.sha256 == at.emulator.archive_of(made.request_id).sha256()
        assert client.statistics().tokens_renewed >= 2


async def test_two_clients_of_one_user_outlive_the_token_together(folder: Path) -> None:
    """As two processes would: one store, one rotation at a time, one request."""
    async with logged_in(export_delay=5 * HOUR) as at:
        clients = [await at.client(), await at.client()]
        saved = await asyncio.gather(
            *(client.export(to=folder / f"{n}.zip") for n, client in enumerate(clients))
        )
        assert saved[0].request_id == saved[1].request_id
        assert at.served("portability.add") == 1
        renewed = sum(client.statistics().tokens_renewed for client in clients)
        assert renewed == 2


async def test_consent_that_ends_in_mid_life_says_so_and_the_export_goes_on_after_it(
    folder: Path,
) -> None:
    settings = {"refresh_life": 3 * HOUR, "refresh_renews": False, "export_delay": 5 * HOUR}
    async with logged_in(**settings) as at:
        with pytest.raises(ReauthorizationRequiredError, match="tiktok-async auth login"):
            await (await at.client()).export(to=folder / "e.zip")
        assert files_in(folder) == []
        assert at.clock.monotonic() > 3 * HOUR
        await at.log_in()
        export = await (await at.client()).export(to=folder / "e.zip")
        assert export.starts == 1
        assert at.served("portability.add") == 1


# ---- webhooks over real sockets, in real time


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an app on a socket of its own and yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def told(emulator: Emulator, hooks: WebhookApp) -> AsyncIterator[None]:
    """Have an emulator send its events to a receiver that is mounted in an app."""
    async with (
        served(Starlette(routes=[Mount("/tiktok", hooks)])) as address,
        httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as http,
    ):
        await http.post("/_emulator/webhooks", json={"url": f"{address}/tiktok/"})
        yield


async def test_webhook_ends_a_wait_that_would_last_for_minutes(folder: Path) -> None:
    events: list[Webhook] = []
    async with (
        Emulator(export_delay=1.0, export_rows=20) as emulator,
        PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url) as client,
    ):
        hooks = WebhookApp(emulator.client_secret, events.append)
        hooks.on(PortabilityReady)(client.wake)
        async with told(emulator, hooks), asyncio.timeout(10):
            export = await client.export(to=folder / "e.zip", polling=RARELY)
        assert [getattr(event, "request_id", None) for event in events] == [export.request_id]
        assert emulator.stats()["by_endpoint"]["portability.check"] == 2


async def test_receiver_with_another_secret_wakes_nobody() -> None:
    async with (
        Emulator(export_delay=1.0, export_rows=20) as emulator,
        PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url) as client,
    ):
        made = await client.add()
        async with told(emulator, WebhookApp("another secret", client.wake)):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.6):
                    await client.wait_ready(made.request_id, polling=RARELY)


async def test_consent_that_is_taken_back_forgets_the_token_and_ends_the_wait() -> None:
    async with logged_in(export_delay=90 * 86_400.0) as at:
        (token,) = await at.store.tokens()
        hooks = WebhookApp(at.emulator.client_secret, clock=at.clock)
        hooks.on(AuthorizationRemoved)(forgetting(at.store))
        client = await at.client()
        made = await client.add()
        async with told(at.emulator, hooks):
            assert at.emulator.disconnect(token.open_id)
            async with asyncio.timeout(10):
                while await at.store.tokens():  # noqa: ASYNC110  # a file tells nobody
                    await asyncio.sleep(0.01)
        with pytest.raises(CredentialsMissingError, match="auth login"):
            await client.wait_ready(made.request_id)


# ---- wake


async def test_wake_from_another_thread_ends_a_wait() -> None:
    """A receiver that is no ASGI app, such as one of Flask, runs in a thread of its own."""
    async with (
        Emulator(export_delay=0.8) as emulator,
        PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url) as client,
    ):
        made = await client.add()
        asyncio.get_running_loop().set_debug(True)  # refuses what another thread may not do

        def call() -> None:
            time.sleep(1.0)
            client.wake(str(made.request_id))

        async with asyncio.timeout(10):
            status, _ = await asyncio.gather(
                client.wait_ready(made.request_id, polling=RARELY), asyncio.to_thread(call)
            )
        assert status.state is ExportState.READY
        client.wake(made.request_id)  # nobody waits any more


async def test_thousands_of_calls_for_others_do_not_drown_the_one() -> None:
    """One receiver serves all users of an app; each client hears of all their exports."""
    async with (
        Emulator(export_delay=0.8) as emulator,
        PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url) as client,
    ):
        made = await client.add()
        waits = [
            asyncio.create_task(client.wait_ready(made.request_id, polling=RARELY))
            for _ in range(2)
        ]
        await asyncio.sleep(1.0)
        for other in range(5000):
            client.wake(made.request_id + 1 + other)
        assert emulator.stats()["by_endpoint"]["portability.check"] == 2
        client.wake(made.request_id)
        async with asyncio.timeout(10):
            await asyncio.gather(*waits)


@pytest.mark.parametrize("event", ["seven", 1.5, None, object()])
async def test_wake_with_what_is_no_event_is_refused(event: Any) -> None:
    async with exporting() as at:
        with pytest.raises(InputError, match="request_id"):
            at.client.wake(event)


# ---- cancel and close


async def test_cancel_at_any_await_of_an_export_costs_no_request_and_leaves_nothing(
    folder: Path,
) -> None:
    """Cancelled after ever more turns of the loop, from the first call to the final name."""
    async with exporting(export_delay=0.0, export_bytes=3_000_000) as at:
        finished = cancelled = 0
        for turns in [*range(0, 60, 3), *range(60, 900, 40)]:
            task = asyncio.ensure_future(at.client.export(to=folder / "e.zip"))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            done = (folder / "e.zip").exists()
            finished += done
            cancelled += task.cancelled()
            assert files_in(folder) == (["e.zip"] if done else [])
            assert at.client.statistics().in_flight == 0
            (folder / "e.zip").unlink(missing_ok=True)
            assert at.served("add") <= finished + 1
        assert cancelled > 20
        export = await at.client.export(to=folder / "e.zip")
        assert export.sha256 == at.emulator.archive_of(export.request_id).sha256()
        assert len(asyncio.all_tasks()) < 12


async def test_eight_exports_of_one_client_at_once_are_one_request(folder: Path) -> None:
    async with (
        Emulator(export_delay=1.0, export_bytes=2_000_000) as emulator,
        PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url) as client,
    ):
        often = Polling(first=0.3, longest=0.3)
        saved = await asyncio.gather(
            *(client.export(to=folder / f"{number}.zip", polling=often) for number in range(8))
        )
        assert {one.request_id for one in saved} == {saved[0].request_id}
        due = emulator.archive_of(saved[0].request_id).sha256()
        assert {one.sha256 for one in saved} == {due}
        assert files_in(folder) == [f"{number}.zip" for number in range(8)]
        assert emulator.stats()["by_endpoint"]["portability.add"] == 1
        assert client.statistics().in_flight == 0


@pytest.mark.parametrize("stage", ["waiting", "downloading"])
async def test_closed_client_ends_its_exports_at_once(folder: Path, stage: str) -> None:
    delay = 0.0 if stage == "downloading" else 3600.0
    fault = Fault("stall", "portability.download", at=0.5)
    endpoint = "portability.download" if stage == "downloading" else "portability.check"
    async with Emulator(export_delay=delay, faults=[fault], export_bytes=2_000_000) as emulator:
        client = PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url)
        task = asyncio.ensure_future(client.export(to=folder / "e.zip", polling=RARELY))
        async with asyncio.timeout(10):
            while not emulator.stats()["by_endpoint"].get(endpoint):  # noqa: ASYNC110  # a counter
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            await client.aclose()
            with pytest.raises(ClientClosedError):
                await task
        assert files_in(folder) == []


async def test_closed_client_refuses_every_call(folder: Path) -> None:
    async with exporting() as at:
        client = at.another()
        await client.aclose()
        await client.aclose()
        client.wake(1)
        for call in (
            client.add(),
            client.check(1),
            client.cancel(1),
            client.wait_ready(1),
            client.download(1, folder / "e.zip"),
            client.export(to=folder / "e.zip"),
        ):
            with pytest.raises(ClientClosedError):
                await call
        assert files_in(folder) == []
        assert at.emulator.stats()["served"] == 0


# ---- clocks and limits of a wait


class Suspended(FakeClock):
    """A clock that jumps by an hour at each sleep: a laptop that is closed between two polls."""

    async def sleep(self, seconds: float) -> None:
        """Sleep for longer than was asked for."""
        await super().sleep(seconds + HOUR)


@pytest.mark.parametrize("clock", [FakeClock(), Suspended()], ids=["steady", "suspended"])
async def test_wait_without_an_end_lasts_until_it_is_ready(clock: Clock) -> None:
    options = Options(timeouts=Timeouts(deadline=None), limits=Limits(rate=None))
    async with (
        Emulator(now=clock.time, export_delay=40 * HOUR) as emulator,
        PortabilityClient(
            token=emulator.user_access_token,
            base_url=emulator.base_url,
            options=options,
            runtime=Runtime(clock=clock),
        ) as client,
    ):
        made = await client.add()
        slow = Polling(first=HOUR, longest=2 * HOUR, timeout=None)
        assert (await client.wait_ready(made.request_id, polling=slow)).state is ExportState.READY


async def test_wall_clock_that_is_put_back_neither_ends_nor_lengthens_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with exporting(export_delay=HOUR) as at:
        made = await at.client.add()
        with contextlib.suppress(ExportTimeoutError):
            await at.client.wait_ready(made.request_id, polling=Polling(timeout=0))
        back = at.clock.time() - 86_400.0
        monkeypatch.setattr(type(at.clock), "time", lambda self: back + self.monotonic())
        with pytest.raises(ExportTimeoutError):
            await at.client.wait_ready(made.request_id, polling=Polling(timeout=HOUR / 2))
        assert at.clock.monotonic() == pytest.approx(HOUR / 2, abs=1.0)


@pytest.mark.parametrize(
    "polling",
    [Polling(timeout=0), Polling(first=0.001, longest=0.001, timeout=0.003)],
    ids=["none", "tiny"],
)
async def test_wait_that_may_not_last_still_looks_once(polling: Polling) -> None:
    async with exporting(export_delay=0.0) as at:
        made = await at.client.add()
        assert (await at.client.wait_ready(made.request_id, polling=polling)).state is (
            ExportState.READY
        )


async def test_exports_that_are_given_up_at_random_send_one_add(folder: Path) -> None:
    """Many callers come and go; whoever is last ends with the request of the first."""
    chance = random.Random(5)  # noqa: S311  # any times
    async with (
        Emulator(export_delay=0.6, export_rows=20) as emulator,
        PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url) as client,
    ):
        often = Polling(first=0.05, longest=0.05)

        async def impatient(number: int) -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(chance.uniform(0.0, 0.3)):
                    await client.export(to=folder / f"{number}.zip", polling=often)

        await asyncio.gather(*(impatient(number) for number in range(20)))
        assert files_in(folder) == []
        await client.export(to=folder / "last.zip", polling=often)
        assert emulator.stats()["by_endpoint"]["portability.add"] == 1
