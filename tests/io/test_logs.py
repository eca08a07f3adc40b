"""`TIKTOK_ASYNC_LOG` writes events as log lines."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tiktok_async.errors import ConfigError
from tiktok_async.events import RequestStarted, Retrying
from tiktok_async.io.logs import listeners, log_event

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    """Leave the logger as it was."""
    logger = logging.getLogger("tiktok_async")
    before = logger.level
    yield
    logger.setLevel(before)


def test_nothing_listens_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOK_ASYNC_LOG", raising=False)
    assert listeners() == ()


def test_unknown_level_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOK_ASYNC_LOG", "loud")
    with pytest.raises(ConfigError, match="debug, info, warning"):
        listeners()


def test_info_shows_retries_and_not_every_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TIKTOK_ASYNC_LOG", "info")
    assert listeners() == (log_event,)
    log_event(RequestStarted("research.user.info", 1))
    log_event(Retrying("research.user.info", 1, 0.5, "HTTP 500"))
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "Retrying" in caplog.text
    assert "HTTP 500" in caplog.text
