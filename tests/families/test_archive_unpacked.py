"""Reading a member of a zip from any byte on."""

from __future__ import annotations

import random
import struct
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tiktok_async.errors import DamagedArchiveError
from tiktok_async.portability.archive.unpacked import Packed

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = random.Random(7).randbytes(500_000).hex().encode()  # noqa: S311  # any bytes do
KINDS = [
    pytest.param(zipfile.ZIP_DEFLATED, id="deflated"),
    pytest.param(zipfile.ZIP_STORED, id="stored"),
]


def packed(path: Path, kind: int, content: bytes = CONTENT) -> Packed:
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("before.txt", "x")
        archive.writestr("it.json", content)
        return Packed(path, archive.infolist()[1], 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("known", [False, True], ids=["first-reading", "read-before"])
def test_content_is_read_from_any_byte(kind: int, known: bool, tmp_path: Path):
    member = packed(tmp_path / "export.zip", kind)
    member._apart = 10_000
    if known:
        with member.open(0) as file:
            assert file.read() == CONTENT
        assert bool(member._states) == (kind == zipfile.ZIP_DEFLATED)
    for start in (len(CONTENT), 0, 1, 9_999, 700_000, 10_001, len(CONTENT) - 1):
        with member.open(start) as file:
            assert file.read() == CONTENT[start:]


def test_later_reading_begins_near_its_place(tmp_path: Path):
    member = packed(tmp_path / "export.zip", zipfile.ZIP_DEFLATED)
    member._apart = 10_000
    with member.open(0) as file:
        file.read()
    assert member._nearest(len(CONTENT)).given > len(CONTENT) - 10 * member._apart


def test_states_are_few_however_long_the_content(tmp_path: Path):
    member = packed(tmp_path / "export.zip", zipfile.ZIP_DEFLATED, bytes(2**26))
    member._apart = 2**18
    with member.open(0) as file:
        while file.read(2**12):
            pass
    assert 16 <= len(member._states) <= 64
    places = [state.given for state in member._states]
    gaps = [later - earlier for earlier, later in pairwise(places)]
    assert max(gaps) < 4 * min(gaps)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("field", "offset"),
    [pytest.param("crc", 16, id="crc"), pytest.param("size", 24, id="size")],
)
@pytest.mark.parametrize("by", [-1, 1])
def test_content_that_is_not_what_was_packed_is_refused(
    kind: int, field: str, offset: int, by: int, tmp_path: Path
):
    path = tmp_path / "export.zip"
    packed(path, kind)
    data = bytearray(path.read_bytes())
    entry = data.rfind(b"PK\x01\x02")
    (before,) = struct.unpack_from("<I", data, entry + offset)
    struct.pack_into("<I", data, entry + offset, before + by)
    path.write_bytes(data)
    with zipfile.ZipFile(path) as archive:
        member = Packed(path, archive.infolist()[1], 1)
    with pytest.raises(DamagedArchiveError) as caught, member.open(0) as file:
        file.read()
    assert (caught.value.kind, caught.value.member) == ("damaged", 1)


@pytest.mark.parametrize("start", [0, 300_000])
def test_broken_stream_is_refused(start: int, tmp_path: Path):
    path = tmp_path / "export.zip"
    member = packed(path, zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    data[100_000:100_400] = b"\xff" * 400
    path.write_bytes(data)
    with pytest.raises(DamagedArchiveError) as caught, member.open(start) as file:
        file.read()
    assert caught.value.__context__ is None
