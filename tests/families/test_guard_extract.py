"""Unpacking: everything or nothing, and never outside the target."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import stat
from contextlib import contextmanager
from pathlib import Path

import pytest
from raw_zip import Part, archive

from tiktok_async.errors import (
    ArchiveError,
    DamagedArchiveError,
    DiskError,
    InputError,
    TargetExistsError,
    TikTokError,
    UnsafeArchiveError,
)
from tiktok_async.portability.guard import ArchiveLimits, ArchiveSummary, extract_archive

TREE = {
    "TikTok/user_data_tiktok.json": b'{"Profile": {}}' * 50_000,
    "TikTok/chats/ünï.txt": b"hello",
    "TikTok/chats/inner/in.zip": archive(Part("../../outside")),
    "empty.txt": b"",
}
FOLDERS = (Part("TikTok/", b"", method=0), Part("nothing/", b""))
GOOD = archive(*FOLDERS, *(Part(name, data) for name, data in TREE.items()), wide=True)
SECRET = "secret-name"


@pytest.fixture
def zipped(tmp_path):
    """Return a function that writes an archive, alone in a folder of its own."""
    inside = tmp_path / "place"
    inside.mkdir()

    def write(content):
        path = inside / "export.zip"
        path.write_bytes(content)
        return path

    return write


def files_under(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_extract_writes_identical_bytes(zipped):
    path = zipped(GOOD)
    to = path.with_name("export")
    summary = extract_archive(path, to)
    content_bytes = sum(map(len, TREE.values()))
    assert summary == ArchiveSummary(6, len(GOOD), content_bytes, crc_checked=True)
    assert files_under(to) == TREE
    assert (to / "nothing").is_dir()
    assert names_in(path.parent) == ["export", "export.zip"]


def test_extract_keeps_others_out(zipped):
    path = zipped(GOOD)
    before = os.umask(0)
    try:
        extract_archive(path, path.with_name("export"))
    finally:
        os.umask(before)
    for folder, _, files in os.walk(path.with_name("export")):
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        for name in files:
            assert stat.S_IMODE((Path(folder) / name).stat().st_mode) == 0o600


REFUSED = [
    pytest.param(Part("../" + SECRET), UnsafeArchiveError, id="traversal"),
    pytest.param(Part("/etc/" + SECRET), UnsafeArchiveError, id="absolute"),
    pytest.param(Part("a/../../" + SECRET), UnsafeArchiveError, id="traversal-inside"),
    pytest.param(Part("..\\" + SECRET), UnsafeArchiveError, id="backslash"),
    pytest.param(Part("C:" + SECRET), UnsafeArchiveError, id="drive"),
    pytest.param(Part(SECRET, b"/etc", mode=0o120777), UnsafeArchiveError, id="symlink"),
    pytest.param(Part("EMPTY.TXT", b"x"), UnsafeArchiveError, id="duplicate"),
    pytest.param(Part("empty.txt/x", b"x"), UnsafeArchiveError, id="clash"),
    pytest.param(Part(data=bytes(11 * 1024 * 1024)), UnsafeArchiveError, id="bomb"),
    pytest.param(Part(SECRET, crc=1), DamagedArchiveError, id="crc"),
    pytest.param(Part(SECRET, size=3), DamagedArchiveError, id="says-less"),
    pytest.param(Part(SECRET, size=30), DamagedArchiveError, id="says-more"),
    pytest.param(Part(SECRET, packed=b"\xff\xff"), DamagedArchiveError, id="deflate"),
    pytest.param(Part("f/", b"", crc=1), DamagedArchiveError, id="crc-of-folder"),
]


@pytest.mark.parametrize(("part", "error"), REFUSED)
def test_extract_leaves_nothing_of_a_refused_archive(zipped, tmp_path, part, error):
    path = zipped(archive(*(Part(name, data) for name, data in TREE.items()), part))
    with pytest.raises(error) as refused:
        extract_archive(path, path.with_name("export"))
    assert names_in(path.parent) == ["export.zip"]
    assert names_in(tmp_path) == ["place"]
    assert SECRET not in str(refused.value)


def test_extract_holds_to_the_limits_it_is_given(zipped):
    path = zipped(GOOD)
    with pytest.raises(UnsafeArchiveError):
        extract_archive(path, path.with_name("export"), limits=ArchiveLimits(members=5))


def refuse_existing(path, to):
    with pytest.raises(TargetExistsError) as refused:
        extract_archive(path, to)
    assert refused.value.path == str(to)


def test_extract_refuses_an_existing_target(zipped):
    path = zipped(GOOD)
    folder, file, link = (path.with_name(name) for name in ("folder", "file", "link"))
    folder.mkdir()
    file.write_text("mine")
    link.symlink_to("nowhere")
    for to in (folder, file, link):
        refuse_existing(path, to)
    assert names_in(path.parent) == ["export.zip", "file", "folder", "link"]
    assert names_in(folder) == []
    assert file.read_text() == "mine"


def test_extract_overwrites_a_folder_whole(zipped):
    path = zipped(GOOD)
    to = path.with_name("export")
    to.mkdir()
    (to / "old.txt").write_text("old")
    extract_archive(path, to, overwrite=True)
    assert files_under(to) == TREE
    assert names_in(path.parent) == ["export", "export.zip"]


def test_extract_keeps_the_old_folder_if_the_archive_is_refused(zipped):
    path = zipped(archive(Part("a"), Part("b", crc=1)))
    to = path.with_name("export")
    to.mkdir()
    (to / "old.txt").write_text("old")
    with pytest.raises(DamagedArchiveError):
        extract_archive(path, to, overwrite=True)
    assert files_under(to) == {"old.txt": b"old"}
    assert names_in(path.parent) == ["export", "export.zip"]


def test_extract_brings_the_old_folder_back_if_the_new_one_cannot_take_its_place(
    zipped, monkeypatch
):
    path = zipped(GOOD)
    to = path.with_name("export")
    to.mkdir()
    (to / "old.txt").write_text("old")
    rename = Path.rename

    def failing(self, new):
        if self.suffix == ".extracting":
            raise OSError(errno.EIO, "Input/output error", str(self))
        return rename(self, new)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(DiskError):
        extract_archive(path, to, overwrite=True)
    assert files_under(to) == {"old.txt": b"old"}
    assert names_in(path.parent) == ["export", "export.zip"]


def test_extract_overwrites_no_file_and_nothing_that_is_needed(zipped, monkeypatch, tmp_path):
    path = zipped(GOOD)
    file = path.with_name("file")
    file.write_text("mine")
    home = tmp_path / "home" / "me"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path / "place")
    for to in (file, path.parent, tmp_path / "home", home, Path()):
        with pytest.raises(InputError):
            extract_archive(path, to, overwrite=True)
    assert file.read_text() == "mine"
    assert home.is_dir()


def test_extract_wants_a_place(zipped):
    path = zipped(GOOD)
    with pytest.raises(InputError, match="There is no folder"):
        extract_archive(path, path.with_name("missing") / "export")
    with pytest.raises(InputError, match="There is no file"):
        extract_archive(path.with_name("missing.zip"), path.with_name("export"))


def test_extract_refuses_a_target_that_appears_meanwhile(zipped):
    path = zipped(GOOD)
    to = path.with_name("export")

    def appear(_done, _total):
        to.mkdir(exist_ok=True)

    with pytest.raises(TargetExistsError):
        extract_archive(path, to, on_progress=appear)
    assert names_in(path.parent) == ["export", "export.zip"]
    assert names_in(to) == []


@pytest.mark.parametrize("calls", range(11))
def test_extract_leaves_nothing_when_cancelled(zipped, calls):
    path = zipped(GOOD)
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > calls

    with pytest.raises(ArchiveError) as stopped:
        extract_archive(path, path.with_name("export"), cancelled=cancelled)
    assert stopped.value.kind == "cancelled"
    assert names_in(path.parent) == ["export.zip"]


def test_extract_leaves_nothing_when_interrupted(zipped):
    path = zipped(GOOD)

    def interrupt(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract_archive(path, path.with_name("export"), on_progress=interrupt)
    assert names_in(path.parent) == ["export.zip"]


@contextmanager
def largest_file(count):
    """Have the system refuse to write a file beyond `count` bytes: a real EFBIG."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_extract_leaves_nothing_on_a_disk_that_takes_no_more(zipped):
    path = zipped(GOOD)
    to = path.with_name("export")
    with largest_file(100_000), pytest.raises(DiskError) as failed:
        extract_archive(path, to)
    assert (failed.value.kind, failed.value.path) == ("full", str(to))
    assert names_in(path.parent) == ["export.zip"]


@pytest.mark.parametrize("call", ["open", "write", "close"])
@pytest.mark.parametrize(
    ("number", "kind"),
    [
        pytest.param(errno.ENOSPC, "full", id="full"),
        pytest.param(errno.EDQUOT, "full", id="quota"),
        pytest.param(errno.EROFS, "read_only", id="read-only"),
        pytest.param(errno.EACCES, "permission", id="permission"),
        pytest.param(errno.EIO, "broken", id="broken"),
    ],
)
def test_extract_names_the_trouble_of_the_disk(zipped, monkeypatch, call, number, kind):
    path = zipped(archive(Part(SECRET)))
    real = getattr(os, call)

    def failing(*args):
        monkeypatch.setattr(os, call, real)
        if call == "close":
            real(*args)
        raise OSError(number, os.strerror(number), SECRET)

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(DiskError) as failed:
        extract_archive(path, path.with_name("export"))
    assert failed.value.kind == kind
    assert SECRET not in str(failed.value)
    assert names_in(path.parent) == ["export.zip"]


def test_extract_asks_for_room_before_it_writes(zipped, monkeypatch):
    path = zipped(GOOD)
    usage = shutil.disk_usage(path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    seen = []
    with pytest.raises(DiskError, match="1000 are free") as failed:
        extract_archive(path, path.with_name("export"), on_progress=lambda *_: seen.append(1))
    assert (failed.value.kind, seen) == ("full", [])
    assert failed.value.total == sum(map(len, TREE.values()))


def test_extract_never_follows_a_planted_link(zipped, tmp_path, monkeypatch):
    """Even one that somebody plants in the hidden folder while it works."""
    path = zipped(archive(Part("a"), Part("b")))
    outside = tmp_path / "outside"

    def plant(_done, _total):
        (working,) = path.parent.glob("*.extracting")
        if not (working / "b").exists():
            (working / "b").symlink_to(outside)

    with pytest.raises(TikTokError):
        extract_archive(path, path.with_name("export"), on_progress=plant)
    assert not outside.exists()
    assert names_in(path.parent) == ["export.zip"]
