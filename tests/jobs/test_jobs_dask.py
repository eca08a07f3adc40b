"""Jobs on a real cluster: the same bytes as here, one rate, and whatever dies, nothing is lost."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from typing import TYPE_CHECKING, Final

import anyio
import attrs
import pytest
from machine import has_time

from tests.cli.conftest import variables
from tests.jobs.collected import clients_of, listed, paid, parts, video_stage, videos
from tests.jobs.dask_cluster import THREADS, arrivals, busiest_second, cluster, needs_cluster
from tiktok_async.errors import ConfigError, CredentialsMissingError
from tiktok_async.jobs.engines.protocol import StopFlag
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.spec import RunOptions, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.jobs.dask_cluster import Cluster
    from tiktok_async.jobs.progress import Progress

pytestmark = [pytest.mark.anyio, *needs_cluster]

LONG: Final = Spec(name="long", stages=(video_stage(360, 10, 4),))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give an encrypted cluster of two workers, shared by the tests of this module."""
    with cluster(tmp_path_factory.mktemp("small"), 2, tls=True, latency=0.02) as made:
        yield made


async def here(made: Cluster, folder: Path, spec: Spec) -> dict[str, bytes]:
    """Return the parts of a job as this process collects them."""
    await Job.create(spec, folder).run(clients=clients_of(made.emulator))
    made.emulator.reset()
    return parts(folder)


async def until(served: int, made: Cluster) -> None:
    """Wait until the emulator has served so many calls."""
    with anyio.fail_after(60):
        while made.emulator.stats()["served"] < served:  # noqa: ASYNC110  # it is another thread
            await anyio.sleep(0.02)


async def test_four_workers_keep_one_rate_and_a_dead_ones_shards_go_on_from_their_last_page(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with cluster(tmp_path_factory.mktemp("four"), 4, latency=0.02) as made:
        unbroken = await here(made, tmp_path / "here", LONG)
        job = Job.create(LONG, tmp_path / "there")
        run = asyncio.ensure_future(job.run(engine=made.engine(rate=50)))
        await until(150, made)
        made.workers[0].kill()
        manifest = await run
        came = arrivals(made.emulator)
        calls = paid(made.emulator)
    assert (manifest.status, manifest.message) == ("complete", None)
    assert parts(tmp_path / "there") == unbroken
    whole = Job.open(tmp_path / "here").manifest()
    assert whole is not None
    assert (manifest.rows, manifest.whole) == (whole.rows, True)
    # A page that was on its way to the dead worker was paid and never came.
    assert whole.calls <= calls <= whole.calls + 3
    assert calls - 3 <= manifest.calls <= calls
    busy = came[: int(len(came) * 0.9)]  # the last shards end one by one
    assert busiest_second(came) <= 60
    assert (len(busy) - 1) / (busy[-1] - busy[0]) >= 47 or not has_time()


async def test_stopped_run_ends_soon_and_goes_on_here(small: Cluster, tmp_path: Path) -> None:
    spec = videos(120, 10)
    unbroken = await here(small, tmp_path / "here", spec)
    job, stop = Job.create(spec, tmp_path / "there"), StopFlag()
    told: list[Progress] = []
    run = asyncio.ensure_future(
        job.run(engine=small.engine(rate=20), stop=stop, on_progress=told.append)
    )
    await until(40, small)
    stop.set()
    with anyio.fail_after(10):
        manifest = await run
    assert (manifest.status, manifest.stopped) == ("stopped", "interrupted")
    assert 0 < manifest.rows < unbroken_rows(unbroken)
    assert any(one.calls for one in told)
    manifest = await job.run(clients=clients_of(small.emulator))
    assert manifest.status == "complete"
    assert parts(tmp_path / "there") == unbroken
    assert manifest.calls == paid(small.emulator)


def unbroken_rows(found: dict[str, bytes]) -> int:
    """Return the rows of all parts."""
    return sum(part.count(b"\n") for part in found.values())


async def test_stages_run_one_after_the_other_on_the_cluster_too(
    small: Cluster, tmp_path: Path
) -> None:
    spec = Spec(
        name="two",
        stages=(
            video_stage(10, 5),
            listed("research.user", "nobody.knows.this", "joe1234567", items_per_shard=1),
        ),
    )
    unbroken = await here(small, tmp_path / "here", spec)
    manifest = await Job.create(spec, tmp_path / "there").run(engine=small.engine(rate=200))
    assert manifest.status == "complete"
    assert parts(tmp_path / "there") == unbroken
    assert manifest.credential is not None
    assert manifest.base_url == small.emulator.base_url


async def test_redis_that_dies_stops_the_job_and_the_next_run_goes_on(
    small: Cluster, tmp_path: Path
) -> None:
    spec = videos(120, 10)
    unbroken = await here(small, tmp_path / "here", spec)
    job = Job.create(spec, tmp_path / "there")
    run = asyncio.ensure_future(job.run(engine=small.engine(rate=20)))
    await until(40, small)
    small.redis.kill()
    sent = len(arrivals(small.emulator))
    try:
        manifest = await run
        assert (manifest.status, manifest.stopped) == ("stopped", "network")
        assert "resume" in str(manifest.message)
        # Each of the shards may have had its turn, and nothing went out behind that.
        assert len(arrivals(small.emulator)) <= sent + 2 * THREADS
    finally:
        small.redis.start()
    manifest = await job.run(engine=small.engine(rate=200))
    assert manifest.status == "complete"
    assert parts(tmp_path / "there") == unbroken


COORDINATOR: Final = textwrap.dedent("""
    import asyncio, sys
    from tiktok_async.jobs.engines.dask import DaskEngine
    from tiktok_async.jobs.job import Job

    address, pem, folder = sys.argv[1:]
    engine = DaskEngine(address, rate=20, ca_file=pem, certificate=pem, key=pem)
    asyncio.run(Job.open(folder).run(engine=engine))
""")


async def test_shards_of_a_dead_coordinator_end_and_the_next_one_goes_on(
    small: Cluster, tmp_path: Path
) -> None:
    spec = videos(120, 10)
    unbroken = await here(small, tmp_path / "here", spec)
    job = Job.create(spec, tmp_path / "there")
    words = ["-c", COORDINATOR, small.address, str(small.pem), str(tmp_path / "there")]
    coordinator = await asyncio.create_subprocess_exec(sys.executable, *words)
    try:
        await until(40, small)
    finally:
        coordinator.kill()
        await coordinator.wait()
    manifest = await job.run(engine=small.engine(rate=200))
    assert manifest.status == "complete"
    assert parts(tmp_path / "there") == unbroken


async def test_scheduler_that_dies_stops_the_job_and_the_next_run_goes_on(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    spec = videos(120, 10)
    with cluster(tmp_path_factory.mktemp("headless"), 1, latency=0.02) as made:
        unbroken = await here(made, tmp_path / "here", spec)
        job = Job.create(spec, tmp_path / "there")
        run = asyncio.ensure_future(job.run(engine=made.engine(rate=20)))
        await until(20, made)
        made.scheduler.kill()
        manifest = await run
        assert (manifest.status, manifest.stopped) == ("stopped", "network")
        assert "scheduler" in str(manifest.message)
        await asyncio.to_thread(made.workers[0].wait, 30)  # its shards hold no lock any more
        manifest = await job.run(clients=clients_of(made.emulator))
    assert manifest.status == "complete"
    assert parts(tmp_path / "there") == unbroken


async def test_worker_without_credentials_says_so_and_the_message_holds_no_secret(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job.create(videos(20, 10), tmp_path / "there")
    with cluster(tmp_path_factory.mktemp("poor"), 1, told=False) as made:
        for name, value in variables(made.emulator).items():
            monkeypatch.setenv(name, value)  # here, where it must be of no use
        with pytest.raises(ConfigError, match="TIKTOK_ASYNC_REDIS"):
            await job.run(engine=made.engine())
        with pytest.raises(CredentialsMissingError, match="TIKTOK_CLIENT_KEY"):
            await job.run(engine=made.engine(redis=made.redis.url))
        away = attrs.evolve(videos(20, 10), run=RunOptions(profile="nobody"))
        with pytest.raises(ConfigError, match="nobody"):
            await Job.create(away, tmp_path / "there").run(engine=made.engine(redis=made.redis.url))
        log = made.log.read_text("utf-8", "replace")
        assert made.emulator.client_secret not in log
        assert made.emulator.stats()["served"] == 0
