"""Hints to programs, in the words of the command line."""

from __future__ import annotations

import pytest

from tiktok_async.cli.terminal import explained
from tiktok_async.errors import QuotaExhaustedError, TargetExistsError, TikTokError
from tiktok_async.io.walker import _REPLAY_HINT


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(QuotaExhaustedError("spent.", hint=_REPLAY_HINT), "--window-days", id="days"),
        pytest.param(TargetExistsError("there."), "--overwrite", id="overwrite"),
    ],
)
def test_hint_names_the_option(error: TikTokError, said: str) -> None:
    assert said in explained(error)
