"""One webhook, from the request as it came to a typed event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.errors import InputError
from tiktok_async.io.clock import SystemClock
from tiktok_async.webhooks.events import Webhook, read_event
from tiktok_async.webhooks.signature import Headers, check, checked_secret, checked_tolerance

if TYPE_CHECKING:
    from tiktok_async.secrets import Secret

TOLERANCE_SECONDS: Final = 300.0
"""TikTok names none; most receivers take five minutes."""


def verify(
    headers: Headers,
    body: bytes,
    secret: str | Secret,
    *,
    tolerance: float | None = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Webhook:
    """Return the event of a webhook whose signature is good and fresh.

    Args:
        headers: Of the request: a mapping or pairs, text or bytes, names in any case.
        body: The bytes of the request's body as they came, at most 1 MiB; never parsed and
            written anew.
        secret: The app's client secret.
        tolerance: Seconds that the signature's time may differ from `now`, either way. TikTok
            repeats a delivery for up to 72 hours and does not say whether a repetition is signed
            anew; None takes any age, and then only `Seen` stands against a replay.
        now: Unix seconds; by default the machine's clock.

    Raises:
        WebhookError: if it is malformed, too large, forged or stale; the debug log says which.
        DecodeError: if it is genuine and not what is documented.
        ConfigError: if the secret is empty.
        InputError: if the body is no bytes, or the tolerance is not above 0.
    """
    key = checked_secret(secret)
    checked_tolerance(tolerance)
    if not isinstance(body, bytes | bytearray | memoryview):
        raise InputError("body: write the bytes of the request as they came, before any decoding.")
    raw = bytes(body)
    moment = SystemClock().time() if now is None else now
    check(headers, raw, key, tolerance=tolerance, now=moment)
    return read_event(raw)
