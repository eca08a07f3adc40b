"""The page of a dataset: what it tells, that it is safe and alone, and that damage is told."""

from __future__ import annotations

import os
import re
import stat
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept_job import HASH, SPEC, changed, kept, video, written
from read_page import HOSTILE, texts_of, tree_of

from tiktok_async import CheckpointMismatchError, InputError, TargetExistsError
from tiktok_async.jobs.documents import read_manifest, write_manifest
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Gap, ShardEntry, StageEntry
from tiktok_async.report import dataset_report, write_dataset_report

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from tiktok_async.jobs.manifest import Manifest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def page_of(layout: Layout) -> str:
    return "".join(dataset_report(layout.root, now=NOW))


def rows_of(page: str) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in tree_of(page).iter("tr")]


def chart_of(page: str, key: str) -> ET.Element:
    [chart] = [
        svg
        for svg in tree_of(page).iter("svg")
        if svg.get("aria-labelledby", "").startswith(f"{key}-title")
    ]
    return chart


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return kept(tmp_path / "cats")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(kept(tmp_path_factory.mktemp("job") / "cats"))


def facts_of(page: str) -> list[str]:
    """Return the facts of a page: each a name, a colon, and what it stands for."""
    pairs = [one for list_ in tree_of(page).iter("dl") for one in list_ if len(one) == 2]
    return [": ".join("".join(part.itertext()) for part in one) for one in pairs]


def test_page_has_a_chapter_a_stage(page: str) -> None:
    titles = [heading.text for heading in tree_of(page).iter("h2")]
    assert titles == [
        "To cite this dataset",
        "Stage videos",
        "Stage comments",
        "Stage posts",
        "What was spent",
    ]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("cats", id="whose"),
        pytest.param("Stopped The daily quota is spent word", id="why-it-stopped"),
        pytest.param("run tiktok-async jobs resume on its directory", id="what-to-do"),
        pytest.param("Page written on Sun 22 Nov 2026, 12:00 UTC.", id="when-written"),
        pytest.param(
            "cats. 161 rows of the TikTok Research API and TikAPI, collected from 20 Nov 2026 to"
            " 22 Nov 2026 (UTC) with tiktok_async 0.1.0. Stopped; 1 hole, 2 missing items."
            f" Specification SHA-256 {HASH}.",
            id="citation",
        ),
        pytest.param(
            "Of 50 days asked for, 1 day could not be had and 4 days not collected yet.",
            id="coverage",
        ),
        pytest.param("Made from Thu 1 Jan 2026 to Thu 19 Feb 2026.", id="reach"),
        pytest.param("8 items in all.", id="items"),
        pytest.param("An item with rows has 5.5 on average.", id="rows-an-item"),
        pytest.param("78 calls on 2 days, 2.1 rows a call.", id="calls"),
        pytest.param("The quota of research is 1,000 requests a UTC day.", id="quota"),
    ],
)
def test_page_says(page: str, told: str) -> None:
    assert told in texts_of(page).replace(" .", ".").replace("cats .", "cats.")


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param("Credential: research-1", id="credential"),
        pytest.param("Address: https://open.tiktokapis.com", id="address"),
        pytest.param("Collects: research.videos", id="kind"),
        pytest.param("Where: region_code in (US, CA) and keyword = 'cats'", id="filter"),
        pytest.param("Days: Thu 1 Jan 2026 to Thu 19 Feb 2026, UTC", id="days"),
        pytest.param("About: each id of the stage videos, once", id="source-stage"),
        pytest.param("About: each item of the file users.csv, column sec_uid", id="source-file"),
        pytest.param("At most: 1,000 rows an item", id="limit"),
        pytest.param("Last written: Sun 22 Nov 2026, 11:00 UTC", id="written"),
    ],
)
def test_page_has_the_fact(page: str, fact: str) -> None:
    assert fact in facts_of(page)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["2026-01-14", "server", "Internal word", "word-log"], id="hole"),
        pytest.param(["7005", "not_found", "word is gone", "log-7005"], id="missing"),
        pytest.param(["7006", "private", "", "-"], id="missing-without-a-message"),
        pytest.param(["With rows", "4"], id="items-with-rows"),
        pytest.param(["Without a row", "1"], id="items-without"),
        pytest.param(["Missing: private", "1"], id="items-missing"),
        pytest.param(["Nothing yet", "1"], id="items-open"),
        pytest.param(["6 to 10", "2"], id="spread"),
        pytest.param(["7003", "10"], id="item-with-most-rows"),
        pytest.param(["US", "56"], id="region"),
        pytest.param(["NL", "24"], id="region-of-posts"),
        pytest.param(["cats", "115"], id="hashtag-once-a-row"),
        pytest.param(["wordtag", "24"], id="hashtag-of-posts"),
        pytest.param(["word-1", "40"], id="account"),
        pytest.param(["word.author", "24"], id="account-of-posts"),
        pytest.param(["Wed 14 Jan 2026", "0", "1", "0"], id="day-of-a-hole"),
        pytest.param(["Tue 10 Feb 2026", "0", "0", "1"], id="day-not-collected"),
        pytest.param(["Sat 14 Feb 2026", "3", "0", "0"], id="day-collected"),
        pytest.param(["dataset/videos.parquet", "parquet", "cd" * 32, "118", "2.0 KiB"], id="file"),
        pytest.param(
            ["00004", "2026-02-10..2026-02-19", "stopped", "-", "17", "12", "14", "2.1 KiB"],
            id="shard",
        ),
        pytest.param(["Fri 20 Nov 2026", "40"], id="calls-of-a-day"),
        pytest.param(["videos", "115", "60", "70"], id="spent-by-stage"),
    ],
)
def test_page_has_the_row(page: str, row: list[str]) -> None:
    assert row in rows_of(page)


def test_posts_are_counted_on_the_day_that_their_text_says(page: str) -> None:
    assert ["Sun 5 Jan 2025", "2"] in rows_of(page)


def test_holes_are_hatched_and_open_days_grey_in_their_place(page: str) -> None:
    chart = chart_of(page, "stage-1-days")
    [hole] = [one for one in chart.iter("rect") if one.get("class") == "hole"]
    [open_] = [one for one in chart.iter("rect") if one.get("class") == "open"]
    assert hole.get("fill") == "url(#stage-1-days-hatch)"
    assert [one.get("id") for one in chart.iter("pattern")] == ["stage-1-days-hatch"]
    assert (hole.get("x"), hole.get("width")) == ("26%", "2%")
    assert (open_.get("x"), open_.get("width")) == ("80%", "8%")
    said = [title.text for one in (hole, open_) for title in one.iter("title")]
    assert said == [
        "Could not be had: Wed 14 Jan 2026",
        "Not collected yet: Tue 10 Feb 2026 to Fri 13 Feb 2026",
    ]


def test_a_whole_stage_has_no_band(page: str) -> None:
    assert not [
        one
        for key in ("stage-2-days", "stage-3-days")
        for one in chart_of(page, key).iter("rect")
        if one.get("class") in {"hole", "open"}
    ]


def test_bars_are_as_tall_as_their_numbers(page: str) -> None:
    bars = [one for one in chart_of(page, "calls").iter("rect") if one.get("class") == "c0"]
    assert [float(one.get("height", "")) for one in bars] == [150.0, 142.5]


def test_page_loads_nothing_and_runs_nothing(page: str) -> None:
    tree = tree_of(page)
    used = {element.tag for element in tree.iter()}
    assert not {"script", "link", "img", "image", "iframe", "object", "use", "form"} & used
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in {"src", "style", "action", "srcset", "data"}
            assert name != "href" or value.startswith("#")
    assert "default-src 'none'" in page
    assert not re.search(r"url\((?!#)|@import", page)


def test_page_names_no_place_of_the_machine(page: str, tmp_path: Path) -> None:
    assert str(tmp_path) not in page
    assert "secret-folder" not in page


def test_charts_ids_headings_and_references_are_in_order(page: str) -> None:
    tree = tree_of(page)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    charts = [svg for svg in tree.iter("svg") if svg.get("role") == "img"]
    assert len(charts) == 6
    assert all([child.tag for child in chart[:2]] == ["title", "desc"] for chart in charts)
    assert {str(link.get("href"))[1:] for link in tree.iter("a")} <= set(ids)
    levels = [int(one.tag[1]) for one in tree.iter() if re.fullmatch("h[1-6]", str(one.tag))]
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_every_chart_has_its_numbers_as_a_table(page: str) -> None:
    for figure in tree_of(page).iter("figure"):
        if any(svg.get("role") == "img" for svg in figure.iter("svg")):
            assert figure.find("details/div/table") is not None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    page = page_of(kept(tmp_path / "hostile", text))
    calm = {one.tag for one in tree_of(page_of(kept(tmp_path / "calm"))).iter()}
    assert {one.tag for one in tree_of(page).iter()} == calm
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", page
    )
    assert "\u0301" * 3 not in page
    page.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_manifest_makes_a_page(tmp_path: Path, text: str) -> None:
    text = text.replace("\ud800", "?")
    gap = Gap(text, text, text, text)
    shard = ShardEntry(id="00000", label=text, holes=(gap,), missing=(gap,), log_id=text)
    stage = StageEntry(name="x", collect=text, endpoint=text, shards=(shard,))
    layout = kept(
        tmp_path / "cats",
        job=text,
        spec_sha256=text,
        library=text,
        message=text,
        created_at=text,
        updated_at=text,
        stages=(stage,),
        credential=text,
        base_url=text,
        requests_per_day={text: 3},
        updates=(text,),
    )
    page = page_of(layout)
    assert not {"script", "img", "b"} & {one.tag for one in tree_of(page).iter()}
    assert "This version does not know what the rows are" in texts_of(page)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_any_text_makes_a_page_of_the_same_chapters(tmp_path: Path, text: str) -> None:
    tree = tree_of(page_of(kept(tmp_path / "any", f"x{text}")))
    assert len(list(tree.iter("section"))) == 5


def test_page_size_is_bounded(tmp_path: Path) -> None:
    gaps = tuple(Gap(f"{n}" * 99, "private", "m" * 999, "l" * 99) for n in range(3_000))
    shards = tuple(
        ShardEntry(id=f"{n:05}", label=f"{n}" * 99, items=3, done=3, missing=gaps[n : n + 1])
        for n in range(3_000)
    )
    stage = StageEntry(name="x", collect="research.user", endpoint="x", shards=shards)
    days = {f"{2016 + n % 10}-{1 + n % 12:02}-{1 + n % 28:02}": n for n in range(3_000)}
    page = page_of(kept(tmp_path / "cats", stages=(stage,), requests_per_day=days))
    assert len(page) < 400_000
    told = texts_of(page)
    assert "2,950 more not shown." in told
    assert "Show 300 shards with their hashes. 2,700 more not shown." in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"status": "complete"}, "Complete with holes All but 1 hole", id="holes"),
        pytest.param(
            {"status": "complete", "stages": ()},
            "Complete All that was asked for is here.",
            id="all",
        ),
        pytest.param({"status": "running"}, "Running This is what was there", id="running"),
        pytest.param(
            {"message": None, "stopped": "disk"}, "Stopped Why: disk. To go on", id="one-word"
        ),
        pytest.param(
            {"message": None, "stopped": None}, "Stopped Why: not recorded. To go on", id="no-word"
        ),
        pytest.param(
            {"updates": ("2026-11-23T08:00:00Z",)},
            "Brought up to dateMon 23 Nov 2026, 08:00 UTC",
            id="updated",
        ),
        pytest.param(
            {"credential": None, "base_url": None},
            "Last writtenSun 22 Nov 2026, 11:00 UTC Stage videos",
            id="no-names",
        ),
        pytest.param(
            {"base_url": "http://127.0.0.1:5000"},
            "An emulator made up these rows: nothing in them is real.",
            id="emulated",
        ),
        pytest.param(
            {"base_url": "http://127.0.0.1:5000"},
            "161 rows that an emulator of the TikTok Research API and TikAPI made up, collected",
            id="emulated-cited",
        ),
        pytest.param({"created_at": "soon"}, "from an unknown day to", id="no-time"),
        pytest.param({"requests_per_day": {}}, "Stage posts", id="no-call"),
        pytest.param(
            {
                "stages": (StageEntry(name="x", collect="research.dreams", endpoint="x"),),
                "requests_per_day": {"2026-11-20": 3},
            },
            "3 calls on 1 day, 0.0 rows a call.",
            id="unknown-kind",
        ),
        pytest.param({"requests_per_day": {"9999-01-01": 3, "x": 2}}, "Stage posts", id="no-day"),
    ],
)
def test_page_tells_how_the_job_stands(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    assert told in texts_of(page_of(kept(tmp_path / "cats", **changes)))


def test_complete_job_tells_what_cannot_be_had(tmp_path: Path) -> None:
    layout = kept(tmp_path / "cats")
    [comments] = [one for one in _manifest(layout).stages if one.name == "comments"]
    told = texts_of(page_of(kept(tmp_path / "cats", status="complete", stages=(comments,))))
    assert "Complete All that could be had; 2 items could not, and why stands below." in told


def _manifest(layout: Layout) -> Manifest:
    manifest = read_manifest(layout)
    assert manifest is not None
    return manifest


def test_job_that_never_ran_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text(SPEC)
    page = page_of(Layout(tmp_path))
    assert "Not begun Nothing has been collected yet." in texts_of(page)
    assert len(list(tree_of(page).iter("section"))) == 4
    assert "To cite" not in page


def test_job_whose_spec_is_damaged_has_a_page(layout: Layout) -> None:
    layout.spec.write_text("[[[")
    page = page_of(layout)
    assert "Collects: research.videos" in facts_of(page)
    assert "region_code in" not in page


def test_directory_without_a_job_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no job"):
        page_of(Layout(tmp_path))


def test_garbled_manifest_is_refused(layout: Layout) -> None:
    layout.manifest.write_text('{"job": 1')
    with pytest.raises(CheckpointMismatchError):
        page_of(layout)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"US")] ^= 1
    path.write_bytes(content)


def _garble(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = b"\xff" * (len(lines[1]) - 1) + b"\n"
    lines[2] = b"[" * (len(lines[2]) - 1) + b"\n"
    lines[3] = b'"' + b"a" * (len(lines[3]) - 3) + b'"\n'
    path.write_bytes(b"".join(lines))


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b'{"id": 1}\n')


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param(_cut, "It is cut: ", id="cut"),
        pytest.param(_flip, "It is not what was collected: its SHA-256 differs.", id="flipped"),
        pytest.param(_garble, "It has 3 lines that cannot be read as a row.", id="garbled"),
        pytest.param(_lengthen, "It is too long: 10 bytes at its end are not counted.", id="long"),
        pytest.param(os.unlink, "It cannot be read (No such file or directory).", id="gone"),
        pytest.param(_pipe, "It cannot be read (Invalid argument).", id="pipe"),
        pytest.param(_folder, "It cannot be read (I", id="folder"),
    ],
)
def test_damage_is_told_and_the_rest_is_counted(layout: Layout, harm: Any, told: str) -> None:
    harm(layout.part("videos", "00001"))
    manifest = _manifest(layout)
    write_manifest(layout, attrs.evolve(manifest, status="complete", stopped=None))
    page = page_of(layout)
    assert next(one.text for one in tree_of(page).iter("h2")) == "Damage"
    assert told in texts_of(page)
    assert "Damaged Parts of it are cut, changed or gone: see below" in texts_of(page)
    assert "Damaged; 1 hole, 2 missing items." in texts_of(page)
    assert "videos/00001" in texts_of(page)
    assert ["Thu 1 Jan 2026", "2", "0", "0"] in rows_of(page)


def test_part_that_goes_on_is_read_as_far_as_it_is_recorded(layout: Layout) -> None:
    path = layout.part("videos", "00004")
    path.write_bytes(path.read_bytes() + b'{"id": 1, "create')
    page = page_of(layout)
    assert "Damage" not in page
    assert ["00004", "2026-02-10..2026-02-19", "stopped", "-", "17"] in [
        row[:5] for row in rows_of(page)
    ]


def test_count_that_differs_is_told(layout: Layout) -> None:
    changed(layout, 0, "00004", rows=99)
    assert "It has 17 rows where 99 were counted." in texts_of(page_of(layout))


def test_line_without_end_is_not_held(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiktok_async.report.dataset.part_rows._LINE_MOST", 1_000)
    path = layout.part("videos", "00004")
    content = b" " * 50_000 + b'{"id": 2}\n' + b'{"id": 1}\n'
    path.write_bytes(content)
    changed(layout, 0, "00004", size=len(content), rows=2)
    assert ["videos/00004", "It has 1 line that cannot be read as a row."] in rows_of(
        page_of(layout)
    )


def test_rows_without_a_usable_date_are_told(layout: Layout) -> None:
    path = layout.part("videos", "00004")
    rows = [{**video(1, NOW.date()), "create_time": bad} for bad in ("x", None, 1, 10**30, 4e9)]
    content = b"".join(
        f"{row}\n".replace("'", '"').replace("None", "null").encode() for row in rows
    )
    path.write_bytes(content)
    changed(layout, 0, "00004", size=len(content), rows=5)
    assert "Left out: 5 rows without a usable date." in texts_of(page_of(layout))


def test_same_dataset_and_time_make_the_same_page(layout: Layout, page: str) -> None:
    assert page_of(layout) == page


def test_page_is_written_into_the_job_for_its_owner_alone(layout: Layout, page: str) -> None:
    assert write_dataset_report(layout.root, now=NOW) == layout.report
    assert layout.report.read_text("utf-8") == page
    assert stat.S_IMODE(layout.report.stat().st_mode) == 0o600


def test_page_replaces_nothing_unasked(layout: Layout, tmp_path: Path) -> None:
    target = tmp_path / "mine.html"
    target.write_text("mine")
    with pytest.raises(TargetExistsError):
        write_dataset_report(layout.root, target)
    assert target.read_text() == "mine"
    assert write_dataset_report(layout.root, target, overwrite=True) == target
    assert target.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_missing_folder_is_told(layout: Layout, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_dataset_report(layout.root, tmp_path / "no" / "page.html")


def test_items_of_one_row_each_have_no_spread_and_no_ranking(layout: Layout) -> None:
    rows = [{"username": f"{n}", "of_username": f"{n}"} for n in range(4)]
    entry = ShardEntry(id="00000", label="0 … 3", status="complete", items=4, done=4)
    shard = written(layout, "authors", entry, rows)
    stage = StageEntry(name="authors", collect="research.user", endpoint="x", shards=(shard,))
    write_manifest(layout, attrs.evolve(_manifest(layout), stages=(stage,)))
    page = page_of(layout)
    assert ["With rows", "4"] in rows_of(page)
    assert "Rows an item" not in page
    assert "Items with most rows" not in page


def test_item_under_way_counts_once(layout: Layout) -> None:
    rows = [{"id": 1, "of_video_id": "7"}, {"id": 2, "of_video_id": "8"}]
    entry = ShardEntry(id="00000", label="7 … 10", status="stopped", items=4, done=1)
    shard = written(layout, "comments", entry, rows)
    later = attrs.evolve(shard, id="u001-00000", rows=0, size=0, status="complete", done=4)
    stage = StageEntry(
        name="comments", collect="research.comments", endpoint="x", shards=(shard, later)
    )
    write_manifest(layout, attrs.evolve(_manifest(layout), stages=(stage,)))
    page = page_of(layout)
    assert "4 items in all." in texts_of(page)
    assert ["With rows", "2"] in rows_of(page)
    assert ["Nothing yet", "2"] in rows_of(page)
    assert "Without a row" not in page


def test_too_many_items_are_not_told_apart(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiktok_async.report.dataset.counting._ITEMS_MOST", 2)
    page = page_of(layout)
    assert "There are too many to tell which of them have rows." in texts_of(page)
    assert ["Not told apart", "6"] in rows_of(page)
    assert "Of the first 2 items alone." in texts_of(page)
