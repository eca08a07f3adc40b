"""Quota and rate in a real Redis: one count, one rate, nothing without it, no secret shown."""

from __future__ import annotations

import asyncio
import itertools
import sys
import traceback
from typing import TYPE_CHECKING

import anyio
import pytest
from redis_server import RedisServer, free_port, needs_redis

from tiktok_async import Limits, Options, ResearchClient, Runtime
from tiktok_async.emulator import Emulator
from tiktok_async.errors import ConfigError, MissingExtraError, QuotaExhaustedError, TransportError
from tiktok_async.io.shared import RedisLedger, RedisPacer, RedisStore
from tiktok_async.research.endpoints.family import DAILY
from tiktok_async.sansio.limiter import Rate
from tiktok_async.sansio.quota import DailyQuota

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = [pytest.mark.anyio, needs_redis]

NOON = 1_772_366_400.0
QUOTA = DailyQuota("q", 10, 100)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Give a server that this module shares."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(shared_server: RedisServer) -> RedisServer:
    """Give a server that holds nothing."""
    shared_server.flush()
    return shared_server


@pytest.fixture
async def pacer(redis: RedisServer) -> AsyncIterator[RedisPacer]:
    """Give a pacer on that server."""
    async with RedisPacer(redis.url) as made:
        yield made


async def test_turns_are_a_step_apart_after_the_burst(pacer: RedisPacer) -> None:
    waits = [(await pacer.acquire("k", Rate(1, 10.0, burst=3))).seconds for _ in range(6)]
    assert waits[:3] == [0.0] * 3
    assert waits[3:] == pytest.approx([10.0, 20.0, 30.0], abs=5.0)
    steps = [after - before for before, after in itertools.pairwise(waits[3:])]
    assert steps == pytest.approx([10.0, 10.0], abs=1.0)


async def test_two_pacers_share_the_turns_and_keys_are_apart(
    redis: RedisServer, pacer: RedisPacer
) -> None:
    async with RedisPacer(redis.url) as other:
        assert (await pacer.acquire("k", Rate(1, 60.0, burst=1))).seconds == 0.0
        assert (await other.acquire("k", Rate(1, 60.0, burst=1))).seconds > 50.0
        assert (await other.acquire("l", Rate(1, 60.0, burst=1))).seconds == 0.0


async def test_closing_holds_for_all_and_the_longest_one_counts(pacer: RedisPacer) -> None:
    closing = await pacer.close("k", 60.0)
    assert await pacer.close("k", 5.0, refused=True) == closing
    turn = await pacer.acquire("k", Rate(1000))
    assert (turn.closing, turn.refused) == (closing, False)
    assert turn.seconds == pytest.approx(60.0, abs=5.0)
    longer = await pacer.close("k", 3600.0, refused=True)
    assert longer > closing
    assert (await pacer.acquire("k", None)).refused


async def test_closing_costs_no_turn_and_ends(pacer: RedisPacer) -> None:
    await pacer.close("k", 2.0)
    for _ in range(3):
        turn = await pacer.acquire("k", Rate(1, 60.0, burst=1))
        assert turn.closing
    await anyio.sleep(turn.seconds + 0.01)
    turn = await pacer.acquire("k", Rate(1, 60.0, burst=1))
    assert (turn.closing, turn.seconds) == (0, 0.0)


async def test_thousand_askers_share_sixteen_connections(
    redis: RedisServer, pacer: RedisPacer
) -> None:
    turns = await asyncio.gather(*(pacer.acquire("k", Rate(1e5, burst=1)) for _ in range(1000)))
    assert len(turns) == 1000
    connected = redis.say("INFO", "clients").decode()
    count = int(connected.split("connected_clients:")[1].split()[0])
    assert 1 < count <= 17


async def test_every_key_expires_and_holds_no_secret(redis: RedisServer, pacer: RedisPacer) -> None:
    async with RedisLedger(redis.url) as ledger:
        await ledger.lease("f:a", QUOTA, 1, NOON)
        await ledger.add_records("f:b", "2026-03-01", 1)
        await ledger.exhaust("f:c", QUOTA, NOON)
        await ledger.give_back("f:d", "2026-03-01", 1)
    await pacer.acquire("f:e", Rate(1))
    await pacer.close("f:g", 1.0)
    keys = [word for word in redis.say("KEYS", "*").decode().split("\r\n") if "tiktok" in word]
    assert sorted(keys) == [
        "tiktok-async:quota:f:a:2026-03-01",
        "tiktok-async:quota:f:b:2026-03-01",
        "tiktok-async:quota:f:c:2026-03-01",
        "tiktok-async:rate:f:e",
        "tiktok-async:rate:f:g",
    ]
    assert all(int(redis.say("TTL", key)[1:]) > 0 for key in keys)


async def test_scripts_are_sent_anew_to_a_server_that_forgot_them(
    redis: RedisServer, pacer: RedisPacer
) -> None:
    await pacer.acquire("k", Rate(1))
    redis.say("SCRIPT", "FLUSH")
    assert (await pacer.acquire("k", Rate(1))).closing == 0


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="empty"),
        pytest.param("localhost:6379", id="no-scheme"),
        pytest.param("https://hunter2@localhost", id="another-scheme"),
        pytest.param("redis://", id="no-host"),
        pytest.param("redis://:hunter2@localhost:port", id="port"),
        pytest.param("redis://:hunter2@[::1", id="brackets"),
    ],
)
def test_url_that_is_none_of_redis_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigError, match=r"redis://127\.0\.0\.1:6379/0") as caught:
        RedisStore(url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("redis://u:hunter2@h:1/2", "redis://h:1/2", id="password"),
        pytest.param("rediss://h/0?password=hunter2", "rediss://h/0", id="parameter"),
        pytest.param("redis://:hunter2@[::1]:7", "redis://[::1]:7", id="ipv6"),
        pytest.param(
            "unix:///run/redis.sock?password=hunter2", "unix:///run/redis.sock", id="unix"
        ),
    ],
)
def test_repr_shows_where_and_no_secret(url: str, shown: str) -> None:
    assert repr(RedisPacer(url)) == f"RedisPacer({shown!r})"


async def test_parameter_that_redis_does_not_know_is_refused() -> None:
    async with RedisLedger("redis://:hunter2@127.0.0.1/0?socket_timeout=soon") as ledger:
        with pytest.raises(ConfigError, match="not understood") as caught:
            await ledger.status("a", QUOTA, NOON)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


async def test_password_is_needed_and_never_shown(tmp_path_factory: pytest.TempPathFactory) -> None:
    with RedisServer(tmp_path_factory.mktemp("locked"), password="hunter2") as server:
        async with RedisLedger(server.url) as ledger:
            assert (await ledger.lease("a", QUOTA, 1, NOON))[0] == 1
        for url in (
            f"redis://127.0.0.1:{server.port}/0",
            server.url.replace("hunter2", "hunter3"),
        ):
            async with RedisLedger(url) as ledger:
                with pytest.raises(ConfigError, match="TIKTOK_ASYNC_REDIS") as caught:
                    await ledger.lease("a", QUOTA, 1, NOON)
            shown = "".join(traceback.format_exception(caught.value)) + repr(ledger)
            assert "hunter" not in shown


async def test_nobody_there_is_an_error_that_names_the_place_and_not_the_password() -> None:
    port = free_port()
    async with RedisPacer(f"redis://:hunter2@127.0.0.1:{port}/0") as pacer:
        with pytest.raises(TransportError, match=f"{port}.*resume") as caught:
            await pacer.acquire("k", Rate(1))
    assert (caught.value.kind, caught.value.sent, caught.value.retryable) == ("shared", False, True)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


async def test_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    async with RedisLedger("redis://127.0.0.1:6379/0") as ledger:
        with pytest.raises(MissingExtraError, match=r"tiktok-async\[redis\]"):
            await ledger.status("a", QUOTA, NOON)


@pytest.fixture
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    """Give a server that the test may kill."""
    with RedisServer(tmp_path_factory.mktemp("own")) as server:
        yield server


def somebody(emulator: Emulator) -> str:
    """Return the name of a user whose profile anybody may see."""
    people = emulator.world.people
    return next(people.handle(user) for user in range(100) if people.is_public(user))


async def test_client_sends_nothing_while_redis_is_gone_and_goes_on_when_it_is_back(
    own: RedisServer,
) -> None:
    async with (
        Emulator(videos=500) as emulator,
        RedisLedger(own.url) as ledger,
        RedisPacer(own.url) as pacer,
        ResearchClient(
            client_key=emulator.client_key,
            client_secret=emulator.client_secret,
            base_url=emulator.base_url,
            options=Options(limits=Limits(rate=Rate(500))),
            runtime=Runtime(ledger=ledger, pacer=pacer),
        ) as research,
    ):
        name = somebody(emulator)
        await research.users.info(username=name)
        own.kill()
        served = emulator.stats()["served"]
        for _ in range(2):
            with pytest.raises(TransportError, match="Nothing is sent without it"):
                await research.users.info(username=name)
        assert emulator.stats()["served"] == served
        own.start()
        await research.users.info(username=name)
        assert emulator.stats()["served"] == served + 1
        spent = await research.quota(DAILY)
        assert spent is not None
        assert spent.requests_spent == 2


async def test_two_clients_never_spend_more_than_the_budget(own: RedisServer) -> None:
    async with Emulator(videos=500) as emulator, RedisLedger(own.url) as ledger:
        name = somebody(emulator)

        async def spend_all() -> int:
            async with ResearchClient(
                client_key=emulator.client_key,
                client_secret=emulator.client_secret,
                base_url=emulator.base_url,
                options=Options(limits=Limits(rate=None, requests_per_day=60)),
                runtime=Runtime(ledger=ledger),
            ) as research:
                for spent in itertools.count():
                    try:
                        await research.users.info(username=name)
                    except QuotaExhaustedError:
                        return spent
            raise AssertionError

        counts = await asyncio.gather(spend_all(), spend_all())
        assert sum(counts) == 60
        assert sum(emulator.stats()["by_endpoint"].values()) == 62  # two of them for tokens
