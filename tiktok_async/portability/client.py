"""The client of the Data Portability API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiktok_async.client import BaseClient, base_url_of, options_of, runtime_of
from tiktok_async.config import load_profile
from tiktok_async.errors import DecodeError, OutcomeUnknownError
from tiktok_async.events import ExportRequested
from tiktok_async.io.tasks import finished
from tiktok_async.oauth import UserToken
from tiktok_async.portability import life
from tiktok_async.portability.access import credential_of
from tiktok_async.portability.endpoints import (
    ALL_ONLY,
    PORTABILITY,
    AddExport,
    CancelExport,
    CheckExport,
)
from tiktok_async.portability.pending import PendingExports, default_directory
from tiktok_async.portability.waiting import Polling, Wakeups, wait_ready
from tiktok_async.resource import fetch, one
from tiktok_async.webhooks import PortabilityReady, Webhook

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from tiktok_async.client import Runtime
    from tiktok_async.config import Options
    from tiktok_async.events import Event
    from tiktok_async.io.download import Progress
    from tiktok_async.io.session import Session
    from tiktok_async.oauth import TokenStore
    from tiktok_async.portability.life import Export, Saving
    from tiktok_async.portability.models import ExportRequest, ExportStatus
    from tiktok_async.portability.pending import PendingExport
    from tiktok_async.secrets import Secret

_POLLING: Final = Polling()
_LOST: Final = (
    "TikTok lists no requests: if a webhook brings its id, go on with that; else ask again, which "
    "a .single scope that was used up refuses."
)


class PortabilityClient(BaseClient):
    """The TikTok Data Portability API, as one user who gave consent.

    Without arguments it takes what it needs from the environment (TIKTOK_ACCESS_TOKEN, or
    TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET with a user who logged in before; TIKTOK_BASE_URL),
    else from a profile of config.toml.

    Args:
        token: A ready-made user access token (`act.`); it lives two hours and is not renewed.
        client_key: The app's client key; with it the tokens of the store are used and renewed.
        client_secret: The app's client secret.
        user: The user's `open_id`, or the name given at login; None = the app's only one.
        store: Where users' tokens are; None = the user's own token file.
        base_url: Where the API is; https, or http to a loopback address.
        profile: Name of a profile of config.toml.
        options: Time limits, retries, limits.
        session: Connections of another client, to be shared; that one closes them.
        on_event: Called with each event as it happens; see `tiktok_async.events`.
        runtime: A clock to share, and more listeners.

    Raises:
        CredentialsMissingError: if no credential is given anywhere.
        InputError: if a token and a user of the store are both given.
        ConfigError: if a setting is wrong.
    """

    check: Final = one(CheckExport)
    cancel: Final = one(CancelExport)

    def __init__(
        self,
        *,
        token: str | Secret | None = None,
        client_key: str | None = None,
        client_secret: str | Secret | None = None,
        user: str | None = None,
        store: TokenStore | None = None,
        base_url: str | None = None,
        profile: str | None = None,
        options: Options | None = None,
        session: Session | None = None,
        on_event: Callable[[Event], None] | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        settings = load_profile(profile)
        chosen = options_of(PORTABILITY, options)
        address = base_url_of(PORTABILITY, base_url, settings)
        shared = runtime_of(runtime, session, on_event)
        credential = credential_of(
            token, client_key, client_secret, user, store, settings, address, chosen
        )
        self._wakeups = Wakeups()
        self._pending = PendingExports(default_directory())
        super().__init__(PORTABILITY, address, credential, chosen, shared)

    async def add(
        self, categories: Iterable[str] | str = ALL_ONLY, *, data_format: str = "json"
    ) -> ExportRequest:
        """Ask for an export; never sent twice on a guess.

        Args:
            categories: all_data (wins over the others), activity, video, profile, direct_message.
            data_format: Form of the files: json or text.

        Returns:
            What was asked for; its `request_id` is all that the other calls need.

        Raises:
            InputError: a category or the format is unknown; no call was spent.
            ScopeError: the user did not grant the scope that covers a category.
            OutcomeUnknownError: the answer was lost, and nobody knows whether it was accepted.
            DecodeError: it was accepted, and the answer has no request id.
        """
        request = AddExport(categories, data_format=data_format)
        try:
            made = await fetch(request, self._scope)
        except OutcomeUnknownError as error:
            error.hint = _LOST
            raise
        if getattr(made, "request_id", None) is None:
            msg = "The export was accepted, and the answer has no request_id."
            raise DecodeError(msg, request=request)
        return made

    async def wait_ready(
        self, request_id: int | str, *, polling: Polling = _POLLING
    ) -> ExportStatus:
        """Wait until an export is ready; polls at growing intervals, and `wake` ends a wait.

        Args:
            request_id: The id of the export request.
            polling: How often, and how long in all (default: 5 s growing to 5 minutes, one day).

        Returns:
            The status, with `state` READY.

        Raises:
            ExportExpiredError, ExportCancelledError, ExportStatusError: it came to another end.
            ExportTimeoutError: it is still pending; wait on with the same id.
            ReauthorizationRequiredError: the user must log in again; then wait on.
            ClientClosedError: this client was closed in the meantime.
            APIError: the id is wrong, or the token may not see it.
        """
        number = CheckExport(request_id).request_id
        return await wait_ready(number, self._scope, self._wakeups, polling)

    def wake(self, event: Webhook | int | str) -> None:
        """Let the waits for an export look at once; it may be called from any thread.

        Args:
            event: A verified webhook, or a request id. Any other webhook than
                `portability.download.ready` is passed over, and one for which nobody waits.

        Raises:
            InputError: it is neither a webhook nor an id.
        """
        if isinstance(event, Webhook):
            request_id = event.request_id if isinstance(event, PortabilityReady) else None
        else:
            request_id = CheckExport(event).request_id
        if request_id is not None:
            self._wakeups.call(request_id)

    async def aclose(self) -> None:
        """Close what this client opened; waits end with ClientClosedError. May be called again."""
        try:
            await super().aclose()
        finally:
            self._wakeups.call()

    async def download(
        self,
        request_id: int | str,
        to: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
        saving: Saving | None = None,
    ) -> Export:
        """Stream the archive of an export that is ready to disk, and verify it.

        At `to` stands a verified archive or nothing; memory does not grow with its size.

        Args:
            request_id: The id of the export request.
            to: The file, or a directory, where it becomes `tiktok-export-<id>.zip`.
            overwrite: Whether a file that is there may be replaced.
            on_progress: Called now and then, in the event loop.
            saving: What is checked, and the limits.

        Returns:
            The archive, with path, size and sha256; `.open()` reads it.

        Raises:
            TargetExistsError, AlreadyDownloadingError: before any call is spent.
            DiskError: the disk is full, read-only, closed to us or broken.
            DownloadError: no whole archive came in five starts.
            DamagedArchiveError: whole ones came, and what is in them is broken.
            UnsafeArchiveError: the archive could do harm; nothing of it is kept.
            ExportExpiredError, ExportCancelledError, ExportStatusError: nothing to fetch any more.
            APIError: the id is wrong, or the token may not see it.
        """
        number = CheckExport(request_id).request_id
        options = saving or life.Saving()
        saved = await life.save(
            number, Path(to), self._scope, options, overwrite=overwrite, on_progress=on_progress
        )
        await self._pending.forget(number)
        return saved

    async def export(
        self,
        categories: Iterable[str] | str = ALL_ONLY,
        *,
        to: str | os.PathLike[str],
        data_format: str = "json",
        request_id: int | str | None = None,
        anew: bool = False,
        overwrite: bool = False,
        polling: Polling = _POLLING,
        on_progress: Callable[[Progress], None] | None = None,
        saving: Saving | None = None,
    ) -> Export:
        """Do the whole life of an export: ask, wait, download, verify.

        A request that is on its way for this user and selection is taken up again, whoever sent
        it: after a crash, in another task or another process. So two at once send one. A user of
        the store is known by their `open_id`, one of `token=` by the token alone: with a new token
        write `request_id` to go on.

        Args:
            categories: all_data (wins over the others), activity, video, profile, direct_message.
            to: The file, or a directory, where it becomes `tiktok-export-<id>.zip`.
            data_format: Form of the files: json or text.
            request_id: Go on with this request; categories and format are not looked at then.
            anew: Send a new request, whatever is on its way.
            overwrite: Whether a file that is there may be replaced.
            polling: How often to look whether it is ready, and how long in all.
            on_progress: Called now and then while it downloads, in the event loop.
            saving: What is checked, and the limits.

        Returns:
            The archive, with path, size and sha256; `.open()` reads it.

        Raises:
            TikTokError: as `add`, `wait_ready` and `download` say.
        """
        target = Path(to)
        life.check_target(target, overwrite=overwrite)
        request = AddExport(categories, data_format=data_format)
        if request_id is None:
            number = await self._asked(request, anew=anew)
        else:
            number = CheckExport(request_id).request_id
        await self.wait_ready(number, polling=polling)
        return await self.download(
            number, target, overwrite=overwrite, on_progress=on_progress, saving=saving
        )

    async def _asked(self, request: AddExport, *, anew: bool) -> int:
        """Return the id of the request on its way, or send it."""
        now = self._scope.middleware.clock.time()
        async with self._pending.claim(*await self._owner_of(request)) as record:
            known = None if anew else await record.request_id(now)
            alive = known is not None and await life.is_alive(known, self._scope)
            if known is None or not alive:
                known = await finished(self._sent(request, record))
        self._scope.middleware.emit(ExportRequested(AddExport.id, known, not alive))
        return known

    async def _sent(self, request: AddExport, record: PendingExport) -> int:
        """Send the request and keep its id, so that a caller who is cancelled loses nothing."""
        made = await self.add(request.categories, data_format=request.data_format)
        await record.save(made.request_id, self._scope.middleware.clock.time())
        return made.request_id

    async def _owner_of(self, request: AddExport) -> tuple[str, ...]:
        """Return what tells this user and selection from all others."""
        credential = self._scope.credential
        if isinstance(credential, UserToken):
            user = (await credential.stored()).open_id
        else:
            user = "" if credential is None else credential.fingerprint
        return (self._scope.base_url, user, request.data_format, *request.categories)
