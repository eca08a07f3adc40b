"""The errors of a call that the gate does not let out, by no word of the provider on this call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.errors import QuotaExhaustedError, RateLimitError

if TYPE_CHECKING:
    from tiktok_async.sansio.quota import QuotaStatus


def too_long(seconds: float) -> RateLimitError:
    """Return the error for a wait that the provider asked for and nobody waits for."""
    return RateLimitError(
        f"The provider asked to wait {seconds:.0f} s.",
        retry_after=seconds,
        hint="Come back then, or raise RetryPolicy.max_server_delay to wait it out.",
    )


def exhausted(status: QuotaStatus) -> QuotaExhaustedError:
    """Return the error for a daily quota that is used up by our own count."""
    quota = status.quota
    if status.closed:
        spent = "the provider says so"
    elif status.requests_left == 0:
        spent = f"{status.requests_spent} of {quota.requests} requests"
    else:
        spent = f"{status.records_spent} of {quota.records} records"
    return QuotaExhaustedError(
        f"The daily quota {quota.name!r} is spent: {spent}. "
        f"It starts anew at {status.reset_at:%Y-%m-%d %H:%M} UTC.",
        reset_at=status.reset_at,
    )
