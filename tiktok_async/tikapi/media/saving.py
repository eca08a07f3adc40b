"""Saving what links lead to, through the one download machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.config import Options
from tiktok_async.errors import (
    APIError,
    DamagedArchiveError,
    DownloadError,
    InputError,
    LinkExpiredError,
    TikTokError,
    TransportError,
    shown,
)
from tiktok_async.io.download import download
from tiktok_async.io.middleware import Middleware
from tiktok_async.io.scope import Scope
from tiktok_async.tikapi.media.answers import MEDIA, get_media
from tiktok_async.tikapi.media.formats import FIRST_BYTES, VIDEOS, format_of, is_cut
from tiktok_async.tikapi.media.hops import MediaSession
from tiktok_async.tikapi.media.rules import LinkCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from tiktok_async.io.download import Downloaded, Progress
    from tiktok_async.tikapi.media.rules import MediaRules
    from tiktok_async.tikapi.models import Post, Video

USER_AGENT: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36"
)
"""A browser's; link headers may name another."""
_BATCH_BYTES: Final = 2**18
"""Small, for many videos are saved at once; larger ones are no faster there (measured)."""
_NEVER_SENT: Final = frozenset(
    {"authorization", "x-api-key", "x-account-key"}
    | {"host", "connection", "content-length", "transfer-encoding"}
    | {"accept-encoding", "range", "if-range"}
)
"""Keys, and what the connection and the download machine say themselves."""
_BROKEN_LINK: Final = frozenset(
    {"cut", "changed", "stalled", "encoded", "damaged", "not_media", "refused", "expired"}
)
"""Ends of a download that another link to the same video may not come to."""


@attrs.frozen(kw_only=True)
class SavedMedia:
    """A file that was saved: whole, and at its final name."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the whole file, in hex."""
    format: str
    """By its first bytes: mp4, webm, mp3, m4a, aac, jpeg, png, gif, webp, heic or avif."""
    resumed: bool
    """Whether it was put together from several answers."""
    seconds: float
    """From the first request to the final name."""


@attrs.frozen(kw_only=True)
class Link:
    """A link to a file."""

    url: str = attrs.field(repr=False)
    size: int | None = None
    """Bytes, where they are known beforehand."""


@attrs.frozen(kw_only=True)
class Errand:
    """What is to be saved, where to, and how."""

    links: tuple[Link, ...]
    """To the same thing; the first that works counts."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """That came with the links."""
    target: Path
    formats: Collection[str] | None = None
    """Formats that are taken; None = every one that is known."""
    overwrite: bool = False
    on_progress: Callable[[Progress], None] | None = None


def video_links(video: Video) -> tuple[Link, ...]:
    """Return the links to a video, the best first."""
    sizes = {video.play_addr: video.size}
    for file in (video.play_addr_struct, *(each.play_addr for each in video.bitrate_info or ())):
        if file is not None:
            sizes.update(dict.fromkeys(file.url_list or (), file.data_size))
    return tuple(Link(url=url, size=sizes.get(url)) for url in video.links)


def video_errand(post: Post, target: Path) -> Errand:
    """Return the errand of saving a post's video.

    Raises:
        InputError: if the post has none.
    """
    links = video_links(post.video) if post.video is not None else ()
    if not links:
        hint = "its photos are in image_post" if post.image_post else "its answer had no link"
        raise InputError(f"The post {shown(post.id)} has no video to save: {hint}.")
    return Errand(links=links, headers=post.link_headers, target=target, formats=VIDEOS)


def sent_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what is sent for a link: a browser's User-Agent, and the headers that came with it.

    Raises:
        InputError: if one is no text.
    """
    if any(not isinstance(part, str) for pair in headers.items() for part in pair):
        raise InputError("headers: write a text for each name, such as {'Referer': '...'}.")
    named = {name.lower(): (name, value) for name, value in headers.items()}
    sent = {"user-agent": ("User-Agent", USER_AGENT), **named}
    return tuple(pair for name, pair in sent.items() if name not in _NEVER_SENT)


class Media:
    """What a client saves media with.

    Args:
        rules: What may be fetched.
        scope: The client's; its connections and keys are not used.
        session: Connections to media hosts, in place of its own.
    """

    def __init__(
        self, rules: MediaRules, scope: Scope, *, session: MediaSession | None = None
    ) -> None:
        plain = scope.middleware
        check = LinkCheck(rules, scope.base_url)
        self._rules = rules
        self._session = session or MediaSession(check, timeouts=scope.options.timeouts)
        self._middleware = Middleware(
            self._session,
            plain.gate,
            plain.clock,
            plain.tasks,
            on_event=plain._listeners,  # noqa: SLF001  # who listens to one listens to both
        )

    async def aclose(self) -> None:
        """Close the connections; may be called again."""
        await self._session.aclose()

    async def save(self, errand: Errand, options: Options) -> SavedMedia:
        """Save what the first link that works leads to.

        Args:
            errand: What is to be saved.
            options: Time limits and retries; headers and query of an API are left aside.

        Raises:
            InputError: A header is none, or there is no such directory.
            TargetExistsError, AlreadyDownloadingError: Before any link is followed.
            DiskError: The disk is full, read-only, closed to us or broken.
            LinkExpiredError: No link worked, and one of them at least had expired.
            DownloadError, APIError, TransportError: No link worked; this is what came of the last.
        """
        failures: list[TikTokError] = []
        for link in errand.links:
            try:
                return await self._follow(link, errand, options)
            except (DownloadError, APIError, TransportError) as error:
                if isinstance(error, DownloadError) and error.kind not in _BROKEN_LINK:
                    raise
                failures.append(error)
        expired = (one for one in failures if isinstance(one, LinkExpiredError))
        worst = next(expired, failures[-1])
        if isinstance(worst, DownloadError):
            worst.path = str(errand.target)
        raise worst

    async def _follow(self, link: Link, errand: Errand, options: Options) -> SavedMedia:
        base_url, request = get_media(link.url)
        own = Options(
            timeouts=options.timeouts,
            retry=options.retry,
            extra_headers=sent_headers(errand.headers),
        )
        look = _Look(link, errand)
        try:
            done, form = await download(
                request,
                Scope(self._middleware, MEDIA, base_url, None, own),
                errand.target,
                verify=look.verify,
                signature=look.accepts,
                overwrite=errand.overwrite,
                max_bytes=self._rules.max_bytes,
                on_progress=look.progress,
                batch_bytes=_BATCH_BYTES,
            )
        except DamagedArchiveError as error:
            raise DownloadError(
                f"{errand.target}: {error.message}", kind="damaged", path=str(errand.target)
            ) from error
        return _saved(done, form)


def _saved(done: Downloaded, form: str) -> SavedMedia:
    return SavedMedia(
        path=done.path,
        size=done.size,
        sha256=done.sha256,
        format=form,
        resumed=done.resumed,
        seconds=done.seconds,
    )


class _Look:
    """The look at one file: by its first bytes, and when it is whole.

    Args:
        link: Where it comes from.
        errand: What is due.
    """

    def __init__(self, link: Link, errand: Errand) -> None:
        self._expected = link.size
        self._formats = errand.formats
        self._tell = errand.on_progress
        self._promised: int | None = None

    def accepts(self, first: bytes) -> bool:
        """Tell whether a file that begins so is one that is due."""
        found = format_of(first)
        return found is not None and (self._formats is None or found in self._formats)

    def progress(self, progress: Progress) -> None:
        """Take note of the promised length, and tell the caller."""
        self._promised = progress.total
        if self._tell is not None:
            self._tell(progress)

    def verify(self, path: Path) -> str:
        """Return the format of a file that is here; blocks.

        Raises:
            DamagedArchiveError: if its end is missing: it is asked for again.
        """
        with path.open("rb") as file:
            found = format_of(file.read(FIRST_BYTES)) or ""
        size = path.stat().st_size
        short = self._promised is None and self._expected is not None and size < self._expected
        if short or (found in ("mp4", "m4a") and is_cut(path)):
            raise DamagedArchiveError("The end of the file is missing.", kind="cut")
        return found
