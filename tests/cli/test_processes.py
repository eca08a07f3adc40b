"""The command line as a process: signals, pipes, start-up."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest

from tests.cli.conftest import SPAN, VIDEOS, emulating, variables

PROGRAM = ["-W", "error", "-m", "tiktok_async"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")


def python(*words, **options):
    """Run the interpreter to its end."""
    command = [sys.executable, *map(str, words)]
    options = {"capture_output": True, "text": True, "timeout": 50, **options}
    return subprocess.run(command, check=False, **options)  # noqa: S603  # our own words


def finished(*words, **options):
    """Run a command line to its end."""
    return python(*PROGRAM, *words, **options)


@contextmanager
def running(*words, **options):
    command = [sys.executable, *PROGRAM, *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, **options) as process:  # noqa: S603  # our own words
        try:
            yield process
        finally:
            process.kill()


def wait_for(emulator, calls):
    """Wait until the emulator has served that many calls."""
    until = time.monotonic() + 20
    while emulator.stats()["served"] < calls:
        assert time.monotonic() < until
        os.sched_yield()


@posix
@pytest.mark.parametrize(
    ("number", "code", "ending"),
    [
        pytest.param(signal.SIGINT, 130, "csv", id="SIGINT"),
        pytest.param(signal.SIGTERM, 143, "parquet", id="SIGTERM"),
    ],
)
def test_stopped_run_resumes_to_the_same_bytes(tmp_path, number, code, ending):
    words = [*VIDEOS, *SPAN]
    with emulating(latency=0.05) as emulator:
        environment = {**os.environ, **variables(emulator)}
        whole, broken = tmp_path / f"whole.{ending}", tmp_path / f"broken.{ending}"
        assert finished(*words, "-o", whole, env=environment).returncode == 0
        emulator.reset()
        with running(*words, "-o", broken, env=environment) as process:
            wait_for(emulator, 5)
            process.send_signal(number)
            process.send_signal(number)  # some shells and wrappers deliver it twice
            _, told = process.communicate(timeout=20)
        assert process.returncode == code
        command = re.search(r"go on with: tiktok-async (.*)", told)
        assert command is not None
        assert command[1].endswith("--resume")
        assert broken.exists()
        assert (tmp_path / f"broken.{ending}.state.json").exists()
        refused = finished(*words, "-o", broken, env=environment)
        assert refused.returncode == 2
        assert finished(*words, "-o", broken, "--resume", env=environment).returncode == 0
    assert broken.read_bytes() == whole.read_bytes()
    assert sorted(found.name for found in tmp_path.iterdir()) == [broken.name, whole.name]


@posix
def test_reader_that_leaves_ends_the_run_quietly():
    with emulating() as emulator:
        environment = {**os.environ, **variables(emulator)}
        with running(*VIDEOS, *SPAN, "--quiet", env=environment) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert json.loads(process.stdout.readline())["id"]
            process.stdout.close()
            assert process.stderr.read() == ""
            assert process.wait(20) == 1


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--help"], id="all"),
        pytest.param(["research", "--help"], id="group"),
        pytest.param(["emulator", "--help"], id="emulator"),
        pytest.param(["portability", "--help"], id="portability"),
        pytest.param(["portability", "export", "--help"], id="export"),
        pytest.param(["portability", "read", "--help"], id="read"),
        pytest.param(["auth", "--help"], id="auth"),
        pytest.param(["auth", "login", "--help"], id="login"),
        pytest.param(["tikapi", "--help"], id="tikapi"),
        pytest.param(["tikapi", "public", "--help"], id="tikapi-group"),
        pytest.param(["tikapi", "public", "posts", "--help"], id="tikapi-list"),
        pytest.param(["tikapi", "live", "chat", "--help"], id="tikapi-chat"),
        pytest.param(["tikapi", "save", "--help"], id="save"),
        pytest.param(["--version"], id="version"),
    ],
)
def test_help_imports_nothing_heavy(words):
    code = (
        "import sys; from tiktok_async.cli import main; code = main(sys.argv[1:]); "
        "print({'httpx', 'cattrs', 'pyarrow', 'starlette', 'uvicorn'} & set(sys.modules), "
        "file=sys.stderr); sys.exit(code)"
    )
    done = python("-c", code, *words)
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr == "set()\n"


def test_missing_extra_is_one_message():
    code = (
        "import sys; sys.modules['cyclopts'] = None; "
        "from tiktok_async.cli import main; sys.exit(main(['--help']))"
    )
    done = python("-c", code)
    assert done.returncode == 2
    assert done.stderr.endswith('pip install "tiktok-async[cli]".\n')
    assert done.stderr.count("\n") == 1


def test_library_imports_without_the_extras_of_the_command_line():
    code = (
        "import sys; sys.modules['cyclopts'] = sys.modules['rich'] = None; "
        "from tiktok_async import ResearchClient"
    )
    assert python("-c", code).returncode == 0


@posix
def test_emulator_tells_its_address_first_and_ends_on_interrupt():
    life = ("--token-life", 600)
    with running("emulator", "--port", 0, "--json", "--latency", "1ms", *life) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert set(told) == {
            *("base_url", "client_key", "client_secret", "access_token"),
            *("user_access_token", "user_refresh_token", "open_id"),
            *("tikapi_base_url", "api_key", "account_key"),
        }
        environment = {**os.environ, "TIKTOK_BASE_URL": told["base_url"]}
        environment["TIKTOK_ACCESS_TOKEN"] = told["access_token"]
        asked = finished("research", "user", "joe1234567", env=environment)
        assert asked.returncode == 0
        given = httpx.post(
            f"{told['base_url']}/v2/oauth/token/",
            data={
                "client_key": told["client_key"],
                "client_secret": told["client_secret"],
                "grant_type": "refresh_token",
                "refresh_token": told["user_refresh_token"],
            },
        )
        assert given.json()["expires_in"] == 600, "users' tokens live as long as the app's"
        taken = finished("emulator", "--port", told["base_url"].rpartition(":")[2])
        assert taken.returncode == 2
        assert "--port" in taken.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


@posix
def test_emulator_plays_a_fault_script(tmp_path):
    script = tmp_path / "faults.json"
    script.write_text('[{"kind": "unauthorized", "times": null}]')
    with running("emulator", "--port", 0, "--fault", script) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(6)]
        exports = dict(re.findall(r"export (\w+)=(\S+)", "".join(lines)))
        asked = finished("research", "user", "joe1234567", env={**os.environ, **exports})
        assert asked.returncode == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--latency", "soon"], "50ms", id="latency"),
        pytest.param(["--start", "1.1.22"], "2022-01-01", id="start"),
        pytest.param(["--fault", "no-such-file"], "cannot be read", id="fault"),
        pytest.param(["--port", "99999"], "--port", id="port"),
        pytest.param(["--export-size", "256MB"], "256MiB", id="export-size"),
        pytest.param(["--requests-per-day", "-1"], "-day -1: write 0 or more", id="quota"),
        pytest.param(["--token-life", "-1"], "--token-life -1: write 0 or more", id="token-life"),
        pytest.param(["--host", "300.1.1.1"], "--host of this machine", id="no-host"),
        pytest.param(["--host", "192.0.2.1"], "--host of this machine", id="foreign-host"),
    ],
)
def test_emulator_refuses_wrong_options(run, words, said):
    outcome = run("emulator", *words)
    assert outcome.code == 2
    assert said in outcome.err
