"""The client of TikAPI."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.client import BaseClient, base_url_of, options_of, runtime_of
from tiktok_async.config import checked_base_url, load_profile, setting
from tiktok_async.errors import CredentialsMissingError
from tiktok_async.tikapi.calls import Calls, Defaults
from tiktok_async.tikapi.credential import SANDBOX_ACCOUNT_KEY, SANDBOX_API_KEY, TikAPIKey
from tiktok_async.tikapi.endpoints import TIKAPI, GetProfile
from tiktok_async.tikapi.media import (
    Batch,
    Errand,
    Link,
    Media,
    MediaRules,
    SavingBatch,
    check_link,
    check_post,
    file_name,
    path_of,
    video_errand,
)
from tiktok_async.tikapi.resources import Key, Public, User

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping

    from tiktok_async.client import Runtime
    from tiktok_async.config import Options
    from tiktok_async.events import Event
    from tiktok_async.io.download import Progress
    from tiktok_async.io.scope import Scope
    from tiktok_async.io.session import Session
    from tiktok_async.secrets import Secret
    from tiktok_async.tikapi.media import BatchProgress, SavedMedia
    from tiktok_async.tikapi.models import Post

SANDBOX_URL: Final = "https://sandbox.tikapi.io"
_MEDIA_RULES: Final = MediaRules()
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class TikAPIClient(BaseClient):
    """TikAPI: `public`, `key`, and `user()` for what is done as a user.

    Without arguments it takes what it needs from the environment (TIKAPI_API_KEY,
    TIKAPI_ACCOUNT_KEY, TIKAPI_CLIENT_ID, TIKAPI_BASE_URL), else from a profile of config.toml.

    Args:
        api_key: TikAPI's key of the customer.
        account_key: The key of the user that `user()` acts for, where it is not told another.
        sandbox: TikAPI's own sandbox with its published keys, to try it without an account.
        country: From where TikTok is asked, for public calls that do not say it: us, ca, gb.
        session_id: Number of TikAPI's own session, for public calls that do not say it.
        client_id: Of the customer's app (`c_...`), for the address that renews an authorisation.
        media: Which hosts may be asked for videos, sounds and pictures, and how large those may be.
        base_url: Where the API is; https, or http to a loopback address.
        profile: Name of a profile of config.toml.
        options: Time limits, retries, limits.
        session: Connections of another client, to be shared; that one closes them.
        on_event: Called with each event as it happens; see `tiktok_async.events`.
        runtime: A clock to share, and more listeners.

    Raises:
        CredentialsMissingError: if no API key is given anywhere.
        ConfigError: if a setting is wrong.
        InputError: if `country` or `session_id` would be refused.
    """

    public: Public
    key: Key

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        account_key: str | Secret | None = None,
        sandbox: bool = False,
        country: str | None = None,
        session_id: int | None = None,
        client_id: str | None = None,
        media: MediaRules = _MEDIA_RULES,
        base_url: str | None = None,
        profile: str | None = None,
        options: Options | None = None,
        session: Session | None = None,
        on_event: Callable[[Event], None] | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        settings = load_profile(profile)
        GetProfile(
            username="check", country=country, session_id=session_id
        )  # refuses what is wrong
        if sandbox:
            address = checked_base_url(base_url or SANDBOX_URL)
            api_key = api_key or SANDBOX_API_KEY
            account_key = account_key or SANDBOX_ACCOUNT_KEY
        else:
            address = base_url_of(TIKAPI, base_url, settings)
            api_key = api_key or setting(None, "TIKAPI_API_KEY", settings)
            account_key = account_key or setting(None, "TIKAPI_ACCOUNT_KEY", settings)
        if not api_key:
            raise CredentialsMissingError("No credential: api_key is missing.", hint=_API_KEY_HINT)
        self._credential = TikAPIKey(api_key)
        self._defaults = Defaults(
            country=country,
            session_id=session_id,
            client_id=setting(client_id, "TIKAPI_CLIENT_ID", settings),
            account=self._credential.acting_for(account_key) if account_key else None,
        )
        shared = runtime_of(runtime, session, on_event)
        super().__init__(TIKAPI, address, self._credential, options_of(TIKAPI, options), shared)
        self._media = Media(media, self._scope)

    def _bind(self, scope: Scope) -> None:
        if not isinstance(scope.middleware, Calls):
            calls = Calls.instead_of(scope.middleware, self._defaults)
            scope = attrs.evolve(scope, middleware=calls)
        super()._bind(scope)
        self.public = Public(scope)
        self.key = Key(scope)

    def user(self, account_key: str | Secret | None = None) -> User:
        """Return what can be done as a user.

        Args:
            account_key: The user's; None = the client's own.

        Raises:
            CredentialsMissingError: if there is none; no call was spent.
            ConfigError: if it is no account key.
        """
        named = None if account_key is None else self._credential.acting_for(account_key)
        return User(attrs.evolve(self._scope, credential=named or self._defaults.user()))

    async def save_video(
        self,
        post: Post,
        to: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> SavedMedia:
        """Stream the video of a post to disk; at `to` stands a whole file or nothing.

        The post's links are tried one after the other, with the headers that its answer gave and
        no key of ours. They live for hours only: save a post soon after it was listed.

        Args:
            post: The post, from whichever list.
            to: The file, or a directory that is there, where it becomes `<id>.mp4`.
            overwrite: Whether a file that is there may be replaced.
            on_progress: Called now and then, in the event loop; another link begins anew.

        Returns:
            The file, with path, size and sha256.

        Raises:
            InputError: it is no post or has no video, or there is no such directory.
            TargetExistsError, AlreadyDownloadingError: before any link is followed.
            LinkExpiredError: ask for the post again.
            DiskError: the disk is full, read-only, closed to us or broken.
            DownloadError, APIError, TransportError: no link worked; this is what came of the last.
        """
        check_post(post)
        path = path_of(to, "to")
        target = path / file_name(post) if path.is_dir() else path
        errand = video_errand(post, target)
        errand = attrs.evolve(errand, overwrite=overwrite, on_progress=on_progress)
        return await self._media.save(errand, self._scope.options)

    def save_videos(
        self,
        posts: Iterable[Post] | AsyncIterable[Post],
        folder: str | os.PathLike[str],
        *,
        concurrency: int = 8,
        overwrite: bool = False,
        on_progress: Callable[[BatchProgress], None] | None = None,
    ) -> SavingBatch:
        """Save the videos of many posts, each as `<id>.mp4`.

        One that fails stops no other; one that is there already is skipped. Memory is bounded by
        `concurrency`, half a MiB each, whatever the number of posts.

        Args:
            posts: The posts; also a list that is still to be fetched, such as `public.posts(...)`.
            folder: The directory.
            concurrency: Downloads at once, 1 to 64.
            overwrite: Whether files that are there may be replaced.
            on_progress: Called now and then, in the event loop.

        Returns:
            What gives an `Outcome` for each post: `await` it for a list of them, or
            `async with` it and iterate.

        Raises:
            InputError: `posts` is nothing that posts can be taken from, or `folder` is no path.
        """
        options = self._scope.options
        batch = Batch(
            posts=posts,
            folder=path_of(folder, "folder"),
            save=lambda errand: self._media.save(errand, options),
            concurrency=concurrency,
            overwrite=overwrite,
            on_progress=on_progress,
        )
        return SavingBatch(batch)

    async def save_media(
        self,
        url: str,
        to: str | os.PathLike[str],
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        overwrite: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> SavedMedia:
        """Stream what a link leads to, a sound, a picture or a video, to disk.

        Args:
            url: The link, from an answer.
            to: The file.
            headers: What came with the link, such as `post.link_headers`.
            overwrite: Whether a file that is there may be replaced.
            on_progress: Called now and then, in the event loop.

        Returns:
            The file, with path, size and sha256.

        Raises:
            TikTokError: as for `save_video`.
        """
        check_link(url)
        errand = Errand(
            links=(Link(url=url),),
            headers=headers,
            target=path_of(to, "to"),
            overwrite=overwrite,
            on_progress=on_progress,
        )
        return await self._media.save(errand, self._scope.options)

    async def aclose(self) -> None:
        """Close what this client opened; may be called again."""
        try:
            await super().aclose()
        finally:
            if self._owner:
                await self._media.aclose()


_API_KEY_HINT: Final = (
    "Set TIKAPI_API_KEY, or pass api_key=; to try it without an account, "
    "pass sandbox=True or use the emulator."
)
