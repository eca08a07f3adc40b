"""The page of charts and the figures of the README, from results that are made up."""

from __future__ import annotations

import html
import os
import re
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from samples_of_results import calls, everything, rated, write

from benchmarks import chart, figures
from benchmarks.claims import claim_of
from benchmarks.reading import SCRIPTS, read

if TYPE_CHECKING:
    from pathlib import Path

READ = "# Title\n\nBefore.\n\n<!-- figures -->\nold\n<!-- end of figures -->\n\nAfter.\n"


def page_of(folder: Path) -> str:
    return chart.page(read(folder))


def section(page: str, name: str) -> str:
    """Return the part of the page that is about a script, as text without tags."""
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found is not None, name
    return html.unescape(re.sub(r"<[^>]+>", " ", found[0]))


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_says_what_it_claims(name: str) -> None:
    assert claim_of(name).endswith(".")


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_claim_has_bars_and_a_row(name: str, tmp_path: Path) -> None:
    write(tmp_path, everything())
    results = read(tmp_path)
    assert results.missing == {}
    claim = next(one for one in results.claims if one.name == name)
    part = chart.page(results).partition(f'<section id="{name}"')[2].partition("</section>")[0]
    assert part.count("<rect") == sum(len(scene.entries) for scene in claim.scenes)
    assert part.count('class="goal"') == len(claim.goals()) > 0
    title = "100 connections" if name == "calls" else f"{claim.title}, "
    assert f"\n| {title}" in figures.written(results)


@pytest.mark.parametrize(
    ("name", "entry", "reached", "said"),
    [
        pytest.param("calls", "core", False, "at least 6 times httpx", id="ratio-missed"),
        pytest.param("calls", "fast", True, "at least 12 times httpx", id="ratio-reached"),
        pytest.param("calls", "fast", True, "at least 0.6 times aiohttp", id="aiohttp"),
        pytest.param("calls", "fast", True, "p99 at most 1/10 of theirs, 900 ms", id="p99"),
        pytest.param("calls", "core", False, "p99 at most 1/3 of theirs, 900 ms", id="p99-missed"),
        pytest.param(
            "calls", "fast", True, "at least 0.7 times what the server could answer", id="ideal"
        ),
        pytest.param("calls", "core", False, "at most 60 µs", id="added-cost"),
        pytest.param("pages", "core", True, "at least 1.3 times httpx", id="pages"),
        pytest.param("queued", "2,500 queued", False, "at least 0.9 times 50 tasks", id="queue"),
        pytest.param("queued", "queued call", True, "at most 4 KiB", id="memory"),
        pytest.param("decode", "core", False, "at most 2.5 times msgspec", id="decode"),
        pytest.param("imports", "import tiktok_async", True, "at most 1.3 times httpx", id="time"),
        pytest.param("download", "core", False, "at least 0.33 times curl", id="curl"),
        pytest.param("download", "fast", True, "at least 2 times chunks", id="chunks"),
        pytest.param("archive", "plain", True, "at least 2 times ijson", id="ijson"),
        pytest.param("crawl", "core", False, "at least 5 times the tikapi SDK", id="sdk"),
        pytest.param("sinks", "csv", False, "at most 300 MiB", id="sinks"),
        pytest.param("jobs", "job core", True, "at least 15 times TikTok's wrapper", id="jobs"),
        pytest.param("jobs", "job core", True, "at most 2 ms", id="cpu-of-a-page"),
        pytest.param(
            "checkpoints",
            "one for each page",
            True,
            "at least 0.9 times one for each shard",
            id="checkpoints",
        ),
    ],
)
def test_a_goal_is_told_by_a_word(
    name: str, entry: str, reached: bool, said: str, tmp_path: Path
) -> None:
    write(tmp_path, everything())
    results = read(tmp_path)
    claim = next(one for one in results.claims if one.name == name)
    goals = [(one.name, goal.said, goal.reached) for _, one, goal in claim.goals()]
    assert (entry, said, reached) in goals
    text = re.sub(r"\s+:", ":", section(chart.page(results), name))
    assert f"{'Reached' if reached else 'Not reached'}: {said}" in text
    assert f"; {'reached' if reached else 'not reached'}: {said}" in text  # of the picture itself
    row = f"{said}: {'reached' if reached else '**not reached**'}"
    told = figures.written(results).replace(" httpx", "")  # the table of calls names it once
    assert row.replace(" httpx", "") in told


def test_a_mark_is_where_its_figure_would_be(tmp_path: Path) -> None:
    made = [rated("httpx", 50.0, 1.0, windows=1), rated("core", 100.0, 2.0, 2.0, windows=1)]
    write(tmp_path, {"pages": made})
    part = page_of(tmp_path).partition('<section id="pages"')[2]
    widths = re.findall(r'<rect class="c\d" width="([\d.]+)%', part)
    assert [float(width) for width in widths] == [33.0, 66.0]
    assert re.findall(r'<line x1="([\d.]+)%"[^>]*class="goal"', part) == ["66.00"]


def test_the_page_begins_with_the_machine(tmp_path: Path) -> None:
    write(tmp_path, everything())
    said = read(tmp_path).sentences()[0]
    assert said == (
        "A full run of `nox -s bench` on 2020-01-02, on a machine with 2 cores and"
        " Python 3.11.9, load 0.2 at the start and 1.5 at the end."
    )
    assert said.partition("`")[0] in page_of(tmp_path)
    assert said in figures.written(read(tmp_path))


def test_what_is_absent_is_said(tmp_path: Path) -> None:
    found = everything()
    del found["jobs"]
    found["imports"] = {"httpx": 0.2}
    write(tmp_path, found, run=False)
    results = read(tmp_path)
    why = {"jobs": "no result file", "imports": "result file of another release"}
    assert results.missing == why
    said = "Left out: imports (result file of another release), jobs (no result file)."
    for text in (chart.page(results), figures.written(results)):
        assert said in text
        assert "Scripts run one by one" in text


def test_what_another_run_found_is_said(tmp_path: Path) -> None:
    write(tmp_path, everything())
    os.utime(tmp_path / "pages.json", (10**9, 10**9))
    assert "Taken apart from that run: pages." in read(tmp_path).sentences()


def test_names_are_escaped(tmp_path: Path) -> None:
    found = calls()
    found["calls"][1]["contender"] = "<script>alert(1)</script>"
    write(tmp_path, {"calls": found})
    text = page_of(tmp_path)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_page_loads_nothing_and_is_well_formed(tmp_path: Path) -> None:
    write(tmp_path, everything())
    text = page_of(tmp_path)
    assert not re.search(r"<script|<link|<img|@import|url\(|src=|https?://", text)
    assert set(re.findall(r'href="(.)', text)) == {"#"}
    body = text[text.index("<body>") : text.index("</html>")]
    assert ET.fromstring(body).find(".//svg") is not None  # noqa: S314  # our own


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *options: str, readme: str = READ) -> Path:
    """Run the command of the figures on results and a README of its own."""
    path = folder / "README.md"
    if not path.exists():
        path.write_text(readme)
    monkeypatch.setattr(figures, "README", path)
    monkeypatch.setattr(figures, "read", lambda: read(folder))
    monkeypatch.setattr(sys, "argv", ["figures", *options])
    figures.main()
    return path


def test_check_finds_figures_that_are_not_of_the_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, everything())
    with pytest.raises(SystemExit, match="not those of the results"):
        run(monkeypatch, tmp_path, "--check")
    text = run(monkeypatch, tmp_path).read_text()
    run(monkeypatch, tmp_path, "--check")
    assert text.startswith("# Title\n\nBefore.\n\n<!-- figures -->\n")
    assert text.endswith("<!-- end of figures -->\n\nAfter.\n")
    assert "old" not in text
    found = everything()
    found["batch"]["peak"] = 64.0
    write(tmp_path, found)
    with pytest.raises(SystemExit, match="not those of the results"):
        run(monkeypatch, tmp_path, "--check")


def test_figures_without_results_or_marks_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="no results"):
        run(monkeypatch, tmp_path)
    write(tmp_path, {"verify": everything()["verify"]})
    (tmp_path / "README.md").write_text("# No marks\n")
    with pytest.raises(ValueError, match="<!-- figures -->"):
        run(monkeypatch, tmp_path)


def test_the_readme_has_the_marks() -> None:
    assert figures.renewed(figures.README.read_text("utf-8"), read())
