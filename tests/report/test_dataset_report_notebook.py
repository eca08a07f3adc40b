"""What notebooks show of a job: small tables, escaped, also where something is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import attrs
import pytest
from kept_job import kept, planned
from read_page import HOSTILE

from tiktok_async.jobs.dataset import Dataset
from tiktok_async.jobs.documents import read_manifest
from tiktok_async.jobs.progress import Progress, StageProgress

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.jobs.manifest import Manifest


def tree(shown: str) -> ET.Element:
    return ET.fromstring(f"<div>{shown}</div>")  # noqa: S314  # our own


def rows(shown: str) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in tree(shown).iter("tr")]


def manifest(folder: Path, word: str = "word") -> Manifest:
    found = read_manifest(kept(folder, word))
    assert found is not None
    return found


def test_manifest_shows_its_stages(tmp_path: Path) -> None:
    shown = manifest(tmp_path)._repr_html_()
    assert "".join(tree(shown).itertext()).startswith("cats: stopped, 161 rows.The daily quota")
    assert rows(shown) == [
        ["Stage", "State", "Shards", "Rows", "Calls", "Holes", "Missing"],
        ["videos", "stopped", "4 of 5", "115", "70", "1", "0"],
        ["comments", "stopped", "1 of 2", "22", "8", "0", "2"],
        ["posts", "complete", "1 of 1", "24", "2", "0", "0"],
    ]


def test_manifest_with_many_stages_stays_small(tmp_path: Path) -> None:
    one = manifest(tmp_path)
    shown = attrs.evolve(one, stages=one.stages * 40)._repr_html_()
    assert len(rows(shown)) == 51
    assert "70 stages more." in shown


def test_progress_shows_its_stages_and_what_it_waits_for() -> None:
    shown = Progress(
        stages=(
            StageProgress(name="videos", shards=1_200, done=3, running=2, rows=5_000),
            StageProgress(name="later", shards=None),
        ),
        seconds=10,
        rows=2_500,
        calls=30,
        retries=0,
        waiting="the quota",
        wake_at=datetime(2026, 11, 23, 0, 1, tzinfo=UTC),
    )._repr_html_()
    assert "2,500 rows in 10 s, 250 a second." in shown
    assert "the quota, until 2026-11-23 00:01 UTC" in shown
    assert rows(shown)[1:] == [
        ["videos", "3 of 1,200", "2", "5,000", "0", "0", "0"],
        ["later", "0 of ?", "0", "0", "0", "0", "0"],
    ]


def test_progress_that_just_began_has_no_speed() -> None:
    shown = Progress(stages=(), seconds=0, rows=1, calls=0, retries=0)._repr_html_()
    assert "1 row in 0 s, 0 a second." in shown
    assert "Waits" not in shown


def test_dataset_shows_its_first_rows(tmp_path: Path) -> None:
    layout = kept(tmp_path)
    planned(layout)
    shown = Dataset.open(layout.root, "videos")._repr_html_()
    assert "115 rows, partial; 1 hole, 0 missing items." in shown
    head, *body = rows(shown)
    assert head == ["id", "create_time", "username", "region_code", "hashtag_names"]
    assert len(body) == 5
    assert body[0][0] == "7000000000000000100"
    assert "110 rows more." in shown


def test_dataset_without_rows_shows_that(tmp_path: Path) -> None:
    layout = kept(tmp_path)
    shown = Dataset.open(layout.root, "videos")._repr_html_()
    assert "0 rows, partial" in shown
    assert not rows(shown)


def test_damaged_dataset_shows_what_is_wrong(tmp_path: Path) -> None:
    layout = kept(tmp_path)
    planned(layout)
    layout.part("videos", "00000").unlink()
    shown = Dataset.open(layout.root, "videos")._repr_html_()
    assert "It cannot be read: " in "".join(tree(shown).itertext())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    layout = kept(tmp_path, text)
    planned(layout)
    shown = [manifest(tmp_path, text)._repr_html_()]
    shown += [
        Dataset.open(layout.root, stage)._repr_html_() for stage in ("videos", "comments", "posts")
    ]
    used = {one.tag for one in tree("".join(shown)).iter()}
    assert used == {"div", "p", "b", "bdi", "table", "thead", "tbody", "tr", "th", "td"}
    assert len("".join(shown)) < 30_000
    "".join(shown).encode()
