"""Reads a member of a zip from any byte on.

A packed text can be unpacked from its beginning only, or from where the state of the unpacking was
kept. The first reading keeps some states, so that the next ones begin near their place. A reading
that begins at the beginning checks the CRC at the end.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from tiktok_async.errors import DamagedArchiveError

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

    Inflater: TypeAlias = zlib._Decompress  # noqa: SLF001  # its only name

_CHUNK: Final = 2**16
_BUFFER: Final = 2**18
_LOCAL: Final = struct.Struct("<26xHH")
"""A local header: the lengths of the name and of the extra field, which end it."""
_APART: Final = 8 * 2**20
"""Bytes of content between two states, at first."""
_STATES_MAX: Final = 64
"""A state takes 40 KiB."""


@attrs.frozen
class _State:
    given: int
    """Bytes of content before it."""
    taken: int
    """Packed bytes before it."""
    inflater: Inflater | None
    """None = the member is not packed."""


class Packed:
    """A member of a zip that was checked.

    Args:
        path: Of the zip.
        info: What the zip says of the member.
        position: Of the member, from 0.
    """

    def __init__(self, path: Path, info: zipfile.ZipInfo, position: int) -> None:
        self._path = path
        self.info: Final = info
        self._position = position
        self._states: list[_State] = []
        self._apart = _APART

    def open(self, start: int) -> io.BufferedReader:
        """Return its content from a byte on.

        Raises:
            DamagedArchiveError: here or while it is read, if the content is not what was packed.
        """
        raw = _Unpacked(self._path.open("rb"), self, self._nearest(start))
        try:
            raw.pass_to(start)
        except BaseException:
            raw.close()
            raise
        return io.BufferedReader(raw, _BUFFER)

    def keep(self, state: _State) -> None:
        """Keep a state, if it is far enough from the others."""
        if any(abs(state.given - kept.given) < self._apart for kept in self._states):
            return
        self._states.append(attrs.evolve(state, inflater=_copied(state.inflater)))
        if len(self._states) > _STATES_MAX:
            self._states = self._states[1::2]
            self._apart *= 2

    def damaged(self) -> DamagedArchiveError:
        """Return the error for content that is not what was packed."""
        return DamagedArchiveError(
            f"Member {self._position} of the archive is damaged.",
            kind="damaged",
            member=self._position,
        )

    def _nearest(self, start: int) -> _State:
        """Return the last state at or before a byte of the content."""
        if not self.info.compress_type:
            return _State(start, start, None)
        first = _State(0, 0, zlib.decompressobj(-zlib.MAX_WBITS))
        before = (kept for kept in self._states if kept.given <= start)
        return max(before, key=lambda kept: kept.given, default=first)


class _Unpacked(io.RawIOBase):
    """The content of a member while it is unpacked.

    Args:
        file: The zip; it is closed with this.
        packed: The member.
        state: Where to begin.
    """

    def __init__(self, file: IO[bytes], packed: Packed, state: _State) -> None:
        self._file = file
        self._packed = packed
        self._given, self._taken = state.given, state.taken
        self._inflater = _copied(state.inflater)
        self._tail = b""
        self._crc = 0 if state.given == 0 else None
        file.seek(packed.info.header_offset)
        name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
        file.seek(name + extra + state.taken, io.SEEK_CUR)

    def pass_to(self, start: int) -> None:
        """Pass what stands before a byte of the content."""
        while self._given < start and self._some(min(start - self._given, _BUFFER)):
            pass

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; 0 = the end."""
        data = self._some(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the zip."""
        self._file.close()
        super().close()

    def _some(self, most: int) -> bytes:
        """Return some bytes of the content; none at its end, if all of it was right."""
        data = self._inflated(most) if self._inflater else self._packed_bytes(most)
        if data is None:
            raise self._packed.damaged()
        self._given += len(data)
        if self._crc is not None:
            self._crc = zlib.crc32(data, self._crc)
        info = self._packed.info
        if self._given > info.file_size or (not data and self._given < info.file_size):
            raise self._packed.damaged()
        if not data and self._crc not in (None, info.CRC):
            raise self._packed.damaged()
        return data

    def _inflated(self, most: int) -> bytes | None:
        """Return some bytes; None if they cannot be unpacked."""
        inflater = self._inflater
        data = b""
        while inflater is not None and not data and not inflater.eof:
            taken = self._tail or self._packed_bytes(_CHUNK)
            if not taken:
                break
            try:
                data = inflater.decompress(taken, most)
            except zlib.error:
                return None
            self._tail = inflater.unconsumed_tail
            at = self._given + len(data)
            self._packed.keep(_State(at, self._taken - len(self._tail), inflater))
        return data

    def _packed_bytes(self, most: int) -> bytes:
        data = self._file.read(min(most, self._packed.info.compress_size - self._taken))
        self._taken += len(data)
        return data


def _copied(inflater: Inflater | None) -> Inflater | None:
    return None if inflater is None else inflater.copy()
