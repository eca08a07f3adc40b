"""What a check costs, how it is followed and stopped, and what else may fail."""

from __future__ import annotations

import tracemalloc

import pytest
from raw_zip import Part, archive, deflated, end

from tiktok_async.errors import (
    ArchiveError,
    DamagedArchiveError,
    DiskError,
    InputError,
    UnsafeArchiveError,
)
from tiktok_async.portability.guard import ArchiveLimits, check_archive
from tiktok_async.portability.guard.contents import contents
from tiktok_async.portability.guard.directory import members
from tiktok_async.portability.guard.end import find_end
from tiktok_async.portability.guard.pulse import Pulse
from tiktok_async.portability.guard.source import Source

MIB = 1024 * 1024


@pytest.fixture
def check(tmp_path):
    """Return a function that checks these bytes."""

    def run(content, **options):
        path = tmp_path / "export.zip"
        path.write_bytes(content)
        return check_archive(path, **options)

    return run


def traced_peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("told", "kind", "error"),
    [
        pytest.param(10**6, "members", UnsafeArchiveError, id="told"),
        pytest.param(1000, "directory", UnsafeArchiveError, id="told-to-be-few"),
    ],
)
def test_check_refuses_a_million_members_in_little_memory(tmp_path, told, kind, error):
    part, count = Part("a", b""), 10**6
    path = tmp_path / "export.zip"
    local, entry = part.local(), part.entry(0)
    with path.open("wb") as file:
        file.write(local * count)
        file.write(entry * count)
        file.write(end(told, count * len(entry), count * len(local), wide=True))

    def refuse():
        with pytest.raises(error) as refused:
            check_archive(path)
        assert refused.value.kind == kind

    assert traced_peak(refuse) < MIB


def test_check_needs_little_memory_for_each_member(tmp_path):
    """200 000 members of the longest names stay under 100 MiB."""
    count = 4000
    names = [f"{number:06}/{'é' * 110}" for number in range(count)]
    path = tmp_path / "export.zip"
    path.write_bytes(archive(*(Part(name, b"x", descriptor="<LLL") for name in names)))
    peak = traced_peak(lambda: check_archive(path))
    fixed = 4 * MIB
    assert (peak - fixed) / count * 200_000 < 100 * MIB


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        pytest.param(Part(data=bytes(64 * MIB), size=1000), "size", id="says-little"),
        pytest.param(Part(data=b"\xaa\x55" * 4 * MIB, crc=1), "crc", id="says-the-truth"),
        pytest.param(
            Part(packed=deflated(b"some data") + bytes(16 * MIB)), "deflate", id="bytes-behind-it"
        ),
    ],
)
def test_check_counts_real_bytes_in_flat_memory(tmp_path, part, kind):
    path = tmp_path / "export.zip"
    path.write_bytes(archive(part))

    def refuse():
        with pytest.raises(DamagedArchiveError) as refused:
            check_archive(path, limits=ArchiveLimits(ratio=1000))
        assert refused.value.kind == kind

    assert traced_peak(refuse) < 8 * MIB


def test_contents_never_yield_more_than_claimed(tmp_path):
    """So that extraction writes no byte of a member beyond what the limits were held to."""
    path = tmp_path / "export.zip"
    path.write_bytes(archive(Part(data=bytes(3 * MIB), size=2 * MIB + 5)))
    limits = ArchiveLimits(ratio=1000)
    with Source(path) as source:
        (member,) = members(source, find_end(source), limits)
        pieces = contents(source, member, Pulse())
        assert [len(next(pieces)) for _ in range(2)] == [MIB, MIB]
        with pytest.raises(DamagedArchiveError):
            next(pieces)


def test_check_takes_output_that_a_full_piece_left_behind(check):
    """Where a piece ends in the last match of a stream, no input is left to ask for the rest."""
    for more in range(1, 300, 7):
        check(archive(Part(data=bytes(MIB + more))))


def test_source_reads_all_or_says_that_the_file_ends(tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(b"12345")
    with Source(path) as source:
        assert source.read(1, 4) == b"2345"
        with pytest.raises(DamagedArchiveError):
            source.read(1, 5)


def test_check_tells_progress_up_to_all(check):
    seen = []
    content = archive(Part("a", bytes(range(256)) * 4000, method=0), Part("b"), Part("c", b""))
    check(content, on_progress=lambda *progress: seen.append(progress))
    done, totals = zip(*seen, strict=True)
    assert list(done) == sorted(set(done))
    assert set(totals) == {done[-1]}
    assert len(seen) > 15


@pytest.mark.parametrize("calls", range(7))
def test_check_stops_when_cancelled(check, calls):
    content = archive(Part("a", bytes(256 * 1024), method=0), Part("b"))
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > calls

    with pytest.raises(ArchiveError) as stopped:
        check(content, cancelled=cancelled)
    assert stopped.value.kind == "cancelled"
    assert len(asked) == calls + 1


def test_check_wants_a_file(tmp_path):
    for path in (tmp_path, tmp_path / "missing.zip"):
        with pytest.raises(InputError, match="There is no file"):
            check_archive(path)


def test_check_reports_a_disk_that_fails(check, monkeypatch):
    class Failing:
        def seek(self, *_):
            raise OSError(5, "Input/output error")

        def close(self):
            pass

    opened = Source.__init__

    def broken(self, path):
        opened(self, path)
        self._file.close()
        self._file = Failing()

    monkeypatch.setattr(Source, "__init__", broken)
    with pytest.raises(DiskError) as failed:
        check(archive(Part()))
    assert failed.value.kind == "broken"


def test_check_notices_a_file_that_shrinks(tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(archive(Part("a", bytes(256 * 1024), method=0)))

    def shrink(_done, _total):
        with path.open("r+b") as file:
            file.truncate(100_000)

    with pytest.raises(DamagedArchiveError) as refused:
        check_archive(path, on_progress=shrink)
    assert refused.value.kind == "cut"
