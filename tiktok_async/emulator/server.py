"""The emulator on a socket, inside the caller's event loop or as a program."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.emulator.app import app_of
from tiktok_async.emulator.emulation import Emulation
from tiktok_async.emulator.settings import Settings
from tiktok_async.emulator.tikapi.media import bytes_of
from tiktok_async.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from tiktok_async.emulator.accounts import Credential
    from tiktok_async.emulator.archive.tape import Tape
    from tiktok_async.emulator.faults import Script
    from tiktok_async.emulator.listener import Listener
    from tiktok_async.emulator.tikapi.naming import Names
    from tiktok_async.emulator.world import World


@attrs.define
class _Running:
    emulation: Emulation
    base_url: str = ""
    task: asyncio.Task[None] | None = None
    stop: Callable[[], None] | None = None


@attrs.frozen(kw_only=True, eq=False)
class Emulator(Settings):
    """An emulator of TikTok's APIs on a socket of its own.

    Use it as a context manager: it runs in the caller's event loop, touches no signal handler,
    and is gone when the block ends. The arguments are those of `Settings`.
    """

    _running: _Running = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        object.__setattr__(self, "_running", _Running(Emulation(self)))

    @property
    def base_url(self) -> str:
        """Where it listens.

        Raises:
            InputError: if it does not.
        """
        if not self._running.base_url:
            raise InputError("The emulator has an address only inside `async with`.")
        return self._running.base_url

    @property
    def client_key(self) -> str:
        """The key of the first demo credential."""
        return self.demo_credentials[0].key

    @property
    def client_secret(self) -> str:
        """The secret of the first demo credential."""
        return self.demo_credentials[0].secret

    @property
    def demo_credentials(self) -> tuple[Credential, ...]:
        """All demo credentials."""
        return tuple(self._running.emulation.credentials)

    @property
    def access_token(self) -> str:
        """A ready-made token of the first credential that does not expire."""
        return self._running.emulation.access_token

    @property
    def user_access_token(self) -> str:
        """A ready-made token of a user that does not expire; `Settings.user_scopes` are its own."""
        return self._running.emulation.user_pair.access

    @property
    def user_refresh_token(self) -> str:
        """The refresh token that belongs to it; good for one refresh, as any other is."""
        return self._running.emulation.user_pair.refresh

    @property
    def open_id(self) -> str:
        """The user of the ready-made token, as the first app knows them."""
        return self._running.emulation.user_pair.grant.open_id

    @property
    def tikapi_base_url(self) -> str:
        """Where TikAPI is: its paths clash with no other, so it is the same place.

        Raises:
            InputError: if the emulator does not listen.
        """
        return self.base_url

    @property
    def api_key(self) -> str:
        """The first API key of TikAPI; TikAPI's own demo key is as good."""
        return self._running.emulation.tikapi.keys.api_keys[0]

    @property
    def account_key(self) -> str:
        """The account key of `joe1234567`; TikAPI's own demo key is of the same user."""
        return self.account_keys[0]

    @property
    def account_keys(self) -> tuple[str, ...]:
        """All account keys, each of another user."""
        return tuple(self._running.emulation.tikapi.keys.account_keys)

    @property
    def tikapi_client_id(self) -> str:
        """An app at TikAPI, for the page where users authorise it; any other of its form will do.

        The page is at `/account/authorize` of `tikapi_base_url`.
        """
        return f"c_{self.api_key.removeprefix('tk')[:10]}"

    @property
    def names(self) -> Names:
        """What users, videos, sounds and rooms of the world are called on TikAPI."""
        return self._running.emulation.tikapi.names

    @property
    def world(self) -> World:
        """The truth about what is served."""
        return self._running.emulation.world

    @property
    def faults(self) -> Script:
        """What goes wrong; it can be changed at any time."""
        return self._running.emulation.script

    def archive_of(self, request_id: int) -> Tape:
        """Return the archive that an export ends in, ready or not: the truth of its bytes.

        Raises:
            InputError: if nobody asked for such an export.
        """
        emulation = self._running.emulation
        export = emulation.exports.get(request_id)
        if export is None:
            raise InputError(f"There is no request {request_id}.")
        return emulation.archives.of(export)

    def media_of(self, link: str) -> Tape:
        """Return the bytes behind a link to a video, expired or not: the truth of them.

        Raises:
            InputError: if it is no link of this emulator.
        """
        return bytes_of(self._running.emulation.tikapi, link)

    def stats(self) -> dict[str, Any]:
        """Return what was served and paid for, as GET /_emulator/stats does."""
        return self._running.emulation.shown()

    def disconnect(self, open_id: str | None = None, reason: int = 1) -> bool:
        """Have a user take back what they allowed an app: tokens die, the app is told.

        Args:
            open_id: The user, as the app knows them; by default the one of the ready-made tokens.
            reason: A number of the contract; 1 is that the user did it.

        Returns:
            Whether there was anything to take back.
        """
        return self._running.emulation.disconnect(open_id or self.open_id, reason)

    def reset(self) -> None:
        """Start anew, as POST /_emulator/reset does."""
        self._running.emulation.reset()

    async def __aenter__(self) -> Self:
        running = self._running
        if running.task is not None:
            raise InputError("This emulator runs already: make another one.")
        server = _listening(running.emulation)
        listener = _socket(self.host, self.port)
        running.emulation.closing = asyncio.Event()
        running.emulation.courier.loop = asyncio.get_running_loop()
        running.stop = server.stop
        running.task = asyncio.create_task(server.serve(sockets=[listener]))
        running.task.add_done_callback(lambda _: server.ready.set())
        running.base_url = _url(self.host, listener)
        try:
            await server.ready.wait()
            if running.task.done():
                running.task.result()
        except BaseException:
            try:
                await self._close()
            finally:
                listener.close()  # not before: the loop knows it by its number
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        running = self._running
        task, running.task, running.base_url = running.task, None, ""
        running.emulation.closing.set()
        await running.emulation.courier.aclose()
        running.emulation.courier.loop = None
        if task is not None and running.stop is not None:
            running.stop()
            # Not `await task`: a cancellation here would cancel the server before it has closed.
            await asyncio.wait({task})
            task.result()


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only on sockets that name their protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _listening(emulation: Emulation) -> Listener:
    """Return the server of an emulation.

    Raises:
        MissingExtraError: if uvicorn or starlette is not installed.
    """
    try:
        from tiktok_async.emulator.listener import Listener
    except ImportError:
        raise MissingExtraError("The emulator", "emulator") from None
    return Listener(app_of(emulation))


async def serve(emulator: Emulator, on_ready: Callable[[Emulator], None] | None = None) -> None:
    """Serve until cancelled; nothing is printed.

    Args:
        emulator: What to serve.
        on_ready: Called once it listens.

    Raises:
        MissingExtraError: if uvicorn or starlette is not installed.
        OSError: if the address is taken.
    """
    async with emulator:
        if on_ready is not None:
            on_ready(emulator)
        await asyncio.Event().wait()


def run(emulator: Emulator, on_ready: Callable[[Emulator], None] | None = None) -> None:
    """Serve as a program does, on uvloop where it is installed, until interrupted.

    Args:
        emulator: What to serve.
        on_ready: Called once it listens.

    Raises:
        KeyboardInterrupt: when interrupted; the server is then closed.
        MissingExtraError: if uvicorn or starlette is not installed.
        OSError: if the address is taken.
    """
    try:
        import uvloop

        factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(emulator, on_ready))
