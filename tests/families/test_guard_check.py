"""Whether an archive is whole and harmless: good ones pass, bad ones say why."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from raw_zip import Part, archive, end

from tiktok_async.errors import (
    InputError,
    UnsafeArchiveError,
)
from tiktok_async.portability.guard import ArchiveLimits, ArchiveSummary, check_archive

MIB = 1024 * 1024
PLAIN = archive(Part())
SECRET = "secret-name"
SMALL = ArchiveLimits(members=4, member_bytes=1000, total_bytes=1500, ratio=10, ratio_after=100)


@pytest.fixture
def check(tmp_path):
    def run(content, **options):
        path = tmp_path / "export.zip"
        path.write_bytes(content)
        return check_archive(path, **options)

    return run


def by_zipfile(method):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as written:
        written.mkdir("TikTok")
        written.writestr("TikTok/a.json", b"{}" * 1000)
        written.writestr("TikTok/ünï.txt", b"")
    return file.getvalue()


def by_zipfile_streamed():
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.content = b""

        def writable(self):
            return True

        def write(self, data):
            self.content += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("a.json", b"{}" * 1000)
        with written.open("b.json", "w", force_zip64=True) as member:
            member.write(b"[]")
        with written.open("empty", "w", force_zip64=True):
            pass
    return pipe.content


def out_of_order():
    first, second = Part("1", b"one"), Part("2", b"two")
    body = first.local() + second.local()
    directory = second.entry(len(first.local())) + first.entry(0)
    return body + directory + end(2, len(directory), len(body))


GOOD = [
    pytest.param(archive(), 0, 0, id="empty"),
    pytest.param(archive(comment=b"said by nobody"), 0, 0, id="empty-with-comment"),
    pytest.param(archive(Part(), Part("b", b"x", method=0)), 2, 10, id="both-methods"),
    pytest.param(archive(Part("e", b""), Part("s", b"", method=0)), 2, 0, id="no-content"),
    pytest.param(archive(Part("f/", b"", method=0), Part("f/a", b"1")), 2, 1, id="folder"),
    pytest.param(archive(Part("f/", b"", mode=0o40755)), 1, 0, id="deflated-folder"),
    pytest.param(archive(Part(mode=0o100644)), 1, 9, id="unix-file"),
    pytest.param(archive(Part("ünï/👩\u200d👧.txt")), 1, 9, id="utf8-name"),
    pytest.param(archive(Part(b"\x81.txt", flags=0)), 1, 9, id="cp437-name"),
    pytest.param(archive(Part(descriptor="<LLL")), 1, 9, id="descriptor"),
    pytest.param(archive(Part(descriptor="<LQQ"), Part("b")), 2, 18, id="wide-descriptor"),
    pytest.param(
        archive(Part(descriptor="<LLL", descriptor_signature=b"")), 1, 9, id="bare-descriptor"
    ),
    pytest.param(
        archive(Part(descriptor="<LQQ", descriptor_signature=b""), Part("b")),
        2,
        18,
        id="bare-wide-descriptor",
    ),
    pytest.param(
        archive(Part("e", b"", method=0, descriptor="<LQQ"), Part("b")),
        2,
        9,
        id="descriptor-of-nothing-fits-both-lengths",
    ),
    pytest.param(archive(Part(wide=True), wide=True), 1, 9, id="zip64"),
    pytest.param(archive(Part(), wide=True, comment=b"c"), 1, 9, id="zip64-end-only"),
    pytest.param(archive(Part(wide=True)), 1, 9, id="zip64-member-only"),
    pytest.param(
        archive(Part(extra=b"UT\x05\0\1\0\0\0\0", wide=True)), 1, 9, id="zip64-after-other-extra"
    ),
    pytest.param(archive(Part(extra=b"\0\0\0")), 1, 9, id="padding-as-extra"),
    pytest.param(archive(Part(comment=b"hello")), 1, 9, id="comment-of-member"),
    pytest.param(archive(Part("in.zip", PLAIN, method=0)), 1, len(PLAIN), id="nested"),
    pytest.param(out_of_order(), 2, 6, id="directory-in-another-order"),
    pytest.param(by_zipfile(zipfile.ZIP_DEFLATED), 3, 2000, id="zipfile-deflated"),
    pytest.param(by_zipfile(zipfile.ZIP_STORED), 3, 2000, id="zipfile-stored"),
    pytest.param(by_zipfile_streamed(), 3, 2002, id="zipfile-streamed"),
    pytest.param(archive(Part("big", bytes(range(256)) * 20_000)), 1, 5_120_000, id="many-pieces"),
    pytest.param(archive(Part(data=bytes(10 * MIB))), 1, 10 * MIB, id="ratio-of-little-content"),
]


@pytest.mark.parametrize(("content", "members", "content_bytes"), GOOD)
def test_check_passes_good_archive(check, content, members, content_bytes):
    expected = ArchiveSummary(members, len(content), content_bytes, crc_checked=True)
    assert check(content) == expected
    assert check(content, crc=False) == ArchiveSummary(
        members, len(content), content_bytes, crc_checked=False
    )


def overlapping(kernel, count=5):
    """Return members that share one stream, each quoting the header of the next; and the archive.

    Source of the construction: David Fifield, "A better zip bomb", 2019.
    """
    parts = [Part(f"{count}", kernel)]
    body = parts[0].local()
    for number in range(count - 1, 0, -1):
        quoted = body[: 30 + 1]
        opening = b"\0" + struct.pack("<HH", len(quoted), len(quoted) ^ 0xFFFF)
        packed = opening + quoted + parts[0].packed_data()
        parts.insert(0, Part(f"{number}", quoted + parts[0].data, packed=packed))
        body = parts[0].local()[: 30 + 1] + opening + body
    directory = b"".join(part.entry(place * 36) for place, part in enumerate(parts))
    return parts, body + directory + end(count, len(directory), len(body))


def test_overlapping_bomb_is_a_working_one():
    parts, content = overlapping(b"kernel")
    for place, part in enumerate(parts):
        packed = content[place * 36 + 31 :][: part.claims()[1]]
        assert zlib.decompress(packed, -15) == part.data


UNSAFE = [
    pytest.param(archive(Part("../" + SECRET)), "dots", 0, id="traversal"),
    pytest.param(archive(Part("/" + SECRET)), "absolute", 0, id="absolute"),
    pytest.param(archive(Part("C:/" + SECRET)), "drive", 0, id="drive"),
    pytest.param(archive(Part("\\\\h\\" + SECRET)), "absolute", 0, id="unc"),
    pytest.param(archive(Part("a\\" + SECRET)), "backslash", 0, id="backslash"),
    pytest.param(archive(Part(SECRET + "\0")), "control", 0, id="nul"),
    pytest.param(archive(Part(SECRET + "\u202e")), "control", 0, id="bidi"),
    pytest.param(archive(Part("aux")), "reserved", 0, id="reserved"),
    pytest.param(archive(Part("")), "empty", 0, id="no-name"),
    pytest.param(archive(Part(b"\xff\xfe")), "encoding", 0, id="not-utf8"),
    pytest.param(archive(Part("x" * 241)), "long", 0, id="long"),
    pytest.param(archive(Part("x" * 1200)), "long", 0, id="very-long"),
    pytest.param(archive(Part("x" * 65_000)), "directory", None, id="absurdly-long"),
    pytest.param(archive(Part("d/" * 33)), "deep", 0, id="deep"),
    pytest.param(archive(Part("a"), Part(SECRET), Part("A")), "duplicate", 2, id="case"),
    pytest.param(archive(Part("é"), Part("e\u0301")), "duplicate", 1, id="unicode-form"),
    pytest.param(archive(Part("a"), Part("a/b")), "clash", 1, id="file-and-folder"),
    pytest.param(archive(Part(mode=0o120777)), "special", 0, id="symlink"),
    pytest.param(archive(Part(mode=0o020666)), "special", 0, id="character-device"),
    pytest.param(archive(Part(mode=0o060666)), "special", 0, id="block-device"),
    pytest.param(archive(Part(mode=0o010666)), "special", 0, id="fifo"),
    pytest.param(archive(Part(mode=0o140666)), "special", 0, id="socket"),
    pytest.param(archive(Part(dos=0x400)), "special", 0, id="reparse-point"),
    pytest.param(archive(Part(flags=1)), "encrypted", 0, id="encrypted"),
    pytest.param(archive(Part(flags=1 << 6)), "encrypted", 0, id="strongly-encrypted"),
    pytest.param(archive(Part(flags=1 << 13)), "encrypted", 0, id="masked-headers"),
    pytest.param(archive(Part(method=9)), "method", 0, id="deflate64"),
    pytest.param(archive(Part(method=14)), "method", 0, id="lzma"),
    pytest.param(archive(Part(method=99)), "method", 0, id="aes"),
    pytest.param(archive(Part("b"), Part(data=bytes(11 * MIB))), "ratio", 1, id="bomb"),
    pytest.param(
        archive(*(Part(f"{n}", bytes(6 * MIB)) for n in range(2))), "ratio", 1, id="bomb-in-parts"
    ),
    pytest.param(overlapping(bytes(9 * MIB))[1], "ratio", 1, id="overlapping-bomb"),
    pytest.param(overlapping(b"kernel")[1], "overlap", 0, id="overlapping"),
    pytest.param(
        archive(Part(size=21 * 1024 * MIB, wide=True)), "member_bytes", 0, id="too-large-a-member"
    ),
    pytest.param(archive(Part(comment=b"c" * 5000)), "directory", None, id="padded-directory"),
    pytest.param(archive(Part(), comment=end(0, 0, 0)), "ambiguous", None, id="two-end-records"),
]


@pytest.mark.parametrize(("content", "kind", "member"), UNSAFE)
def test_check_refuses_harm_before_it_reads_content(check, content, kind, member):
    seen = []
    with pytest.raises(UnsafeArchiveError) as refused:
        check(content, on_progress=lambda *progress: seen.append(progress))
    assert (refused.value.kind, refused.value.member) == (kind, member)
    assert SECRET not in str(refused.value)
    assert seen == []


SMALL_CASES = [
    pytest.param([Part(data=b"x" * 1001, method=0)], "member_bytes", 0, id="a-member"),
    pytest.param(
        [Part(f"{n}", b"x" * 800, method=0) for n in range(2)], "total_bytes", 1, id="all-members"
    ),
    pytest.param([Part(data=b"x" * 500)], "ratio", 0, id="ratio"),
    pytest.param(
        [Part("a", b"x" * 400, method=0), Part(data=b"x" * 500)], "ratio", 1, id="ratio-of-one"
    ),
    pytest.param([Part(f"{n}") for n in range(5)], "members", None, id="members"),
    pytest.param([Part("a/b/c/d/e")], "members", 0, id="members-with-their-folders"),
]


@pytest.mark.parametrize(("parts", "kind", "member"), SMALL_CASES)
def test_check_holds_to_the_limits_it_is_given(check, parts, kind, member):
    content = archive(*parts)
    with pytest.raises(UnsafeArchiveError) as refused:
        check(content, limits=SMALL)
    assert (refused.value.kind, refused.value.member) == (kind, member)
    check(content)


@pytest.mark.parametrize("value", [0, -1, None, 1.5, True, "4", float("inf"), 10**30])
def test_limits_have_no_unlimited(value):
    for name in ArchiveLimits.__slots__:
        if not name.startswith("__"):
            with pytest.raises(InputError, match=f"ArchiveLimits.{name} is a whole number from 1"):
                ArchiveLimits(**{name: value})
