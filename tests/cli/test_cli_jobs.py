"""`collect` and `jobs`: from a spec to a dataset, and what is said when something is in the way."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
from datetime import UTC, datetime

import attrs
import pytest
from rich.console import Console

from tests.cli.conftest import emulating, variables
from tests.cli.test_processes import finished, posix, running, wait_for
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.jobs.facts import exit_of_job, headline, job_lines
from tiktok_async.cli.jobs.options import Running
from tiktok_async.cli.jobs.running import _again, wished
from tiktok_async.cli.jobs.table import Board, line_of
from tiktok_async.io.lock import at_once
from tiktok_async.jobs.manifest import Gap, Manifest, ShardEntry, StageEntry
from tiktok_async.jobs.progress import Progress, StageProgress
from tiktok_async.jobs.toml import load_spec
from tiktok_async.sansio.quota import DailyQuota, QuotaStatus

SPEC = """
name = "cats"
[[stage]]
name = "videos"
collect = "research.videos"
where = "region_code = CA"
start = 2022-01-01
end = 2022-01-20
shard_days = 5
[[stage]]
name = "authors"
collect = "research.user"
from = "videos.username"
items_per_shard = 30
[[output]]
format = "csv"
"""
VIDEO_OPTIONS = ("--collect", "research.videos", "--where", "region_code = US")
DAYS = ("--start", "2022-01-01", "--end", "2022-01-09")


@pytest.fixture
def spec(tmp_path, monkeypatch):
    """A spec in the present folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cats.toml"
    path.write_text(SPEC)
    return path


@pytest.fixture
def done(spec, account, run):
    """A job that is complete, in the folder cats."""
    outcome = run("collect", "run", "cats.toml", "--json")
    assert outcome.code == 0, outcome.err
    return outcome.json


def test_template_runs_as_it_is_and_again_without_a_call(tmp_path, monkeypatch, account, run):
    monkeypatch.chdir(tmp_path)
    written = run("collect", "init", "my.toml")
    assert written.code == 0
    assert "tiktok-async collect run my.toml --emulator" in written.err
    again = run("collect", "init", "my.toml")
    assert again.code == 2, "nothing is overwritten"
    assert again.err == "error: my.toml is there already. Write another name.\n"
    first = run("collect", "run", "my.toml", "--json")
    assert first.code == 0, first.err
    assert [one["status"] for one in first.json["stages"]] == ["complete"] * 3
    assert all(one["rows"] for one in first.json["stages"])
    assert (tmp_path / "my" / "dataset" / "authors.csv").exists()
    before = account.stats()["served"]
    again = run("collect", "run", "my.toml", "--json")
    assert (again.code, again.json["calls_of_this_run"]) == (0, 0)
    assert account.stats()["served"] == before


def test_summary_says_what_there_is_and_what_to_do_next(spec, account, run):
    outcome = run("collect", "run", spec)
    assert outcome.code == 0
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert lines[0] == "complete"
    assert lines[1] == f"  from an emulator ({account.base_url}): nothing of it is real"
    assert lines[2].startswith("  videos ")
    assert "4 of 4 shards" in lines[2]
    assert "  look at it: tiktok-async jobs report cats" in lines
    assert run("collect", "run", spec, "--quiet").err == ""


def test_emulator_of_the_command_is_enough(spec, run):
    outcome = run("collect", "run", spec, "elsewhere", "--emulator")
    assert outcome.code == 0, outcome.err
    assert (spec.parent / "elsewhere" / "manifest.json").exists()


def test_dry_run_makes_no_call_and_no_folder(spec, account, run):
    before = account.stats()["served"]
    outcome = run("collect", "run", spec, "--dry-run")
    assert outcome.code == 0
    assert "videos: research.videos, 20 days in 4 shards" in outcome.out
    assert "  2022-01-01..2022-01-05" in outcome.out
    assert "authors: research.user, as many as videos brings" in outcome.out
    assert "requests: at least 4" in outcome.out
    assert outcome.out.endswith("No call was made.\n")
    found = run("collect", "run", spec, "--dry-run", "--json").json
    assert (found["requests_at_least"], found["quota_days_at_least"]) == (4, 1)
    assert found["open_stages"] == ["authors"]
    assert found["finish"] == f"{datetime.now(UTC).date()}"
    assert found["quota"]["requests_spent"] == 0
    assert account.stats()["served"] == before
    assert not (spec.parent / "cats").exists()


def test_options_take_the_place_of_a_spec(tmp_path, monkeypatch, account, run):
    monkeypatch.chdir(tmp_path)
    words = ("collect", "run", *VIDEO_OPTIONS, *DAYS, "--shard-days", "3", "--format", "jsonl")
    found = run(*words, "us", "--param", "max_count=20", "--json")
    assert found.code == 0, found.err
    assert (found.json["job"], found.json["stages"][0]["shards"]) == ("us", 3)
    assert 'where = "region_code = US"' in (tmp_path / "us" / "job.toml").read_text()
    assert "max_count = 20" in (tmp_path / "us" / "job.toml").read_text()
    assert (tmp_path / "us" / "dataset" / "videos.jsonl").exists()
    (tmp_path / "ids.csv").write_text("id,name\n5,joe1234567\n")
    words = ("collect", "run", "--collect", "research.user", "--from", "ids.csv:name")
    found = run(*words, "--json")
    assert (found.code, found.json["job"], found.json["rows"]) == (0, "user", 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param([], "Name a spec, or write --collect KIND", id="nothing"),
        pytest.param(["no.toml"], "collect init no.toml", id="no-spec"),
        pytest.param(["cats.toml", "--limit", "5"], "--limit: the spec says", id="spec-and-option"),
        pytest.param(["cats.toml", "x", "--collect", "research.user"], "leave out", id="both"),
        pytest.param(["--collect", "research.user"], "--from FILE, FILE:COLUMN", id="no-source"),
        pytest.param(["--collect", "research.usr", "--item", "a"], "--collect: research.usr cannot",
                     id="no-kind"),
        pytest.param(["--collect", "research.user", "--item", "@a"], "--item: username is",
                     id="bad-item"),
        pytest.param(["--collect", "research.user", "--from", "no.csv:a"], "--from: ",
                     id="no-file"),
        pytest.param(["--collect", "research.user", "--item", "a", "--param", "x"], "NAME=VALUE",
                     id="no-value"),
        pytest.param(["--collect", "research.user", "--item", "a", "--param", "x=1"],
                     "--param x: research.user has no such parameter", id="no-param"),
        pytest.param(["--collect", "tikapi.public.search", "--item", "a"],
                     "--param: category is missing", id="param-missing"),
        pytest.param(["--collect", "research.user", "--item", "a", "--format", "xls"],
                     '--format: "xls" is not known', id="format"),
        pytest.param([*VIDEO_OPTIONS], "--start is missing: write --start 2023-01-01", id="no-day"),
        pytest.param([*VIDEO_OPTIONS, "--start", "1.1.22", "--end", "2022-01-01"], "--start: ",
                     id="bad-day"),
        pytest.param(["cats.toml", "--engine", "dask"], "--engine dask --scheduler URL", id="dask"),
        pytest.param(["cats.toml", "--emulator", "--profile", "a"], "leave out --profile",
                     id="profile"),
        pytest.param(["cats.toml", "--concurrency", "0"], "write 1 or more", id="concurrency"),
        pytest.param(["cats.toml", "--redis", "redis://u:secret@h"], "TIKTOK_ASYNC_REDIS",
                     id="redis-password"),
        pytest.param(["cats.toml", "."], "is not empty, and holds no job", id="full-folder"),
        pytest.param(["cats.toml", "cats.toml"], "is a file", id="a-file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_any_call(spec, account, run, words, said):
    before = account.stats()["served"]
    outcome = run("collect", "run", *words)
    assert outcome.code == 2, outcome.err
    assert said in outcome.err
    assert "secret" not in outcome.err
    assert len(outcome.err.splitlines()) <= 4
    assert account.stats()["served"] == before


def test_broken_spec_is_said_with_its_line(spec, run):
    spec.write_text(SPEC.replace("shard_days", "shard_day"))
    outcome = run("collect", "run", spec)
    assert outcome.code == 2
    assert "cats.toml, line 9: stage.shard_day: " in outcome.err
    assert not (spec.parent / "cats").exists()


def test_bad_item_of_a_later_stage_costs_no_call(spec, account, run):
    (spec.parent / "names.txt").write_text("joe1234567\n@bob\n")
    spec.write_text(SPEC.replace('"videos.username"', '{ file = "names.txt" }'))
    before = account.stats()["served"]
    outcome = run("collect", "run", spec)
    assert outcome.code == 2
    assert "names.txt, line 2: username is '@bob': write it without @" in outcome.err
    assert account.stats()["served"] == before


def test_missing_credentials_are_code_3_and_resumable(spec, run):
    outcome = run("collect", "run", spec)
    assert outcome.code == 3
    assert "Set TIKTOK_CLIENT_KEY" in outcome.err
    assert "go on with: tiktok-async jobs resume cats" in outcome.err


def test_unwritable_folder_is_said(spec, account, run, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tiktok_async.jobs.job.write_durably", full)
    outcome = run("collect", "run", spec)
    assert outcome.code == 1
    assert "No space left on device" in outcome.err
    assert "Traceback" not in outcome.err


def test_spent_quota_is_code_4_and_the_rest_follows(spec, run, monkeypatch):
    with emulating(requests_per_day=3) as emulator:
        for name, value in variables(emulator).items():
            monkeypatch.setenv(name, value)
        stopped = run("collect", "run", spec, "--json")
        assert (stopped.code, stopped.json["stopped"]) == (4, "quota")
        assert stopped.json["resume_command"] == "tiktok-async jobs resume cats"
        assert run("jobs", "resume", "cats", "--quiet").err.startswith("stopped (quota)")
        shown = run("jobs", "show", "cats")
        assert "stopped (quota)" in shown.out
        assert "go on with: tiktok-async jobs resume cats" in shown.out
    with emulating() as emulator:
        for name, value in variables(emulator).items():
            monkeypatch.setenv(name, value)
        resumed = run("jobs", "resume", "cats", "--json")
    assert (resumed.code, resumed.json["complete"]) == (0, True)


def test_second_process_is_refused(done, spec, run):
    with at_once(spec.parent / "cats" / "lock") as held:
        assert held
        outcome = run("jobs", "resume", "cats")
        assert outcome.code == 2
        assert outcome.err.startswith("error: Another process runs the job")
        assert len(outcome.err.splitlines()) == 1
        assert "running" in run("jobs", "list").out
        assert "a process runs it" in run("jobs", "show", "cats").out


def test_another_spec_is_refused(done, spec, run):
    spec.write_text(SPEC.replace("= CA", "= US"))
    outcome = run("collect", "run", spec)
    assert outcome.code == 2
    assert "another spec" in outcome.err


def test_list_tells_the_state_of_each_job(done, spec, run):
    (spec.parent / "new").mkdir()
    (spec.parent / "new" / "job.toml").write_text(SPEC)
    (spec.parent / "torn").mkdir()
    (spec.parent / "torn" / "job.toml").write_text(SPEC)
    (spec.parent / "torn" / "manifest.json").write_text("{")
    manifest = json.loads((spec.parent / "cats" / "manifest.json").read_text())
    (spec.parent / "dead").mkdir()
    (spec.parent / "dead" / "job.toml").write_text(SPEC)
    (spec.parent / "dead" / "manifest.json").write_text(
        json.dumps({**manifest, "status": "running"})
    )
    found = run("jobs", "list", "--json").json["jobs"]
    assert {one["directory"]: one["state"] for one in found} == {
        "cats": "complete", "dead": "crashed", "new": "planned", "torn": "damaged",
    }  # fmt: skip
    header, *lines = run("jobs", "list").out.splitlines()
    assert header.split()[:3] == ["directory", "state", "stages"]
    assert [line.split()[0] for line in lines] == ["cats", "dead", "new", "torn"]
    assert run("jobs", "list", "nowhere").code == 2


def test_show_has_the_whole_manifest_as_json(done, run):
    found = run("jobs", "show", "cats", "--json").json
    assert found["state"] == "complete"
    assert len(found["stages"][0]["shards"]) == 4
    assert run("jobs", "show", "no").code == 2


def test_export_and_report_write_files_and_keep_them(done, spec, run):
    made = run("jobs", "export", "cats", "videos", "-o", "v.csv", "--json")
    assert made.code == 0, made.err
    assert made.json["rows"] == done["stages"][0]["rows"]
    refused = run("jobs", "export", "cats", "videos", "-o", "v.csv")
    assert refused.code == 2
    assert refused.err.endswith("write another name, or --overwrite to replace it.\n")
    assert run("jobs", "export", "cats", "videos", "-o", "v.csv", "--overwrite").code == 0
    assert run("jobs", "export", "cats", "videos", "authors", "-o", "all.sqlite").code == 0
    missing = run("jobs", "export", "cats", "video", "-o", "x.csv")
    assert missing.code == 2
    assert "videos" in missing.err
    assert run("jobs", "report", "cats").code == 0
    assert run("jobs", "report", "cats").code == 0, "its own page is made anew"
    assert (spec.parent / "cats" / "report.html").exists()
    assert run("jobs", "report", "cats", "-o", "there.htm").code == 0
    assert run("jobs", "report", "cats", "-o", "there.htm").code == 2
    other = run("jobs", "report", "cats", "-o", "cats.pdf")
    assert (other.code, "end its name in .html" in other.err) == (2, True)
    assert not (spec.parent / "cats.pdf").exists()


def test_verify_finds_what_was_changed(done, spec, run):
    assert run("jobs", "verify", "cats").err.startswith("verified: ")
    with (spec.parent / "cats" / "parts" / "videos" / "00000.jsonl").open("ab") as part:
        part.write(b"x")
    found = run("jobs", "verify", "cats", "--json")
    assert (found.code, found.json["verified"]) == (1, False)
    assert "parts/videos/00000.jsonl" in run("jobs", "verify", "cats").err
    assert run("jobs", "verify", "cats", "--quiet").err == "1 finding in cats\n"
    assert run("jobs", "verify", "nowhere").code == 2


def test_rows_are_made_again_of_the_answers_without_a_call(spec, account, run):
    spec.write_text(SPEC + "[run]\nraw = true\n")
    assert run("collect", "run", spec).code == 0
    part = spec.parent / "cats" / "parts" / "videos" / "00000.jsonl"
    whole, calls = part.read_bytes(), account.stats()["served"]
    part.unlink()
    assert "`jobs rebuild`" in run("jobs", "verify", "cats").err
    made = run("jobs", "rebuild", "cats", "--json")
    assert (made.code, made.json["written"]) == (0, 1)
    assert part.read_bytes() == whole
    assert account.stats()["served"] == calls
    assert run("jobs", "verify", "cats").code == 0
    assert run("jobs", "rebuild", "cats", "--into", "copy").code == 0
    assert (spec.parent / "copy" / "parts" / "videos" / "00000.jsonl").read_bytes() == whole


def test_job_without_answers_cannot_be_rebuilt(done, run):
    found = run("jobs", "rebuild", "cats")
    assert found.code == 2
    assert "raw = true" in found.err


def test_update_asks_for_what_is_new_alone(tmp_path, monkeypatch, account, run):
    monkeypatch.chdir(tmp_path)
    names = tmp_path / "names.txt"
    names.write_text("joe1234567\n")
    words = ("collect", "run", "--collect", "research.user", "--from", "names.txt")
    assert run(*words).code == 0
    names.write_text("joe1234567\nnobody.at.all\n")
    updated = run("jobs", "update", "user", "--json")
    assert updated.code == 0, updated.err
    assert (updated.json["calls_of_this_run"], updated.json["missing"]) == (1, 1)
    assert "brought up to date" in run("jobs", "show", "user").out
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "job.toml").write_text(SPEC)
    refused = run("jobs", "update", "new")
    assert refused.code == 2
    assert "is not complete" in refused.err


def test_recheck_counts_what_is_gone(done, spec, account, run):
    found = run("jobs", "recheck", "cats", "videos", "--json")
    assert found.code == 0, found.err
    assert (found.json["checked"], found.json["gone"]) == (done["stages"][0]["rows"], 0)
    assert (spec.parent / found.json["marks"]).exists()
    assert found.json["by"] == "query"
    authors = run("jobs", "recheck", "cats", "authors", "--json")
    assert authors.code == 0, authors.err
    assert (authors.json["gone"], authors.json["by"]) == (0, "item")


def test_kinds_are_listed(run):
    out = run("collect", "kinds").out
    assert "research.videos" in out
    assert "tikapi.public.posts " in out
    assert {one["name"] for one in run("collect", "kinds", "music", "--json").json["kinds"]} >= {
        "tikapi.public.music"
    }


@posix
@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="SIGINT"),
        pytest.param(signal.SIGTERM, 143, id="SIGTERM"),
    ],
)
def test_interrupted_job_goes_on_to_the_same_bytes(spec, number, code):
    videos = SPEC.partition('[[stage]]\nname = "authors"')[0]
    spec.write_text(videos.replace("shard_days = 5", "shard_days = 2"))
    with emulating(latency=0.1) as emulator:
        options = {"env": {**os.environ, **variables(emulator)}, "cwd": spec.parent}
        assert finished("collect", "run", "cats.toml", "whole", **options).returncode == 0
        emulator.reset()
        with running("collect", "run", "cats.toml", "broken", "--concurrency", 1, **options) as it:
            wait_for(emulator, 3)
            it.send_signal(number)
            it.send_signal(number)  # some shells and wrappers deliver it twice
            _, told = it.communicate(timeout=20)
        assert it.returncode == code
        command = told.partition("go on with: tiktok-async ")[2].splitlines()[0]
        assert finished(*shlex.split(command), **options).returncode == 0
    whole, broken = (spec.parent / name / "parts" for name in ("whole", "broken"))
    files = [one.relative_to(whole) for one in whole.rglob("*.jsonl")]
    assert len(files) > 4
    assert all((whole / one).read_bytes() == (broken / one).read_bytes() for one in files)


def test_options_win_over_the_spec_and_are_repeated(spec):
    job = load_spec(spec)
    assert wished(job, Running()) == job
    run = wished(job, Running(wait=True, concurrency=3)).run
    assert (run.on_quota, run.on_outage, run.concurrency) == ("wait", "wait", 3)
    assert list(_again(Running())) == []
    given = Running(wait=True, emulator=True, seed=5)
    assert list(_again(given)) == ["--wait", "--emulator", "--seed", "5"]


# ---- what is said


def manifest(status="complete", stopped=None, holes=0, missing=0):
    gaps = [Gap(f"2022-01-0{n + 1}", "server", "HTTP 500", "log") for n in range(7)]
    shard = ShardEntry(
        id="00000", label="x", status="complete", rows=3, calls=2, holes=tuple(gaps[:holes]),
        missing=tuple(Gap(f"u{n}", "not_found") for n in range(missing)),
    )  # fmt: skip
    stages = (
        StageEntry(
            name="videos", collect="research.videos", endpoint="e", status="complete",
            shards=(shard,),
        ),
        StageEntry(name="authors", collect="research.user", endpoint="e"),
    )  # fmt: skip
    return Manifest(
        job="j", spec_sha256="0", library="1", status=status, stopped=stopped, message="Why.",
        created_at="a", updated_at="b", stages=stages,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        pytest.param({}, 0, "complete", id="whole"),
        pytest.param({"missing": 2}, 0, "complete but for 2 missing items", id="missing"),
        pytest.param({"holes": 1}, 6, "complete but for 1 hole", id="hole"),
        pytest.param({"status": "stopped", "stopped": "quota"}, 4, "stopped (quota): Why.",
                     id="quota"),
        pytest.param({"status": "stopped", "stopped": "network"}, 5, "stopped (network): Why.",
                     id="network"),
        pytest.param({"status": "stopped", "stopped": "provider"}, 6, "stopped (provider): Why.",
                     id="provider"),
        pytest.param({"status": "running"}, 6, "running", id="running"),
    ],
)  # fmt: skip
def test_job_ends_with_the_code_and_words_of_its_state(how, code, said):
    found = manifest(**how)
    assert exit_of_job(found) == Exit(code)
    assert headline(found) == said


def test_lines_name_holes_and_count_what_cannot_be_had():
    lines = list(job_lines(manifest(holes=7, missing=3)))
    assert lines[0] == "  videos   3 rows, 2 calls, 1 of 1 shard"
    assert lines[1] == "  authors  not planned yet"
    assert lines[2] == "  hole: 2022-01-01, server: HTTP 500 (log_id log)"
    assert lines[7] == "  and 2 more holes"
    assert lines[8] == "  cannot be had: 3 not_found"


PROGRESS = Progress(
    stages=(
        StageProgress(name="videos", shards=4, done=4, rows=1234, calls=20, holes=1),
        StageProgress(name="authors", shards=8, done=2, running=3, rows=10, calls=10, missing=5),
        StageProgress(name="comments", shards=None),
    ),
    seconds=10.0,
    rows=1244,
    calls=30,
    retries=2,
)


def test_table_has_a_line_for_each_stage():
    board = Board()
    console = Console(file=io.StringIO(), width=120)
    console.print(board)
    board.take(PROGRESS)
    console.print(board)
    lines = [" ".join(line.split()) for line in console.file.getvalue().splitlines()]
    assert lines[0] == "starting"
    assert "videos 4 of 4 - 1,234 20 1 -" in lines
    assert "authors 2 of 8 3 10 10 - 5" in lines
    assert "comments not planned yet - - - - -" in lines


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "authors: 2 of 8 shards · 1,244 rows · 124 rows/s · 30 calls", id="plain"),
        pytest.param({"stages": PROGRESS.stages[:1]}, "videos: 4 of 4 shards", id="all-done"),
        pytest.param({"stages": PROGRESS.stages[2:]}, "comments: not planned yet", id="unplanned"),
        pytest.param({"quota_days_left": 2.34}, "about 2.3 days of quota to go", id="days"),
        pytest.param(
            {"waiting": "quota", "wake_at": datetime(2026, 1, 2, 0, 1, tzinfo=UTC)},
            "waiting (quota) until 2026-01-02 00:01:00 UTC",
            id="waiting",
        ),
        pytest.param(
            {
                "quota": QuotaStatus(
                    DailyQuota("research", 1000, None), "2026-01-01", 50, 0, datetime.now(UTC)
                )
            },
            "950 left today",
            id="quota",
        ),
    ],
)
def test_line_says_how_the_run_stands(changes, said):
    assert said in line_of(attrs.evolve(PROGRESS, **changes))
