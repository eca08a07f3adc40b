"""`--dry-run`: what an order would cost at least, without a call."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.cli.summary import quota_dict, quota_line
from tiktok_async.cli.terminal import counted
from tiktok_async.errors import CredentialsMissingError

if TYPE_CHECKING:
    from tiktok_async.cli.access import Account
    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.order import Order
    from tiktok_async.sansio.quota import DailyQuota, QuotaStatus

_SHOWN: Final = 12
_ROWS_A_PAGE: Final = ("max_count", "page_size", "count")
"""Parameters that say how many rows a page has."""


@attrs.frozen(kw_only=True)
class Estimate:
    """What an order costs at least, and what nobody can know before."""

    order: Order
    requests: int
    """Calls, at least."""
    records: int | None
    """Rows, at most; None = as many as there are."""
    page: int | None
    """Rows a call, at most; None = nobody knows."""
    quota_days: int
    """Days of quota that the least takes."""
    quota: DailyQuota | None
    status: QuotaStatus | None
    """What is spent today; None = unknown, for lack of a credential."""


async def estimate(order: Order, access: Account, talk: Talk) -> int:
    """Show what an order would cost; return the exit code."""
    found = _estimate(order, await _status(order, access))
    text = json.dumps(_as_dict(found)) if talk.json else "\n".join(_lines(found))
    sys.stdout.write(f"{text}\n")
    return 0


def _estimate(order: Order, status: QuotaStatus | None) -> Estimate:
    bucket = order.request.bucket
    quota = None if bucket is None else bucket.quota
    page, records = _page(order), order.limit
    requests = _requests(order, page)
    return Estimate(
        order=order,
        requests=requests,
        records=records,
        page=page,
        quota_days=_days(requests, records, quota),
        quota=quota,
        status=status,
    )


def _page(order: Order) -> int | None:
    asked = [getattr(order.request, name, None) for name in _ROWS_A_PAGE]
    return next((int(number) for number in asked if number), order.page)


def _requests(order: Order, page: int | None) -> int:
    if order.limit is None:
        return len(order.slices)
    # The first slices may hold all that is wanted, so the others need not be asked for.
    least = 1 if page is None else -(-order.limit // page)
    return least if order.pages is None else min(least, order.pages * len(order.slices))


def _days(requests: int, records: int | None, quota: DailyQuota | None) -> int:
    by_requests = quota.requests if quota and quota.requests else requests
    by_records = quota.records if quota and quota.records else (records or 1)
    return max(-(-requests // by_requests), -(-(records or 0) // by_records), 1)


async def _status(order: Order, access: Account) -> QuotaStatus | None:
    """Read the ledger; that needs to know whose, and makes no call."""
    bucket = order.request.bucket
    if bucket is None or access.emulator:
        return None
    try:
        async with access.opened() as client:
            status: QuotaStatus | None = await client.quota(bucket)
    except CredentialsMissingError:
        return None
    return status


def _as_dict(found: Estimate) -> dict[str, Any]:
    order, quota = found.order, found.quota
    return {
        "dry_run": True,
        "endpoint": order.request.id,
        "unit": order.unit,
        "units": [part.label for part in order.slices],
        "requests_at_least": found.requests,
        "records_at_most": found.records,
        "records_per_request": found.page,
        "quota_days_at_least": found.quota_days,
        "requests_per_day": None if quota is None else quota.requests,
        "records_per_day": None if quota is None else quota.records,
        "quota": None if found.status is None else quota_dict(found.status),
    }


def _lines(found: Estimate) -> list[str]:
    order = found.order
    labels = [part.label for part in order.slices if part.label]
    more = [f"  … and {len(labels) - _SHOWN:,} more"] if len(labels) > _SHOWN else []
    lines = [
        f"{counted(len(order.slices), order.unit)}{':' if labels else ''}",
        *(f"  {label}" for label in labels[:_SHOWN]),
        *more,
        f"requests: at least {found.requests:,}; {_reason(found)}",
        f"records: {_records(found)}",
    ]
    if found.quota is not None and found.quota.requests and found.quota.records:
        lines.append(
            f"quota: at least {counted(found.quota_days, 'day')} of "
            f"{found.quota.requests:,} requests and {found.quota.records:,} records"
        )
    if found.status is not None:
        lines.append(f"  {quota_line(found.status)}")
    return [*lines, "No call was made."]


def _reason(found: Estimate) -> str:
    unit = found.order.unit
    if found.order.pages is not None:
        return f"each {unit} has {counted(found.order.pages, 'page')}"
    if found.page is None:
        return "how many rows a page has, nobody tells before"
    if found.records is not None:
        return f"one a page of up to {found.page} rows, and one for each {unit} that has none"
    return f"one for each {unit}, and one more for each further {found.page} rows in it"


def _records(found: Estimate) -> str:
    if found.records is not None:
        return f"at most {found.records:,}, as --limit says"
    return "as many as there are; nobody tells before"
