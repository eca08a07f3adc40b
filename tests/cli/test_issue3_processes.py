"""Exports as processes: two at once, killed at random, on bad disks, and never telling a secret."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import os
import random
import re
import subprocess
import time
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

import pytest

from tests.cli.conftest import emulating, user_variables, variables
from tests.cli.test_processes import finished, posix, running
from tiktok_async.emulator import Fault
from tiktok_async.io.output.lock import FileLock
from tiktok_async.oauth import FileTokenStore
from tiktok_async.portability.guard import check_archive

pytestmark = posix
ADD, CHECK, DOWNLOAD = "portability.add", "portability.check", "portability.download"
KILLS = 4
SCOPE = "user.info.basic,portability.all.ongoing"


def calls(emulator, endpoint):
    """Return how often an endpoint was called."""
    return emulator.stats()["by_endpoint"].get(endpoint, 0)


def environment(emulator):
    return {**os.environ, **user_variables(emulator)}


def told(process):
    """Return the exit code and what was said, at the end of a process."""
    out, err = process.communicate(timeout=40)
    return process.returncode, out, err


# ---- two at once


def test_two_processes_at_once_for_one_user_send_one_add(tmp_path):
    with emulating(export_delay=1, export_rows=20, latency=0.05) as emulator:
        words = ["portability", "export", "--json", "-o"]
        with (
            running(*words, tmp_path / "a.zip", env=environment(emulator)) as first,
            running(*words, tmp_path / "b.zip", env=environment(emulator)) as second,
        ):
            found = [told(process) for process in (first, second)]
        assert [code for code, _, _ in found] == [0, 0]
        a, b = (json.loads(out) for _, out, _ in found)
        assert (a["request_id"], a["sha256"]) == (b["request_id"], b["sha256"])
        assert calls(emulator, ADD) == 1
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_second_process_for_one_file_is_told_and_the_first_goes_on(tmp_path):
    slow = Fault("drip", DOWNLOAD, size=200_000, seconds=0.1, times=None)
    with emulating(export_delay=0, export_bytes=4_000_000, faults=[slow]) as emulator:
        words = ["portability", "export", "-o", tmp_path / "export.zip"]
        with running(*words, env=environment(emulator)) as first:
            until(lambda: calls(emulator, DOWNLOAD))
            second = finished(*words, env=environment(emulator))
            code, _, _ = told(first)
        assert (code, second.returncode) == (0, 1)
        assert "is being downloaded already. Wait for it, or write another name." in second.stderr
        assert (calls(emulator, ADD), calls(emulator, DOWNLOAD)) == (1, 1)
    assert check_archive(tmp_path / "export.zip").members


def until(condition):
    """Wait until something is so."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


# ---- killed


@pytest.mark.parametrize("ranges", [False, True], ids=["anew", "resumed"])
def test_killed_at_random_the_file_is_absent_or_verified_and_nothing_is_asked_twice(
    tmp_path, ranges
):
    """From the start of the process to its last instruction, many times over."""
    chance = random.Random(11)  # noqa: S311  # any times
    slow = Fault("drip", DOWNLOAD, size=400_000, seconds=0.02, times=None)
    with emulating(
        export_delay=0.3, export_bytes=6_000_000, export_ranges=ranges, faults=[slow]
    ) as emulator:
        target, place = tmp_path / "export.zip", tmp_path / "state" / "exports"
        words = ["portability", "export", "--overwrite", "-o", target, "--quiet"]
        completed = stages = lost = 0
        for _ in range(KILLS):
            seen = [calls(emulator, name) for name in (ADD, CHECK, DOWNLOAD)]
            before, served = _identity(target), emulator.stats()["served"]
            with running(*words, env=environment(emulator)) as process:
                # Most of them from the first call on: a process spends half its life on imports.
                if chance.random() < 0.7:
                    until(lambda: emulator.stats()["served"] > served)  # noqa: B023  # called here
                time.sleep(chance.uniform(0.0, 0.9))
                process.kill()
                process.wait(20)
            completed += (found := _identity(target)) not in {None, before}
            stages += calls(emulator, DOWNLOAD) > seen[2]
            if found is not None:
                assert check_archive(target).content_bytes > 5_000_000
            # Killed between the answer of an add and its record: nobody can know of it.
            asked = calls(emulator, ADD) > seen[0]
            lost += asked and found in {None, before} and not list(place.glob("*.json"))
            assert calls(emulator, ADD) <= completed + lost + 1
            # What is left is what a download leaves, and the records of one user.
            assert not [
                path
                for path in tmp_path.iterdir()
                if not re.fullmatch(r"export\.zip|state|\.export\.zip\..*", path.name)
            ]
            assert len(list(place.glob("*.json"))) <= 1
        assert stages
        done = finished(*words[:-1], "--json", env=environment(emulator))
        assert done.returncode == 0
        facts = json.loads(done.stdout)
        assert facts["sha256"] == emulator.archive_of(facts["request_id"]).sha256()
        assert facts["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
        assert calls(emulator, ADD) <= completed + lost + 1
        assert lost <= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.zip", "state"]


def _identity(path):
    """Return what tells one file of a name from the next; None = there is none."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_ino, path.stat().st_mtime_ns
    return None


# ---- disks


def _system(*words):
    subprocess.run(words, check=True, capture_output=True, timeout=10)  # noqa: S603  # our own words


@pytest.fixture
def small(tmp_path):
    """A directory on a file system of 3 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    try:
        _system("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place))
    except (OSError, subprocess.SubprocessError):
        pytest.skip("this user may not mount a tmpfs")
    yield place
    _system("umount", str(place))


def test_full_disk_exits_1_and_says_what_to_do(run, small, monkeypatch):
    with emulating(export_delay=0, export_bytes=6_000_000) as emulator:
        for name, value in user_variables(emulator).items():
            monkeypatch.setenv(name, value)
        outcome = run("portability", "export", "-o", small / "export.zip")
        assert outcome.code == 1
        assert re.search(r"No space left|bytes more are needed", outcome.err)
        assert "Make room, or write to another place; then start again." in outcome.err
        assert "Traceback" not in outcome.err
        assert list(small.iterdir()) == []
        assert calls(emulator, DOWNLOAD) == 1


def test_read_only_disk_exits_1_before_any_call(run, small, user):
    _system("mount", "-o", "remount,ro", str(small))
    before = user.stats()["served"]
    outcome = run("portability", "export", "-o", small / "export.zip")
    assert outcome.code == 1
    assert "Read-only file system" in outcome.err
    assert user.stats()["served"] == before


def test_place_that_is_no_folder_exits_2_before_any_call(run, tmp_path, user):
    before = user.stats()["served"]
    outcome = run("portability", "export", "-o", tmp_path / "nowhere" / "export.zip")
    assert outcome.code == 2
    assert "make it first" in outcome.err
    assert user.stats()["served"] == before


def test_lock_of_another_exits_1_and_says_so(run, tmp_path, user):
    lock = FileLock(tmp_path / "export.zip")
    outcome = run("portability", "export", "-o", tmp_path / "export.zip")
    lock.release()
    assert outcome.code == 1
    assert "is being downloaded already" in outcome.err


# ---- secrets


def test_whole_life_at_debug_level_tells_no_secret(tmp_path):
    """Login, an export with faults, renewals and a logout, as processes."""
    faults = [
        Fault("cut_body", DOWNLOAD),
        Fault("token_expired", CHECK),
        Fault("server_error", CHECK, after=1),
        Fault("error_200", DOWNLOAD, after=1),
    ]
    state = tmp_path / "state"
    with emulating(
        consent="approve", export_delay=0.1, export_rows=20, user_token_life=3600, faults=faults
    ) as emulator:
        env = {**os.environ, **variables(emulator), "TIKTOK_ASYNC_LOG": "debug"}
        said, archive = io.StringIO(), tmp_path / "export.zip"
        secrets = {emulator.client_secret}

        def know():
            for token in asyncio.run(FileTokenStore(state / "tokens.json").tokens()):
                secrets.update(filter(None, map(_bare, (token.access_token, token.refresh_token))))

        with running("auth", "login", "--scope", SCOPE, "--no-browser", env=env,
                     stdin=subprocess.PIPE) as process:  # fmt: skip
            address = _address(process)
            said.write(address.replace(_state_of(address), ""))
            back = _redirect(address)
            secrets.update(re.findall(r"[?&](?:code|state)=([^&]+)", back))
            code, out, err = _answered(process, back)
            said.write(out + err)
            assert code == 0
        know()
        for words in (
            ["portability", "export", "-o", archive, "--verbose"],
            ["auth", "refresh", "--verbose", "--json"],
            ["portability", "status", "123", "--verbose"],
            ["auth", "logout", "--verbose"],
        ):
            done = finished(*words, env=env)
            assert done.returncode == (1 if "123" in words else 0), done.stderr
            said.write(done.stdout + done.stderr)
            with contextlib.suppress(ValueError):
                know()
        assert len(secrets) >= 6
        assert "RequestStarted" in said.getvalue()
        kept = [path for path in tmp_path.rglob("*") if path.is_file() and path != archive]
        for secret in secrets:
            assert secret not in said.getvalue()
            assert not [path for path in kept if secret.encode() in path.read_bytes()]


def _bare(found):
    return None if found is None else found.reveal()


def _state_of(address):
    return re.search(r"state=([^&]+)", address)[1]


def _address(process):
    """Return where the user is sent, from what the login says."""
    for line in process.stderr:
        if "/v2/auth/authorize/" in line:
            return line.strip()
    raise AssertionError


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_):
        """Follow no redirect."""


def _redirect(address):
    """Return where the consent page sends the browser."""
    with pytest.raises(HTTPError) as caught:
        build_opener(ProxyHandler({}), _Stay()).open(address, timeout=10)
    with caught.value as answer:
        return answer.headers["location"]


def _answered(process, back):
    out, err = process.communicate(f"{back}\n", timeout=20)
    return process.returncode, out, err
