"""Every answer of a shard as it came, compressed: the dataset can be made of them again.

A raw file is one Zstandard frame after the other, a record each, so that cutting it to the size
that a checkpoint counts leaves whole records; `zstd -dc` shows it as JSON Lines. A record is an
answer, or says that the rows of a unit were given up because it was begun anew. The credential is
in no record.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DecodeError, MissingExtraError
from tiktok_async.jobs.checkpoint import write_all

try:
    import zstandard
except ImportError as _missing:
    _what = "Keeping every answer"
    raise MissingExtraError(_what, "zstd") from _missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.wire import Answer

_LEVEL: Final = 3
_CHUNK: Final = 2**18
_LOST: Final = "Restore it from a copy, or go on with raw = false."


@attrs.frozen(kw_only=True)
class RawRecord:
    """One answer, or that the rows of a unit were given up."""

    unit: str
    """What was asked for, for people: days, or an item."""
    done: int
    """Days or items of the shard in front of it."""
    count: int
    """Days in it, or 1 for an item."""
    endpoint: str | None = None
    request: Mapping[str, Any] = attrs.field(factory=dict)
    """Parameters, as they were sent."""
    status: int | None = None
    """HTTP status; None = no answer: what came of the unit before was given up."""
    log_id: str | None = None
    body: bytes = attrs.field(default=b"", repr=False)

    @classmethod
    def of(
        cls, request: Endpoint[Any], answer: Answer, log_id: str | None, **place: Any
    ) -> RawRecord:
        """Return the record of an answer.

        Args:
            request: What was sent.
            answer: What came.
            log_id: The provider's id of the call.
            place: Its unit, done and count.
        """
        sent = {name: value for part in request.placed().values() for name, value in part.items()}
        return cls(
            endpoint=request.id,
            request=sent,
            status=answer.status,
            log_id=log_id,
            body=answer.body,
            **place,
        )

    def line(self) -> bytes:
        """Return it as JSON; a body that is no UTF-8 is written in base64."""
        values = attrs.asdict(self)
        body = values.pop("body")
        try:
            values["body"] = body.decode()
        except UnicodeDecodeError:
            values["base64"] = base64.b64encode(body).decode()
        return convert.dumps(values) + b"\n"

    @classmethod
    def read(cls, line: bytes) -> RawRecord:
        """Return the record of a line.

        Raises:
            ValueError: if it is none.
        """
        try:
            values = convert.loads(line)
            coded = values.pop("base64", None)
            body = values.pop("body", "").encode() if coded is None else base64.b64decode(coded)
            return cls(**values, body=body)
        except (DecodeError, TypeError, AttributeError, ValueError) as error:
            raise ValueError("no record of an answer") from error


class RawFile:
    """The answers of one shard, open for more. Every method blocks.

    Args:
        path: The file; it is made where it is missing.
        size: Bytes of it that count; what stands behind them is cut off.

    Raises:
        CheckpointMismatchError: if there are fewer.
        OSError: if the disk refuses.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self.file: int = os.open(path, flags, 0o600)
        """Its descriptor; -1 = it is closed."""
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self.size: int = size
        """Bytes of the file."""
        try:
            self._cut(path)
        except BaseException:
            self.close()
            raise

    def _cut(self, path: Path) -> None:
        found = os.fstat(self.file).st_size
        if found < self.size:
            msg = f"{path} has {found} bytes, and {self.size} were written."
            raise CheckpointMismatchError(msg, hint=_LOST)
        os.ftruncate(self.file, self.size)
        os.lseek(self.file, self.size, os.SEEK_SET)

    def append(self, record: RawRecord) -> int:
        """Write a record; return the size of the file behind it.

        Raises:
            OSError: if the disk refuses; what was written before is whole.
        """
        frame = self._compressor.compress(record.line())
        write_all(self.file, frame)
        self.size += len(frame)
        return self.size

    def close(self) -> None:
        """Close the file; may be called again."""
        if self.file >= 0:
            os.close(self.file)
            self.file = -1


def read_raw(path: Path, size: int) -> Iterator[RawRecord]:
    """Yield the records of a raw file, in order; holds one at a time. Blocks.

    Args:
        path: The file.
        size: Bytes of it that count.

    Raises:
        CheckpointMismatchError: if it is damaged, or has fewer bytes.
        OSError: if it cannot be read.
    """
    if not size:
        return
    number = 0
    try:
        with path.open("rb") as file:
            for frame in _frames(file, size):
                number += 1
                yield RawRecord.read(frame)
    except FileNotFoundError:
        raise CheckpointMismatchError(f"{path} is missing.", hint=_LOST) from None
    except (zstandard.ZstdError, ValueError, EOFError) as error:
        msg = f"{path} is damaged behind record {number}."
        raise CheckpointMismatchError(msg, hint=_LOST) from error


def _frames(file: IO[bytes], size: int) -> Iterator[bytes]:
    left, held = size, b""
    decompressor = zstandard.ZstdDecompressor()
    while left or held:
        frame = decompressor.decompressobj()
        made = []
        while not frame.eof:
            if not held:
                held = file.read(min(_CHUNK, left))
                left -= len(held)
            if not held:
                raise EOFError
            made.append(frame.decompress(held))
            held = frame.unused_data
        yield b"".join(made)
