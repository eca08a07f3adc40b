"""`portability verify | extract | read | report`, on archives of every era."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import socket
import sys
import threading
import zipfile

import pyarrow.parquet as pq
import pytest

from tiktok_async.cli.interrupts import Interrupts
from tiktok_async.cli.sifting import Sifting
from tiktok_async.emulator import Emulator
from tiktok_async.portability.archive import Section
from tiktok_async.portability.client import PortabilityClient

ROWS = 200
"""Of the watch history, which has as many as the emulator is told."""
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")


async def downloaded(path, data_format, **settings):
    async with (
        Emulator(export_delay=0, **settings) as emulator,
        PortabilityClient(token=emulator.user_access_token, base_url=emulator.base_url) as client,
    ):
        asked = await client.add(data_format=data_format)
        await client.download(asked.request_id, path)


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """Archives by era, made when they are first asked for."""
    folder = tmp_path_factory.mktemp("archives")

    def archive(era, data_format="json"):
        path = folder / f"{era}-{data_format}.zip"
        if not path.exists():
            asyncio.run(downloaded(path, data_format, export_era=era))
        return path

    return archive


@pytest.fixture
def archive(archives):
    return archives("C")


@pytest.fixture(autouse=True)
def no_network(monkeypatch, archives):
    """Nothing here may leave the machine; the archives are made before."""
    for era in "ABC":
        archives(era)
    archives("hybrid")
    archives("C", "text")

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(("era", "said"), [("A", "A"), ("B", "B"), ("C", "C"), ("hybrid", "mixed")])
def test_read_lists_the_sections_of_every_era(archives, run, era, said):
    found = run("portability", "read", archives(era), "--json").json
    assert (found["form"], found["era"], found["language"]) == ("json", said, None)
    sections = {one["name"]: one for one in found["sections"]}
    assert sections["watch_history"] == {
        "name": "watch_history",
        "title": "Watch History",
        "state": "present",
        "rows": ROWS,
        "skipped": 0,
    }
    assert sections["likes"]["rows"] == ROWS
    assert found["unknown"] == []


def test_read_lists_the_text_form(archives, run):
    found = run("portability", "read", archives("C", "text"), "--json").json
    assert (found["form"], found["language"]) == ("text", "en")
    rows = {one["name"]: one["rows"] for one in found["sections"]}
    assert rows["watch_history"] == ROWS


def test_list_is_a_table_for_a_person(archive, run):
    outcome = run("portability", "read", archive)
    assert outcome.code == 0
    table = {line.split()[0]: line.split(maxsplit=1)[1] for line in outcome.out.splitlines()}
    assert table["watch_history"] == str(ROWS)
    assert table["shop.orders"].endswith("empty")
    assert table["stickers"].endswith("not there")
    assert "layout C" in outcome.err
    assert f"portability read {archive} watch_history" in outcome.err


def test_list_names_what_nobody_knows(tmp_path, run):
    file = tmp_path / "user_data_tiktok.json"
    file.write_text('{"Your Activity": {"Brand\\u202e New": {"List": [1, 2]}}}')
    outcome = run("portability", "read", file)
    assert "unknown: Your Activity > Brand\\u202e New" in outcome.out
    found = run("portability", "read", file, "--json").json["unknown"]
    assert [one["path"] for one in found] == [["Your Activity", "Brand\u202e New"]]


@pytest.mark.parametrize("era", ["A", "B", "C", "hybrid"])
def test_rows_go_to_standard_output(archives, run, era):
    outcome = run("portability", "read", archives(era), "watch_history")
    assert outcome.code == 0
    assert len(outcome.rows) == ROWS
    assert all(row["video_id"] and row["date"] for row in outcome.rows)
    assert outcome.err == f"watch_history: {ROWS} rows\n"


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("limit", [None, 7])
def test_rows_go_to_each_format(archive, run, tmp_path, ending, limit):
    file = tmp_path / f"likes.{ending}"
    words = [] if limit is None else ["--limit", limit]
    found = run("portability", "read", archive, "likes", "-o", file, "--json", *words).json
    due = limit or ROWS
    assert found["rows"] == due
    assert found["output"] == str(file)
    assert found["skipped"] == (None if limit else 0)
    if ending == "jsonl":
        rows = [json.loads(line) for line in file.read_text().splitlines()]
    elif ending == "csv":
        with file.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
    else:
        rows = pq.read_table(file).to_pylist()
    assert len(rows) == due
    assert all(row["link"] for row in rows)


def test_limit_ends_the_reading(archive, run):
    outcome = run("portability", "read", archive, "watch_history", "--limit", 3, "--json")
    assert len(outcome.rows) == 3
    assert json.loads(outcome.err)["rows"] == 3


def test_one_object_is_a_row(archive, run):
    rows = run("portability", "read", archive, "profile").rows
    assert len(rows) == 1
    assert rows[0]["display_name"]


def test_section_without_rows_says_why(archive, run):
    assert "empty" in run("portability", "read", archive, "shop.orders").err
    assert "not there" in run("portability", "read", archive, "stickers").err


def test_unpacked_archive_is_read_as_well(archive, run, tmp_path):
    folder = tmp_path / "unpacked"
    found = run("portability", "extract", archive, "-o", folder, "--json").json
    assert found["files"] == 1
    (file,) = folder.iterdir()
    with zipfile.ZipFile(archive) as packed:
        assert file.read_bytes() == packed.read(packed.infolist()[0])
    assert len(run("portability", "read", file, "likes").rows) == ROWS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["no.zip"], "no.zip", id="no-file"),
        pytest.param(["{}", "watches"], "watch_history", id="section"),
        pytest.param(["{}", "-o", "x.csv"], "name behind the file", id="output-of-nothing"),
        pytest.param(["{}", "--limit", "3"], "name behind the file", id="limit-of-nothing"),
        pytest.param(["{}", "likes", "--limit", "0"], "1 or more", id="limit"),
        pytest.param(["{}", "likes", "-o", "x.xlsx"], ".parquet", id="format"),
        pytest.param(["{}", "likes", "-o", "no-such-folder/x.csv"], "no-such-folder", id="folder"),
    ],
)
def test_read_refuses_wrong_words(archive, run, words, said):
    outcome = run("portability", "read", *(word.format(archive) for word in words))
    assert outcome.code == 2
    assert said in outcome.err


def test_files_are_replaced_on_demand_only(archive, run, tmp_path):
    rows, page = tmp_path / "likes.csv", tmp_path / "report.html"
    for words, file in ((["read", archive, "likes"], rows), (["report", archive], page)):
        file.write_bytes(b"mine")
        refused = run("portability", *words, "-o", file)
        assert refused.code == 2
        assert refused.err.endswith("rite another name, or --overwrite to replace it.\n")
        assert file.read_bytes() == b"mine"
        assert run("portability", *words, "-o", file, "--overwrite").code == 0
        assert file.read_bytes() != b"mine"


def test_report_is_written_to_no_name_of_another_kind(archive, run, tmp_path):
    outcome = run("portability", "report", archive, "-o", tmp_path / "report.pdf")
    assert outcome.code == 2
    assert "end its name in .html" in outcome.err
    assert list(tmp_path.glob("report*")) == []


def test_report_is_a_page_that_needs_nothing(archive, run, tmp_path):
    page = tmp_path / "report.html"
    outcome = run("portability", "report", archive, "-o", page)
    assert outcome.code == 0
    assert outcome.out == f"{page}\n"
    html = page.read_text("utf-8")
    assert "<svg" in html
    assert "<script" not in html
    assert str(archive.parent) not in html


def test_verify_counts_what_is_whole(archive, run):
    outcome = run("portability", "verify", archive)
    assert outcome.code == 0
    assert outcome.err.startswith("whole and harmless (structure and every CRC)\n")
    found = run("portability", "verify", archive, "--json").json
    assert found == {
        "verified": True,
        "crc_checked": True,
        "bytes": archive.stat().st_size,
        "files": 1,
        "content_bytes": zipfile.ZipFile(archive).infolist()[0].file_size,
        "exit_code": 0,
    }


@pytest.mark.parametrize("command", ["verify", "extract", "read", "report"])
def test_damaged_archive_is_refused_with_the_reason(archive, run, tmp_path, command):
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-30])
    words = {"extract": ["-o", tmp_path / "out"], "report": ["-o", tmp_path / "out"]}
    outcome = run("portability", command, cut, *words.get(command, ()))
    assert outcome.code == 1
    assert outcome.err.startswith("error: ")
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["cut.zip"]


def test_verify_tells_a_program_the_reason(archive, run, tmp_path):
    bad = bytearray(archive.read_bytes())
    bad[200] ^= 0xFF
    broken = tmp_path / "broken.zip"
    broken.write_bytes(bad)
    outcome = run("portability", "verify", broken, "--json")
    assert outcome.code == 1
    assert outcome.json["verified"] is False
    assert outcome.json["kind"] in {"deflate", "crc", "size"}
    assert outcome.json["member"] == 0
    assert run("portability", "verify", broken, "--no-crc").code == 0


def test_harmful_archive_is_not_unpacked(run, tmp_path):
    evil, out = tmp_path / "evil.zip", tmp_path / "out"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("../escaped.txt", "x")
    outcome = run("portability", "extract", evil, "-o", out)
    assert outcome.code == 1
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == ["evil.zip"]
    assert not out.exists()


def test_unpacking_into_what_is_there_is_refused(archive, run, tmp_path):
    (tmp_path / "out").mkdir()
    outcome = run("portability", "extract", archive, "-o", tmp_path / "out")
    assert outcome.code == 2
    assert outcome.err.endswith("out is there already. Write another name.\n"), "it has no option"


@pytest.fixture(params=[(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"])
def stop(request, monkeypatch):
    """A signal to this process, which is heard when the call returns; and its exit code."""
    number, code = request.param
    heard, take = threading.Event(), Interrupts._take

    def hear(*arguments):
        take(*arguments)
        heard.set()

    def send(*_):
        os.kill(os.getpid(), number)
        if threading.current_thread() is not threading.main_thread():
            assert heard.wait(10)

    monkeypatch.setattr(Interrupts, "_take", hear)
    return send, code


@pytest.fixture
def stopped_at(run, tmp_path, stop):
    """Run a command that the signal meets, and check that nothing is left of it."""

    def go(*words):
        before = set(tmp_path.iterdir())
        assert run("portability", *words).code == stop[1]
        assert set(tmp_path.iterdir()) == before
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    return go


@posix
@pytest.mark.parametrize("command", ["verify", "extract"])
def test_stopped_work_leaves_nothing_behind(stop, stopped_at, tmp_path, monkeypatch, command):
    several = tmp_path / "several.zip"
    with zipfile.ZipFile(several, "w") as made:
        for number in range(3):
            made.writestr(f"{number}.txt", "content")
    monkeypatch.setattr(Sifting, "receive", stop[0])
    words = [] if command == "verify" else ["-o", tmp_path / "out"]
    stopped_at(command, several, *words)


@posix
@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param(["read", "{}", "likes"], "likes.parquet", id="read"),
        pytest.param(["report", "{}"], "report.html", id="report"),
    ],
)
def test_stopped_reading_leaves_nothing_behind(  # noqa: PLR0917  # fixtures
    archive, stop, stopped_at, tmp_path, monkeypatch, words, name
):
    batches = Section.batches

    def interrupted(self):
        for rows in batches(self):
            yield rows
            stop[0]()

    monkeypatch.setattr(Section, "batches", interrupted)
    stopped_at(*(word.format(archive) for word in words), "-o", tmp_path / name)
