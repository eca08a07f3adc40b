"""The download itself: starts, answers, bytes, the check, and the final name.

::

    start → answer → bytes → durable → verified → placed
      ↑________cut, stalled, changed, damaged__|
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

import attrs

from tiktok_async.errors import (
    AlreadyDownloadingError,
    APIError,
    AuthError,
    ClientClosedError,
    DamagedArchiveError,
    DecodeError,
    DownloadError,
    InputError,
    NotFoundError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    TikTokError,
    TransportError,
)
from tiktok_async.io.download.disk import Disk, check_room, check_target
from tiktok_async.io.download.part import Part, sweep
from tiktok_async.io.download.writer import Writer
from tiktok_async.io.output.lock import FileLock
from tiktok_async.sansio.transfer import (
    Act,
    Meter,
    Pace,
    Plan,
    Progress,
    Starts,
    begins_file,
    identity,
    is_cut,
    is_whole,
    kept_of,
    plan,
    range_headers,
)
from tiktok_async.sansio.wire import build

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tiktok_async.io.scope import Scope
    from tiktok_async.io.streamed import StreamedAnswer
    from tiktok_async.sansio.endpoint import Endpoint

T = TypeVar("T")

logger: Final = logging.getLogger("tiktok_async")

MAX_BYTES: Final = 50 * 2**30


@attrs.frozen
class Downloaded:
    """A file that was downloaded, verified and placed."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the whole file, in hex."""
    starts: int
    """How often it was asked for; 1 = nothing went wrong."""
    resumed: bool
    """Whether it was put together from several answers."""
    seconds: float
    """From the first request to the final name."""


@attrs.frozen(kw_only=True)
class Order(Generic[T]):
    """What is to be downloaded, where to, and under which conditions."""

    request: Endpoint[Any]
    scope: Scope
    target: Path
    verify: Callable[[Path], T]
    signature: Callable[[bytes], bool]
    overwrite: bool
    max_bytes: int
    on_progress: Callable[[Progress], None] | None
    before_start: Callable[[], Awaitable[None]] | None
    batch_bytes: int


class Again(Exception):  # noqa: N818  # no error: a turn of the machine
    """This start came to nothing, and another may be made."""

    def __init__(self, error: TikTokError) -> None:
        super().__init__()
        self.error = error


class Machine(Generic[T]):
    """One download, from the lock to the final name.

    Args:
        order: What is to be done.
    """

    def __init__(self, order: Order[T]) -> None:
        order = attrs.evolve(order, target=order.target.absolute())
        self._order = order
        self._clock = order.scope.middleware.clock
        wire = build(
            order.request,
            order.scope.base_url,
            extra_query=order.scope.options.extra_query,
        )
        self._part = Part(order.target, identity(wire))
        self._disk = Disk(order.target)
        self._lock: FileLock | None = None
        self._starts = Starts()
        self._meter = Meter()
        self._size = 0
        self._ranges = True
        self._resumed = False
        self._tell = order.on_progress

    async def run(self) -> tuple[Downloaded, T]:
        """Download; on the way out, tidy up whatever happened."""
        keep = False
        try:
            return await self._download()
        except BaseException as error:
            keep = _is_worth_keeping(error)
            raise
        finally:
            await self._disk.end(lambda: self._leave(keep=keep))

    def _leave(self, *, keep: bool) -> None:
        self._part.leave(keep=keep)
        if self._lock is not None:
            self._lock.release()

    async def _download(self) -> tuple[Downloaded, T]:
        began = self._clock.monotonic()
        await self._disk.do(self._claim)
        self._size = await self._disk.do(self._part.find, self._disk.is_ending)
        failure: TikTokError | None = None
        while True:
            await self._start(failure)
            try:
                await self._receive()
                found = await self._verified()
                break
            except Again as again:
                failure = again.error
        await self._disk.do(self._part.place, overwrite=self._order.overwrite)
        self._report("done")
        done = Downloaded(
            path=self._order.target,
            size=self._size,
            sha256=self._part.sha256.hexdigest(),
            starts=self._starts.made,
            resumed=self._resumed,
            seconds=self._clock.monotonic() - began,
        )
        return done, found

    def _claim(self) -> None:
        target = self._order.target
        check_target(target, overwrite=self._order.overwrite)
        try:
            self._lock = FileLock(target)
        except InputError:
            raise AlreadyDownloadingError(
                f"{target} is being downloaded already.", kind="busy", path=str(target)
            ) from None
        # Who held the lock until now may have finished it.
        check_target(target, overwrite=self._order.overwrite)
        sweep(target.parent, self._clock.time())

    async def _start(self, failure: TikTokError | None) -> None:
        """Wait for the next start and make it ready, or raise what the last one came to."""
        wait = self._starts.next(self._order.scope.middleware.random())
        if failure is None:
            return
        if wait is None:
            raise failure
        await self._clock.sleep(wait)
        if self._order.before_start is not None:
            await self._order.before_start()

    async def _receive(self) -> None:
        """Ask for the file, or for the rest of it, and take what comes."""
        order, kept = self._order, self._part.kept if self._size and self._ranges else None
        headers = range_headers(kept, self._size) if kept else ()
        try:
            async with order.scope.middleware.open(
                order.request,
                order.scope,
                accepts=lambda found: begins_file(found, order.signature, ranged=bool(kept)),
                headers=headers,
            ) as answer:
                todo = plan(answer.status, answer.headers, kept, self._size)
                await self._follow(todo, answer)
        except DecodeError as error:
            raise self._error("not_a_zip", error.message) from error
        except TransportError as error:
            if error.kind != "decoding":
                raise
            raise self._error("encoded", error.message) from error
        except APIError as error:
            if kept is not None and type(error) in (APIError, NotFoundError):
                await self._discard()
                raise Again(error) from error
            raise

    async def _follow(self, todo: Plan, answer: StreamedAnswer) -> None:
        """Do with an answer what it means."""
        if todo.act is Act.DISCARD:
            await self._discard()
            raise Again(self._error("changed", "The server's parts do not fit together."))
        self._check_size(todo.total)
        self._resumed = todo.act is not Act.FRESH
        if todo.act is Act.FRESH:
            self._size = 0
            kept = kept_of(self._part.request, answer.headers) if self._ranges else None
            await self._disk.do(self._part.begin, kept)
        self._meter.begin(self._starts.made, todo.total)
        if todo.act is not Act.COMPLETE:
            needed = (todo.total or 0) - self._size
            self._disk.received, self._disk.total = self._size, todo.total
            await self._disk.do(check_room, self._order.target.parent, needed)
            await self._take(todo, answer)

    async def _discard(self) -> None:
        """Begin anew with the next start, and ask for no range any more."""
        self._ranges, self._size = False, 0
        await self._disk.do(self._part.drop)

    async def _take(self, todo: Plan, answer: StreamedAnswer) -> None:
        """Write a body to its end, or as far as it comes."""
        before = self._size
        batch = self._order.batch_bytes
        writer = Writer(self._part.file, self._part.sha256, self._disk, batch)
        cause: TransportError | None = None
        try:
            await self._fill(writer, answer)
        except TransportError as error:
            cause = error
        await writer.flush()
        if cause is not None:
            kind = "stalled" if cause.kind.endswith("_timeout") else "cut"
            raise Again(self._error(kind, cause.message)) from cause
        if is_cut(todo, self._size):
            raise Again(self._error("cut", "The server sent fewer bytes than it promised."))
        if not is_whole(todo, self._size):
            self._starts.grew(self._size - before)
            raise Again(self._error("cut", "The server sent a piece of the file only."))

    async def _fill(self, writer: Writer, answer: StreamedAnswer) -> None:
        pace, clock, meter = Pace(), self._clock, self._meter
        self._report("downloading")
        waiting = clock.monotonic()
        while size := await answer.fill(writer.room):
            now = clock.monotonic()
            self._size += size
            if pace.is_stalled(now - waiting, size):
                raise TransportError("Less than 1 KiB a second came.", kind="body_cut_timeout")
            if self._size > self._order.max_bytes:
                self._check_size(self._size)
            await writer.took(size)
            if meter.is_due(now):
                self._report("downloading")
            waiting = clock.monotonic()

    def _check_size(self, size: int | None) -> None:
        if size is not None and size > self._order.max_bytes:
            raise self._error(
                "too_large", f"The file is larger than the limit of {self._order.max_bytes} bytes."
            )

    async def _verified(self) -> T:
        """Make the file durable and check it."""
        await self._disk.do(self._part.seal)
        self._report("verifying")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(None, self._order.verify, self._part.path)
        except DamagedArchiveError as error:
            await self._discard()
            raise Again(error) from error
        except OSError as error:
            raise self._disk.error(error) from error

    def _report(self, stage: Literal["downloading", "verifying", "done"]) -> None:
        """Tell the listener; one that fails is logged and told no more: the file goes first."""
        self._disk.received = self._size
        progress = self._meter.progress(self._clock.monotonic(), self._size, stage)
        if self._tell is None:
            return
        try:
            self._tell(progress)
        except Exception:
            self._tell = None
            logger.exception("on_progress failed; the download goes on without it")

    def _error(self, kind: str, message: str) -> DownloadError:
        return DownloadError(
            f"{self._order.target}: {message}",
            kind=kind,
            path=str(self._order.target),
            received=self._size,
            total=self._meter.total,
            retryable=kind in ("cut", "stalled", "changed"),
        )


def _is_worth_keeping(error: BaseException) -> bool:
    """Tell whether the same download may go on later where it ended with `error`."""
    kinds = (AuthError, ClientClosedError, QuotaExhaustedError, ReauthorizationRequiredError)
    if isinstance(error, TikTokError):
        return (error.retryable and not isinstance(error, DamagedArchiveError)) or isinstance(
            error, kinds
        )
    return True
