"""The place on this machine to which the browser comes back at the end of a login.

It listens on 127.0.0.1 alone and for one login. It takes the first answer that belongs to it;
icons, other paths and answers of another login get a page of their own and change nothing.
Nothing of a request is logged or shown: it holds a code.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, Self

import attrs

from tiktok_async.errors import InputError, LoginError
from tiktok_async.io.tasks import TaskSet
from tiktok_async.oauth.pages import DENIED, LOGGED_IN, NOTHING_HERE, WRONG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.oauth.authorize import AuthorizationCode

_HOST: Final = "127.0.0.1"
_MAX_HEAD_BYTES: Final = 16 << 10
_REQUEST_SECONDS: Final = 5.0
_ANSWERS: Final = frozenset({"denied", "scope"})
"""Kinds of a refusal that ends the login; every other one may be somebody else's."""
_HEADERS: Final = (
    "Content-Type: text/html; charset=utf-8\r\n"
    "Cache-Control: no-store\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
    "Connection: close\r\n"
)
_SILENT: Final = (
    "Look at the browser: TikTok shows a bad request on a page of its own and never comes back. "
    "Is the redirect URI registered, and PKCE as the app needs it?"
)


@attrs.frozen
class _Seen:
    """One request, judged: what the browser gets, and what the login hears, if anything."""

    status: str
    page: bytes
    outcome: AuthorizationCode | LoginError | None = None


class LoopbackReceiver:
    """Waits on 127.0.0.1 for the browser; use it in `async with`.

    Args:
        port: The port; 0 takes one that is free, for an app registered with `*` as its port.
        path: The path of the redirect URI.
        host: How the redirect URI names this machine: 127.0.0.1 or localhost.
    """

    def __init__(self, port: int = 0, path: str = "/callback/", host: str = _HOST) -> None:
        self._port = port
        self._path = path
        self._host = host
        self._tasks = TaskSet()
        self._server: asyncio.Server | None = None
        self._accept: Callable[[str], AuthorizationCode] | None = None
        self._answer: asyncio.Future[AuthorizationCode] | None = None

    @property
    def redirect_uri(self) -> str:
        """Where the browser must come back."""
        return f"http://{self._host}:{self._port}{self._path}"

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(
                self._connected, _HOST, self._port, limit=_MAX_HEAD_BYTES
            )
        except OSError as error:
            msg = f"Port {self._port} of this machine cannot be used: {error.strerror or error}."
            hint = "Choose another redirect URI, or paste the address by hand."
            raise LoginError(msg, kind="receiver", hint=hint) from error
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._tasks.aclose()
            await self._server.wait_closed()

    def expect(self, accept: Callable[[str], AuthorizationCode]) -> None:
        """Take answers from now on; call it before the browser is opened.

        Args:
            accept: Takes the query of an answer; raises LoginError for one that is none.
        """
        self._accept = accept
        self._answer = asyncio.get_running_loop().create_future()

    async def receive(self, timeout: float) -> AuthorizationCode:  # noqa: ASYNC109  # gives a hint
        """Return the code that the browser brings, after `expect`.

        Args:
            timeout: Seconds to wait.

        Raises:
            LoginError: `denied` or `scope` as `accept` says, `timeout` if nothing came.
        """
        if self._answer is None:
            raise InputError("Nothing is expected yet: call expect() before receive().")
        try:
            async with asyncio.timeout(timeout):
                return await self._answer
        except TimeoutError:
            msg = f"No answer came from the browser within {timeout:g} seconds."
            raise LoginError(msg, kind="timeout", hint=_SILENT) from None
        finally:
            self._accept = None

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.start(self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; the login hears of it when its page is on the way."""
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                target = await _target(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a scanner, or a connection that a browser opened ahead and did not use
        else:
            seen = self._judged(target)
            await _send(writer, seen)
            self._tell(seen.outcome)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _judged(self, target: str | None) -> _Seen:
        if target is None:
            return _Seen("400 Bad Request", NOTHING_HERE)
        path, _, query = target.partition("?")
        if path != self._path:
            return _Seen("404 Not Found", NOTHING_HERE)
        if self._accept is None:
            return _Seen("400 Bad Request", WRONG)
        try:
            return _Seen("200 OK", LOGGED_IN, self._accept(query))
        except LoginError as error:
            if error.kind in _ANSWERS:
                return _Seen("200 OK", DENIED, error)
            return _Seen("400 Bad Request", WRONG)

    def _tell(self, outcome: AuthorizationCode | LoginError | None) -> None:
        if outcome is None or self._answer is None or self._answer.done():
            return
        if isinstance(outcome, LoginError):
            self._answer.set_exception(outcome)
        else:
            self._answer.set_result(outcome)


async def _target(reader: asyncio.StreamReader) -> str | None:
    """Return what a GET asks for; None for any other request."""
    head = await reader.readuntil(b"\r\n\r\n")
    words = head.split(b"\r\n", 1)[0].split(b" ")
    if len(words) != 3 or words[0] != b"GET" or not words[1].startswith(b"/"):
        return None
    return words[1].decode("latin-1")


async def _send(writer: asyncio.StreamWriter, seen: _Seen) -> None:
    """Send the page; a browser that left already has still brought its answer."""
    length = f"Content-Length: {len(seen.page)}\r\n\r\n"
    writer.write(f"HTTP/1.1 {seen.status}\r\n{_HEADERS}{length}".encode() + seen.page)
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_REQUEST_SECONDS):
            await writer.drain()
