"""`portability request | status | wait | cancel | download | export`, against an emulator."""

from __future__ import annotations

import hashlib
import os
import zipfile

import pytest

from tests.cli.conftest import emulating, user_variables
from tiktok_async.emulator import Fault

CHECK, ADD = "portability.check", "portability.add"


@pytest.fixture
def slow(monkeypatch):
    """An emulator whose exports take an hour; the environment is its user's."""
    with emulating(export_delay=3600) as emulator:
        for name, value in user_variables(emulator).items():
            monkeypatch.setenv(name, value)
        yield emulator


def requested(run):
    return run("portability", "request", "--quiet").out.strip()


def calls(emulator, endpoint):
    return emulator.stats()["by_endpoint"].get(endpoint, 0)


def test_request_prints_the_id_alone(user, run):
    outcome = run("portability", "request")
    assert outcome.code == 0
    assert outcome.out.strip().isdigit()
    assert f"portability wait {outcome.out.strip()}" in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["activity", "video"], id="words"),
        pytest.param(["activity,video"], id="comma-list"),
    ],
)
def test_request_asks_for_what_was_said(user, run, words):
    asked = run("portability", "request", *words, "--format", "text", "--json").json
    found = run("portability", "status", asked["request_id"], "--json").json
    assert found["categories"] == asked["categories"] == ["activity", "video"]
    assert found["data_format"] == asked["data_format"] == "text"


def test_status_shows_every_fact(slow, run):
    number = requested(run)
    found = run("portability", "status", number, "--json").json
    assert set(found) == {
        *("request_id", "state", "status", "data_format", "categories"),
        *("asked_at", "collected_at"),
    }
    assert found["request_id"] == int(number)
    assert found["state"] == found["status"] == "pending"
    lines = run("portability", "status", number).out.splitlines()
    assert dict(line.split(maxsplit=1) for line in lines)["categories"] == "all_data"
    assert len(lines) == len(found)


def test_wait_ends_when_it_is_ready(user, run):
    number = requested(run)
    outcome = run("portability", "wait", number)
    assert outcome.code == 0
    assert outcome.out == ""
    assert f"portability download {number}" in outcome.err
    found = run("portability", "wait", number, "--json").json
    assert found["complete"] is True
    assert found["state"] == "ready"


def test_wait_that_is_over_says_how_to_go_on(slow, run):
    number = requested(run)
    outcome = run("portability", "wait", number, "--timeout", "0")
    assert outcome.code == 6
    assert "still pending" in outcome.err
    again = f"tiktok-async portability wait {number} --timeout 0"
    assert f"go on with: {again}\n" in outcome.err
    found = run("portability", "wait", number, "--timeout", "0", "--json").json
    assert found["complete"] is False
    assert found["stopped"] == "timeout"
    assert found["request_id"] == int(number)
    assert found["exit_code"] == 6
    assert found["resume_command"] == f"{again} --json"


def test_cancelled_export_is_no_longer_waited_for(slow, run):
    number = requested(run)
    assert run("portability", "cancel", number, "--json").json == {
        "request_id": int(number),
        "state": "cancelled",
    }
    assert run("portability", "status", number, "--json").json["state"] == "cancelled"
    outcome = run("portability", "wait", number)
    assert outcome.code == 1
    assert "was cancelled" in outcome.err


def test_download_puts_a_verified_archive_where_it_was_told(user, run, tmp_path):
    number, file = requested(run), tmp_path / "export.zip"
    found = run("portability", "download", number, "-o", file, "--json").json
    truth = user.archive_of(int(number))
    assert hashlib.sha256(file.read_bytes()).hexdigest() == truth.sha256() == found["sha256"]
    assert found["output"] == str(file)
    assert found["bytes"] == truth.size == file.stat().st_size
    with zipfile.ZipFile(file) as archive:
        assert found["files"] == len(archive.infolist())
    assert set(found) == {
        *("complete", "request_id", "output", "bytes", "sha256", "starts", "files"),
        *("content_bytes", "seconds", "exit_code"),
    }


def test_download_into_a_folder_takes_the_id_as_its_name(user, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    number = requested(run)
    outcome = run("portability", "download", number)
    assert outcome.code == 0
    assert (tmp_path / f"tiktok-export-{number}.zip").exists()
    assert f"portability read tiktok-export-{number}.zip" in outcome.err


@pytest.mark.parametrize("command", ["download", "export"])
def test_file_that_is_there_is_replaced_on_demand_only(user, run, tmp_path, command):
    file = tmp_path / "export.zip"
    file.write_bytes(b"mine")
    words = [requested(run)] if command == "download" else []
    before = user.stats()["served"]
    outcome = run("portability", command, *words, "-o", file)
    assert outcome.code == 2
    assert outcome.err.endswith("Write another name, or --overwrite to replace it.\n")
    assert file.read_bytes() == b"mine"
    assert user.stats()["served"] == before
    assert run("portability", command, *words, "-o", file, "--overwrite").code == 0
    assert zipfile.is_zipfile(file)


def test_download_of_what_is_not_ready_leaves_nothing(slow, run, tmp_path):
    outcome = run("portability", "download", requested(run), "-o", tmp_path / "export.zip")
    assert outcome.code == 1
    assert not list(tmp_path.glob("*export*"))


@pytest.mark.usefixtures("hasty")
def test_crc_is_checked_unless_told_otherwise(user, run, tmp_path):
    number, file = requested(run), tmp_path / "export.zip"
    user.faults.add(Fault("corrupt_byte", times=None))
    outcome = run("portability", "download", number, "-o", file)
    assert outcome.code == 1
    assert not file.exists()
    assert run("portability", "download", number, "-o", file, "--no-crc").code == 0
    assert file.exists()


@pytest.mark.usefixtures("hasty")
def test_lost_download_exits_as_the_network_does(user, run, tmp_path):
    number = requested(run)
    user.faults.add(Fault("cut_body", "portability.download", times=None))
    outcome = run("portability", "download", number, "-o", tmp_path / "export.zip")
    assert outcome.code == 5
    assert not list(tmp_path.glob("*export*"))


def test_export_does_the_whole_life(user, run, tmp_path):
    outcome = run("portability", "export", "activity", "-o", tmp_path / "export.zip")
    assert outcome.code == 0
    assert outcome.err.startswith("complete\n")
    assert calls(user, ADD) == 1


def test_export_takes_up_the_request_that_is_on_its_way(slow, run, tmp_path):
    words = ["portability", "export", "-o", tmp_path / "export.zip", "--timeout", "0", "--json"]
    first, second = run(*words), run(*words)
    assert first.code == second.code == 6
    assert first.json["request_id"] == second.json["request_id"]
    assert calls(slow, ADD) == 1
    anew = run(*words, "--anew")
    assert anew.json["request_id"] != first.json["request_id"]
    assert "--anew" not in anew.json["resume_command"]
    assert run(*words).json["request_id"] == anew.json["request_id"]
    assert calls(slow, ADD) == 2


def test_export_goes_on_with_a_request_that_is_named(user, run, tmp_path):
    number, file = requested(run), tmp_path / "export.zip"
    found = run("portability", "export", "--request-id", number, "-o", file, "--json").json
    assert found["request_id"] == int(number)
    assert calls(user, ADD) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["request", "everything"], "choose from all_data", id="category"),
        pytest.param(["request", "--format", "xml"], "json", id="format"),
        pytest.param(["status"], "portability request", id="no-id"),
        pytest.param(["status", "latest"], "latest", id="bad-id"),
        pytest.param(["status", "1", "--emulator"], "leave out the id", id="id-of-no-emulator"),
        pytest.param(["wait", "1", "--timeout", "soon"], "--timeout 'soon'", id="timeout"),
        pytest.param(
            ["export", "--anew", "--request-id", "1"], "write one", id="anew-and-request-id"
        ),
        pytest.param(["export", "--request-id", "x"], "x", id="bad-request-id"),
        pytest.param(["export", "-o", "no-such-folder/x.zip"], "no-such-folder", id="folder"),
        pytest.param(
            ["status", "1", "--emulator", "--user", "me"], "leave out", id="user-and-emulator"
        ),
    ],
)
def test_usage_errors_exit_2_before_any_call(user, run, words, said):
    outcome = run("portability", *words)
    assert outcome.code == 2
    assert said in outcome.err
    assert user.stats()["served"] == 0


def test_nobody_logged_in_exits_3_and_says_how(run):
    outcome = run("portability", "request")
    assert outcome.code == 3
    assert "auth login" in outcome.err
    assert "--emulator" in outcome.err


def test_unknown_request_exits_1(user, run):
    outcome = run("portability", "status", "123")
    assert outcome.code == 1
    assert "request_id" in outcome.err


def test_scope_for_one_export_is_good_for_one(run, monkeypatch):
    with emulating(export_delay=0, user_scopes=["portability.all.single"]) as emulator:
        for name, value in user_variables(emulator).items():
            monkeypatch.setenv(name, value)
        assert run("portability", "request").code == 0
        outcome = run("portability", "request")
        assert outcome.code == 3
        assert "Perhaps a consent that is good for one request (.single) was used up" in outcome.err
        assert "a new login helps" in outcome.err


@pytest.mark.parametrize("command", ["request", "status", "cancel"])
def test_emulator_serves_a_single_command(run, command):
    outcome = run("portability", command, "--emulator", "--json")
    assert outcome.code == 0
    assert outcome.json["request_id"]


def test_emulator_serves_the_whole_life(run, tmp_path):
    outcome = run("portability", "export", "--emulator", "-o", tmp_path / "export.zip")
    assert outcome.code == 0
    assert zipfile.is_zipfile(tmp_path / "export.zip")
    late = run("portability", "wait", "--emulator", "--timeout", "0", "--json")
    assert late.code == 6
    assert late.json["resume_command"] is None  # the emulator is gone


def test_no_secret_is_ever_said(user, run, tmp_path):
    user.faults.add(
        Fault("server_error", CHECK), Fault("cut_body", "portability.download"),
    )  # fmt: skip
    done = run("portability", "export", "-o", tmp_path / "export.zip", "--verbose")
    refused = run("portability", "status", "123", "--verbose")
    assert done.code == 0
    assert "Traceback" in refused.err
    assert os.environ["TIKTOK_ACCESS_TOKEN"] not in done.out + done.err + refused.out + refused.err
