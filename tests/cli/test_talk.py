"""What is said while a run lasts and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.cli.conftest import SPAN, VIDEOS
from tiktok_async.cli import bar
from tiktok_async.cli.exits import Exit, exit_of
from tiktok_async.cli.progress import Measure
from tiktok_async.cli.terminal import counted, explained, listed
from tiktok_async.errors import (
    AuthError,
    CheckpointMismatchError,
    ConfigError,
    CredentialsMissingError,
    DamagedArchiveError,
    DecodeError,
    DiskError,
    DownloadError,
    ExportExpiredError,
    ExportTimeoutError,
    IncompleteError,
    InputError,
    LoginError,
    MissingExtraError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    ScopeError,
    ServerError,
    TargetExistsError,
    TransportError,
)
from tiktok_async.io.counters import Statistics
from tiktok_async.sansio.quota import DailyQuota, QuotaStatus


def measure(**changes):
    statistics = Statistics(
        calls=45, attempts=45, retries=0, errors=0, rate_limited=0, tokens_renewed=1, rows=0,
        in_flight=0, waiting=0, connections=0,
    )  # fmt: skip
    reset = datetime(2026, 1, 2, tzinfo=UTC)
    status = QuotaStatus(DailyQuota("q", 1000, 100_000), "2026-01-01", 45, 4321, reset)
    values = {"unit": "window", "done": 12, "total": 25, "rows": 4321, "seconds": 24.0}
    return Measure(**{**values, "statistics": statistics, "quota": status, **changes})


def test_progress_line_tells_rate_quota_and_time_to_go():
    assert measure().line() == (
        "12 of 25 windows · 4,321 rows · 180 rows/s · 45 calls · 955 left today · about 26 s to go"
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"done": 0}, id="nothing-done"),
        pytest.param({"done": 25}, id="all-done"),
    ],
)
def test_progress_line_guesses_no_time_without_ground(changes):
    assert "to go" not in measure(**changes).line()


def test_progress_line_bears_the_first_moment():
    assert "0 rows/s" in measure(seconds=0.0, quota=None).line()


def test_progress_is_a_plain_line_now_and_then_without_a_terminal(account, run, monkeypatch):
    monkeypatch.setattr(bar, "_PLAIN_SECONDS", 0.05)
    outcome = run(*VIDEOS, *SPAN)
    lines = [line for line in outcome.err.splitlines() if "rows/s" in line]
    assert lines
    assert all("of 3 windows" in line for line in lines)


def test_words_are_counted_and_listed():
    assert counted(1, "row") == "1 row"
    assert counted(1234, "row") == "1,234 rows"
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(n) for n in range(8)], 3) == "0, 1, 2 and 5 more"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(InputError("x"), Exit.USAGE, id="input"),
        pytest.param(ConfigError("x"), Exit.USAGE, id="config"),
        pytest.param(MissingExtraError("x", "cli"), Exit.USAGE, id="extra"),
        pytest.param(CheckpointMismatchError("x"), Exit.USAGE, id="checkpoint"),
        pytest.param(CredentialsMissingError("x"), Exit.CREDENTIALS, id="credentials"),
        pytest.param(AuthError("x"), Exit.CREDENTIALS, id="auth"),
        pytest.param(ScopeError("x"), Exit.CREDENTIALS, id="scope"),
        pytest.param(QuotaExhaustedError("x"), Exit.QUOTA, id="quota"),
        pytest.param(TransportError("x"), Exit.NETWORK, id="network"),
        pytest.param(LoginError("x"), Exit.CREDENTIALS, id="login"),
        pytest.param(ReauthorizationRequiredError("x"), Exit.CREDENTIALS, id="log-in-again"),
        pytest.param(ExportTimeoutError("x", request_id=1), Exit.PARTIAL, id="still-pending"),
        pytest.param(ExportExpiredError("x", request_id=1), Exit.ERROR, id="expired"),
        pytest.param(TargetExistsError("x", kind="exists"), Exit.USAGE, id="target-exists"),
        pytest.param(DownloadError("x", kind="cut"), Exit.NETWORK, id="cut"),
        pytest.param(DownloadError("x", kind="not_a_zip"), Exit.ERROR, id="no-zip"),
        pytest.param(DiskError("x", kind="full"), Exit.ERROR, id="disk"),
        pytest.param(DamagedArchiveError("x"), Exit.ERROR, id="damaged"),
        pytest.param(ServerError("x"), Exit.ERROR, id="server"),
        pytest.param(DecodeError("x"), Exit.ERROR, id="decode"),
        pytest.param(KeyError("x"), Exit.ERROR, id="ours"),
    ],
)
def test_exit_code_tells_the_kind_of_failure(error, code):
    assert exit_of(error) is code


def test_errors_are_explained_in_the_words_of_the_command_line():
    assert "resume_from" not in explained(IncompleteError("Not whole.", reason="x"))
    assert "--emulator" in explained(CredentialsMissingError("None."))
    assert "KeyError" in explained(KeyError("x"))
