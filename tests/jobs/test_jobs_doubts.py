"""What of a shard is in doubt, and what becomes of it."""

from __future__ import annotations

import attrs
import pytest

from tiktok_async.errors import ServerError
from tiktok_async.jobs.checkpoint import Mark
from tiktok_async.jobs.doubts import Doubts
from tiktok_async.jobs.manifest import Gap
from tiktok_async.jobs.raw import RawRecord

DAY, OTHER, ITEM = (Gap(name, "server") for name in ("2024-01-01", "2024-01-02", "joe"))
ERROR, LATER = ServerError("It fails."), ServerError("It fails again.")


@pytest.fixture
def doubts() -> Doubts:
    """Give a shard with two days that failed and an item that was refused."""
    given_up = RawRecord(unit="2024-01-01", done=1, count=1)
    found = Doubts(instead=Mark(done=1), given_up=given_up, paused=True, tried_again=True)
    found.fail(DAY, ERROR, 5)
    found.fail(OTHER, ERROR, 7)
    found.refuse(ITEM, LATER)
    return found


def test_doubts_began_with_the_first_unit_that_failed(doubts: Doubts) -> None:
    assert doubts.good == 5
    assert doubts.error is LATER
    doubts.end()
    doubts.fail(DAY, ERROR, 9)
    assert doubts.good == 9


def test_what_is_in_doubt_becomes_holes_and_missing_items(doubts: Doubts) -> None:
    before = Mark(done=3, rows=10, holes=(ITEM,), missing=(DAY,))
    after = Mark(status="running", done=6, rows=10, holes=(ITEM, DAY, OTHER), missing=(DAY, ITEM))
    assert doubts.settle(before) == after


def test_last_chance_begins_where_the_shard_stands(doubts: Doubts) -> None:
    doubts.end()
    doubts.instead = Mark(done=1)
    doubts.fail(DAY, ERROR, 5)
    doubts.refuse(ITEM, LATER)
    doubts.try_again()
    assert (doubts.units, doubts.tried_again) == (0, True)
    assert doubts.instead is None
    assert doubts.error is LATER


def test_nothing_is_in_doubt_once_something_is_answered(doubts: Doubts) -> None:
    doubts.end()
    assert attrs.evolve(doubts, error=None, good=0) == Doubts()
