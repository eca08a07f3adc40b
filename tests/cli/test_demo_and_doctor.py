"""The demo and the doctor."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from tiktok_async.cli import demo_research, demo_tikapi, demonstration
from tiktok_async.emulator.archive.tape import Tape


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
    assert "What to try next" in outcome.out
    assert sorted(file.name for file in folder.iterdir()) == [
        "clips",
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
