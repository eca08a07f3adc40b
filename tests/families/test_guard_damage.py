"""Archives that are cut, changed or put together wrongly: refused, and why."""

from __future__ import annotations

import pytest
from raw_zip import ALL_SET, DESCRIPTOR, UTF8, Part, archive, deflated, end

from tiktok_async.errors import (
    DamagedArchiveError,
)
from tiktok_async.portability.guard import check_archive


@pytest.fixture
def check(tmp_path):
    """Return a function that checks these bytes."""

    def run(content, **options):
        path = tmp_path / "export.zip"
        path.write_bytes(content)
        return check_archive(path, **options)

    return run


PAIR = archive(Part("a"), Part("b"))


def changed(content, after, at, byte):
    """Return the archive with one byte told wrongly, `at` bytes behind a signature."""
    place = content.rindex(after) + at
    return content[:place] + bytes([byte]) + content[place + 1 :]


DAMAGED = [
    pytest.param(b"", "cut", None, id="nothing"),
    pytest.param(b"PK\x05\x06", "cut", None, id="signature-alone"),
    pytest.param(b'{"error": {"code": "x"}}' * 9, "cut", None, id="json"),
    pytest.param(PAIR + b"\0", "cut", None, id="a-byte-behind"),
    pytest.param(PAIR + bytes(70_000), "cut", None, id="many-bytes-behind"),
    pytest.param(b"\0" + PAIR, "directory", None, id="a-byte-in-front"),
    pytest.param(archive(Part(before=b"MZ")), "gap", None, id="a-program-in-front"),
    pytest.param(archive(Part("a"), Part("b", before=b"x")), "gap", 0, id="between"),
    pytest.param(archive(Part("a", after=b"x"), Part("b")), "gap", 0, id="behind-a-member"),
    pytest.param(archive(Part(), before_directory=b"x" * 16), "gap", 0, id="before-directory"),
    pytest.param(archive(Part(), after_directory=b"x"), "directory", None, id="after-directory"),
    pytest.param(archive(Part("a"), Part("b"), entries=1), "directory", None, id="one-untold"),
    pytest.param(archive(Part("a"), Part("b"), entries=3), "directory", 2, id="one-too-many"),
    pytest.param(archive(entries=1), "directory", 0, id="entries-and-no-directory"),
    pytest.param(changed(PAIR, b"PK\1\2", 32, 1), "directory", 1, id="comment-beyond-directory"),
    pytest.param(changed(PAIR, b"PK\1\2", 30, 1), "directory", 1, id="extra-beyond-directory"),
    pytest.param(changed(PAIR, b"PK\1\2", 28, 2), "directory", 1, id="name-beyond-directory"),
    pytest.param(changed(PAIR, b"PK\1\2", 3, 3), "directory", 1, id="no-entry-there"),
    pytest.param(changed(PAIR, b"PK\3\4", 3, 5), "header", 1, id="no-local-header"),
    pytest.param(archive(Part(disk=1)), "directory", 0, id="another-disk"),
    pytest.param(end(0, 0, 0, disk=1), "directory", None, id="end-on-another-disk"),
    pytest.param(end(0, 0, 0, wide=True, wide_at=1), "directory", None, id="zip64-elsewhere"),
    pytest.param(archive(Part(offset=2**40, wide=True)), "directory", 0, id="zip64-far-offset"),
    pytest.param(archive(Part(offset=2**64 - 1, wide=True)), "directory", 0, id="zip64-offset"),
    pytest.param(archive(Part(packed_size=2**64 - 1, wide=True)), "directory", 0, id="zip64-size"),
    pytest.param(archive(Part(offset=ALL_SET)), "directory", 0, id="zip64-field-missing"),
    pytest.param(archive(Part(offset=1)), "header", 0, id="no-header-there"),
    pytest.param(archive(Part(local_name=b"b.txt")), "header", 0, id="two-names"),
    pytest.param(archive(Part(local_name=b"a.txt2")), "header", 0, id="two-lengths-of-name"),
    pytest.param(archive(Part(local_method=0)), "header", 0, id="two-methods"),
    pytest.param(archive(Part(local_flags=UTF8 | 1)), "header", 0, id="encrypted-there-only"),
    pytest.param(archive(Part(local_crc=1)), "header", 0, id="two-crcs"),
    pytest.param(archive(Part(local_size=1)), "header", 0, id="two-sizes"),
    pytest.param(archive(Part(wide=True, local_size=1)), "header", 0, id="two-zip64-sizes"),
    pytest.param(
        archive(Part(descriptor="<LLL", descriptor_crc=1)), "descriptor", 0, id="descriptor-lies"
    ),
    pytest.param(
        archive(Part(descriptor="<LLL", descriptor_signature=b"PK\7\7")),
        "descriptor",
        0,
        id="no-descriptor-there",
    ),
    pytest.param(
        archive(Part(local_flags=UTF8 | DESCRIPTOR, flags=UTF8 | DESCRIPTOR), Part("b")),
        "descriptor",
        0,
        id="descriptor-missing",
    ),
    pytest.param(
        archive(Part(descriptor="<LLL", after=b"x" * 8)), "gap", 0, id="behind-the-descriptor"
    ),
    pytest.param(archive(Part("a/", b"x")), "size", 0, id="folder-with-content"),
    pytest.param(archive(Part(method=0, size=5)), "size", 0, id="stored-in-two-sizes"),
]
LYING = [
    pytest.param(archive(Part(crc=1)), "crc", 0, id="crc"),
    pytest.param(archive(Part(method=0, crc=1)), "crc", 0, id="crc-stored"),
    pytest.param(archive(Part("f/", b"", crc=1)), "crc", 0, id="crc-of-folder"),
    pytest.param(archive(Part(), Part("b", size=8)), "size", 1, id="says-less"),
    pytest.param(archive(Part(), Part("b", size=10)), "size", 1, id="says-more"),
    pytest.param(archive(Part(size=0)), "size", 0, id="says-nothing"),
    pytest.param(archive(Part(packed=b"\xff" * 9)), "deflate", 0, id="no-deflate"),
    pytest.param(archive(Part(packed=b"")), "deflate", 0, id="no-stream"),
    pytest.param(archive(Part(packed=deflated(b"some data")[:-1])), "deflate", 0, id="cut"),
    pytest.param(
        archive(Part(packed=deflated(b"some data") + b"x")), "deflate", 0, id="bytes-behind-it"
    ),
    pytest.param(
        archive(Part(packed=deflated(b"some data") + bytes(70_000))),
        "deflate",
        0,
        id="many-bytes-behind-it",
    ),
]


@pytest.mark.parametrize(("content", "kind", "member"), DAMAGED)
@pytest.mark.parametrize("crc", [True, False])
def test_check_refuses_broken_structure(check, content, kind, member, crc):
    with pytest.raises(DamagedArchiveError) as refused:
        check(content, crc=crc)
    assert (refused.value.kind, refused.value.member) == (kind, member)
    assert refused.value.retryable


@pytest.mark.parametrize(("content", "kind", "member"), LYING)
def test_check_refuses_content_that_is_not_as_claimed(check, content, kind, member):
    with pytest.raises(DamagedArchiveError) as refused:
        check(content)
    assert (refused.value.kind, refused.value.member) == (kind, member)
    assert check(content, crc=False).crc_checked is False


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(archive(Part(), Part("b/c", method=0)), id="plain"),
        pytest.param(archive(Part(descriptor="<LLL"), wide=True), id="descriptor-and-zip64"),
        pytest.param(archive(Part("in.zip", archive(Part()), method=0)), id="nested"),
    ],
)
def test_check_refuses_every_truncation(check, content):
    for length in range(len(content)):
        with pytest.raises(DamagedArchiveError):
            check(content[:length])


@pytest.mark.parametrize("at", range(-98, 0))
def test_check_refuses_every_lie_of_the_end_records(check, at):
    """Each byte of the zip64 record, its locator and the narrow record is told wrongly once."""
    content = bytearray(archive(Part(wide=True), wide=True))
    content[at] ^= 0x55
    if -98 + 12 <= at < -98 + 16:
        check(content)  # the versions that made it and that are needed, which nobody reads
        return
    with pytest.raises(DamagedArchiveError):
        check(content)
