"""What a media host's answer means where no file comes: an expired link, or a broken one.

An expired link answers 403, or a small HTML or JSON text with 200. That 401 and 410 say the same
is ours.
Source: contract, TikAPI, Video download.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tiktok_async.errors import DownloadError, LinkExpiredError, shown
from tiktok_async.sansio.endpoint import Api, Operation, Route, Undeclared
from tiktok_async.sansio.envelope import by_status
from tiktok_async.sansio.retry import Kind, Verdict

if TYPE_CHECKING:
    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.wire import Answer

_EXPIRED: Final = frozenset({401, 403, 410})
_TEXT: Final = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)|application/xhtml")


def answered(request: Endpoint[Any], answer: Answer) -> Verdict:
    """Return what became of a link whose answer is no file."""
    status = answer.status
    if status in _EXPIRED:
        return _refused(status, _expired(f"The link was refused with HTTP {status}"))
    if status == 200:
        return _in_its_place(answer)
    kind, cls = by_status(status)
    error = cls(
        f"The media host answered HTTP {status}.",
        status=status,
        request=request,
        hint="Try again later, or ask for the post again: it has other links.",
    )
    return Verdict(kind, error=error, status=status)


def _in_its_place(answer: Answer) -> Verdict:
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return Verdict(Kind.MALFORMED, status=200)  # the exchange itself has words for that
    found = answer.headers.get("content-type", "").strip().lower()
    if _TEXT.match(found) or answer.body.lstrip()[:1] in (b"{", b"<"):
        return _refused(200, _expired("A text came in place of the file"))
    error = DownloadError(
        f"What came is no medium that is known: {shown(found or 'no content type')}.",
        kind="not_media",
        hint="Ask for the post again: it has other links.",
    )
    return _refused(200, error)


def _expired(words: str) -> LinkExpiredError:
    message = f"{words}: it has expired, or wants other headers."
    return LinkExpiredError(message, kind="expired")


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
