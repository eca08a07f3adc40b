"""Exports and downloads as processes that are stopped or killed, and go on."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import time

import pytest

from tests.cli.conftest import emulating, user_variables
from tests.cli.test_processes import posix, python, running
from tiktok_async.cli.watch import downloaded
from tiktok_async.emulator import Fault
from tiktok_async.io.download import Progress
from tiktok_async.portability.client import PortabilityClient

pytestmark = posix
CHECK, ADD, DOWNLOAD = "portability.check", "portability.add", "portability.download"
SIGNALS = [
    pytest.param(signal.SIGINT, 130, id="SIGINT"),
    pytest.param(signal.SIGTERM, 143, id="SIGTERM"),
]


def wait_for(emulator, endpoint, calls=1):
    """Wait until the emulator has served an endpoint."""
    until = time.monotonic() + 20
    while emulator.stats()["by_endpoint"].get(endpoint, 0) < calls:
        assert time.monotonic() < until
        os.sched_yield()


def wait_for_file(folder):
    """Wait until a part of a download is on its way."""
    until = time.monotonic() + 20
    while not [file for file in folder.glob(".*.part") if file.stat().st_size]:
        assert time.monotonic() < until
        os.sched_yield()


def requested(emulator):
    async def add():
        async with PortabilityClient(
            token=emulator.user_access_token, base_url=emulator.base_url
        ) as client:
            return (await client.add()).request_id

    return asyncio.run(add())


@pytest.fixture
def again(run, monkeypatch):
    """Run the command that a stopped one told, or the same words, in this process."""

    def go(emulator, *words):
        for name, value in user_variables(emulator).items():
            monkeypatch.setenv(name, value)
        return run(*words)

    return go


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_stopped_wait_says_how_to_go_on(number, code):
    with emulating(export_delay=3600) as emulator:
        environment = {**os.environ, **user_variables(emulator)}
        request_id = requested(emulator)
        with running("portability", "wait", request_id, env=environment) as process:
            wait_for(emulator, CHECK)
            process.send_signal(number)
            process.send_signal(number)  # some shells and wrappers deliver it twice
            _, told = process.communicate(timeout=20)
    assert process.returncode == code
    assert f"go on with: tiktok-async portability wait {request_id}\n" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_stopped_download_leaves_nothing_behind(tmp_path, again, number, code):
    with emulating(export_delay=0, export_bytes=16 << 20) as emulator:
        emulator.faults.add(Fault("stall", DOWNLOAD, at=0.5))
        environment = {**os.environ, **user_variables(emulator)}
        words = ["portability", "download", requested(emulator), "-o", tmp_path / "export.zip"]
        with running(*words, env=environment) as process:
            wait_for_file(tmp_path)
            process.send_signal(number)
            _, told = process.communicate(timeout=20)
        assert process.returncode == code
        assert list(tmp_path.iterdir()) == []
        command = re.search(r"go on with: tiktok-async (.*)", told)
        assert command is not None
        assert again(emulator, *shlex.split(command[1])).code == 0
        assert (tmp_path / "export.zip").stat().st_size > 15 << 20


def test_killed_export_goes_on_with_the_same_request(tmp_path, again):
    with emulating(export_delay=3600) as emulator:
        environment = {**os.environ, **user_variables(emulator)}
        words = ["portability", "export", "-o", tmp_path / "export.zip", "--timeout"]
        with running(*words, "1h", env=environment) as process:
            wait_for(emulator, CHECK)
            process.kill()
            process.wait(20)
        second = again(emulator, *words, "0", "--json")
        assert second.code == 6
        assert emulator.archive_of(second.json["request_id"])
        assert emulator.stats()["by_endpoint"][ADD] == 1


def test_killed_download_leaves_no_archive_under_its_name(tmp_path, again):
    with emulating(export_delay=0, export_bytes=16 << 20) as emulator:
        emulator.faults.add(Fault("stall", DOWNLOAD, at=0.9))
        environment = {**os.environ, **user_variables(emulator)}
        words = ["portability", "export", "-o", tmp_path / "export.zip"]
        with running(*words, env=environment) as process:
            wait_for_file(tmp_path)
            process.kill()
            process.wait(20)
        assert not (tmp_path / "export.zip").exists()
        assert again(emulator, *words).code == 0
        assert emulator.stats()["by_endpoint"][ADD] == 1
    assert (tmp_path / "export.zip").stat().st_size > 15 << 20


def test_lines_now_and_then_where_there_is_no_terminal(run, tmp_path, monkeypatch):
    monkeypatch.setattr("tiktok_async.cli.bar._PLAIN_SECONDS", 0.05)
    outcome = run("portability", "export", "--emulator", "-o", tmp_path / "export.zip")
    assert outcome.code == 0
    assert re.search(r"export \d+: pending for \d\.\d s · \d+ polls? · next in", outcome.err)


def test_download_is_measured_with_and_without_a_total():
    known = Progress(
        received=64 << 20, total=256 << 20, rate=32 << 20, eta=6.0, start=1, stage="downloading"
    )
    assert downloaded(known).text == "64.0 MiB of 256.0 MiB · 32.0 MiB/s · about 6.0 s to go"
    assert (downloaded(known).done, downloaded(known).total) == (64 << 20, 256 << 20)
    unknown = Progress(received=512, total=None, rate=0.0, eta=None, start=2, stage="downloading")
    assert downloaded(unknown).text == "512 B · 0 B/s · start 2"
    assert downloaded(unknown).total is None
    checked = Progress(received=512, total=512, rate=0.0, eta=None, start=1, stage="verifying")
    assert downloaded(checked).text == "verifying 512 B"


def test_reading_needs_no_network_library(tmp_path):
    file = tmp_path / "user_data_tiktok.json"
    file.write_text('{"Your Activity": {"Searches": {"SearchList": []}}}')
    code = (
        "import sys; from tiktok_async.cli import main; code = main(sys.argv[1:]); "
        "print({'httpx', 'starlette', 'uvicorn'} & set(sys.modules), file=sys.stderr); "
        "sys.exit(code)"
    )
    for words in (["read", file], ["report", file, "-o", tmp_path / "report.html"]):
        done = python("-c", code, "portability", *words, "--quiet")
        assert done.returncode == 0
        assert done.stderr == "set()\n"
