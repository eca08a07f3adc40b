"""The demo and the doctor."""

from __future__ import annotations

import asyncio
import time

import pyarrow.parquet as pq
import pytest

from tiktok_async import Secret
from tiktok_async.cli import demo_job, demo_research, demo_tikapi, demonstration
from tiktok_async.cli.diagnosis import _needed
from tiktok_async.emulator.archive.tape import Tape
from tiktok_async.oauth import FileTokenStore, StoredToken


@pytest.fixture
def only_the_job(monkeypatch):
    """A demo of its last part."""
    title, part = list(demonstration._PARTS.items())[-1]
    monkeypatch.setattr(demonstration, "_PARTS", {title: part})


@pytest.fixture
def small(monkeypatch):
    """A demo that is soon over."""
    monkeypatch.setattr(demonstration, "_VIDEOS", 20_000)
    monkeypatch.setattr(demonstration, "_EXPORT_BYTES", 1 << 20)
    monkeypatch.setattr(demonstration, "_EXPORT_ROWS", 200)
    monkeypatch.setattr(
        demo_research, "_FAULTS", {"server_error": 2, "cut_body": 4, "token_expired": 6}
    )
    monkeypatch.setattr(demo_tikapi, "_CRAWLED", 60)
    monkeypatch.setattr(demo_tikapi, "_SAVED", 6)
    spared = {path: (kind, 1) for path, (kind, _) in demo_tikapi._FAULTS.items()}
    monkeypatch.setattr(demo_tikapi, "_FAULTS", spared)


def test_demo_collects_exports_heals_and_verifies(run, tmp_path, small):
    folder = tmp_path / "out"
    outcome = run("demo", "--output-dir", folder)
    assert outcome.code == 0
    rows = pq.read_metadata(folder / "videos.parquet").num_rows
    assert f"every one of the {rows:,} rows is there, once" in outcome.out
    assert "every post, author, comment and byte is as it should be" in outcome.out
    assert len(list((folder / "clips").glob("*.mp4"))) == 6
    faults = ("server_error", "cut_body", "token_expired", "gateway_html", "reset_connection")
    for fault in faults:
        assert fault in outcome.out
    assert "every byte is the same, and every row is there" in outcome.out
    assert "2: the token died first" in outcome.out
    assert str(folder / "report.html") in outcome.out
    assert "the kill cost no row, and none is there twice" in outcome.out
    summary = outcome.out.rpartition("the kill cost no row")[2].split("\n\n")[1].splitlines()
    assert summary[0] == f"Open in a browser: {folder / 'demo-job' / 'report.html'}"
    assert (folder / "demo-job" / "report.html").stat().st_size > 10_000
    assert "What to try next" in outcome.out
    assert sorted(file.name for file in folder.iterdir()) == [
        "clips",
        "demo-job",
        "demo-job.toml",
        "export.zip",
        "posts.jsonl",
        "report.html",
        "videos.parquet",
    ]
    assert "200 rows" in outcome.out


def test_demo_runs_again_in_the_same_folder(run, tmp_path, small):
    assert run("demo", "--output-dir", tmp_path, "--quiet").code == 0
    assert run("demo", "--output-dir", tmp_path, "--quiet").err == ""


def test_demo_says_what_is_not_as_it_should_be(run, tmp_path, small, monkeypatch):
    monkeypatch.setattr(Tape, "sha256", lambda _: "other")
    outcome = run("demo", "--output-dir", tmp_path, "--quiet")
    assert outcome.code == 1
    assert "its SHA-256 is not the emulator's" in outcome.out


def test_demo_says_which_videos_are_not_as_they_should_be(run, tmp_path, small, monkeypatch):
    monkeypatch.setattr(demo_tikapi, "_is_true", lambda *_: False)
    outcome = run("demo", "--output-dir", tmp_path, "--quiet")
    assert outcome.code == 1
    assert outcome.out.count("is not the emulator's") == 6


def test_demo_says_when_the_killed_job_lacks_a_row(run, tmp_path, small, only_the_job, monkeypatch):
    real = demo_job._truth
    monkeypatch.setattr(demo_job, "_truth", lambda emulator: real(emulator)[1:])
    outcome = run("demo", "--output-dir", tmp_path, "--quiet")
    assert outcome.code == 1
    assert "the videos are not those of the world" in outcome.out


def test_demo_tells_when_its_job_does_not_run(run, tmp_path, small, only_the_job, monkeypatch):
    monkeypatch.setattr(demo_job, "_TEXT", "name = broken")
    outcome = run("demo", "--output-dir", tmp_path, "--quiet")
    assert outcome.code == 1
    assert "The job did not run" in outcome.err


@pytest.mark.parametrize(
    ("had", "said"),
    [
        pytest.param([1, 2, 3], [], id="right"),
        pytest.param([1, 2], ["1 rows missing"], id="missing"),
        pytest.param([1, 2, 3, 3], ["1 rows there twice"], id="twice"),
        pytest.param([1, 2, 3, 4], ["1 rows not asked for"], id="foreign"),
    ],
)
def test_demo_finds_what_is_wrong(had, said):
    assert demo_research._compare(had, [1, 2, 3]) == said


def test_doctor_without_credentials_exits_3(run):
    outcome = run("doctor")
    assert outcome.code == 3
    assert "none found" in outcome.out
    assert "TIKTOK_CLIENT_KEY" in outcome.out


def test_doctor_names_credentials_and_never_shows_them(run, monkeypatch):
    monkeypatch.setenv("TIKTOK_CLIENT_KEY", "key-that-nobody-sees")
    monkeypatch.setenv("TIKTOK_CLIENT_SECRET", "secret-that-nobody-sees")
    outcome = run("doctor", "--json")
    assert outcome.code == 0
    assert "TIKTOK_CLIENT_SECRET (environment)" in outcome.json["credentials"]
    assert "of 1,000 requests" in outcome.json["quota research"]
    assert "nobody-sees" not in outcome.out + outcome.err


def test_doctor_reads_a_profile(run, monkeypatch, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[profile.lab]\ntiktok_access_token = "clt.hidden"\n')
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(config))
    outcome = run("doctor", "--profile", "lab", "--json")
    assert outcome.code == 0
    assert outcome.json["credentials"] == "tiktok_access_token (profile)"
    assert outcome.json["config file"].endswith("profiles: lab")
    assert "hidden" not in outcome.out
    assert run("doctor", "--profile", "nope").code == 2


def test_doctor_tells_of_a_config_file_that_is_broken(run, monkeypatch, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("profile = [")
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(config))
    outcome = run("doctor")
    assert outcome.code == 2
    assert "cannot be read" in outcome.out


def test_doctor_obtains_a_token(account, run):
    account.reset()
    outcome = run("doctor", "--online", "--json")
    assert outcome.code == 0
    assert "obtained" in outcome.json["token"]
    assert list(account.stats()["by_endpoint"]) == ["oauth.token.client_credentials"]
    assert run("doctor", "--emulator").code == 0


def test_doctor_tells_of_a_secret_that_is_wrong(account, run, monkeypatch):
    monkeypatch.setenv("TIKTOK_CLIENT_SECRET", "wrong")
    assert run("doctor", "--online").code == 3


def test_doctor_tells_of_a_ready_made_token(account, run, monkeypatch):
    monkeypatch.delenv("TIKTOK_CLIENT_KEY")
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", account.access_token)
    outcome = run("doctor", "--online", "--json")
    assert outcome.code == 0
    assert outcome.json["token"].startswith("ready-made")


def test_doctor_with_a_key_of_tikapi_alone_is_content(run, monkeypatch):
    monkeypatch.setenv("TIKAPI_API_KEY", "KeyThatNobodySees1")
    outcome = run("doctor")
    assert outcome.code == 0
    assert not any(line.startswith("!") for line in outcome.out.splitlines())
    assert "none found; only `research`, `portability` and `auth` need them" in outcome.out
    assert "TIKTOK_CLIENT_KEY" not in outcome.out


@pytest.mark.parametrize(("life", "code"), [(3600.0, 0), (-1.0, 3)])
def test_doctor_with_a_login_alone_is_content_while_it_is_good(run, life, code):
    now = time.time()
    token = StoredToken(
        client_key="awkey",
        open_id="user-1",
        access_token=Secret("act.nobody-sees"),
        refresh_token=None,
        scopes=("user.info.basic",),
        obtained_at=now,
        expires_at=now + life,
        refresh_expires_at=None,
    )
    asyncio.run(FileTokenStore().save(token))
    outcome = run("doctor")
    assert outcome.code == code
    assert "user user-1" in outcome.out
    assert "nobody-sees" not in outcome.out


def test_doctor_asked_for_a_token_does_not_make_do_with_another_key(run, monkeypatch):
    monkeypatch.setenv("TIKAPI_API_KEY", "KeyThatNobodySees1")
    outcome = run("doctor", "--online")
    assert outcome.code == 3
    assert "TIKTOK_CLIENT_KEY" in outcome.out


def test_doctor_tells_of_half_a_credential_beside_a_key_of_tikapi(run, monkeypatch):
    monkeypatch.setenv("TIKAPI_API_KEY", "KeyThatNobodySees1")
    monkeypatch.setenv("TIKTOK_CLIENT_KEY", "key-that-nobody-sees")
    assert run("doctor").code == 3


def test_doctor_names_the_keys_of_tikapi_and_never_shows_them(run, monkeypatch):
    monkeypatch.setenv("TIKAPI_API_KEY", "KeyThatNobodySees1")
    outcome = run("doctor", "--json")
    assert outcome.json["TikAPI keys"] == "TIKAPI_API_KEY (environment)"
    assert outcome.json["TikAPI URL"] == "https://api.tikapi.io"
    assert "NobodySees" not in outcome.out + outcome.err


def test_doctor_without_a_key_of_tikapi_says_who_needs_one(account, run):
    outcome = run("doctor")
    assert outcome.code == 0
    assert "none found; only the commands of `tikapi` need them" in outcome.out


def test_doctor_tells_of_a_key_of_tikapi_that_is_none(account, run, monkeypatch):
    monkeypatch.setenv("TIKAPI_API_KEY", "no key!")
    outcome = run("doctor")
    assert outcome.code == 2
    assert "at least 10 characters" in outcome.out
    assert "no key!" not in outcome.out


def test_doctor_asks_tikapi_about_the_key(account, customer, run):
    outcome = run("doctor", "--tikapi", "--json")
    assert outcome.code == 0
    assert outcome.json["TikAPI key"].startswith("works, ")
    assert "requests left" in outcome.json["TikAPI key"]
    assert list(customer.stats()["by_endpoint"]) == ["tikapi.key.info"]
    assert run("doctor", "--tikapi", "--emulator").code == 0


def test_doctor_asked_about_a_key_that_is_missing_exits_3(account, run):
    outcome = run("doctor", "--tikapi")
    assert outcome.code == 3
    assert "Set TIKAPI_API_KEY" in outcome.out


def test_doctor_tells_of_a_key_of_tikapi_that_is_refused(account, customer, run, monkeypatch):
    monkeypatch.setenv("TIKAPI_API_KEY", "KeyThatNobodyKnows1")
    outcome = run("doctor", "--tikapi")
    assert outcome.code == 3
    assert "NobodyKnows" not in outcome.out


def test_doctor_names_the_packages_that_the_project_declares():
    lines = [
        "attrs>=25.1",
        "httpx<0.29,>=0.28",
        "msgspec>=0.20; extra == 'fast'",
        'redis[hiredis]>=6; python_version > "3" and extra == "redis"',
        "msgspec>=0.20; extra == 'all'",
    ]
    assert _needed(lines) == {None: ["attrs", "httpx"], "fast": ["msgspec"], "redis": ["redis"]}
