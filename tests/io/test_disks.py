"""Which disks are this machine's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tiktok_async.io.disks import are_own

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def number(tmp_path: Path) -> str:
    """The device of the folder."""
    device = tmp_path.stat().st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def own(tmp_path: Path, *lines: str) -> bool:
    """Tell whether a file is on a disk of this machine, by what is mounted."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text("".join(f"{line}\n" for line in lines))
    with mounts.open("rb") as one, mounts.open("rb") as other:
        return are_own(one.fileno(), other.fileno(), mounts=mounts)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        *((kind, True) for kind in ("ext4", "xfs", "tmpfs")),
        *((kind, False) for kind in ("nfs4", "cifs", "fuse.sshfs", "overlay", "9p", "btrfs", "")),
    ],
)
def test_type_of_the_file_system_decides(tmp_path, number, kind, expected):
    line = f"27 1 {number} / / rw,relatime - {kind} /dev/vda rw,discard"
    more = f"28 1 {number} /a /with\\040-\\040space rw shared:1 master:2 - {kind} ext4 rw"
    others = "22 27 999:21 / /proc rw - nfs proc rw", "23 27 999:22 / /x rw - ext4 x rw"
    assert own(tmp_path, others[0], line, more, others[1]) is expected


def test_folder_with_a_line_end_of_its_own_in_its_name_does_no_harm(tmp_path, number):
    odd = "26 27 0:9 / /a\x0bb\x1cc\rd\u2028e rw - nfs x rw"
    assert own(tmp_path, odd, f"27 1 {number} / / rw - ext4 /dev/vda rw", "")


def test_device_that_is_named_twice_is_both(tmp_path, number):
    lines = (f"{n} 1 {number} / /{n} rw - {kind} x rw" for n, kind in enumerate(("ext4", "nfs")))
    assert not own(tmp_path, *lines)


def test_what_is_not_mounted_by_that_number_is_not_known(tmp_path, number):
    assert not own(tmp_path, f"27 1 9{number} / / rw - ext4 /dev/vda rw")


def test_system_that_tells_nothing_has_no_disks_that_are_known(tmp_path):
    assert not are_own(0, mounts=tmp_path / "none")


def test_all_files_have_to_be_on_such_disks(tmp_path, number):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"27 1 {number} / / rw - ext4 /dev/vda rw\n")
    read, write = os.pipe()
    with mounts.open("rb") as one:
        assert are_own(one.fileno(), mounts=mounts)
        assert not are_own(one.fileno(), read, mounts=mounts)
    os.close(read)
    os.close(write)
