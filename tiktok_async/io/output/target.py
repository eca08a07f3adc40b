"""A file that is whole under its name, or partial with its state beside it.

Rows go to a hidden file in the same folder, which takes the final name when it is whole. When a run
stops before its end, the rows it has are kept under the final name, and `<name>.state.json` says
where to go on; until that file is gone, the other is not whole. Order decides: a file that is not
whole never stands without a state, whatever instruction a crash hits.
"""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from tiktok_async.errors import InputError
from tiktok_async.io.durable import sync_folder, working_name
from tiktok_async.io.output.csv import CSVLines
from tiktok_async.io.output.jsonl import JSONLines
from tiktok_async.io.output.lock import FileLock
from tiktok_async.io.output.saved import (
    Saved,
    load,
    mismatch,
    save,
    state_path,
)
from tiktok_async.io.output.segments import Range, Segments
from tiktok_async.io.output.text import TextRows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tiktok_async.io.output.columns import Column
    from tiktok_async.io.output.parquet import ParquetRows

ENDINGS: Final = (".jsonl", ".csv", ".parquet")


class Output(Protocol):
    """Where the rows of one run go."""

    @property
    def rows(self) -> int:
        """Rows written, those of earlier runs included."""

    def write(self, rows: Sequence[Mapping[str, Any]], part: int) -> None:
        """Write rows of a part of the plan, all or none of them."""

    def complete(self) -> None:
        """End a whole answer."""

    def keep(self, state: Mapping[str, Any], reason: str, missing: Sequence[str]) -> None:
        """End a partial answer that can be gone on with."""

    def discard(self) -> None:
        """End a run that has no rows."""

    def abandon(self) -> None:
        """End a run at once, with whatever is there."""


def format_of(path: Path) -> str:
    """Return the ending that decides the format of a file.

    Raises:
        InputError: if it is none of `ENDINGS`.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        msg = f"{path.name} does not say its format: end its name in {', '.join(ENDINGS)}."
        raise InputError(msg)
    return ending


class StandardOutput:
    """JSON Lines on standard output; each page is out before the next is asked for."""

    def __init__(self) -> None:
        self.rows: int = 0
        self._lines = JSONLines()

    def write(self, rows: Sequence[Mapping[str, Any]], part: int) -> None:  # noqa: ARG002  # see Output
        """Write rows.

        Raises:
            BrokenPipeError: if the reader is gone.
        """
        sys.stdout.buffer.write(self._lines.lines(rows))
        sys.stdout.buffer.flush()
        self.rows += len(rows)

    def complete(self) -> None:
        """Do nothing: all is out."""

    def keep(self, state: Mapping[str, Any], reason: str, missing: Sequence[str]) -> None:
        """Do nothing: the reader has the rows."""

    def discard(self) -> None:
        """Do nothing: nothing was written."""

    def abandon(self) -> None:
        """Do nothing: the reader has the rows."""


class OutputFile:
    """A file of rows; making one checks what is there and touches nothing.

    Args:
        path: The final name; its ending is the format.
        resume: Go on with a partial file, if there is one.
        overwrite: Replace what is there.

    Raises:
        InputError: if the file exists and neither is given, or the folder does not.
        CheckpointMismatchError: if the partial file and its state do not fit.
    """

    def __init__(self, path: Path, *, resume: bool = False, overwrite: bool = False) -> None:
        self.path = path
        self._resume, self._overwrite = resume, overwrite
        self._ending = format_of(path)
        _check_place(path, resume=resume, overwrite=overwrite)
        self.saved: Saved | None = _load(path) if resume else None
        self.working: Path = path
        """Where the rows go while the run lasts."""
        self._segments = Segments(() if self.saved is None else self.saved.segments)
        self._columns: tuple[Column, ...] = ()
        self._metadata: Mapping[str, str] = {}
        self._file: IO[bytes]
        self._rows: TextRows | ParquetRows
        self._lock: FileLock | None = None

    @property
    def rows(self) -> int:
        """Rows in the file, those of earlier runs included."""
        return self._segments.rows

    @property
    def resumable(self) -> bool:
        """Whether a state stands beside the file."""
        return state_path(self.path).exists()

    def open(self, columns: tuple[Column, ...], metadata: Mapping[str, str]) -> None:
        """Make ready for rows, behind those of the run before.

        Args:
            columns: The columns before `extra`.
            metadata: Facts to keep in a format that has a place for them.

        Raises:
            CheckpointMismatchError: if the partial file has other columns, or was changed since.
            InputError: if another process writes the file.
            DiskError: if nothing can be written in its folder.
            MissingExtraError: if the format needs a package that is not there.
        """
        self._lock = FileLock(self.path)
        try:
            self._open(columns, metadata)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, columns: tuple[Column, ...], metadata: Mapping[str, str]) -> None:
        # Another run may have ended between the first look and the lock.
        _check_place(self.path, resume=self._resume, overwrite=self._overwrite)
        if self.saved is not None and _load(self.path) != self.saved:
            raise mismatch(self.path)
        self._columns, self._metadata = columns, metadata
        in_place = self.saved is not None and self._ending != ".parquet"
        self.working = self.path if in_place else working_name(self.path)
        size = self.saved.size if in_place and self.saved else None
        self._file, self._rows = self._begin(self.working, size)
        if self.saved is None or in_place:
            return
        try:
            with self.path.open("rb") as old:
                self._rows.take(old, [Range(0, self.rows, 0, 0)])
        except ValueError as error:  # pyarrow's own error for what is no Parquet is one, too
            self.discard()
            raise mismatch(self.path) from error

    def write(self, rows: Sequence[Mapping[str, Any]], part: int) -> None:
        """Write rows, all or none of them.

        Args:
            rows: Wire rows.
            part: Number of the part of the plan that they belong to.

        Raises:
            OSError: if the file cannot take them.
        """
        self._segments.add(part, len(rows), self._rows.write(rows))

    def complete(self) -> None:
        """Put the rows in the order of the plan and give the file its name; it is whole."""
        self._close()
        if not self._segments.in_order:
            self._rearrange()
        self._rename()
        state_path(self.path).unlink(missing_ok=True)
        self._release()

    def keep(self, state: Mapping[str, Any], reason: str, missing: Sequence[str] = ()) -> None:
        """Give the rows so far the final name, and write the state beside them.

        Args:
            state: What `resume_from` takes.
            reason: Why the run stopped, in one word.
            missing: What was asked for and cannot be had.
        """
        self._close()
        size = self.working.stat().st_size
        saved = Saved(size, self._segments.all, state, reason, tuple(missing))
        if self.saved is None:
            self.path.unlink(missing_ok=True)  # what --overwrite replaces must not meet this state
            save(self.path, saved)
            self._rename()
        else:  # the old state fits the new file too: it says how many of its rows count
            self._rename()
            save(self.path, saved)
        self._release()

    def discard(self) -> None:
        """Leave everything as it was before this run."""
        self.abandon()
        if self.working != self.path:
            self.working.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Close the file as it is, under its working name."""
        try:
            with self._file:
                self._rows.finish()
        finally:
            self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def _begin(self, path: Path, size: int | None) -> tuple[IO[bytes], TextRows | ParquetRows]:
        """Open a file and its format; a size means that it is there and goes on behind it."""
        mode = "xb" if size is None else "r+b"
        if self._ending == ".parquet":
            from tiktok_async.io.output.parquet import ParquetRows

            file = path.open(mode)
            return file, ParquetRows(file, self._columns, self._metadata)
        # Text is not buffered: what is written is in the file, so cutting it undoes an error.
        raw = path.open(mode, buffering=0)
        lines = JSONLines() if self._ending == ".jsonl" else CSVLines(self._columns)
        return raw, TextRows(raw, lines, size)

    def _close(self) -> None:
        self._rows.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _rearrange(self) -> None:
        """Copy the rows to another file, in the order of the plan."""
        before = self.working
        after = working_name(self.path)
        self._file, self._rows = self._begin(after, None)
        with before.open("rb") as source:
            self._rows.take(source, self._segments.ranges())
        self._close()
        self.working = after
        if before != self.path:
            before.unlink()
        if self.saved is not None:
            # Whichever of the two files a crash leaves, this state is true of it: nothing is left
            # to be fetched.
            done = {**self.saved.state, "todo": []}
            size = after.stat().st_size
            save(self.path, Saved(size, self._segments.ordered(), done, "complete"))

    def _rename(self) -> None:
        if self.working != self.path:
            self.working.replace(self.path)
            sync_folder(self.path)


def _check_place(path: Path, *, resume: bool, overwrite: bool) -> None:
    if not path.parent.is_dir():
        msg = f"There is no folder {path.parent}; make it first."
        raise InputError(msg)
    if path.is_dir():
        msg = f"{path} is a folder; write the name of a file."
        raise InputError(msg)
    partial = state_path(path).exists()
    if not path.exists() or overwrite or (resume and partial):
        return
    if partial:
        msg = f"{path} is partial: go on with --resume, or start anew with --overwrite."
    elif resume:
        msg = f"{path} is whole already, so there is nothing to resume; --overwrite starts anew."
    else:
        msg = f"{path} exists: write another name, or --overwrite to replace it."
    raise InputError(msg)


def _load(path: Path) -> Saved | None:
    """Read the state of a partial file; None = the run before ended before it had a file."""
    if not path.exists():
        return None
    saved = load(path)
    if path.suffix.lower() != ".parquet" and path.stat().st_size < saved.size:
        raise mismatch(path)
    return saved
