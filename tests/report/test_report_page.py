"""The page of a report: whole, safe, alone, the same each time, and readable by all."""

from __future__ import annotations

import json
import re
import stat
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from exported_archive import LINK, known, opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from read_page import HOSTILE, texts_of, tree_of

from tiktok_async import DiskError, InputError, TargetExistsError
from tiktok_async.errors import ArchiveError
from tiktok_async.markup import Html, foreign, joined, tag
from tiktok_async.report import export_report, write_export_report, writing

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def page_of(folder: Path, export: dict[str, Any]) -> str:
    return "".join(export_report(opened(folder, export), now=NOW))


@pytest.fixture
def page(tmp_path: Path) -> str:
    return page_of(tmp_path, known())


def test_page_tells_every_chapter(page: str) -> None:
    titles = [heading.text for heading in tree_of(page).iter("h2")]
    assert titles == [
        "When",
        "Watched and liked",
        "Searches",
        "People",
        "Posts",
        "Comments and messages",
        "Live",
        "Gifts and coins",
        "Advertising",
        "Logins",
        "What is in the archive",
    ]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("TikTok archive of @word.person", id="whose"),
        pytest.param("Sun 1 Mar 2026 to Sat 9 May 2026: 15 actions on 8 days.", id="reach"),
        pytest.param("Written on Sun 22 Nov 2026.", id="when-written"),
        pytest.param("Busiest: Mon from 21:00 to 21:59, 3 actions.", id="busiest-hour"),
        pytest.param("Left out: 1 row without a usable date.", id="left-out"),
        pytest.param("3 searches for 2 different terms", id="searches"),
        pytest.param("2 followers, 1 following, 1 blocked.", id="people"),
        pytest.param("2 posts with 19 likes in all.", id="posts"),
        pytest.param("1 comment, 5 messages in 2 chats, sent and received.", id="talk"),
        pytest.param("2 in all; 420 coins.", id="coins"),
        pytest.param("1 event told by another site, 1 form answered.", id="advertising"),
        pytest.param("3 logins, 1 device model, 3 network addresses.", id="logins"),
        pytest.param("The archive is in JSON form.", id="form"),
        pytest.param("exports of 2026", id="era"),
        pytest.param("Your Activity > word Mystery", id="unknown-section"),
        pytest.param("Vouchers.", id="empty-section"),
        pytest.param("TikTok documents no time zone", id="zone"),
    ],
)
def test_page_says(page: str, told: str) -> None:
    assert told in texts_of(page)


def test_inventory_tells_rows_and_skipped_rows(page: str) -> None:
    rows = [[cell.text for cell in row] for row in tree_of(page).iter("tr")]
    assert ["Watch History", "4", "1"] in rows


def test_page_never_tells_what_was_said(tmp_path: Path) -> None:
    export = known()
    export["Comment"]["Comments"]["CommentsList"][0]["comment"] = "planted-marker"
    for message in export["Direct Message"]["Direct Messages"]["ChatHistory"].popitem()[1]:
        message["Content"] = "planted-marker"
    assert "planted-marker" not in page_of(tmp_path, export)


def test_page_loads_nothing_and_runs_nothing(page: str) -> None:
    tree = tree_of(page)
    allowed = Counter(element.tag for element in tree.iter())
    assert (
        not {"script", "link", "img", "image", "iframe", "object", "use", "form"} & allowed.keys()
    )
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in {"src", "style", "action", "srcset", "data"}
            assert name != "href" or value.startswith("#")
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|//[a-z]|url\(|@import", page)


def test_page_names_no_place_of_the_machine(page: str, tmp_path: Path) -> None:
    assert str(tmp_path) not in page
    assert "user_data_tiktok" not in page


def test_charts_say_what_they_are_to_those_who_cannot_see(page: str) -> None:
    tree = tree_of(page)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    charts = [svg for svg in tree.iter("svg") if svg.get("role") == "img"]
    assert len(charts) >= 15
    for chart in charts:
        assert [child.tag for child in chart[:2]] == ["title", "desc"]
        assert all(child.text for child in chart[:2])
        assert str(chart.get("aria-labelledby")).split() == [child.get("id") for child in chart[:2]]
    hidden = [svg for svg in tree.iter("svg") if svg.get("aria-hidden") == "true"]
    inner = [svg for chart in charts for svg in chart.iter("svg") if svg is not chart]
    assert len(charts) + len(hidden) + len(inner) == len(list(tree.iter("svg")))


def test_every_chart_has_its_numbers_as_a_table(page: str) -> None:
    for figure in tree_of(page).iter("figure"):
        if any(svg.get("role") == "img" for svg in figure.iter("svg")):
            assert figure.find("details/div/table") is not None


def test_references_and_headings_are_in_order(page: str) -> None:
    tree = tree_of(page)
    ids = {element.get("id") for element in tree.iter()}
    targets = [str(link.get("href"))[1:] for link in tree.iter("a")]
    assert targets
    assert set(targets) <= ids
    levels = [int(one.tag[1]) for one in tree.iter() if re.fullmatch("h[1-6]", str(one.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert tree.get("lang") == "en"


def test_columns_are_as_tall_as_their_numbers(tmp_path: Path) -> None:
    rows = [{"Date": "2026-03-02 10:00:00", "SearchTerm": "a"}] * 4
    rows += [{"Date": "2026-03-03 10:00:00", "SearchTerm": "a"}] * 2
    page = page_of(tmp_path, {"Your Activity": {"Searches": {"SearchList": rows}}})
    [chart] = [
        svg
        for svg in tree_of(page).iter("svg")
        if svg.get("aria-labelledby", "").startswith("searches-time")
    ]
    heights = [float(rect.get("height", "")) for rect in chart.iter("rect")]
    assert heights == [150.0, 75.0]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    page = page_of(tmp_path, known(text))
    elements = Counter(one.tag for one in tree_of(page).iter())
    calm = Counter(one.tag for one in tree_of(page_of(tmp_path, known())).iter())
    assert not elements - calm
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", page
    )
    assert "\u0301" * 3 not in page
    page.encode()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_any_text_makes_a_page_of_the_same_elements(tmp_path: Path, text: str) -> None:
    tree = tree_of(page_of(tmp_path, known(f"x{text}")))
    assert len(list(tree.iter("section"))) == 11
    assert not list(tree.iter("script"))


def test_page_size_is_bounded(tmp_path: Path) -> None:
    many = range(3_000)
    day = "2016-03-02 10:00:00"
    dates = [f"{2015 + number % 11}-{1 + number % 12:02}-{1 + number % 28:02}" for number in many]
    export = {
        "Your Activity": {
            "Watch History": {
                "VideoList": [{"Date": f"{one} 10:00:00", "Link": LINK} for one in dates]
            },
            "Searches": {"SearchList": [{"Date": day, "SearchTerm": f"{n}" * 99} for n in many]},
            "Ad Interests": {"AdInterestCategories": " | ".join(f"{n}" * 99 for n in many)},
            "Login History": {
                "LoginHistoryList": [
                    {
                        "Date": f"{one} 10:00:00",
                        "IP": f"{n}",
                        "DeviceModel": f"{n}" * 99,
                        "DeviceSystem": "abcdefghij"[n % 10] * 99 + "klmnopqrst"[n // 300],
                        "NetworkType": f"{n}" * 99,
                    }
                    for n, one in enumerate(dates)
                ]
            },
            **{f"Mystery {number}": {"List": [1]} for number in many},
        }
    }
    page = page_of(tmp_path, export)
    assert len(page) < 250_000
    assert "2,950 more not shown." in page


@pytest.mark.parametrize(
    "export",
    [
        pytest.param({"Your Activity": {"Watch History": {"VideoList": []}}}, id="an-empty-list"),
        pytest.param({"Your Activity": {"Watch History": None}, "Comment": {}}, id="null"),
        pytest.param({"Activity": {}, "Profile": {}}, id="roots-alone"),
    ],
)
def test_empty_archive_makes_a_sensible_page(tmp_path: Path, export: dict[str, Any]) -> None:
    page = page_of(tmp_path, export)
    assert "The archive holds no dated activity." in page
    assert [heading.text for heading in tree_of(page).iter("h2")] == ["What is in the archive"]
    assert not list(tree_of(page).iter("nav"))


def test_rows_without_a_date_are_counted_and_not_drawn(tmp_path: Path) -> None:
    rows = [{"SearchTerm": "a"}, {"Date": "9999-01-01 00:00:00", "SearchTerm": "a"}]
    told = texts_of(page_of(tmp_path, {"Your Activity": {"Searches": {"SearchList": rows}}}))
    assert "2 searches for 1 different term" in told
    assert "Left out: 2 rows without a usable date." in told


def test_tomorrow_may_have_come_where_the_archive_was_made(tmp_path: Path) -> None:
    rows = [{"Date": f"2026-11-{day} 10:00:00", "SearchTerm": "a"} for day in (22, 23, 24)]
    told = texts_of(page_of(tmp_path, {"Your Activity": {"Searches": {"SearchList": rows}}}))
    assert "Sun 22 Nov 2026 to Mon 23 Nov 2026: 2 actions" in told


def test_same_archive_and_time_make_the_same_page(tmp_path: Path, page: str) -> None:
    assert page_of(tmp_path, known()) == page
    shuffled = known()
    for root in shuffled.values():
        for section in list(root):
            root[section] = root.pop(section)
    later = datetime(2026, 11, 23, tzinfo=UTC)
    assert "".join(export_report(opened(tmp_path, shuffled), now=later)) != page


def test_report_is_written_for_its_owner_alone(tmp_path: Path, page: str) -> None:
    target = tmp_path / "report.html"
    write_export_report(opened(tmp_path, known()), target, now=NOW)
    assert target.read_text("utf-8") == page
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report.html",
        "user_data_tiktok.json",
    ]


def test_report_replaces_nothing_unasked(tmp_path: Path) -> None:
    archive = opened(tmp_path, known())
    target = tmp_path / "report.html"
    target.write_text("mine")
    with pytest.raises(TargetExistsError):
        write_export_report(archive, target, now=NOW)
    assert target.read_text() == "mine"
    write_export_report(archive, target, now=NOW, overwrite=True)
    assert target.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_report_of_a_damaged_archive_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "user_data_tiktok.json"
    archive = opened(tmp_path, known())
    path.write_text(json.dumps(known())[:-200])
    with pytest.raises(ArchiveError):
        write_export_report(archive, tmp_path / "report.html", now=NOW)
    assert [one.name for one in tmp_path.iterdir()] == ["user_data_tiktok.json"]


def test_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_durably", refuse)
    with pytest.raises(DiskError) as caught:
        write_export_report(opened(tmp_path, known()), tmp_path / "report.html", now=NOW)
    assert caught.value.kind == "full"


def test_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_export_report(opened(tmp_path, known()), tmp_path / "no" / "report.html", now=NOW)


def test_report_takes_the_machines_time_by_default(tmp_path: Path) -> None:
    page = "".join(export_report(opened(tmp_path, known())))
    assert f"{datetime.now(UTC):%Y}" in texts_of(page)


def test_markup_escapes_all_that_is_not_markup() -> None:
    assert (
        tag("p", "a < b", Html("<b>c</b>"), class_='"') == '<p class="&quot;">a &lt; b<b>c</b></p>'
    )
    assert joined("&", Html("&amp;")) == "&amp;&amp;"
    assert tag("p", aria_label=None, data_key=1.5) == '<p data-key="1.5"></p>'


def test_foreign_text_is_one_line_with_a_direction_of_its_own() -> None:
    assert foreign(" two\n\tlines ") == "<bdi>two lines</bdi>"
    assert foreign("x" * 81) == f"<bdi>{'x' * 79}…</bdi>"


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours' luminance, as WCAG 2 defines it."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_and_mark_has_contrast_in_every_scheme() -> None:
    css = files("tiktok_async.report").joinpath("style.css").read_text("utf-8")
    schemes = [
        dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]
    assert len(schemes) == 3
    for scheme in schemes:
        for text in ("ink", "muted", "c0", "c1"):
            for ground in ("paper", "panel"):
                assert contrast(scheme[text], scheme[ground]) >= 4.5
        for mark in ("c0", "c1", "c2", "c3", "c4", "c5"):
            assert contrast(scheme[mark], scheme["paper"]) >= 3
        shades = [contrast(scheme[f"h{step}"], scheme["paper"]) for step in range(6)]
        assert shades == sorted(shades)
