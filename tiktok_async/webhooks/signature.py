"""The signature of a webhook: made, and checked over the body as it came.

`TikTok-Signature: t=<Unix seconds>,s=<hex>`, where s is the HMAC-SHA256 of `t + "." + body` under
the app's client secret. What is wrong with a message is told at debug level only: to its sender,
malformed, forged and stale are one outcome.

Source: Webhooks Verification, developers.tiktok.com.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Mapping
from typing import Final, NoReturn, TypeAlias

from tiktok_async.errors import ConfigError, InputError, WebhookError
from tiktok_async.secrets import Secret, secret

Text: TypeAlias = str | bytes
Headers: TypeAlias = Mapping[str, str] | Mapping[bytes, bytes] | Iterable[tuple[Text, Text]]
"""Headers as any framework has them: a mapping or pairs, text or bytes, names in any case."""

MAX_BODY_BYTES: Final = 1024 * 1024
_HEADER: Final = "tiktok-signature"
_SECONDS: Final = re.compile(r"[0-9]{1,20}")
_HEX_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LOGGER: Final = logging.getLogger(__name__)


def checked_secret(given: str | Secret) -> Secret:
    """Return a client secret as a `Secret`.

    Raises:
        ConfigError: if it is empty; anybody could sign with that.
    """
    key = secret(given)
    if not key:
        raise ConfigError("The client secret is empty: no webhook could be told from a forged one.")
    return key


def checked_tolerance(seconds: float | None) -> float | None:
    """Return the tolerance.

    Raises:
        InputError: if it is neither None nor a positive number.
    """
    if seconds is not None and not seconds > 0:
        raise InputError("tolerance: write a number of seconds above 0, or None for any age.")
    return seconds


def sign(body: bytes, client_secret: str | Secret, *, at: int) -> str:
    """Return the value of the signature header that TikTok would send; for tests of a receiver.

    Args:
        body: The body of the webhook.
        client_secret: Of the app.
        at: When it is signed, in Unix seconds.
    """
    return f"t={at},s={_digest(body, checked_secret(client_secret), str(at))}"


def check(
    headers: Headers, body: bytes, key: Secret, *, tolerance: float | None, now: float
) -> None:
    """Return if a body is signed with `key`, by one header, at most `tolerance` seconds from `now`.

    Raises:
        WebhookError: if it is not.
    """
    if len(body) > MAX_BODY_BYTES:
        refuse("larger than 1 MiB")
    at, claimed = _parts(headers)
    if not hmac.compare_digest(_digest(body, key, at).encode(), claimed.encode()):
        refuse("wrong signature")
    if tolerance is not None and abs(now - int(at)) > tolerance:
        refuse("signed too long ago, or in the future")


def refuse(reason: str) -> NoReturn:
    """Raise the one public outcome of every refusal.

    Args:
        reason: For the debug log; never a part of the message.
    """
    _LOGGER.debug("webhook refused: %s", reason)
    raise WebhookError("This is no webhook with a valid and fresh signature.")


def _digest(body: bytes, key: Secret, at: str) -> str:
    message = at.encode() + b"." + body
    return hmac.new(key.reveal().encode(), message, hashlib.sha256).hexdigest()


def _parts(headers: Headers) -> tuple[str, str]:
    """Return t and s of the signature header; each stands there exactly once."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    values = [_text(value) for name, value in pairs if _text(name).lower() == _HEADER]
    if not values:
        refuse("no signature header")
    named = [part.strip().partition("=") for value in values for part in value.split(",")]
    times = [value for name, _, value in named if name == "t"]
    digests = [value for name, _, value in named if name == "s"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        refuse("not one t of digits")
    if len(digests) != 1 or not _HEX_DIGEST.fullmatch(digests[0]):
        refuse("not one s of 64 hex digits")
    return times[0], digests[0]


def _text(value: Text) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
