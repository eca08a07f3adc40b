from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.errors import CheckpointMismatchError, DiskError, InputError
from tiktok_async.io import disks
from tiktok_async.jobs import checkpoint, parts, steps
from tiktok_async.jobs.checkpoint import SLOTS, Identity, Mark, decode, encode, newest
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Gap
from tiktok_async.jobs.parts import ShardFiles, lines_of
from tiktok_async.jobs.steps import at_once

if TYPE_CHECKING:
    from pathlib import Path

ME = Identity("spec", "videos", "00000")


def grown(mark: Mark, rows: bytes, *, ended: bool = False) -> Mark:
    size = mark.size + len(rows)
    return attrs.evolve(
        mark,
        status="running",
        size=size,
        rows=mark.rows + rows.count(b"\n"),
        pages=mark.pages + 1,
        base=size if ended else mark.base,
        base_rows=mark.rows + rows.count(b"\n") if ended else mark.base_rows,
        done=mark.done + ended,
        walk=None if ended else {"params": {"cursor": mark.pages}},
    )


def append(files: ShardFiles, rows: bytes, *, ended: bool = False) -> None:
    at_once(files.commit(rows, grown(files.mark, rows, ended=ended)))


def restart(files: ShardFiles) -> None:
    mark = files.mark
    back = attrs.evolve(mark, size=mark.base, rows=mark.base_rows, walk=None, window=1)
    at_once(files.restart(back))


GAPS = st.builds(Gap, st.text(), st.text(), st.text(), st.none() | st.text())
MARKS = st.builds(
    Mark,
    size=st.integers(0, 2**70),
    by_day=st.dictionaries(st.text(max_size=10), st.integers(0, 9)),
    walk=st.none() | st.dictionaries(st.text(), st.text() | st.integers()),
    holes=st.lists(GAPS, max_size=2).map(tuple),
    log_id=st.none() | st.text(),
)


@given(MARKS)
def test_generation_is_read_as_it_was_written(mark):
    assert decode(encode(mark, ME, 4), ME) == (4, mark)


@given(MARKS, st.data())
def test_torn_generation_is_none(mark, data):
    content = encode(mark, ME, 4)
    at = data.draw(st.integers(0, len(content) - 2))
    assert decode(content[:at], ME) is None
    flipped = bytes([content[at] ^ data.draw(st.sampled_from([1, 2, 16]))])
    assert decode(content[:at] + flipped + content[at + 1 :], ME) is None


@pytest.mark.parametrize("name", ["spec", "stage", "shard"])
def test_generation_of_something_else_is_refused(name):
    content = encode(Mark(), attrs.evolve(ME, **{name: "other"}), 0)
    with pytest.raises(CheckpointMismatchError):
        decode(content, ME)


def test_generations_are_written_in_turn(tmp_path):
    files = ShardFiles(Layout(tmp_path), ME)
    for number in range(3):
        append(files, b"%d\n" % number)
    files.close()
    found = [
        decode(Layout(tmp_path).checkpoint("videos", "00000", slot).read_bytes(), ME)
        for slot in SLOTS
    ]
    assert sorted(mark.pages for _, mark in found) == [2, 3]


def test_newest_generation_that_is_torn_falls_back_to_the_one_before(tmp_path):
    layout = Layout(tmp_path)
    collect(layout, b"1\n", b"2\n")
    path = slot_of(layout, newest(layout, ME)[0])
    path.write_bytes(path.read_bytes().rstrip()[:-9])
    files = ShardFiles(layout, ME)
    assert (files.mark.pages, layout.part("videos", "00000").read_bytes()) == (1, b"1\n")
    files.close()


def test_two_torn_generations_are_refused(tmp_path):
    layout = Layout(tmp_path)
    collect(layout, b"1\n", b"2\n")
    for slot in SLOTS:
        layout.checkpoint("videos", "00000", slot).write_bytes(b"{")
    with pytest.raises(CheckpointMismatchError, match="damaged or missing"):
        ShardFiles(layout, ME)
    assert layout.part("videos", "00000").read_bytes() == b"1\n2\n"


def test_lost_checkpoints_beside_rows_are_refused(tmp_path):
    layout = Layout(tmp_path)
    collect(layout, b"1\n")
    shutil.rmtree(tmp_path / "checkpoint")
    with pytest.raises(CheckpointMismatchError, match="damaged or missing"):
        ShardFiles(layout, ME)


@pytest.mark.parametrize("left", [None, b"", b"1\n"])
def test_part_that_lost_rows_is_refused(tmp_path, left):
    layout = Layout(tmp_path)
    collect(layout, b"1\n", b"2\n")
    part = layout.part("videos", "00000")
    part.unlink() if left is None else part.write_bytes(left)
    with pytest.raises(CheckpointMismatchError, match=r"and 4 were collected"):
        ShardFiles(layout, ME)


def test_rows_that_no_checkpoint_counts_are_cut_off(tmp_path):
    layout = Layout(tmp_path)
    collect(layout, b"1\n")
    with layout.part("videos", "00000").open("ab") as part:
        part.write(b"half a ro")
    collect(layout, b"2\n")
    assert layout.part("videos", "00000").read_bytes() == b"1\n2\n"


def test_shard_is_held_by_one(tmp_path):
    files = ShardFiles(Layout(tmp_path), ME)
    with pytest.raises(InputError, match="Another process collects videos/00000"):
        ShardFiles(Layout(tmp_path), ME)
    files.close()
    ShardFiles(Layout(tmp_path), ME).close()


def test_sync_every_so_many_pages_checkpoints_as_often(tmp_path):
    layout = Layout(tmp_path)
    files = ShardFiles(layout, ME, sync_pages=3)
    for number in range(5):
        append(files, b"%d\n" % number)
    assert newest(layout, ME)[1].pages == 3
    assert files.behind
    at_once(files.note(files.mark))
    assert newest(layout, ME)[1].pages == 5
    files.close()


def test_complete_shard_has_the_hash_of_its_part(tmp_path):
    import hashlib

    layout = Layout(tmp_path)
    collect(layout, b"1\n", b"2\n")
    files = ShardFiles(layout, ME)
    append(files, b"3\n")
    restart(files)
    append(files, b"4\n", ended=True)
    at_once(files.note(files.mark, complete=True))
    files.close()
    content = layout.part("videos", "00000").read_bytes()
    assert newest(layout, ME)[1].sha256 == hashlib.sha256(content).hexdigest()


def test_shorter_generation_stands_where_a_longer_one_stood(tmp_path):
    layout = Layout(tmp_path)
    files = ShardFiles(layout, ME)
    holes = tuple(Gap(f"2022-06-{day}", "server", "x" * 100) for day in range(10, 30))
    for found in (holes, holes, (), ()):
        at_once(files.note(attrs.evolve(files.mark, holes=found, calls=files.mark.calls + 1)))
        assert newest(layout, ME)[1] == files.mark
    files.close()
    assert (files.mark.calls, files.mark.holes) == (4, ())


def test_disk_that_refuses_is_said_and_nothing_is_lost(tmp_path, monkeypatch):
    layout = Layout(tmp_path)
    files = ShardFiles(layout, ME)
    append(files, b"1\n")

    def full(file: int, content: Any) -> None:
        os.write(file, bytes(content)[:1])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(parts, "write_all", full)
        with pytest.raises(DiskError, match="No space left") as raised:
            append(files, b"2\n")
    assert raised.value.kind == "full"
    assert "run the job again" in raised.value.hint
    files.close()
    collect(layout, b"2\n")
    assert layout.part("videos", "00000").read_bytes() == b"1\n2\n"


@pytest.mark.parametrize(("own_disk", "looks"), [(False, 60), (True, 49)])
def test_kill_at_any_instruction_leaves_a_state_that_was(tmp_path, monkeypatch, own_disk, looks):
    """Every write is done by halves, and the directory is looked at around each of them."""
    monkeypatch.setattr(disks, "are_own", lambda *_: own_disk)
    layout = Layout(tmp_path / "job")
    taken: list[tuple[int, Path]] = []
    states = [(Mark(), b"")]

    def look() -> None:
        copy = tmp_path / f"{len(taken)}"
        shutil.copytree(layout.root, copy)
        taken.append((len(states), copy))

    def by_halves(file: int, content: bytes) -> None:
        for half in (content[: len(content) // 2], content[len(content) // 2 :]):
            os.write(file, half)
            look()

    def through(file: int, content: bytes) -> int:
        os.lseek(file, 0, os.SEEK_SET)
        by_halves(file, content)
        return len(content)

    def cut(file: int, size: int, real: Any = os.ftruncate) -> None:
        look()
        real(file, size)
        look()

    with monkeypatch.context() as patch:
        for module in (checkpoint, parts):
            patch.setattr(module, "write_all", by_halves)
        patch.setattr(checkpoint, "written_through", through)
        patch.setattr(steps, "sync", lambda _: look())
        patch.setattr(os, "ftruncate", cut)
        files = ShardFiles(layout, ME)
        for step in ("1", "2", "end 3", "4", "5", "restart", "6", "end 7", "open", "8"):
            if step == "open":
                files.close()
                files = ShardFiles(layout, ME)
            elif step == "restart":
                restart(files)
            else:
                append(files, step[-1:].encode() * 3 + b"\n", ended="end" in step)
            states.append((files.mark, layout.part("videos", "00000").read_bytes()))
        files.close()
    for done, copy in taken:
        again = ShardFiles(Layout(copy), ME)
        found = again.mark, Layout(copy).part("videos", "00000").read_bytes()
        again.close()
        assert found in states[done - 1 : done + 1]
    assert len(taken) >= looks


def test_rows_keep_their_keys_and_numbers():
    row = '{"b":12345678901234567890123,"a": "é","c":null}'.encode()
    assert lines_of([row, row], {}) == row + b"\n" + row + b"\n"
    assert lines_of([row, row[:-1] + b" }"], {"of_username": "x"}) == (
        2 * '{"b":12345678901234567890123,"a": "é","c":null,"of_username":"x"}\n'.encode()
    )


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param(b"{}", b'{"of_username":"x"}', id="empty"),
        pytest.param(b"{ }", b'{"of_username":"x"}', id="empty-with-space"),
        pytest.param(b'{"of_username":"y","a":1}', b'{"of_username":"x","a":1}', id="taken"),
        pytest.param(
            b'{"of\\u005fusername":"y","a":1}', b'{"of_username":"x","a":1}', id="taken-escaped"
        ),
        pytest.param(
            b'{"a":{"of_username":"y"}}',
            b'{"a":{"of_username":"y"},"of_username":"x"}',
            id="taken-within",
        ),
    ],
)
def test_rows_get_what_is_added_once(row, found):
    assert lines_of([row], {"of_username": "x"}) == found + b"\n"


def collect(layout: Layout, *pages: bytes) -> None:
    files = ShardFiles(layout, ME)
    for page in pages:
        append(files, page)
    files.close()


def slot_of(layout: Layout, generation: int) -> Path:
    return layout.checkpoint("videos", "00000", SLOTS[generation % 2])


@pytest.mark.parametrize("flush", [1, 2])
@pytest.mark.parametrize("ended", [False, True])
def test_shard_stands_where_its_checkpoint_says_once_a_flush_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flush: int, ended: bool
) -> None:
    monkeypatch.setattr(disks, "are_own", lambda *_: False)
    layout, left = Layout(tmp_path), [flush]
    files = ShardFiles(layout, ME)
    append(files, b"1\n")

    def sync(_: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(steps, "sync", sync)
    whole = files.note(files.mark, complete=True)
    more = files.commit(b"2\n", grown(files.mark, b"2\n"))
    with pytest.raises(DiskError):
        at_once(whole if ended else more)
    found = newest(layout, ME)
    assert found is not None
    assert files.mark == found[1]
    assert (files.mark.rows == 2 or files.mark.status == "complete") == (flush == 2)
    files.close()


@pytest.mark.parametrize("begun", [0, 1])
@pytest.mark.parametrize("ended", [False, True])
def test_shard_claims_no_more_than_its_checkpoint_where_that_could_not_be_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: int, ended: bool
) -> None:
    monkeypatch.setattr(disks, "are_own", lambda *_: True)
    layout = Layout(tmp_path)
    files = ShardFiles(layout, ME)
    append(files, b"1\n")

    def refused(file: int, content: tuple[bytes], at: int, _: int) -> int:
        os.pwrite(file, content[0][: begun * 100], at)
        raise OSError(5, "Input/output error")

    whole = files.note(files.mark, complete=True)
    more = files.commit(b"2\n", grown(files.mark, b"2\n"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwritev", refused)
        with pytest.raises(DiskError):
            at_once(whole if ended else more)
    found = newest(layout, ME)
    assert found is not None
    assert files.mark == found[1]
    assert (files.mark.rows, files.mark.status) == (1, "running")
    files.close()
    collect(layout, b"3\n")
    assert layout.part("videos", "00000").read_bytes() == b"1\n3\n"


@pytest.mark.parametrize(
    ("own_disk", "gone"),
    [(True, "parts"), (True, "checkpoint"), (True, ""), (False, "checkpoint"), (False, "")],
)
def test_files_that_are_deleted_while_they_are_written_are_said_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_disk: bool, gone: str
) -> None:
    monkeypatch.setattr(disks, "are_own", lambda *_: own_disk)
    layout = Layout(tmp_path / "job")
    files = ShardFiles(layout, ME)
    append(files, b"1\n")
    append(files, b"2\n")
    shutil.rmtree(layout.root / gone)
    expected = CheckpointMismatchError if own_disk else DiskError
    with pytest.raises(expected, match=r"deleted|No such file") as raised:
        any(append(files, b"3\n") for _ in range(3))
    assert raised.value.hint
    files.close()


@pytest.mark.parametrize("said", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, None])
def test_checkpoint_is_flushed_where_the_system_cannot_write_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: int | None
) -> None:
    def cannot(*_: Any) -> int:
        raise OSError(said, "no")

    flushed: list[int] = []
    monkeypatch.setattr(disks, "are_own", lambda *_: True)
    monkeypatch.setattr(steps, "sync", flushed.append)
    if said is None:
        monkeypatch.delattr(os, "RWF_DSYNC", raising=False)
    else:
        monkeypatch.setattr(os, "pwritev", cannot, raising=False)
        monkeypatch.setattr(os, "RWF_DSYNC", 2, raising=False)
    layout = Layout(tmp_path)
    collect(layout, b"1\n", b"2\n")
    assert len(flushed) == 5  # the claim, and rows and checkpoint of each page
    assert newest(layout, ME)[1].rows == 2


def test_rest_of_what_was_written_through_in_part_is_written_and_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def part(file: int, content: tuple[bytes], at: int, flags: int) -> int:
        assert flags == os.RWF_DSYNC
        return os.pwrite(file, content[0][:100], at)

    flushed: list[int] = []
    monkeypatch.setattr(disks, "are_own", lambda *_: True)
    monkeypatch.setattr(steps, "sync", flushed.append)
    monkeypatch.setattr(os, "pwritev", part, raising=False)
    monkeypatch.setattr(os, "RWF_DSYNC", 2, raising=False)
    layout = Layout(tmp_path)
    collect(layout, b"1\n", b"2\n")
    assert len(flushed) == 5
    assert newest(layout, ME)[1].rows == 2


def test_shard_that_is_being_written_is_let_go_at_the_end_of_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "are_own", lambda *_: False)
    layout = Layout(tmp_path)
    files = ShardFiles(layout, ME)
    work = files.commit(b"1\n", grown(files.mark, b"1\n"))
    flushed = [next(work)]
    files.close()
    with pytest.raises(InputError, match="Another process"):
        ShardFiles(layout, ME)
    flushed.extend(work)
    again = ShardFiles(layout, ME)
    assert (len(flushed), again.mark.rows) == (2, 1)
    again.close()


def test_shard_whose_writing_is_given_up_is_let_go(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    files = ShardFiles(layout, ME)
    work = files.commit(b"1\n", grown(files.mark, b"1\n"))
    next(work)
    files.close()
    work.close()
    ShardFiles(layout, ME).close()
