"""Downloads: a stream to disk, whole and verified under its final name, or not there at all.

The bytes go to a hidden file beside the target; they are made durable, checked, and renamed. What
stands at the target's name is therefore always a whole file that was checked, whatever happens in
between: a cut, a full disk, a cancellation, a process that is killed.

A download that breaks off begins anew, up to five times. It goes on where it broke off only where
the server allows it: a strong ETag (or a Last-Modified that is old enough) and
`Accept-Ranges: bytes`; then what is here survives a cancellation, and the next download of the same
request to the same target goes on with it. In every other case nothing is left behind.

One download at a time writes one target, over all processes; where there is no `fcntl`, as on
Windows, this is not guarded, and the rename is not made durable by an fsync of the directory.

Memory: two batches of 4 MiB, or of what the caller says, whatever the size of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tiktok_async.io.download.disk import check_target
from tiktok_async.io.download.machine import MAX_BYTES, Downloaded, Machine, Order
from tiktok_async.io.download.writer import BATCH_BYTES
from tiktok_async.sansio.transfer import Progress

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tiktok_async.io.scope import Scope
    from tiktok_async.sansio.endpoint import Endpoint

__all__ = ["MAX_BYTES", "Downloaded", "Progress", "check_target", "download"]

T = TypeVar("T")


async def download(
    request: Endpoint[Any],
    scope: Scope,
    target: Path,
    *,
    verify: Callable[[Path], T],
    signature: Callable[[bytes], bool],
    overwrite: bool = False,
    max_bytes: int = MAX_BYTES,
    on_progress: Callable[[Progress], None] | None = None,
    before_start: Callable[[], Awaitable[None]] | None = None,
    batch_bytes: int = BATCH_BYTES,
) -> tuple[Downloaded, T]:
    """Download the answer of `request` to `target`.

    Args:
        request: The request value, of a FETCH endpoint.
        scope: Where and as whom.
        target: The file to be.
        verify: Checks the whole file, in a thread, and returns what it found. A
            `DamagedArchiveError` of it leads to another start; any other error ends the download.
            When the download is cancelled it is not waited for.
        signature: Tells by its first bytes, 16 or more where it has so many, whether an answer is
            the file.
        overwrite: Whether a file that is there may be replaced; it stays whole until then.
        max_bytes: Largest file that is taken.
        on_progress: Called in the event loop, ten times a second at most, and at each end. One
            that raises an exception is logged and not called any more.
        before_start: Awaited before each start but the first; what it raises ends the download.
        batch_bytes: Bytes that are written at once; two batches are held.

    Returns:
        What was downloaded, and what `verify` returned.

    Raises:
        InputError: There is no such directory.
        TargetExistsError, AlreadyDownloadingError: Before any call is spent.
        DiskError: The disk is full, read-only, closed to us or broken.
        DownloadError: No whole file came in five starts, or what came is none; `kind` says why.
        ArchiveError: The file came whole and is not what it should be.
        TikTokError: As for any call.
    """
    order = Order(
        request=request,
        scope=scope,
        target=target,
        verify=verify,
        signature=signature,
        overwrite=overwrite,
        max_bytes=max_bytes,
        on_progress=on_progress,
        before_start=before_start,
        batch_bytes=batch_bytes,
    )
    return await Machine(order).run()
