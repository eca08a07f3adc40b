"""What a media host's answer means where no file comes: an expired link, or a broken one.

An expired link answers 403, or a small HTML or JSON text with 200; `expire` in its query says until
when it is good, which is held against the host's own clock. That 401 and 410 say the same is ours.
Source: contract, TikAPI, Video download.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from tiktok_async.errors import DownloadError, LinkExpiredError, shown
from tiktok_async.sansio.endpoint import Api, Operation, Route, Undeclared
from tiktok_async.sansio.envelope import by_status
from tiktok_async.sansio.retry import Kind, Verdict

if TYPE_CHECKING:
    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.wire import Answer

_EXPIRED: Final = frozenset({401, 403, 410})
_OTHER_LINKS: Final = "Ask for the post again: it has other links then."
_SECONDS: Final = re.compile(r"[0-9]{1,11}", re.ASCII)
_TEXT: Final = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)|application/xhtml")


def answered(request: Endpoint[Any], answer: Answer) -> Verdict:
    """Return what became of a link whose answer is no file."""
    status = answer.status
    if status in _EXPIRED:
        return _refused(status, _no_longer(request, answer, f"HTTP {status}"))
    if status == 200:
        return _in_its_place(request, answer)
    kind, cls = by_status(status)
    error = cls(
        f"The media host answered HTTP {status}.",
        status=status,
        request=request,
        hint=f"Try again later. {_OTHER_LINKS}",
    )
    return Verdict(kind, error=error, status=status)


def _in_its_place(request: Endpoint[Any], answer: Answer) -> Verdict:
    found = answer.headers.get("content-type", "").strip().lower()
    if _TEXT.match(found) or answer.body.lstrip()[:1] in (b"{", b"<"):
        return _refused(200, _no_longer(request, answer, "a text in place of the file"))
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return Verdict(Kind.MALFORMED, status=200)  # the exchange itself has words for that
    words = f"What came is no medium that is known: {shown(found or 'no content type')}."
    return _refused(200, DownloadError(words, kind="not_media", hint=_OTHER_LINKS))


def _no_longer(request: Endpoint[Any], answer: Answer, came: str) -> DownloadError:
    """Return the error of a link that gives no file, by the time until which it says it is good.

    What came is not quoted: it may repeat the link, which is signed.
    """
    until, now = _until(request), _now(answer)
    if until is None or now is None:
        words = f"The link gave {came}: it has expired, or wants the headers that came with it."
        return LinkExpiredError(words, kind="expired")
    when = f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M} UTC"
    if now >= until:
        return LinkExpiredError(f"The link expired at {when}; it gave {came}.", kind="expired")
    words = f"The link gave {came}, though it is good until {when}"
    if answer.status == 200:
        return DownloadError(f"{words}: it is broken.", kind="not_media", hint=_OTHER_LINKS)
    return LinkExpiredError(f"{words}: it wants the headers that came with it.", kind="expired")


def _until(request: Endpoint[Any]) -> int | None:
    """Return when a link ends, in Unix seconds; None where it does not say."""
    found = dict(parse_qsl(urlsplit(request.route.path).query)).get("expire", "")
    return int(found) if _SECONDS.fullmatch(found) else None


def _now(answer: Answer) -> float | None:
    """Return the time of the media host, in Unix seconds; None where it does not tell."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        return None


def _refused(status: int, error: DownloadError) -> Verdict:
    return Verdict(Kind.REFUSED, error=error, status=status)


MEDIA: Final = Api(
    name="tikapi_media", base_url="https://www.tiktok.com", dialect=answered, base_url_variable=""
)
"""The hosts of links; each link has its own base URL."""


class GetMedia(Undeclared):
    """A call for what a link leads to."""

    id = "tikapi.media"
    source = "contract, TikAPI, Video download"


def get_media(url: str) -> tuple[str, GetMedia]:
    """Return the base URL of a link, and the call for what is there."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    route = Route("GET", path, answer="file")
    return f"{parts.scheme}://{parts.netloc}", GetMedia(
        api=MEDIA, route=route, operation=Operation.FETCH
    )
