"""The wire form of one exchange: what is sent, what came back, and how each is read and written.

Rules: plain values, no I/O; a body is bytes; header names are lower case on answers. A request
value goes in, bytes come out; an answer's headers go in, a delay comes out.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import quote, urlencode

import attrs

from tiktok_async.sansio.endpoint import Place
from tiktok_async.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.sansio.endpoint import Endpoint

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_VALUES: Final = re.compile(r"\s*([A-Za-z]{3,9}, [^,]*|[^,]+)")
"""The values of a list header, where a date has a comma of its own."""
_SECONDS: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?", re.ASCII)


@attrs.frozen
class WireRequest:
    """One HTTP request, ready to be sent."""

    method: str
    url: str
    """Absolute, percent-encoded, with its query; no secret is ever in it."""
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    """In order; holds the credential, so it is never shown."""
    content: bytes = attrs.field(default=b"", repr=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A wire request holds a credential: store the request value instead.")


@attrs.frozen
class Answer:
    """One HTTP answer, read to its end and decompressed."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    """By lower-case name; values of a repeated header are joined by a comma and a space."""
    body: bytes = attrs.field(repr=False)

    def json(self) -> Any:
        """Return the body as JSON, integers exact at any size.

        Raises:
            DecodeError: if it is not JSON.
        """
        from tiktok_async.convert import loads

        return loads(self.body)


@attrs.frozen
class Opening:
    """The beginning of one HTTP answer: its head, and the first bytes of its body."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    """As for `Answer`."""
    first: bytes = attrs.field(repr=False)


def build(
    request: Endpoint[Any],
    base_url: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    extra_query: tuple[tuple[str, str], ...] = (),
) -> WireRequest:
    """Return the wire form of `request`.

    Args:
        request: The request value.
        base_url: Scheme and host, without a slash at the end.
        headers: Headers to add: the credential, and what the caller gave.
        extra_query: Query parameters to add.
    """
    placed, route = request.placed(), request.route
    query = {**placed[Place.QUERY], **placed[Place.BOTH], **dict(extra_query)}
    path = route.path
    if placed[Place.PATH]:
        path = path.format_map({k: quote(str(v), safe="") for k, v in placed[Place.PATH].items()})
    url = _address(base_url + path, tuple([(k, _as_text(v)) for k, v in query.items()]))
    if route.method == "GET":
        return WireRequest("GET", url, headers)
    content_type, content = _body(route.encoding, placed)
    return WireRequest(route.method, url, (("content-type", content_type), *headers), content)


@functools.lru_cache(maxsize=512)
def _address(place: str, query: tuple[tuple[str, str], ...]) -> str:
    return f"{place}?{urlencode(query)}" if query else place


def _as_text(value: Any) -> str:
    """Return a query value as text; what is neither text nor number travels as JSON."""
    return value if isinstance(value, str) else _JSON.encode(value)


def _body(encoding: str, placed: Mapping[Place, dict[str, Any]]) -> tuple[str, bytes]:
    fields = {**placed[Place.BODY], **placed[Place.BOTH]}
    if encoding == "form":
        plain = {k: v.reveal() if isinstance(v, Secret) else v for k, v in fields.items()}
        return "application/x-www-form-urlencoded", urlencode(plain).encode()
    if encoding == "multipart":
        return _multipart(fields, placed[Place.FILE])
    return "application/json", _JSON.encode(fields).encode()


def _multipart(fields: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[str, bytes]:
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()
    boundary = f"tiktok-async-{digest[:32]}"
    parts = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
        for k, v in fields.items()
    ]
    for name, content in files.items():
        head = (
            f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"; '
            f'filename="{name}.txt"\r\ncontent-type: text/plain\r\n\r\n'
        )
        parts.append(head.encode() + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(parts)


def length_of(headers: Mapping[str, str]) -> int | None:
    """Return the length of an answer's body in bytes, where its head promises one."""
    value = headers.get("content-length", "")
    chunked = "transfer-encoding" in headers
    return int(value) if value.isascii() and value.isdigit() and not chunked else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a server asks to wait, or None.

    Accepts seconds, seconds with a fraction, and an HTTP date, which is measured against the
    answer's own Date so that clock skew cancels. Of several values the largest counts. Anything
    else is ignored.

    Args:
        headers: The answer's headers, names in lower case.
        now: Wall time in Unix seconds, for an answer without a Date.
    """
    values = _VALUES.findall(headers.get("retry-after", ""))
    delays = [_delay(value.strip(), headers, now) for value in values]
    return max((delay for delay in delays if delay is not None), default=None)


def _delay(value: str, headers: Mapping[str, str], now: float) -> float | None:
    if _SECONDS.fullmatch(value):
        return float(value)
    then = _http_date(value)
    if then is None:
        return None
    sent = _http_date(headers.get("date", ""))
    delay = then - (now if sent is None else sent)
    return delay if delay > 0 else None


def _http_date(value: str) -> float | None:
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return _asctime(value)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _asctime(value: str) -> float | None:
    try:
        return datetime.strptime(value, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
