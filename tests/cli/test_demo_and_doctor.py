"""The demo and the doctor."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from tiktok_async.cli import demonstration


def test_demo_collects_heals_and_verifies(run, tmp_path, monkeypatch):
    monkeypatch.setattr(demonstration, "_VIDEOS", 20_000)
    monkeypatch.setattr(
        demonstration, "_FAULTS", {"server_error": 2, "cut_body": 4, "token_expired": 6}
    )
    outcome = run("demo", "--output-dir", tmp_path / "out")
    assert outcome.code == 0
    rows = pq.read_metadata(tmp_path / "out" / "videos.parquet").num_rows
    assert f"every one of the {rows:,} rows is there, once" in outcome.out
    for fault in ("server_error", "cut_body", "token_expired"):
        assert fault in outcome.out
    assert "What to try next" in outcome.out


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
    assert demonstration._compare(had, [1, 2, 3]) == said


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
