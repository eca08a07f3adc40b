"""The parser of the extra `fast`: the one of aiohttp, which is llhttp in C.

What it refuses in a head is read again by the parser of the core, so that both refuse the same in
the same words; and where bytes follow an answer in one read, it would not give the answer at all.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiohttp import ClientPayloadError
from aiohttp.http import HttpResponseParser, HttpVersion11

from tiktok_async.io.transport.by_h11 import MAX_HEAD_BYTES, H11Parser
from tiktok_async.io.transport.seam import Head

if TYPE_CHECKING:
    from aiohttp import StreamReader
    from aiohttp.http import RawResponseMessage

_WITHOUT_BODY: Final = frozenset({204, 304})
_BLANK_LINE: Final = b"\r\n\r\n"
_LINE_TOO_MANY: Final = b"\r\n\r\n\r\n"
"""The end of chunks and a line end behind it, which the parser passes over in silence."""


class _Untroubled:
    """Stands for aiohttp's protocol: who holds back the sender is our stream."""

    connected: bool = True
    _reading_paused: bool = False

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self, **_: object) -> None:
        """Do nothing."""


_PROTOCOL: Final[Any] = _Untroubled()


class AiohttpParser:
    """Reads the answers of one connection, one after the other."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._method = ""
        self._parser: Any = None
        self._payload: StreamReader | None = None
        self._other: H11Parser | None = None
        self._unread: list[bytes] = []
        """What came before the head was whole."""
        self._fed = 0
        self._taken = 0
        self._head_size = 0
        self._close = False
        self._chunked = False
        self._tail = b""
        """The last bytes that came."""
        self._surplus = False
        """Whether something followed the answer that is no line end."""
        self.head: Head | None = None
        self.size: int = 0
        self.whole: bool = False
        self.reusable: bool = False
        """Whether another answer may follow on the connection; told once this one is whole."""

    def begin(self, method: str) -> None:
        """Make ready for the answer to a request that is about to be sent."""
        self._method = method
        self._parser = HttpResponseParser(
            _PROTOCOL,
            self._loop,
            2**30,  # its own limit of what waits to be taken
            payload_exception=ClientPayloadError,
            response_with_body=method != "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            max_line_size=MAX_HEAD_BYTES,
            max_field_size=MAX_HEAD_BYTES,
        )
        self.head = self._other = self._payload = None
        self.whole = self.reusable = self._surplus = False
        self._tail = b""
        self._fed = self._taken = self._head_size = self.size = 0

    def feed(self, data: bytes) -> None:
        """Take what came; b"" is the end of the connection.

        Raises:
            ValueError: It is not HTTP, or ends too early.
        """
        if self._other is not None:
            self._defer(self._other, data)
        elif self.head is None:
            self._feed_head(data)
        elif self._payload is not None:
            self._feed_body(self._payload, data)

    def _feed_head(self, data: bytes) -> None:
        self._unread.append(data)
        self._fed += len(data)
        try:
            messages, _, _ = self._parser.feed_data(data)
        except Exception:  # noqa: BLE001  # whatever it has against it, the other one is to judge
            messages = ()
            self._other = H11Parser()
        final = [pair for pair in messages if pair[0].code >= 200]
        if len(messages) > len(final) or len(final) > 1 or self._is_long():
            self._other = H11Parser()  # what is rare is left to it
        if self._other is not None:
            self._other.begin(self._method)
            self._defer(self._other, self._head_bytes())
        elif final:
            self._begin_body(*final[0])

    def _is_long(self) -> bool:
        """Tell whether the head is, or may become, longer than any that is taken."""
        if self._fed <= MAX_HEAD_BYTES:
            return False
        self._unread[:] = [b"".join(self._unread)]
        return self._unread[0].find(_BLANK_LINE, 0, MAX_HEAD_BYTES) < 0

    def _head_bytes(self) -> bytes:
        data = self._unread[0] if len(self._unread) == 1 else b"".join(self._unread)
        self._unread.clear()
        return data

    def _begin_body(self, message: RawResponseMessage, payload: StreamReader) -> None:
        self.head = Head(message.code, message.raw_headers)
        self._close = message.should_close or message.version != HttpVersion11
        data = self._head_bytes()
        self._head_size = data.find(_BLANK_LINE) + len(_BLANK_LINE)
        self._payload = payload
        self._chunked = message.chunked
        if message.code in _WITHOUT_BODY or self._method == "HEAD":
            self.whole = True
            self.reusable = not self._close and self._fed == self._head_size
        else:
            self._look(payload, data)

    def _feed_body(self, payload: StreamReader, data: bytes) -> None:
        self._fed += len(data)
        try:
            if data:
                self._surplus = bool(self._parser.feed_data(data)[0])
            else:
                self._parser.feed_eof()
        except Exception as error:
            if not payload.is_eof():
                words = getattr(error, "message", str(error))
                raise ValueError(words.strip()) from error
            self._surplus = True
        self._look(payload, data)

    def _look(self, payload: StreamReader, data: bytes) -> None:
        self.size = payload.total_bytes - self._taken
        self._tail = (self._tail + data)[-len(_LINE_TOO_MANY) :]
        self.whole = payload.is_eof()
        if self.whole and not self._close:
            self.reusable = not self._surplus and self._ends(payload)

    def _ends(self, payload: StreamReader) -> bool:
        """Tell whether nothing follows: a length counts bytes, and chunks end in a blank line."""
        if not self._chunked:
            return self._fed - self._head_size == payload.total_bytes
        return self._tail.endswith(_BLANK_LINE) and not self._tail.endswith(_LINE_TOO_MANY)

    def _defer(self, other: H11Parser, data: bytes) -> None:
        try:
            other.feed(data)
        finally:
            self.head, self.size, self.whole = other.head, other.size, other.whole
            self.reusable = self.whole and other.reusable

    def take(self) -> bytes:
        """Return what is here of the body."""
        if self._other is not None:
            data = self._other.take()
        else:
            data = b"" if self._payload is None else self._payload.read_nowait()
        self._taken += len(data)
        self.size = 0
        return data
