"""The walk over the pages of a slice, against a server that means ill.

Whatever the server does: the walk ends, it never gives a row twice, and it ends normally only when
every row was given.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paged_server import FAULTS, Listing, Numbered, Row, Search, Server, Single

from tiktok_async.errors import DecodeError
from tiktok_async.sansio.paging import (
    EXPLANATIONS,
    MAX_EMPTY_PAGES,
    Slice,
    Stop,
    Walk,
)

FUSE: Final = 2_000


def step(walk: Walk[Row], server: Server) -> list[Row]:
    """Send what the walk asks for and feed the answer back."""
    request: Any = walk.request
    data = server.answer(request)
    if data is None:
        walk.search_lost()
        return []
    return walk.feed(data, [Row(n) for n in request.rule.rows(data)])


def run(walk: Walk[Row], server: Server, given: list[Row]) -> None:
    """Walk to an end, whichever; fail when there is none."""
    for _ in range(FUSE):
        if walk.request is None or walk.stopped is not None:
            return
        given.extend(step(walk, server))
    pytest.fail("the walk does not end")


WORLDS = st.builds(
    Server,
    total=st.integers(0, 60),
    size=st.integers(1, 12),
    hidden=st.frozensets(st.integers(0, 59)),
    faults=st.lists(st.sampled_from(FAULTS), max_size=60),
)


@given(WORLDS)
def test_walk_ends_gives_each_id_once_and_ends_normally_only_when_whole(server: Server) -> None:
    walk, given_rows = Walk.start(Slice(Search())), list[Row]()
    run(walk, server, given_rows)
    ids = [row.id for row in given_rows]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(server.visible)
    if walk.stopped is None:
        assert set(ids) == set(server.visible)
    else:
        assert EXPLANATIONS[walk.stopped]


@given(WORLDS, st.integers(0, 20))
def test_walk_resumes_from_saved_state_without_loss_or_repetition(server: Server, cut: int) -> None:
    walk, given_rows = Walk.start(Slice(Search())), list[Row]()
    for _ in range(cut):
        if walk.request is None or walk.stopped is not None:
            break
        given_rows.extend(step(walk, server))
    if walk.request is None:
        return
    saved = json.loads(json.dumps({"params": walk.params(), "seen": walk.order}))
    resumed = Walk.start(Slice(Search()), saved)
    server.forget()
    run(resumed, server, given_rows)
    ids = [row.id for row in given_rows]
    assert len(ids) == len(set(ids))
    if resumed.stopped is None:
        assert set(ids) == set(server.visible)


@given(st.integers(0, 60), st.integers(1, 12), st.frozensets(st.integers(0, 59), max_size=40))
def test_walk_of_an_honest_server_is_whole(total: int, size: int, hidden: frozenset[int]) -> None:
    server = Server(total, size, hidden, [])
    walk, rows = Walk.start(Slice(Search())), list[Row]()
    run(walk, server, rows)
    if walk.stopped is None:
        assert [row.id for row in rows] == server.visible
    else:
        assert walk.stopped is Stop.NO_ROWS
        assert len(hidden) >= MAX_EMPTY_PAGES


def feed(walk: Walk[Row], ids: list[int | None], **data: Any) -> list[int | None]:
    """Feed a page of rows with these ids; return the ids that are new."""
    return [row.id for row in walk.feed({"rows": ids, **data}, [Row(n, f"{n}") for n in ids])]


def listing() -> Walk[Row]:
    """Return the walk of a list with a cursor."""
    return Walk.start(Slice(Listing()))


def test_walk_ends_where_has_more_is_false_however_many_rows_came() -> None:
    walk = listing()
    assert feed(walk, [1], cursor=100, has_more=False) == [1]
    assert walk.request is None
    assert walk.stopped is None


def test_walk_echoes_the_cursor_as_received() -> None:
    walk = listing()
    feed(walk, [1, 2], cursor=27, has_more=True)
    assert walk.params() == {"cursor": 27}


def test_walk_asks_once_more_and_then_stops_at_a_cursor_that_stands() -> None:
    walk = listing()
    feed(walk, [1], cursor=10, has_more=True)
    asked = walk.request
    feed(walk, [2], cursor=10, has_more=True)
    assert (walk.stopped, walk.request) == (None, asked)
    feed(walk, [2], cursor=10, has_more=True)
    assert walk.stopped is Stop.CURSOR_STANDS


@pytest.mark.parametrize("cursor", [None, 0], ids=["missing", "zero"])
def test_walk_stops_at_a_first_page_that_promises_more_and_does_not_move(
    cursor: int | None,
) -> None:
    walk = listing()
    for _ in range(2):
        feed(walk, [1], cursor=cursor, has_more=True)
    assert walk.stopped is Stop.CURSOR_STANDS


def test_walk_goes_on_after_empty_pages_and_stops_at_the_tenth_in_a_row() -> None:
    walk = listing()
    for page in range(1, 10):
        feed(walk, [], cursor=page, has_more=True)
        assert walk.stopped is None
    feed(walk, [], cursor=10, has_more=True)
    assert walk.stopped is Stop.NO_ROWS


def test_walk_counts_only_empty_pages_in_a_row() -> None:
    walk = listing()
    for page in range(1, 60):
        feed(walk, [page] if page % 9 == 0 else [], cursor=page, has_more=True)
    assert walk.stopped is None


def test_walk_takes_rows_without_an_id_for_new_ones() -> None:
    walk = listing()
    given_rows = []
    for page in range(1, 15):
        rows = [Row(None, f"{page}")]
        given_rows += walk.feed({"rows": rows, "cursor": page, "has_more": True}, rows)
    assert len(given_rows) == 14
    assert walk.stopped is None


def test_walk_asks_again_for_a_page_that_repeats_and_goes_on_when_it_is_cured() -> None:
    walk = listing()
    feed(walk, [1, 2], cursor=2, has_more=True)
    assert feed(walk, [1, 2], cursor=4, has_more=True) == []
    assert walk.params() == {"cursor": 2}
    assert feed(walk, [3, 4], cursor=4, has_more=False) == [3, 4]
    assert walk.stopped is None


def test_walk_asks_again_for_a_page_that_repeats_right_after_resuming() -> None:
    walk = listing()
    feed(walk, [1, 2], cursor=2, has_more=True)
    resumed = Walk.start(walk.slice, {"params": walk.params(), "seen": list(walk.order)})
    assert feed(resumed, [1, 2], cursor=4, has_more=True) == []
    assert resumed.params() == {"cursor": 2}


def test_walk_does_not_take_a_repeated_page_for_the_last_one() -> None:
    walk = listing()
    feed(walk, [1, 2], cursor=2, has_more=True)
    feed(walk, [1, 2], cursor=4, has_more=False)
    assert walk.request is not None


def test_walk_stops_when_the_page_repeats_for_ever() -> None:
    walk = listing()
    for page in range(1, 5):
        feed(walk, [1, 2], cursor=page, has_more=True)
    assert walk.stopped is Stop.PAGE_REPEATS


def test_walk_stops_when_no_search_id_comes() -> None:
    walk = Walk.start(Slice(Search()))
    for _ in range(3):
        feed(walk, [1], cursor=1, has_more=True)
    assert walk.stopped is Stop.SEARCH_ID_MISSING


def test_walk_keeps_the_old_search_id_where_none_comes_and_takes_the_latest() -> None:
    walk = Walk.start(Slice(Search()))
    feed(walk, [1], cursor=1, has_more=True, search_id="a")
    feed(walk, [2], cursor=2, has_more=True)
    assert walk.params() == {"cursor": 2, "search_id": "a"}
    feed(walk, [3], cursor=3, has_more=True, search_id="b")
    assert walk.params() == {"cursor": 3, "search_id": "b"}


def test_walk_starts_a_lost_search_anew_once_and_drops_what_is_known() -> None:
    walk = Walk.start(Slice(Search()))
    feed(walk, [1, 2], cursor=2, has_more=True, search_id="a")
    walk.search_lost()
    assert walk.params() == {}
    assert feed(walk, [2, 1, 3], cursor=3, has_more=True, search_id="b") == [3]
    walk.search_lost()
    assert walk.stopped is Stop.SEARCH_LOST


@pytest.mark.parametrize("flag", [1, "true", "false", "no", []])
def test_walk_never_ends_on_a_flag_that_is_no_boolean(flag: object) -> None:
    walk = listing()
    try:
        feed(walk, [1], cursor=1, has_more=flag)
    except DecodeError:
        return
    assert walk.request is not None


def test_walk_drops_rows_of_the_slice_beside_it_and_knows_them() -> None:
    walk = Walk.start(Slice(Listing(), holds=lambda row: row.id is not None and row.id % 2 == 0))
    assert feed(walk, [1, 2, 3, 4], cursor=4, has_more=True) == [2, 4]
    assert walk.seen == {1, 2, 3, 4}


def test_walk_of_numbered_pages_ends_at_the_empty_one() -> None:
    walk = Walk.start(Slice(Numbered()))
    feed(walk, [1])
    assert walk.params() == {"page_start": 2}
    feed(walk, [2])
    feed(walk, [])
    assert walk.request is None
    assert walk.stopped is None


def test_walk_of_numbered_pages_stops_when_the_number_is_ignored() -> None:
    walk = Walk.start(Slice(Numbered()))
    for _ in range(4):
        feed(walk, [1, 2])
    assert walk.stopped is Stop.PAGE_REPEATS


def test_walk_of_a_single_page_ends_whatever_the_flags_say() -> None:
    walk = Walk.start(Slice(Single()))
    feed(walk, [1], cursor=5, has_more=True)
    assert walk.request is None


def test_walk_asks_again_twice_where_null_stands_for_rows_on_each_page() -> None:
    walk = listing()
    for cursor in (5, 9):
        before = walk.params()
        for _ in range(2):
            walk.feed({"rows": None, "cursor": cursor, "has_more": True}, [])
            assert walk.params() == before
        walk.feed({"rows": None, "cursor": cursor, "has_more": True}, [])
        assert walk.params() == {"cursor": cursor}


def test_walk_tells_a_reason_for_every_stop() -> None:
    assert set(EXPLANATIONS) == set(Stop)
