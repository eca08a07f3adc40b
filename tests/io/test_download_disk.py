"""What the disk refuses, each in its own words; one owner for a target; nothing left behind."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from downloads import check, chunked, ranged, rig, sending, sized, until, whole

from tiktok_async.errors import (
    AlreadyDownloadingError,
    DiskError,
    DownloadError,
    InputError,
    TargetExistsError,
)
from tiktok_async.io.download import check_target, disk, machine
from tiktok_async.io.download import part as part_module
from tiktok_async.io.output import lock
from tiktok_async.io.output.lock import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

DATA = whole(9_000_000)
SMALL = whole(1000)
TAGS = ('ETag: "v1"', "Accept-Ranges: bytes")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a directory on a file system of 4 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=10)  # noqa: S603  # fixed
    except (OSError, subprocess.SubprocessError):
        pytest.skip("this user may not mount a tmpfs")
    yield place
    subprocess.run(["umount", str(place)], check=True, timeout=10)  # noqa: S603, S607  # as above


async def test_a_file_that_cannot_fit_is_refused_before_its_body(small_disk: Path) -> None:
    async with rig(small_disk, sized(DATA, *TAGS)) as on:
        with pytest.raises(DiskError, match="9000000 bytes") as caught:
            await on.get()
        assert (caught.value.kind, caught.value.total) == ("full", len(DATA))
        assert (on.left(), len(on.server.heads)) == ([], 1)


async def test_a_disk_that_fills_up_ends_the_download_at_once(small_disk: Path) -> None:
    async with rig(small_disk, chunked(DATA, 65536, *TAGS)) as on:
        with pytest.raises(DiskError) as caught:
            await on.get()
        assert (caught.value.kind, on.left(), len(on.server.heads)) == ("full", [], 1)


async def test_a_file_that_fits_is_written_to_a_small_disk(small_disk: Path) -> None:
    async with rig(small_disk, sized(whole(3_000_000))) as on:
        await on.get()
        assert on.left() == ["export.zip"]


CODES = [
    pytest.param(errno.ENOSPC, "full", id="ENOSPC"),
    pytest.param(errno.EDQUOT, "full", id="EDQUOT"),
    pytest.param(errno.EFBIG, "full", id="EFBIG"),
    pytest.param(errno.EIO, "broken", id="EIO"),
    pytest.param(errno.EROFS, "read_only", id="EROFS"),
    pytest.param(errno.EACCES, "permission", id="EACCES"),
    pytest.param(errno.EPERM, "permission", id="EPERM"),
]


class _Broken(io.FileIO):
    """A file that fails where it is told to."""

    fails: str = ""
    code: int = 0
    writes = 0

    def _fail(self, where: str) -> None:
        if where == self.fails:
            raise OSError(self.code, os.strerror(self.code))

    def write(self, data: Any) -> int:
        """Fail with the second batch, after half of it is written."""
        _Broken.writes += 1
        if _Broken.writes > 1 and self.fails == "write":
            if _Broken.writes == 2:
                return super().write(data[: len(data) // 2])
            self._fail("write")
        return super().write(data)

    def close(self) -> None:
        """Close, and then fail."""
        was_open = not self.closed
        super().close()
        if was_open:
            self._fail("close")


class _Lazy(io.FileIO):
    """A file that takes little at once, and its time."""

    def write(self, data: Any) -> int:
        """Write a part of `data`."""
        time.sleep(0.02)
        return super().write(data[:1_000_000])


async def test_a_slow_disk_that_takes_little_at_once_gets_every_byte_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = whole(20_000_000)
    monkeypatch.setattr(part_module.io, "FileIO", _Lazy)
    async with rig(tmp_path, sized(data)) as on:
        found = await on.get()
    assert (found.starts, on.target.read_bytes()) == (1, data)


@pytest.mark.parametrize(("code", "kind"), CODES)
@pytest.mark.parametrize("where", ["open", "write", "fsync", "close", "replace"])
async def test_what_the_disk_refuses_is_told_in_its_own_word_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, code: int, kind: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    _Broken.fails, _Broken.code, _Broken.writes = where, code, 0
    monkeypatch.setattr(part_module.io, "FileIO", _Broken)
    if where == "open":
        monkeypatch.setattr(part_module, "_private", fail)
    elif where == "fsync":
        monkeypatch.setattr(part_module.os, "fsync", fail)
    elif where == "replace":
        monkeypatch.setattr(type(tmp_path), "replace", fail)
    async with rig(tmp_path, sized(DATA)) as on:
        with pytest.raises(DiskError) as caught:
            await on.get(overwrite=True)
        monkeypatch.undo()
        assert (caught.value.kind, caught.value.retryable) == (kind, False)
        assert caught.value.path == str(on.target)
        assert (kind == "full") is (f"{len(DATA)} bytes are needed" in str(caught.value)) or (
            where == "open"
        )
        assert (on.left(), len(on.server.heads)) == ([], 1)


async def test_a_failed_fsync_is_never_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def fail(number: int) -> None:
        calls.append(number)
        raise OSError(errno.EIO, "the disk is broken")

    async with rig(tmp_path, sized(SMALL)) as on:
        with monkeypatch.context() as broken:
            broken.setattr(part_module.os, "fsync", fail)
            with pytest.raises(DiskError, match="the disk is broken"):
                await on.get()
    assert (len(calls), on.left()) == (1, [])


async def test_an_unknown_error_of_the_disk_is_a_broken_disk() -> None:
    assert disk.Disk(None).error(OSError("odd")).kind == "broken"  # type: ignore[arg-type]  # any


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a directory that may not be written to."""
    place = tmp_path / "closed"
    place.mkdir(0o500)
    if os.access(place, os.W_OK):  # the superuser's eyes see no modes
        monkeypatch.setattr(disk.os, "access", lambda *_: False)
    yield place
    place.chmod(0o700)


async def test_a_directory_that_is_closed_to_us_is_refused_before_any_call(closed: Path) -> None:
    async with rig(closed, sized(SMALL)) as on:
        with pytest.raises(DiskError) as caught:
            await on.get()
    assert (caught.value.kind, on.server.heads) == ("permission", [])


async def test_a_read_only_disk_is_refused_before_any_call(small_disk: Path) -> None:
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True, timeout=10)  # noqa: ASYNC221, S603  # quick, and fixed
    async with rig(small_disk, sized(SMALL)) as on:
        with pytest.raises(DiskError) as caught:
            await on.get()
    assert (caught.value.kind, on.server.heads) == ("read_only", [])


async def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    async with rig(tmp_path, sized(SMALL)) as on:
        on.target.write_bytes(b"mine")
        with pytest.raises(TargetExistsError) as caught:
            await on.get()
    assert (caught.value.kind, on.target.read_bytes()) == ("exists", b"mine")
    assert (on.server.heads, on.left()) == ([], ["export.zip"])


async def test_a_link_that_leads_nowhere_is_there_too(tmp_path: Path) -> None:
    async with rig(tmp_path, sized(SMALL)) as on:
        on.target.symlink_to(tmp_path / "nowhere")
        with pytest.raises(TargetExistsError):
            await on.get()


async def test_a_file_that_is_to_be_overwritten_is_whole_until_the_new_one_is(
    tmp_path: Path,
) -> None:
    def look(path: Path) -> int:
        assert on.target.read_bytes() == b"old"
        return check(path)

    async with rig(tmp_path, sized(SMALL)) as on:
        on.target.write_bytes(b"old")
        await on.get(overwrite=True, verify=look)
    assert on.target.read_bytes() == SMALL


async def test_a_file_that_could_not_be_overwritten_is_kept(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(sized(DATA)[:90_000], then="close")) as on:
        on.target.write_bytes(b"old")
        with pytest.raises(DownloadError):
            await on.get(overwrite=True)
    assert (on.target.read_bytes(), on.left()) == (b"old", ["export.zip"])


async def test_a_file_that_appears_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    def meddle(path: Path) -> int:
        on.target.write_bytes(b"theirs")
        return check(path)

    async with rig(tmp_path, sized(SMALL)) as on:
        with pytest.raises(TargetExistsError):
            await on.get(verify=meddle)
    assert (on.target.read_bytes(), on.left()) == (b"theirs", ["export.zip"])


async def test_a_file_that_the_last_owner_finished_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock_after_the_owner(target: Path) -> FileLock:
        target.write_bytes(b"theirs")
        return FileLock(target)

    monkeypatch.setattr(machine, "FileLock", lock_after_the_owner)
    async with rig(tmp_path, sized(SMALL)) as on:
        with pytest.raises(TargetExistsError):
            await on.get()
    assert (on.server.heads, on.left()) == ([], ["export.zip"])


async def test_a_disk_without_hard_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(part_module.os, "link", refuse)
    async with rig(tmp_path, sized(SMALL)) as on:
        await on.get()
    assert (on.target.read_bytes(), on.left()) == (SMALL, ["export.zip"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("no/such/x.zip", InputError, id="no-directory"),
        pytest.param(".", InputError, id="a-directory"),
        pytest.param("x" * 300, DiskError, id="too-long-a-name"),
        pytest.param("x" * 240, DiskError, id="too-long-a-name-for-its-part"),
    ],
)
async def test_a_name_that_cannot_be_is_refused_before_any_call(
    tmp_path: Path, name: str, expected: type[Exception]
) -> None:
    async with rig(tmp_path, sized(SMALL)) as on:
        with pytest.raises(expected):
            await on.get(tmp_path / name)
    assert on.left() == []


def test_a_target_can_be_looked_at_before_anything_is_asked(tmp_path: Path) -> None:
    check_target(tmp_path / "x", overwrite=False)
    (tmp_path / "x").touch()
    check_target(tmp_path / "x", overwrite=True)
    with pytest.raises(TargetExistsError):
        check_target(tmp_path / "x", overwrite=False)
    with pytest.raises(InputError, match="is a directory"):
        check_target(tmp_path, overwrite=True)
    with pytest.raises(InputError, match="There is no directory"):
        check_target(tmp_path / "no" / "x", overwrite=True)


async def test_a_second_download_of_one_target_is_refused(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(sized(DATA)[:5_000_000], then="silence"), sized(SMALL)) as on:
        first = asyncio.ensure_future(on.get())
        await until(lambda: on.progress)
        with pytest.raises(AlreadyDownloadingError) as caught:
            await on.get()
        assert (caught.value.kind, caught.value.retryable) == ("busy", True)
        other = await on.get(tmp_path / "other.zip")
        assert other.size == len(SMALL)
        first.cancel()
        await asyncio.wait([first])
        await on.get()
    assert on.left() == ["export.zip", "other.zip"]


OWNER = """
import sys, time
from pathlib import Path
from tiktok_async.io.output import lock
from tiktok_async.io.output.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print("mine", flush=True)
time.sleep(60)
"""


async def test_a_target_of_another_process_is_refused_until_it_dies(tmp_path: Path) -> None:
    async with rig(tmp_path, sized(SMALL)) as on:
        command = [sys.executable, "-c", OWNER, str(on.target)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:  # noqa: ASYNC220, S603  # ours
            assert owner.stdout is not None
            assert await asyncio.to_thread(owner.stdout.readline) == b"mine\n"
            with pytest.raises(AlreadyDownloadingError):
                await on.get()
            owner.kill()
        await on.get()
    assert (len(on.server.heads), on.left()) == (1, ["export.zip"])


@pytest.mark.skipif(lock.fcntl is None, reason="nothing is locked here")
def test_a_lock_that_its_owner_has_just_removed_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened before the owner let go, locked after: the file is nobody's name any more."""
    owner, original = FileLock(tmp_path / "x"), lock.fcntl.flock

    def after_the_owner(file: int, how: int) -> None:
        owner.release()
        original(file, how)

    monkeypatch.setattr(lock.fcntl, "flock", after_the_owner)
    late = FileLock(tmp_path / "x")
    with pytest.raises(InputError):
        FileLock(tmp_path / "x")
    late.release()
    assert list(tmp_path.iterdir()) == []


HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "age", "stays"),
    [
        pytest.param(f".other.zip.{HEX}.part", 8.0, False, id="stale"),
        pytest.param(f".other.zip.{HEX}.part.json", 8.0, False, id="stale-note"),
        pytest.param(f".other.zip.{HEX}.part", 6.0, True, id="recent"),
        pytest.param(f"other.zip.{HEX}.part", 8.0, True, id="not-hidden"),
        pytest.param(".other.zip.part", 8.0, True, id="no-number"),
        pytest.param(f".other.zip.{HEX}0.part", 8.0, True, id="other-number"),
        pytest.param("notes.txt", 8.0, True, id="other-file"),
        pytest.param(f".export.zip.{HEX}.part", 0.0, False, id="our-own-target"),
    ],
)
async def test_parts_that_nobody_touched_for_a_week_are_swept(
    tmp_path: Path, name: str, age: float, stays: bool
) -> None:
    async with rig(tmp_path, sized(SMALL)) as on:
        (tmp_path / name).touch()
        when = on.clock.time() - age * 86_400
        os.utime(tmp_path / name, (when, when))
        await on.get()
    assert ((tmp_path / name).exists(), on.target.exists()) == (stays, True)


async def test_a_stale_part_that_has_an_owner_is_left_alone(tmp_path: Path) -> None:
    stale = tmp_path / f".other.zip.{HEX}.part"
    async with rig(tmp_path, sized(SMALL)) as on:
        stale.touch()
        os.utime(stale, (0, 0))
        owner = FileLock(tmp_path / "other.zip")
        await on.get()
        assert stale.exists()
        owner.release()


async def test_a_stale_part_whose_lock_cannot_be_had_is_left_alone(tmp_path: Path) -> None:
    stale = tmp_path / f".other.zip.{HEX}.part"
    async with rig(tmp_path, sized(SMALL)) as on:
        stale.touch()
        os.utime(stale, (0, 0))
        (tmp_path / ".other.zip.lock").mkdir()
        await on.get()
        assert stale.exists()


async def test_a_part_is_private_from_its_first_byte(tmp_path: Path) -> None:
    modes: list[int] = []

    def look(path: Path) -> int:
        modes.extend(one.stat().st_mode & 0o777 for one in path.parent.glob(".export*part*"))
        return check(path)

    old = os.umask(0)
    try:
        async with rig(tmp_path, ranged(SMALL)) as on:
            await on.get(verify=look)
    finally:
        os.umask(old)
    assert modes == [0o600, 0o600]
