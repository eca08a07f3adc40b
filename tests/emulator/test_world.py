"""The world: the same seed the same bytes, and everything computable backwards."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import islice, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiktok_async.emulator.facts import official
from tiktok_async.emulator.mixing import Permutation
from tiktok_async.emulator.people import PRIVATE_HANDLE, PUBLIC_HANDLE
from tiktok_async.emulator.videos import FIELDS, row
from tiktok_async.emulator.world import World
from tiktok_async.errors import InputError

SIZES = st.integers(1, 10**9)

# The first rows of seed 7, as first written; a change of the world is a change for its users.
DIGEST_SCRIPT = """
import hashlib, json
from datetime import date
from itertools import islice
from tiktok_async.emulator.world import World
query = {"and": [{"operation": "GTE", "field_name": "view_count", "field_values": ["0"]}]}
rows = islice(World().search(query, date(2022, 1, 1), date(2023, 12, 31)), 300)
print(hashlib.sha256(json.dumps(list(rows)).encode()).hexdigest())
"""


def condition(field: str, *values: str, operation: str = "IN") -> dict[str, Any]:
    return {"operation": operation, "field_name": field, "field_values": list(values)}


def search(world: World, **groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = {name.rstrip("_"): conditions for name, conditions in groups.items()}
    return list(world.search(named, date(2022, 1, 1), date(2023, 12, 31)))


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_world_is_the_same_in_every_process(hash_seed):
    query = {"and": [condition("view_count", "0", operation="GTE")]}
    rows = list(islice(World().search(query, date(2022, 1, 1), date(2023, 12, 31)), 300))
    here = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    command = [sys.executable, "-c", DIGEST_SCRIPT]
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)}
    there = subprocess.run(  # noqa: S603  # this very interpreter
        command, env=environment, capture_output=True, check=True, text=True
    )
    assert there.stdout.strip() == here


def test_world_differs_with_the_seed():
    assert World(seed=1).video(5).id() != World(seed=2).video(5).id()


@given(size=SIZES, bits=st.integers(0, 2**64 - 1), data=st.data())
def test_permutation_goes_both_ways(size, bits, data):
    order = Permutation.seeded(size, bits)
    index = data.draw(st.integers(0, size - 1))
    assert 0 <= order.forward(index) < size
    assert order.backward(order.forward(index)) == index


@given(size=SIZES, days=st.integers(1, 4000), big=st.booleans(), data=st.data())
def test_ids_rise_with_time_and_lead_back(size, days, big, data):
    timeline = World(videos=size, days=days, big_ids=big).timeline
    index = data.draw(st.integers(0, size - 1))
    video_id = timeline.id_of(index)
    assert timeline.index_of(video_id) == index
    assert (video_id >= 2**64) == big
    assert big or (len(str(video_id)) == 19 and video_id >> 32 == timeline.time_of(index))
    if index:
        assert timeline.id_of(index - 1) < video_id


@given(size=SIZES, data=st.data())
def test_no_neighbour_of_an_id_is_an_id(size, data):
    timeline = World(videos=size).timeline
    video_id = timeline.id_of(data.draw(st.integers(0, size - 1)))
    stray = video_id + data.draw(st.sampled_from([-(10**15), -1, 1, 10**15]))
    found = timeline.index_of(stray)
    assert found is None or timeline.id_of(found) == stray


@given(
    size=st.integers(1, 400_000), days=st.integers(1, 40), offset=st.integers(-90_000, 4_000_000)
)
def test_first_at_is_the_first_video_not_before(size, days, offset):
    timeline = World(videos=size, days=days).timeline
    moment = timeline.begin + offset
    first = timeline.first_at(moment)
    assert first == size or timeline.time_of(first) >= moment
    assert first == 0 or timeline.time_of(first - 1) < moment


@given(size=SIZES, data=st.data())
def test_author_owns_the_video_and_has_a_name(size, data):
    people = World(videos=size).people
    index = data.draw(st.integers(0, size - 1))
    author = people.author_of(index)
    assert people.ranked(author, people.rank_of(index)) == index
    assert people.find(people.handle(author)) == author


@settings(max_examples=30)
@given(size=st.integers(1, 3000), users=st.one_of(st.none(), st.integers(1, 5000)))
def test_videos_of_all_users_are_all_videos_once(size, users):
    people = World(videos=size, users=users).people
    owned = [index for user in range(people.count) for index in people.videos_of(user)]
    assert sorted(owned) == list(range(size))


def test_handles_are_unique():
    people = World(videos=1, users=20_000).people
    handles = [people.handle(user) for user in range(people.count)]
    assert len(set(handles)) == len(handles)
    assert sum("\x00" in handle for handle in handles) > 1


def test_handle_is_found_with_and_without_its_nul():
    people = World(videos=1, users=20_000).people
    user = next(user for user in range(people.count) if "\x00" in people.handle(user))
    assert people.find(people.handle(user)) == people.find(people.handle(user)[:-1]) == user


@pytest.mark.parametrize("name", ["", "joe", "nobody", "ana99", "ana99999999999", "ANA1000001"])
def test_unknown_handle_is_nobody(name):
    assert World().people.find(name) is None


def test_known_users_are_there():
    people = World().people
    assert people.is_public(people.find(PUBLIC_HANDLE))
    assert people.is_private(people.find(PRIVATE_HANDLE))


def test_world_shows_every_value_that_a_query_can_ask_for():
    world = World(videos=60_000)
    videos = [world.video(index) for index in range(0, 60_000, 3)]
    regions = {video.region_code() for video in videos}
    lengths = {official().length_class(video.video_duration()) for video in videos}
    tags = {name for video in videos for name in video.hashtag_names()}
    assert len(official().regions) == 245
    assert len(regions) > 90
    assert regions <= set(official().regions)
    assert lengths == {"SHORT", "MID", "LONG", "EXTRA_LONG"}
    assert {"fyp", "avengers", "pov", "song"} <= tags
    assert any("hello world" in video.video_description() for video in videos)


def test_all_regions_have_accounts():
    people = World(videos=1, users=30_000).people
    assert {people.region(user) for user in range(30_000)} == set(official().regions)


def test_every_field_occurs_and_all_but_the_basic_ones_are_missing_sometimes():
    world = World()
    rows = [row(world.video(index), tuple(FIELDS)) for index in range(20_000)]
    seen = {name: sum(name in shown for shown in rows) for name in FIELDS}
    assert min(seen.values()) > 50
    sparse = {name for name, count in seen.items() if count < len(rows)}
    assert sparse >= {"like_count", "voice_to_text", "playlist_id", "effect_ids", "video_label"}
    assert sparse.isdisjoint({"id", "create_time", "username", "region_code"})


@pytest.mark.parametrize(
    ("field", "value", "holds"),
    [
        pytest.param("region_code", "US", lambda r: r["region_code"] == "US", id="region"),
        pytest.param("keyword", "Hello World", lambda r: "hello world" in r["video_description"],
                     id="keyword"),
        pytest.param("hashtag_name", "POV", lambda r: "pov" in r["hashtag_names"], id="hashtag"),
        pytest.param("username", PUBLIC_HANDLE, lambda r: r["username"] == PUBLIC_HANDLE,
                     id="username"),
        pytest.param("video_length", "LONG", lambda r: 60 < r["video_duration"] <= 300,
                     id="length"),
        pytest.param("effect_id", "0", lambda r: "0" in r.get("effect_ids", ()), id="effect"),
    ],
)  # fmt: skip
def test_search_and_not_split_the_world(field, value, holds):
    world = World(videos=3000)
    within = search(world, and_=[condition(field, value)])
    without = search(world, not_=[condition(field, value)])
    assert within
    assert all(holds(shown) for shown in within)
    assert not any(holds(shown) for shown in without)
    total = search(world, and_=[condition("view_count", "0", operation="GTE")])
    assert sorted(shown["id"] for shown in within + without) == sorted(r["id"] for r in total)


def test_search_joins_the_groups():
    world = World(videos=3000)
    us, fyp = condition("region_code", "US"), condition("hashtag_name", "fyp")
    some = [condition("video_length", "SHORT"), condition("view_count", "9000", operation="GT")]
    found = search(world, and_=[us], or_=some, not_=[fyp])
    by_hand = [
        shown
        for shown in search(world, and_=[us])
        if "fyp" not in shown["hashtag_names"]
        and (shown["video_duration"] < 15 or shown["view_count"] > 9000)
    ]
    assert found == by_hand
    assert found


@pytest.mark.parametrize(
    ("operation", "holds"),
    [
        pytest.param("GT", lambda date: date > "20220601", id="gt"),
        pytest.param("GTE", lambda date: date >= "20220601", id="gte"),
        pytest.param("LT", lambda date: date < "20220601", id="lt"),
        pytest.param("LTE", lambda date: date <= "20220601", id="lte"),
        pytest.param("EQ", lambda date: date == "20220601", id="eq"),
    ],
)
def test_search_compares_days(operation, holds):
    world = World(videos=5000)
    chosen = {r["id"] for r in search(world, and_=[condition("create_date", "20220601",
                                                             operation=operation)])}  # fmt: skip
    every = search(world, and_=[condition("view_count", "0", operation="GTE")])
    days = {r["id"]: datetime.fromtimestamp(r["create_time"], UTC) for r in every}
    assert chosen == {key for key, day in days.items() if holds(f"{day:%Y%m%d}")}


def test_search_falls_in_id_and_keeps_to_its_days():
    world = World(videos=5000)
    query = {"and": [condition("view_count", "0", operation="GTE")]}
    rows = list(
        world.search(query, date(2022, 3, 5), date(2022, 3, 7), fields=["id", "create_time"])
    )
    assert rows
    assert all(newer["id"] > older["id"] for newer, older in pairwise(rows))
    begin = 1_646_438_400
    assert all(begin <= shown["create_time"] < begin + 3 * 86_400 for shown in rows)


def test_comments_and_replies_lead_back_to_themselves():
    world = World(videos=500)
    seen = 0
    for index in range(500):
        for comment in islice(world.comments_of(world.video(index)), 3):
            for found in [comment, *islice(world.replies_to(comment), 2)]:
                if found.video.is_visible:
                    seen += 1
                    assert world.find_comment(found.id) == found
    assert seen > 500


def test_a_billion_videos_cost_nothing():
    world = World(videos=10**9, users=10**7)
    query = {"and": [condition("region_code", "US")]}
    rows = list(islice(world.search(query, date(2022, 5, 1), date(2022, 5, 1)), 20))
    assert all(world.find_video(shown["id"]).username() == shown["username"] for shown in rows)
    user = world.people.find(rows[0]["username"])
    assert rows[0]["id"] in {video.id() for video in world.videos_of(user)}


@pytest.mark.parametrize("options", [{"videos": 0}, {"days": 0}], ids=["videos", "days"])
def test_empty_world_is_refused(options):
    with pytest.raises(InputError, match="at least one video"):
        World(**options)
