"""Any change of a good archive gives a typed error, or what the archive truly says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from raw_zip import Part, archive

from tiktok_async.errors import ArchiveError, DiskError, TikTokError
from tiktok_async.portability.guard import ArchiveLimits, check_archive, extract_archive

TREE = {"a/one.json": b"[1, 2, 3]" * 20, "a/b/two.txt": b"two", "three": b""}
ARCHIVES = [
    archive(
        *(
            Part(name, data, method=method, descriptor=layout, wide=wide)
            for name, data in TREE.items()
        ),
        wide=wide,
    )
    for method in (0, 8)
    for layout in ("", "<LLL")
    for wide in (False, True)
]
LIMITS = ArchiveLimits(members=20, total_bytes=10_000)


@st.composite
def mutated(draw):
    """A good archive with bytes changed, cut out, put in or moved."""
    content = bytearray(draw(st.sampled_from(ARCHIVES)))
    place = st.integers(0, len(content) - 1)
    for _ in range(draw(st.integers(1, 4))):
        start, length = draw(place), draw(st.integers(0, 8))
        match draw(st.sampled_from(["change", "cut", "insert", "copy"])):
            case "change":
                content[start : start + length] = draw(st.binary(min_size=length, max_size=length))
            case "cut":
                del content[start : start + length]
            case "insert":
                content[start:start] = draw(st.binary(max_size=length))
            case _:
                content[start : start + 30] = content[draw(place) :][:30]
    return bytes(content)


@given(mutated())
def test_mutated_archive_is_refused_or_unpacks_to_what_was_packed(content):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "place"
        place.mkdir()
        path, to = place / "export.zip", place / "export"
        path.write_bytes(content)
        checked = outcome(check_archive, path)
        extracted = outcome(extract_archive, path, to)
        assert [entry.name for entry in Path(folder).iterdir()] == ["place"]
        if isinstance(checked, TikTokError):
            assert isinstance(extracted, ArchiveError | DiskError)
            assert (type(extracted), extracted.reason) == (type(checked), checked.reason)
            assert [entry.name for entry in place.iterdir()] == ["export.zip"]
            return
        assert extracted == checked
        found = sorted(file.read_bytes() for file in to.rglob("*") if file.is_file())
        assert found == sorted(TREE.values())


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        path.write_bytes(content)
        assert isinstance(outcome(check_archive, path), ArchiveError)


def outcome(work, *args):
    try:
        return work(*args, limits=LIMITS)
    except TikTokError as error:
        return error
