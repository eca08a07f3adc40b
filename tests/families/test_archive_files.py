"""Where an export is read from, and files that are not whole or not kind."""

from __future__ import annotations

import io
import json
import logging
import re
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_export import DAY, LINK, SECTIONS, as_json, document, full, texts, zipped

from tiktok_async.convert import loads
from tiktok_async.errors import ArchiveError, DamagedArchiveError, InputError
from tiktok_async.portability.archive import Archive, scan
from tiktok_async.portability.archive.scan import Scanner

if TYPE_CHECKING:
    from pathlib import Path

WATCHED = SECTIONS[0]
JSON = json.dumps(document(WATCHED))
SECRET = "Zq7planted"
"""A marker that no message may hold."""


@pytest.mark.parametrize(
    ("files", "unknown"),
    [
        pytest.param({"user_data_tiktok.json": JSON}, [], id="2026"),
        pytest.param({"user_data.json": JSON}, [], id="older"),
        pytest.param({"TikTok/TikTok_Data.json": JSON}, [], id="in-a-folder"),
        pytest.param({"whatever.json": JSON}, [], id="only-one"),
        pytest.param(
            {"a.json": "{}", "user_data.json": JSON, "clip.mp4": "x"},
            ["a.json", "clip.mp4"],
            id="among-others",
        ),
        pytest.param(
            {"__MACOSX/._user_data.json": "x", "user_data.json": JSON},
            ["__MACOSX/._user_data.json"],
            id="beside-a-shadow",
        ),
        pytest.param(
            {"user_data.json": JSON, "Watch History.txt": f"Date: {DAY}\n"},
            ["Watch History.txt"],
            id="json-before-text",
        ),
    ],
)
@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_export_is_found_among_files(
    files: dict[str, str | bytes], unknown: list[str], packed: bool, tmp_path: Path
):
    if packed:
        archive = Archive.open(zipped(tmp_path / "export.zip", files))
    else:
        for name, content in files.items():
            place = tmp_path / name
            place.parent.mkdir(exist_ok=True)
            place.write_text(str(content))
        archive = Archive.open(tmp_path)
    assert tuple(archive.watch_history) == WATCHED.rows
    assert sorted(one.path[0] for one in archive.unknown) == sorted(unknown)


def test_json_file_is_opened_alone(tmp_path: Path):
    path = tmp_path / "mine.json"
    path.write_bytes(b"\xef\xbb\xbf" + JSON.encode())
    (tmp_path / "other.json").write_text("{}")
    with Archive.open(path) as archive:
        assert tuple(archive.watch_history) == WATCHED.rows
        assert archive.unknown == ()


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"photo.jpg": "x"}, id="no-text"),
        pytest.param({"letter.txt": "x"}, id="other-text"),
        pytest.param({"a.json": JSON, "b.json": JSON}, id="two-unknown"),
    ],
)
def test_what_is_no_export_is_refused(files: dict[str, str | bytes], tmp_path: Path):
    with pytest.raises(ArchiveError) as caught:
        Archive.open(zipped(tmp_path / "export.zip", files))
    assert caught.value.kind == "no_export"


def test_path_of_nothing_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="write the path of an export"):
        Archive.open(tmp_path / "nothing.zip")


def test_cut_zip_is_refused(tmp_path: Path):
    path = zipped(tmp_path / "export.zip", {"user_data.json": JSON})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DamagedArchiveError):
        Archive.open(path)


def test_zip_with_a_wrong_crc_is_refused_while_it_is_read(tmp_path: Path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("user_data.json", JSON)
    path.write_bytes(path.read_bytes().replace(DAY.encode(), b"2026-01-02 03:04:06"))
    with pytest.raises(DamagedArchiveError) as caught:
        Archive.open(path).watch_history.count()
    assert caught.value.member == 0


def test_bomb_is_refused(tmp_path: Path):
    content = '{"Your Activity": {"Searches": {"SearchList": [' + " " * 2**24 + "]}}}"
    with pytest.raises(ArchiveError) as caught:
        Archive.open(zipped(tmp_path / "export.zip", {"user_data.json": content})).searches.count()
    assert caught.value.kind == "ratio"


def test_changed_file_is_not_read_on(tmp_path: Path):
    path = as_json(tmp_path / "user_data.json", document(WATCHED))
    archive = Archive.open(path)
    assert archive.watch_history.count() == 1
    as_json(path, full())
    with pytest.raises(ArchiveError) as caught:
        list(archive.watch_history)
    assert caught.value.kind == "changed"


def everything_said(error: BaseException | None) -> str:
    """Return all that an error and those behind it say."""
    said = ""
    while error is not None:
        said += f"{error} {error!r} {error.args} {vars(error)}"
        error = error.__cause__ or error.__context__
    return said


NESTED = f'{{"Your Activity": {{"Watch History": {{"VideoList": [{{"Link": "{SECRET}"}}, %s]}}}}}}'


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(b"", "no_export", id="nothing"),
        pytest.param(b"[]", "no_export", id="list"),
        pytest.param(b"<html>", "no_export", id="html"),
        pytest.param(b"{", "damaged", id="open"),
        pytest.param(b"{}x", "damaged", id="more-behind"),
        pytest.param(b'{"a" 1}', "damaged", id="no-colon"),
        pytest.param(b'{"a": 1,}', "damaged", id="comma-behind"),
        pytest.param(b"{a: 1}", "damaged", id="bare-key"),
        pytest.param((NESTED % "{} {}").encode(), "damaged", id="no-comma"),
        pytest.param((NESTED % "{},").encode(), "damaged", id="comma-in-list"),
        pytest.param((NESTED % '{"Date": "x"').encode(), "damaged", id="row-cut"),
        pytest.param(b'{"a": "\xff"}', "damaged", id="no-utf-8"),
        pytest.param((NESTED % '{"Date": NaN}').encode(), "refused", id="nan"),
        pytest.param((NESTED % '{"Date": -Infinity}').encode(), "refused", id="infinity"),
        pytest.param((NESTED % '{"Date": 1e999}').encode(), "refused", id="too-large"),
        pytest.param((NESTED % ("9" * 5000)).encode(), "refused", id="too-many-digits"),
        pytest.param((NESTED % ("[" * 100_000)).encode(), "refused", id="depth"),
        pytest.param(('{"a":' * 100_000).encode(), "refused", id="depth-of-objects"),
        pytest.param(b'{"a": "' + b"x" * 2**25, "refused", id="endless-text"),
        pytest.param(
            json.dumps({str(number): 1 for number in range(20_000)}).encode(),
            "no_export",
            id="endless-keys",
        ),
    ],
)
def test_json_that_cannot_be_read_is_refused(text: bytes, kind: str, tmp_path: Path):
    path = tmp_path / "user_data.json"
    path.write_bytes(text)
    with pytest.raises(ArchiveError) as caught:
        Archive.open(path).inventory()
    assert caught.value.kind == kind
    assert SECRET not in everything_said(caught.value)


def test_every_beginning_of_an_export_is_refused(tmp_path: Path):
    path = tmp_path / "user_data.json"
    for end in range(len(JSON)):
        path.write_text(JSON[:end])
        with pytest.raises(ArchiveError):
            Archive.open(path).watch_history.count()


def test_duplicate_keys_lose_nothing(tmp_path: Path):
    one = '{"VideoList": [{"Link": "a"}]}'
    two = '{"VideoList": [{"Link": "b", "Link": "c"}]}'
    path = tmp_path / "user_data.json"
    path.write_text(
        f'{{"Activity": {{"Watch History": {one}}}, "Activity": {{"Watch History": {two}}}}}'
    )
    assert [row.link for row in Archive.open(path).watch_history] == ["a", "c"]


class Trickle(io.BytesIO):
    """A file that gives a few bytes at a time."""

    def read(self, _: int | None = -1, /) -> bytes:
        """Return the next five."""
        return super().read(5)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)  # fmt: skip


def read_by_steps(scanner: Scanner) -> Any:
    """Return a value by going down into every object and list."""
    mark = scanner.peek()
    if mark == "{":
        return {name: read_by_steps(scanner) for name in scanner.names()}
    if mark == "[":
        return [value for batch in scanner.elements() for value in batch]
    return scanner.value()


@given(value=VALUES, indent=st.sampled_from([None, 0, 2]), ascii_only=st.booleans())
def test_scanner_reads_what_json_says(value: Any, indent: int | None, ascii_only: bool):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    data = text.encode("utf-8", "surrogatepass" if ascii_only else "ignore")
    value = json.loads(data)
    for file in (io.BytesIO(data), Trickle(data)):
        scanner = Scanner(file)
        assert read_by_steps(scanner) == value
        scanner.end()
        assert scanner.offset == len(data)
    scanner = Scanner(Trickle(data))
    scanner.skip()
    assert scanner.offset == len(data)


def test_scanner_finds_places_behind_any_text():
    data = json.dumps({"ä€😀": ["ß", {"x": "}]"}], "b": [1]}, ensure_ascii=False).encode()
    scanner = Scanner(Trickle(data))
    places = {}
    for name in scanner.names():
        scanner.peek()
        places[name] = scanner.offset
        scanner.skip()
    assert Scanner(io.BytesIO(data[places["b"] :]), places["b"]).value() == [1]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([{"a": "}"}] * 5_000, id="braces-in-text"),
        pytest.param([{"a": "]"}] * 5_000, id="brackets-in-text"),
        pytest.param([{"a": [1]}] * 5_000, id="lists-in-rows"),
        pytest.param(["a"] * 5_000, id="no-rows"),
        pytest.param([[]] * 5_000, id="empty-lists"),
        pytest.param({str(key): [{"a": 1}] for key in range(5_000)}, id="many-lists"),
        pytest.param([{"a": {"b": {}}}] * 5_000, id="rows-in-rows"),
    ],
)
def test_scanner_decodes_nothing_again_and_again(value: Any, monkeypatch: pytest.MonkeyPatch):
    decoded = 0

    def counted(body: bytes) -> Any:
        nonlocal decoded
        decoded += len(body)
        return loads(body)

    monkeypatch.setattr(scan, "loads", counted)
    monkeypatch.setattr(scan, "_CHUNK", 1000)
    data = json.dumps(value).encode()
    assert Scanner(io.BytesIO(data)).skip() == len(value)
    assert decoded < 2 * len(data)


def planted(value: Any) -> Any:
    """Return a value with the marker in every text."""
    if isinstance(value, str):
        return value + SECRET
    if isinstance(value, dict):
        return {key: planted(inner) for key, inner in value.items()}
    return [planted(inner) for inner in value] if isinstance(value, list) else value


PLANTED = json.dumps(planted(full())).encode()
PLANTED_TEXT = {
    name: re.sub(r": (.*)", rf": \1{SECRET}", text).encode() for name, text in texts().items()
}


def read_all(path: Path) -> str:
    """Read everything of an archive; return what was said of it."""
    said = ""
    try:
        with Archive.open(path) as archive:
            said += repr(archive)
            for section in archive.sections():
                said += repr(section)
                for row in section:
                    assert row is not None
            said += f"{archive.inventory()} {archive.unknown} {archive.era} {archive.language}"
            for one in archive.unknown:
                one.value()
    except ArchiveError as error:
        said += everything_said(error)
    return said


def mutated(data: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for start, length, put in cuts:
        at = start % (len(data) + 1)
        data = data[:at] + put + data[at + length :]
    return data


CUTS = st.lists(
    st.tuples(
        st.integers(0, 10**6),
        st.integers(0, 40),
        st.binary(max_size=4)
        | st.sampled_from([b"}", b"]", b"{", b"[", b'"', b",", b"NaN", b"\n"]),
    ),
    max_size=4,
)
ANY_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY_FIXTURE
@given(cuts=CUTS)
def test_mutated_export_gives_typed_errors_that_quote_nothing(
    cuts: list[tuple[int, int, bytes]], tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "user_data.json"
    path.write_bytes(mutated(PLANTED, cuts))
    with caplog.at_level(logging.DEBUG):
        said = read_all(path)
    assert SECRET not in said + caplog.text


@ANY_FIXTURE
@given(cuts=CUTS, name=st.sampled_from(sorted(PLANTED_TEXT)))
def test_mutated_text_gives_typed_errors_that_quote_nothing(
    cuts: list[tuple[int, int, bytes]],
    name: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    path = tmp_path / name
    path.write_bytes(mutated(PLANTED_TEXT[name], cuts))
    with caplog.at_level(logging.DEBUG):
        said = read_all(path)
    assert SECRET not in said + caplog.text


KEYS = st.sampled_from(
    sorted({key for one in SECTIONS for key in one.path} | {"Date", "Link", "Messages", SECRET})
)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", SECRET, DAY]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=40,
)


@ANY_FIXTURE
@given(value=st.dictionaries(KEYS, DOCUMENTS, max_size=6))
def test_any_json_gives_rows_or_typed_errors(value: Any, tmp_path: Path):
    said = read_all(as_json(tmp_path / "user_data.json", value))
    assert SECRET not in said


def large(path: Path, rows: int) -> Path:
    """Write an export with a long watch history, a long chat and many live streams."""
    row = json.dumps({"Date": DAY, "Link": LINK, "Title": "x" * 40})
    message = json.dumps({"Date": DAY, "From": "a", "Content": "[}" * 20})
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive,
        archive.open("user_data_tiktok.json", "w") as file,
    ):
        file.write(b'{"Your Activity": {"Watch History": {"VideoList": [')
        file.write(b",\n".join([row.encode()] * rows))
        file.write(b']}}, "Direct Message": {"Direct Messages": {"ChatHistory": {"with": [')
        file.write(b",".join([message.encode()] * rows))
        file.write(b"]}}}}")
    return path


def test_memory_does_not_grow_with_the_export(tmp_path: Path):
    peaks = []
    for rows in (2_000, 20_000):
        path = large(tmp_path / f"{rows}.zip", rows)
        tracemalloc.start()
        archive = Archive.open(path)
        assert sum(1 for _ in archive.watch_history) == rows
        assert sum(1 for _ in archive.direct_messages) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 16 * 2**20
    assert peaks[1] < peaks[0] + 2**20


def test_no_file_stays_open_between_readings(tmp_path: Path):
    path = large(tmp_path / "export.zip", 5_000)
    archive = Archive.open(path)
    rows = iter(archive.watch_history)
    next(rows)
    del rows
    path.rename(tmp_path / "moved.zip")
    with pytest.raises(ArchiveError, match="moved"):
        archive.watch_history.count()
