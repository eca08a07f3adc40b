"""Every error that leaves the library, as one tree.

::

    TikTokError
    ├── InputError                       a bad argument (also a ValueError); no call was spent
    ├── ConfigError                      a bad setting or base URL; no call was spent
    │   ├── CredentialsMissingError      no credential was given
    │   └── MissingExtraError            an optional package is not installed
    ├── TransportError                   the exchange failed below HTTP
    ├── APIError                         the provider answered with an error
    │   ├── AuthError                    the credential is refused
    │   ├── ScopeError                   the credential lacks a scope
    │   ├── NotFoundError                no such user, video, shop, or it may not be shown
    │   ├── RateLimitError               too fast; `retry_after` seconds, where the provider said so
    │   ├── QuotaExhaustedError          the daily quota is spent; `reset_at`
    │   ├── ReauthorizationRequiredError the user must authorise again
    │   └── ServerError                  the provider is in trouble
    ├── DecodeError                      the answer is not what the contract says
    ├── OutcomeUnknownError              sent, and nobody knows whether it took effect
    ├── LoginError                       a user's login came to no token; `kind` says why
    ├── WebhookError                     a message is not a genuine, fresh webhook
    ├── ExportError                      an export request came to no archive; `request_id`
    │   ├── ExportExpiredError           it was ready, and is no longer kept
    │   ├── ExportCancelledError         it was cancelled
    │   ├── ExportStatusError            its status is a word that nobody knows
    │   └── ExportTimeoutError           it is still pending; waiting can go on
    ├── DownloadError                    a download could not be completed or verified; `kind`
    │   ├── TargetExistsError            the file is there, and was not to be overwritten
    │   ├── AlreadyDownloadingError      another download writes the same file
    │   ├── LinkExpiredError             a link to media is good no longer; ask for the post again
    │   └── DiskError                    the disk is full, read-only, closed to us or broken
    ├── ArchiveError                     an archive is no export, or cannot be read
    │   ├── DamagedArchiveError          it is cut, or its bytes are not what they were
    │   └── UnsafeArchiveError           it could do harm: refused whole
    ├── IncompleteError                  a collection ended before its end; continue from `state`
    ├── CheckpointMismatchError          a saved state belongs to something else
    └── ClientClosedError                the client is closed, or belongs to another event loop

Each says what happened, whether a retry is worth it (`retryable`) and what to do next (`hint`).
An error that ends an iteration carries `state`, which `resume_from` takes, and `reason`.
Every error survives pickling.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_SHOWN_CHARS = 500


def shown(remote: object) -> str:
    """Text from elsewhere made fit for messages and logs: escaped, at most 500 characters."""
    text = str(remote)[: _SHOWN_CHARS + 1]
    safe = "".join(
        char if char == " " or unicodedata.category(char)[0] not in "CZ" else f"\\u{ord(char):04x}"
        for char in text
    )
    return safe if len(safe) <= _SHOWN_CHARS else safe[: _SHOWN_CHARS - 1] + "…"


@attrs.frozen
class Attempt:
    """One attempt of a call: what came of it, and how long the wait before the next one was."""

    status: int | None
    error: str
    wait: float
    """Seconds waited after this attempt."""
    log_id: str | None = None


def _rebuild(cls: type[TikTokError], args: tuple[Any, ...], state: dict[str, Any]) -> TikTokError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class TikTokError(Exception):
    """The root of every error of this library.

    Args:
        message: What happened.
        hint: What to do next; the class has a default.
        retryable: Whether the same call may succeed later; the class has a default.
    """

    default_hint: ClassVar[str] = ""
    default_retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, hint: str | None = None, retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint: str = self.default_hint if hint is None else hint
        self.retryable: bool = self.default_retryable if retryable is None else retryable
        self.attempts: tuple[Attempt, ...] = ()
        self.state: Any = None
        self.reason: str | None = None

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[Callable[..., TikTokError], tuple[Any, ...]]:
        return _rebuild, (type(self), self.args, self.__dict__)


class InputError(TikTokError, ValueError):
    """An argument is wrong; the message says what to write instead. No call was spent."""


class ConfigError(TikTokError):
    """A setting is wrong or missing. No call was spent."""


class CredentialsMissingError(ConfigError):
    """No credential was given by argument, environment or profile."""


class MissingExtraError(ConfigError):
    """An optional package is needed and not installed; the message names the install line.

    Args:
        what: What needs the package, as the subject of a sentence.
        extra: The extra to install.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs an optional package: pip install "tiktok-async[{extra}]".')
        self.extra = extra


class TransportError(TikTokError):
    """The exchange failed below HTTP: name, connection, TLS, time or framing.

    Args:
        message: What happened.
        kind: The row of the retry table that this failure belongs to.
        sent: Whether any byte may have reached the server.
        hint: What to do next.
        retryable: Whether the same call may succeed later.
    """

    default_retryable = True

    def __init__(
        self,
        message: str,
        *,
        kind: str = "lost",
        sent: bool = True,
        hint: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable)
        self.kind = kind
        self.sent = sent


class APIError(TikTokError):
    """The provider answered with an error.

    Args:
        message: What happened, in the provider's words where it gave any.
        status: HTTP status, or None where no call was made.
        code: The provider's error code.
        body: The decoded body, or its text.
        log_id: The provider's id of the call, for its support.
        request: The request value that was sent.
        hint: What to do next.
        retryable: Whether the same call may succeed later.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        body: Any = None,
        log_id: str | None = None,
        request: Any = None,
        hint: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable)
        self.status = status
        self.code = code
        self.body = body
        self.log_id = log_id
        self.request = request


class AuthError(APIError):
    """The credential is wrong, expired or revoked."""

    default_hint = "Check the client key and secret, or the token; a new token was already tried."


class ScopeError(APIError):
    """The credential lacks a scope, or the research project is not approved for this call."""

    default_hint = "Ask for the scope in the developer portal; a retry cannot help."


class NotFoundError(APIError):
    """What was asked for does not exist, or the provider may not show it."""

    default_hint = "Check the name or id; private and removed ones cannot be had."


class RateLimitError(APIError):
    """The provider asks to slow down.

    Args:
        message: What happened.
        retry_after: Seconds to wait, where the provider said so.
        details: As for `APIError`.
    """

    default_hint = "Wait and try again, or lower the rate."
    default_retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class QuotaExhaustedError(APIError):
    """The daily quota is spent.

    Args:
        message: What happened.
        reset_at: When the quota starts anew (UTC), or None where nobody knows.
        details: As for `APIError`.
    """

    default_hint = "Continue after the reset; what was collected so far is kept."

    def __init__(self, message: str, *, reset_at: datetime | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.reset_at = reset_at


class ReauthorizationRequiredError(APIError):
    """The user's authorisation is gone; only the user can give it again."""

    default_hint = "Send the user through the authorize URL again."


class ServerError(APIError):
    """The provider failed; every allowed retry was used."""

    default_hint = "Try again later; a request that asks for less may help."
    default_retryable = True


class DecodeError(TikTokError):
    """The answer is not what the contract says.

    Args:
        message: What is wrong, with the path into the body.
        body: The body, or its beginning as text.
        request: The request value that was sent.
        hint: What to do next.
        retryable: Whether the same call may succeed later.
    """

    default_hint = "Please report it with the message; `client.raw` gives the answer as it came."

    def __init__(
        self,
        message: str,
        *,
        body: Any = None,
        request: Any = None,
        hint: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable)
        self.body = body
        self.request = request


class OutcomeUnknownError(TikTokError):
    """A call that changes something was sent, and no answer says whether it took effect."""

    default_hint = "Look at the state of things before you repeat the call."


class LoginError(TikTokError):
    """A user's login came to no token.

    Args:
        message: What happened.
        kind: One word: denied, state, timeout, callback, scope or receiver.
        hint: What to do next.
        retryable: Whether the same login may succeed later.
    """

    default_hint = "Start the login again; a code and a state are good for one login only."

    def __init__(
        self,
        message: str,
        *,
        kind: str = "callback",
        hint: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable)
        self.kind = kind
        self.reason: str | None = kind


class WebhookError(TikTokError):
    """A message is not a genuine, fresh webhook; which of the two is told at debug level only."""

    default_hint = "Check the client secret and the clock; a stranger may have sent it."


class ExportError(TikTokError):
    """An export request came to no archive.

    Args:
        message: What happened.
        request_id: Of the export request.
        status: The provider's word for its state, where there is one.
        hint: What to do next.
        retryable: Whether the same call may succeed later.
    """

    def __init__(
        self,
        message: str,
        *,
        request_id: int | None = None,
        status: str | None = None,
        hint: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable)
        self.request_id = request_id
        self.status = status


class ExportExpiredError(ExportError):
    """The archive was ready and is no longer kept: the provider does so for four days."""

    default_hint = "Ask for a new export."


class ExportCancelledError(ExportError):
    """The export request was cancelled."""

    default_hint = "Ask for a new export."


class ExportStatusError(ExportError):
    """The export request has a status that nobody knows."""

    default_hint = "Look again later, or go on by the request id; please report the word."


class ExportTimeoutError(ExportError):
    """The export request is still pending, and the time to wait for it is over."""

    default_hint = "Wait on with the same request id: nothing is lost."
    default_retryable = True


class DownloadError(TikTokError):
    """A download could not be completed or verified; nothing stands at the target's name.

    Args:
        message: What happened.
        kind: One word: cut, changed, stalled, too_large, not_a_zip, not_media, encoded, damaged,
            unsafe, refused, expired, exists, busy, full, read_only, permission, broken, or name.
        path: The target.
        received: Bytes that came.
        total: Bytes that were promised, where they were.
        hint: What to do next.
        retryable: Whether the same call may succeed later.
    """

    default_hint = "Start it again later; a file of that name from before is untouched."

    def __init__(
        self,
        message: str,
        *,
        kind: str = "cut",
        path: str | None = None,
        received: int = 0,
        total: int | None = None,
        hint: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable)
        self.kind = kind
        self.reason: str | None = kind
        self.path = path
        self.received = received
        self.total = total


class TargetExistsError(DownloadError):
    """The file is there already, and was not to be overwritten; it is untouched."""

    default_hint = "Write another name, or ask to overwrite it."


class AlreadyDownloadingError(DownloadError):
    """Another download, here or in another process, writes the same file."""

    default_hint = "Wait for it, or write another name."
    default_retryable = True


class LinkExpiredError(DownloadError):
    """A link to a video, a sound or a picture is good no longer, or never was with its headers."""

    default_hint = "Ask for the post again and save that one: its links live for hours only."


class DiskError(DownloadError):
    """The disk is full, read-only, closed to us or broken; what was written there is removed."""

    default_hint = "Make room, or write to another place; then start again."


class ArchiveError(TikTokError):
    """An archive is no export of TikTok, or cannot be read.

    Args:
        message: What is wrong; it never quotes what the archive holds.
        kind: One word for it.
        member: Position of the member in the archive, from 0, where one is to blame.
        hint: What to do next.
        retryable: Whether the same call may succeed later.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str = "unreadable",
        member: int | None = None,
        hint: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable)
        self.kind = kind
        self.reason: str | None = kind
        self.member = member


class DamagedArchiveError(ArchiveError):
    """The archive is cut, or its bytes are not what they were."""

    default_hint = "Download it again."
    default_retryable = True


class UnsafeArchiveError(ArchiveError):
    """The archive could do harm; it is refused whole, and nothing of it was written."""

    default_hint = "Do not unpack it by other means; ask its sender what it is."


class IncompleteError(TikTokError):
    """A collection ended before its end: `reason` says why, `state` where to continue.

    Args:
        message: What happened.
        reason: One word: why it ended.
        state: What `resume_from` takes.
        hint: What to do next.
    """

    default_hint = "Continue with .resume_from(error.state)."

    def __init__(
        self, message: str, *, reason: str, state: Any = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason: str | None = reason
        self.state = state


class CheckpointMismatchError(TikTokError):
    """A saved state belongs to another request, or does not fit what it should continue."""


class ClientClosedError(TikTokError):
    """The client is closed, or is used outside the event loop or process it belongs to."""

    default_hint = "Use the client inside `async with`, in the event loop that opened it."
