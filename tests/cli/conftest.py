"""An emulator beside the tests, and the command line in this process."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from tiktok_async.cli import main
from tiktok_async.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEOS = ("research", "videos", "--where", "region_code in (US, CA)")
SPAN = ("--start", "2022-01-01", "--end", "2022-03-31")
"""Four windows, with about a hundred rows each."""


@attrs.frozen
class Outcome:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@contextmanager
def emulating(**settings: Any) -> Iterator[Emulator]:
    """Run an emulator in a thread of its own."""
    ready = threading.Event()
    started: list[tuple[Emulator, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        async with Emulator(**settings) as emulator:
            stop = asyncio.Event()
            started.append((emulator, asyncio.get_running_loop(), stop))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    emulator, loop, stop = started[0]
    try:
        yield emulator
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def variables(emulator: Emulator) -> dict[str, str]:
    """Return the environment that points to an emulator."""
    return {
        "TIKTOK_BASE_URL": emulator.base_url,
        "TIKTOK_CLIENT_KEY": emulator.client_key,
        "TIKTOK_CLIENT_SECRET": emulator.client_secret,
    }


def user_variables(emulator: Emulator) -> dict[str, str]:
    """Return the environment of an emulator's ready-made user."""
    return {
        "TIKTOK_BASE_URL": emulator.base_url,
        "TIKTOK_ACCESS_TOKEN": emulator.user_access_token,
    }


def tikapi_variables(emulator: Emulator) -> dict[str, str]:
    """Return the environment of a customer of TikAPI, and of a user of theirs."""
    return {
        "TIKAPI_BASE_URL": emulator.tikapi_base_url,
        "TIKAPI_API_KEY": emulator.api_key,
        "TIKAPI_ACCOUNT_KEY": emulator.account_key,
    }


@pytest.fixture(scope="session")
def shared_emulator():
    with emulating(requests_per_day=1_000_000) as running:
        yield running


@pytest.fixture(autouse=True)
def empty_home(tmp_path, monkeypatch):
    """No setting of the machine reaches a test."""
    for name in ("KEY", "SECRET"):
        monkeypatch.delenv(f"TIKTOK_CLIENT_{name}", raising=False)
    for name in ("API_KEY", "ACCOUNT_KEY", "CLIENT_ID", "BASE_URL"):
        monkeypatch.delenv(f"TIKAPI_{name}", raising=False)
    for name in ("ACCESS_TOKEN", "BASE_URL", "AUTHORIZE_URL", "PKCE"):
        monkeypatch.delenv(f"TIKTOK_{name}", raising=False)
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "no-config.toml"))
    monkeypatch.setenv("TIKTOK_ASYNC_LEDGER", str(tmp_path / "ledger.sqlite"))
    monkeypatch.setenv("TIKTOK_ASYNC_EXPORTS", str(tmp_path / "state" / "exports"))
    monkeypatch.setenv("TIKTOK_ASYNC_TOKENS", str(tmp_path / "state" / "tokens.json"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def account(shared_emulator, monkeypatch):
    """The emulator that the environment points to."""
    for name, value in variables(shared_emulator).items():
        monkeypatch.setenv(name, value)
    return shared_emulator


@pytest.fixture(scope="session")
def media():
    """An emulator whose videos are small."""
    with emulating(media_bytes=20_000, short_pages=False) as running:
        yield running


@pytest.fixture
def customer(media, monkeypatch):
    """The same emulator, freshly reset; the environment has its keys of TikAPI."""
    media.reset()
    for name, value in tikapi_variables(media).items():
        monkeypatch.setenv(name, value)
    return media


@pytest.fixture(scope="session")
def quick_exports():
    """An emulator whose exports are ready at once."""
    with emulating(export_delay=0) as running:
        yield running


@pytest.fixture
def user(quick_exports, monkeypatch):
    """The same emulator, freshly reset; the environment is its user's."""
    quick_exports.reset()
    for name, value in user_variables(quick_exports).items():
        monkeypatch.setenv(name, value)
    return quick_exports


@pytest.fixture
def run(capfd):
    """Run a command line in this process."""

    def go(*words: object) -> Outcome:
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return go


@pytest.fixture
def hasty(monkeypatch):
    """No wait before a call or a download is tried again; how often stays as it is."""
    for home in ("retry", "transfer"):
        monkeypatch.setattr(f"tiktok_async.sansio.{home}.jitter", lambda *_: 0.0)
