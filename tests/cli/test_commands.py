"""The research commands, against an emulator, in this process."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from inspect import signature

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import SPAN, VIDEOS, emulating, variables
from tiktok_async.cli import listings
from tiktok_async.emulator import Fault
from tiktok_async.research.where import parse_where
from tiktok_async.sansio.endpoint import parameters

WHERE = "region_code in (US, CA)"


def due(emulator, start=date(2022, 1, 1), end=date(2022, 3, 31)):
    found = emulator.world.search(parse_where(WHERE).to_dict(), start, end, fields=["id"])
    return {row["id"] for row in found}


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_videos_gives_every_row_once_in_the_order_of_the_windows(account, run):
    outcome = run(*VIDEOS, *SPAN)
    assert outcome.code == 0
    ids = [row["id"] for row in outcome.rows]
    assert len(ids) == len(set(ids))
    assert set(ids) == due(account)
    months = [row["create_time"] // (30 * 86_400) for row in outcome.rows]
    assert months[0] < months[-1]
    assert list(outcome.rows[0])[:3] == ["id", "create_time", "username"]
    assert outcome.err.startswith("complete\n")


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_videos_writes_each_format(account, run, tmp_path, ending):
    path = tmp_path / f"videos.{ending}"
    outcome = run(*VIDEOS, *SPAN, "-o", path, "--json", "--fields", "id,username")
    assert outcome.code == 0
    assert outcome.json["complete"] is True
    assert outcome.json["rows"] == len(due(account))
    assert outcome.json["units_done"] == outcome.json["units_total"] == 3
    assert [found.name for found in tmp_path.iterdir() if "videos" in found.name] == [path.name]
    if ending == "jsonl":
        found = [json.loads(line)["id"] for line in path.read_text().splitlines()]
    elif ending == "csv":
        rows = table(path)
        assert list(rows[0]) == ["id", "create_time", "username", "extra"]
        found = [int(row["id"]) for row in rows]
    else:
        found = [int(one) for one in pq.read_table(path)["id"].to_pylist()]
    assert set(found) == due(account)
    assert len(found) == len(due(account))


def test_hyphen_is_standard_output(account, run):
    outcome = run("research", "pinned", "joe1234567", "-o", "-", "--quiet")
    assert outcome.code == 0
    assert outcome.rows


def test_hyphen_is_standard_input(account, run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("joe1234567\n"))
    outcome = run("research", "user", "--from-file", "-", "--quiet")
    assert [row["username"] for row in outcome.rows] == ["joe1234567"]


def test_limit_ends_exactly_and_spends_no_call_ahead(run, monkeypatch):
    with emulating(short_pages=False) as emulator:
        for name, value in variables(emulator).items():
            monkeypatch.setenv(name, value)
        outcome = run(*VIDEOS, *SPAN, "--limit", 5)
        assert emulator.stats()["by_endpoint"]["research.video.query"] == 1
    assert outcome.code == 0
    assert len(outcome.rows) == 5
    assert "ended at --limit 5; there is more" in outcome.err


def test_limit_above_the_answer_is_complete(account, run):
    outcome = run("research", "pinned", "joe1234567", "--limit", 1000)
    assert outcome.code == 0
    assert outcome.err.startswith("complete\n")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        pytest.param(["liked", "joe1234567"], "id", id="liked"),
        pytest.param(["pinned", "joe1234567"], "id", id="pinned"),
        pytest.param(["reposted", "joe1234567"], "id", id="reposted"),
        pytest.param(["followers", "joe1234567"], "username", id="followers"),
        pytest.param(["following", "joe1234567"], "username", id="following"),
        pytest.param(["shop", "shop", "--limit", "3"], "shop_id", id="shop"),
        pytest.param(["products", "7495000000000000000"], "product_id", id="products"),
    ],
)
def test_listing_gives_rows(account, run, words, key):
    common = ["--limit", "3"] if "--limit" not in words else []
    outcome = run("research", *words, *common, "--quiet")
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.rows
    assert all(key in row for row in outcome.rows)


def test_reviews_are_of_a_product(account, run):
    product = run("research", "products", "7495000000000000000", "--limit", 1).rows[0]
    outcome = run("research", "reviews", product["product_id"])
    assert outcome.code == 0
    assert {row["product_name"] for row in outcome.rows} <= {product["product_name"]}


def test_playlist_gives_its_videos(account, run):
    query = parse_where(WHERE).to_dict()
    videos = account.world.search(query, date(2022, 1, 1), date(2023, 12, 31))
    video = next(video for video in videos if "playlist_id" in video)
    outcome = run("research", "playlist", video["playlist_id"])
    assert outcome.code == 0
    assert video["id"] in outcome.rows[0]["playlist_video_ids"]


def test_comments_and_replies_take_several_ids(account, run):
    found = run(*VIDEOS, *SPAN, "--limit", 40, "--fields", "id,comment_count").rows
    videos = [row["id"] for row in found if 0 < row.get("comment_count", 0) < 90][:2]
    comments = run("research", "comments", *videos).rows
    assert [row["video_id"] for row in comments] == sorted(
        (row["video_id"] for row in comments), key=videos.index
    )
    assert len({row["id"] for row in comments}) == len(comments)
    answered = [row["id"] for row in comments if row.get("reply_count")][:2]
    replies = run("research", "replies", *answered)
    assert replies.code == 0
    assert {row["parent_comment_id"] for row in replies.rows} <= set(answered)


def test_user_names_each_row_and_passes_over_who_cannot_be_had(account, run, tmp_path):
    path = tmp_path / "users.csv"
    outcome = run("research", "user", "joe1234567", "nobody", "joe_private", "joe1234567",
                  "-o", path, "--json")  # fmt: skip
    assert outcome.code == 1
    assert [row["username"] for row in table(path)] == ["joe1234567"]
    assert outcome.json["missing"] == ["nobody", "joe_private"]
    assert outcome.json["complete"] is False
    assert not (tmp_path / "users.csv.state.json").exists()


def test_user_alone_that_cannot_be_had_is_an_error(account, run, tmp_path):
    outcome = run("research", "user", "nobody", "-o", tmp_path / "users.csv")
    assert outcome.code == 1
    assert "cannot find the user" in outcome.err
    assert not (tmp_path / "users.csv").exists()


def test_user_reads_names_from_a_file(account, run, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("\ufeffjoe1234567\n\n")
    outcome = run("research", "user", "--from-file", names, "--fields", "bio_url, video_count")
    assert outcome.code == 0
    assert outcome.rows[0]["username"] == "joe1234567"
    assert "display_name" not in outcome.rows[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param([*VIDEOS[:2], "--where", "region_code in (US", *SPAN], "^", id="where"),
        pytest.param([*VIDEOS, "--start", "2022-02-01", "--end", "2022-01-01"], "swap", id="span"),
        pytest.param([*VIDEOS, "--start", "1.2.22", "--end", "20220101"], "--start", id="day"),
        pytest.param([*VIDEOS, *SPAN, "--max-count", "101"], "from 1 to 100", id="max-count"),
        pytest.param([*VIDEOS, *SPAN, "--windows", "0"], "--windows 0", id="windows"),
        pytest.param(
            [*VIDEOS, *SPAN, "--window-days", "31"],
            "--window-days 31: write 1 to 30",
            id="window-days",
        ),
        pytest.param([*VIDEOS, *SPAN, "--fields", "nope"], "choose from", id="fields"),
        pytest.param([*VIDEOS, *SPAN, "--limit", "0"], "--limit 0", id="limit"),
        pytest.param([*VIDEOS, *SPAN, "-o", "x.txt"], ".parquet", id="ending"),
        pytest.param([*VIDEOS, *SPAN, "--resume"], "-o FILE", id="resume-stdout"),
        pytest.param([*VIDEOS, *SPAN, "--nope"], "Unknown option", id="unknown-option"),
        pytest.param([*VIDEOS], "--start", id="missing-option"),
        pytest.param(["research", "comments", "abc"], "as digits", id="id"),
        pytest.param(["research", "liked", "@joe"], "without @", id="username"),
        pytest.param(["research", "user"], "--from-file", id="no-user"),
        pytest.param(["research", "nope"], "Unknown command", id="unknown-command"),
        pytest.param(["research", "user", "a", "--profile", "x"], "no profile", id="profile"),
        pytest.param(["research", "user", "a", "--base-url", "http://a.b"], "https", id="url"),
        pytest.param(
            ["research", "user", "a", "--emulator", "--base-url", "https://a.b"],
            "leave out",
            id="emulator-and-url",
        ),
    ],
)
def test_usage_errors_exit_2_before_any_call(account, run, words, said):
    account.reset()
    outcome = run(*words)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.out == ""
    assert account.stats()["served"] == 0


def test_existing_file_is_refused_before_any_call(account, run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mine")
    account.reset()
    assert run(*VIDEOS, *SPAN, "-o", path).code == 2
    assert account.stats()["served"] == 0
    assert path.read_text() == "mine"
    assert run("research", "pinned", "joe1234567", "-o", path, "--overwrite").code == 0
    assert path.read_text().startswith("id,")


def test_credentials_missing_exit_3(run):
    outcome = run("research", "user", "joe")
    assert outcome.code == 3
    assert "TIKTOK_CLIENT_KEY" in outcome.err
    assert "--emulator" in outcome.err


def test_credentials_refused_exit_3_and_stay_secret(account, run, monkeypatch):
    monkeypatch.setenv("TIKTOK_CLIENT_SECRET", "hunter2hunter2")
    outcome = run("research", "user", "joe1234567", "--verbose")
    assert outcome.code == 3
    assert "hunter2" not in outcome.out + outcome.err


@pytest.mark.usefixtures("hasty")
def test_network_failure_exits_5_and_leaves_no_file(account, run, tmp_path):
    account.faults.add(Fault("reset_connection", "research.user.info", times=None))
    try:
        outcome = run("research", "user", "joe1234567", "-o", tmp_path / "a.csv")
    finally:
        account.faults.clear()
    assert outcome.code == 5
    assert not (tmp_path / "a.csv").exists()


def test_failure_in_the_middle_exits_6_and_resumes_to_the_same_bytes(account, run, tmp_path):
    whole, broken = tmp_path / "whole.parquet", tmp_path / "broken.parquet"
    assert run(*VIDEOS, *SPAN, "-o", whole).code == 0
    account.faults.add(Fault("stuck_cursor", "research.video.query", after=2, times=None))
    outcome = run(*VIDEOS, *SPAN, "-o", broken)
    account.faults.clear()
    assert outcome.code == 6
    assert "--resume" in outcome.err
    assert (tmp_path / "broken.parquet.state.json").exists()
    assert run(*VIDEOS, *SPAN, "-o", broken).code == 2
    assert run(*VIDEOS, "--start", "20220101", "--end", "20220401", "-o", broken,
               "--resume").code == 2  # fmt: skip
    assert run(*VIDEOS, *SPAN, "-o", broken, "--resume").code == 0
    assert broken.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "broken.parquet.state.json").exists()


def test_resume_with_nothing_there_starts(account, run, tmp_path):
    path = tmp_path / "a.jsonl"
    assert run("research", "pinned", "joe1234567", "-o", path, "--resume").code == 0
    assert path.read_bytes()


def test_missing_ones_are_remembered_over_a_resume(account, run, tmp_path):
    words = ["research", "user", "nobody", "joe1234567", "-o", tmp_path / "a.jsonl", "--json"]
    account.faults.add(Fault("quota_exhausted", "research.user.info", after=1, times=None))
    first = run(*words)
    account.faults.clear()
    assert first.code == 4
    second = run(*words, "--resume")
    assert second.code == 1
    assert second.json["missing"] == ["nobody"]
    assert second.json["rows"] == 1


def test_dry_run_makes_no_call_and_needs_no_account(run, tmp_path):
    outcome = run(*VIDEOS, *SPAN, "-o", tmp_path / "a.csv", "--dry-run", "--json")
    assert outcome.code == 0
    assert outcome.json["requests_at_least"] == 3
    assert outcome.json["units"][0] == "2022-01-01..2022-01-30"
    assert outcome.json["quota"] is None
    assert list(tmp_path.glob("a.csv*")) == []


def test_dry_run_tells_what_a_limit_implies(account, run):
    account.reset()
    outcome = run(*VIDEOS, *SPAN, "--limit", 250_000, "--dry-run", "--json")
    assert outcome.json["requests_at_least"] == 2500
    assert outcome.json["quota_days_at_least"] == 3
    words = run(*VIDEOS, *SPAN, "--dry-run").out
    assert "at least 3" in words
    assert "No call was made." in words
    assert account.stats()["served"] == 0


def test_dry_run_knows_the_quota_of_followers(account, run):
    outcome = run("research", "followers", "joe1234567", "--dry-run", "--json")
    assert outcome.json["requests_per_day"] == 20_000
    assert outcome.json["records_per_day"] == 2_000_000


def test_emulator_option_needs_no_account(run):
    outcome = run("research", "user", "joe1234567", "--emulator", "--quiet")
    assert outcome.code == 0
    assert outcome.rows[0]["username"] == "joe1234567"


def test_quota_spent_exits_4_and_resumes_the_day_after(account, run, tmp_path):
    whole, path = tmp_path / "whole.csv", tmp_path / "a.csv"
    assert run(*VIDEOS, *SPAN, "-o", whole).code == 0
    account.faults.add(Fault("quota_exhausted", "research.video.query", after=2, times=None))
    outcome = run(*VIDEOS, *SPAN, "--windows", 1, "-o", path, "--json")
    assert outcome.code == 4
    assert outcome.json["stopped"] == "quota_exhausted"
    assert outcome.json["rows"] == len(table(path)) > 0
    assert outcome.json["state"] == f"{path}.state.json"
    assert outcome.json["resume_command"].endswith("--resume")
    before = path.read_bytes()
    assert run(*VIDEOS, *SPAN, "-o", path, "--resume").code == 4
    assert path.read_bytes() == before
    assert run(*VIDEOS, *SPAN, "-o", tmp_path / "b.csv").code == 4
    assert not (tmp_path / "b.csv").exists()
    account.faults.clear()
    assert run(*VIDEOS, *SPAN, "-o", path, "--resume").code == 0
    assert path.read_bytes() == whole.read_bytes()


def test_verbose_tells_retries(account, run):
    account.faults.add(Fault("server_error", "research.user.info"))
    outcome = run("research", "user", "joe1234567", "--verbose")
    account.faults.clear()
    assert outcome.code == 0
    assert "attempt 1 failed" in outcome.err


def test_option_of_every_listing_comes_from_its_declaration():
    for name, listing in listings.LISTINGS.items():
        taken = signature(listings.command_of(listing)).parameters
        for declared in parameters(listing.endpoint):
            hidden = declared.field in {"cursor", *listing.without}
            assert (declared.field in taken) is not hidden, name


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no full device")
def test_disk_full_is_one_message(account, run, monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tiktok_async.io.output.text.TextRows.write", full)
    outcome = run("research", "pinned", "joe1234567", "-o", tmp_path / "a.jsonl")
    assert outcome.code == 1
    assert "No space left on device" in outcome.err
    assert "Traceback" not in outcome.err
