"""What is in the way of a job: a clear message, the right exit code, and the job goes on later.

More of it is in `test_cli_jobs.py`; here are real disks and a real Redis.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.cli.conftest import emulating, variables
from tests.cli.test_processes import running, wait_for
from tests.redis_server import RedisServer, needs_redis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.timeout(240)

SPEC: Final = """
name = "cats"
[[stage]]
name = "videos"
collect = "research.videos"
where = "region_code in (US, CA)"
start = 2022-01-01
end = 2022-01-20
shard_days = 5
params = { max_count = 20 }
[[output]]
format = "jsonl"
[[output]]
format = "parquet"
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec in the present folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cats.toml"
    path.write_text(SPEC)
    return path


def system(*words: object) -> None:
    """Run a program of the system."""
    subprocess.run([*map(str, words)], check=True, capture_output=True, timeout=10)  # noqa: S603  # our own words


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        system("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("this user may not mount a tmpfs")
    yield place
    system("umount", place)


def files(job: Path) -> dict[str, bytes]:
    """Return the parts and outputs of a job."""
    found = [*(job / "parts").rglob("*.jsonl"), *(job / "dataset").iterdir()]
    return {str(path.relative_to(job)): path.read_bytes() for path in found}


def fill(folder: Path, leave: int) -> Path:
    """Fill a file system up to so many bytes; return the file that does it."""
    filler = folder / "filler"
    room = os.statvfs(folder)
    with filler.open("wb") as file:
        file.write(b"x" * (room.f_bavail * room.f_frsize - leave))
    return filler


@pytest.mark.parametrize("leave", [0, 4096, 24_576, 53_248, 90_112, 131_072, 176_128])
def test_full_disk_exits_1_and_the_job_goes_on_when_there_is_room(
    spec: Path, disk: Path, account: Any, run: Any, leave: int
) -> None:
    whole = run("collect", "run", spec, "whole", "--quiet")
    assert whole.code == 0, whole.err
    expected = files(spec.parent / "whole")
    filler = fill(disk, leave)
    outcome = run("collect", "run", spec, disk / "job", "--json")
    used = sum(len(content) for content in expected.values())
    assert outcome.code == 1, (used, outcome.err)
    assert "No space left on device" in outcome.out + outcome.err
    assert "Traceback" not in outcome.err
    filler.unlink()
    again = run("collect", "run", spec, disk / "job", "--json")
    assert again.code == 0, again.err
    assert again.json["complete"]
    assert files(disk / "job") == expected
    assert not list((disk / "job").rglob("*.part*"))
    assert run("jobs", "verify", disk / "job").code == 0


def test_read_only_disk_exits_1_before_any_call(
    spec: Path, disk: Path, account: Any, run: Any
) -> None:
    system("mount", "-o", "remount,ro", disk)
    before = account.stats()["served"]
    outcome = run("collect", "run", spec, disk / "job")
    assert outcome.code == 1
    assert "Read-only file system" in outcome.err
    assert "Traceback" not in outcome.err
    assert account.stats()["served"] == before


def test_disk_that_becomes_read_only_exits_1_and_the_job_goes_on(
    spec: Path, disk: Path, account: Any, run: Any
) -> None:
    spec.write_text(SPEC.replace("2022-01-20", "2022-01-10"))
    assert run("collect", "run", spec, disk / "job", "--quiet").code == 0
    (disk / "job" / "dataset" / "videos.parquet").unlink()
    system("mount", "-o", "remount,ro", disk)
    outcome = run("jobs", "resume", disk / "job")
    assert outcome.code == 1
    assert "Read-only file system" in outcome.err
    system("mount", "-o", "remount,rw", disk)
    assert run("jobs", "resume", disk / "job", "--quiet").code == 0
    assert (disk / "job" / "dataset" / "videos.parquet").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("name = cats", "cats.toml, line 1", id="no-toml"),
        pytest.param(SPEC.replace("2022-01-20", "2021-01-20"), "line 8", id="end-before-start"),
        pytest.param(SPEC.replace("region_code in", "region in"), "line 6", id="no-field"),
        pytest.param(SPEC.replace('"parquet"', '"xlsx"'), "line 14", id="no-format"),
        pytest.param(
            SPEC + '[[stage]]\nname = "authors"\ncollect = "research.user"\nfrom = "videos.user"\n',
            "line 18",
            id="no-column",
        ),
        pytest.param(
            SPEC + '[[stage]]\nname = "authors"\ncollect = "research.user"\n'
            'from = { file = "users.csv", column = "nickname" }\n',
            "users.csv",
            id="no-column-in-the-file",
        ),
    ],
)
def test_broken_spec_exits_2_and_names_the_place(
    spec: Path, account: Any, run: Any, text: str, said: str
) -> None:
    (spec.parent / "users.csv").write_text("id,username\n1,joe1234567\n")
    spec.write_text(text)
    before = account.stats()["served"]
    outcome = run("collect", "run", spec)
    assert outcome.code == 2
    assert said in outcome.err
    assert len(outcome.err.splitlines()) <= 4
    assert account.stats()["served"] == before
    assert not (spec.parent / "cats" / "parts").exists()


@needs_redis
def test_redis_that_goes_in_mid_run_exits_5_and_the_job_goes_on(
    spec: Path, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "redis").mkdir()
    spec.write_text(SPEC.replace("2022-01-20", "2022-04-20"))
    with (
        emulating(latency=0.05, requests_per_day=10**6, records_per_day=10**9) as emulator,
        RedisServer(tmp_path / "redis") as redis,
    ):
        for name, value in variables(emulator).items():
            monkeypatch.setenv(name, value)
        words = ["collect", "run", str(spec), "job", "--redis", redis.url]
        with running(*words, env=dict(os.environ), cwd=spec.parent) as process:
            wait_for(emulator, 8)
            redis.kill()
            _, told = process.communicate(timeout=120)
        assert process.returncode == 5, told
        assert "Traceback" not in told
        assert "Redis" in told
        assert "go on with: tiktok-async jobs resume job" in told
        sent = emulator.stats()["served"]
        redis.start()
        again = run("jobs", "resume", "job", "--redis", redis.url, "--json")
        assert (again.code, again.json["complete"]) == (0, True), again.err
        assert emulator.stats()["served"] > sent
        whole = run("collect", "run", spec, "whole", "--quiet")
        assert whole.code == 0, whole.err
    assert files(spec.parent / "job") == files(spec.parent / "whole")
