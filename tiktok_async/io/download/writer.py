"""Writing to disk in large batches, one written and hashed while the other is filled."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from aiofiles.threadpool import wrap  # type: ignore[import-untyped]  # it has no types

from tiktok_async.io.download.disk import look

if TYPE_CHECKING:
    import hashlib
    import io

    from tiktok_async.io.download.disk import Disk

BATCH_BYTES: Final = 4 * 2**20
"""A hop to the thread for each piece from the network costs most of the speed (measured)."""


class Writer:
    """Lends out the room for what comes, and writes it; holds two batches.

    Args:
        file: Where to; unbuffered.
        sha256: Takes what is written, in another thread meanwhile.
        disk: Whose thread writes.
        batch_bytes: Bytes that are written at once.
    """

    def __init__(
        self, file: io.FileIO, sha256: hashlib._Hash, disk: Disk, batch_bytes: int = BATCH_BYTES
    ) -> None:
        self._raw = file
        self._file = wrap(file, executor=disk.thread)
        self._sha256 = sha256
        self._disk = disk
        self._filling = memoryview(bytearray(batch_bytes))
        self._other = memoryview(bytearray(batch_bytes))
        self._filled = 0
        self._writing: asyncio.Task[None] | None = None

    @property
    def room(self) -> memoryview:
        """Where the next bytes are to be put; never empty."""
        return self._filling[self._filled :]

    async def took(self, size: int) -> None:
        """Take `size` bytes that were put into `room`; wait only where both batches are full.

        Raises:
            DiskError: An earlier batch could not be written.
        """
        self._filled += size
        if self._filled == len(self._filling):
            await self._turn()

    async def flush(self) -> None:
        """Write what is left, and wait for it.

        Raises:
            DiskError: A batch could not be written.
        """
        await self._turn()
        await self._settle()

    async def _turn(self) -> None:
        """Hand over the batch that is filled, and go on with the other one."""
        await self._settle()
        batch = self._filling[: self._filled]
        self._filling, self._other, self._filled = self._other, self._filling, 0
        self._writing = asyncio.get_running_loop().create_task(self._write_whole(batch))
        self._writing.add_done_callback(look)

    async def _settle(self) -> None:
        writing = self._writing
        if writing is None:
            return
        try:
            await writing
        except OSError as error:
            raise self._disk.error(error) from error
        self._writing = None

    async def _write_whole(self, batch: memoryview) -> None:
        loop, rest = asyncio.get_running_loop(), batch
        hashing = loop.run_in_executor(None, self._sha256.update, batch)
        while rest:
            rest = rest[await self._file.write(rest) :]
        self._disk.thread.submit(_begin_syncing, self._raw, len(batch))
        await hashing


def _begin_syncing(file: io.FileIO, size: int) -> None:
    """Have the system begin to make the last `size` bytes durable, and not wait for it.

    Else all of it waits for the fsync at the end, which takes as long as the download (measured).
    """
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):  # it is advice: a file system need not take it
            os.posix_fadvise(file.fileno(), file.tell() - size, size, os.POSIX_FADV_DONTNEED)
