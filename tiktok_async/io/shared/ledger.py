"""The quota ledger in Redis: one hash for each owner and UTC day, changed by scripts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.io.shared.store import RedisStore
from tiktok_async.sansio.quota import QuotaStatus, reset_after, utc_day

if TYPE_CHECKING:
    from tiktok_async.sansio.quota import DailyQuota

_KEPT_SECONDS: Final = 3 * 86_400
"""Counted by Redis from the last change, so that no clock but its own decides."""
_UNLIMITED: Final = -1

# Each script ends with what is spent after it: requests, records, and whether the day is closed.
_HEAD: Final = """
local requests = tonumber(redis.call('HGET', KEYS[1], 'requests') or 0)
local records = tonumber(redis.call('HGET', KEYS[1], 'records') or 0)
local closed = tonumber(redis.call('HGET', KEYS[1], 'closed') or 0)
"""
_LEASE: Final = (
    _HEAD
    + """
local wanted, most, rows = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local granted = wanted
if closed == 1 or (rows >= 0 and records >= rows) then
    granted = 0
elseif most >= 0 then
    granted = math.max(0, math.min(wanted, most - requests))
end
if granted > 0 then
    requests = redis.call('HINCRBY', KEYS[1], 'requests', granted)
    redis.call('EXPIRE', KEYS[1], ARGV[4])
end
return {granted, requests, records, closed}
"""
)
_GIVE_BACK: Final = (
    _HEAD
    + """
if requests > 0 then
    redis.call('HINCRBY', KEYS[1], 'requests', -math.min(requests, tonumber(ARGV[1])))
end
return 1
"""
)
_ADD_RECORDS: Final = """
redis.call('HINCRBY', KEYS[1], 'records', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
_EXHAUST: Final = (
    """
redis.call('HSET', KEYS[1], 'closed', 1)
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""
    + _HEAD
    + "return {requests, records, closed}"
)
_STATUS: Final = _HEAD + "return {requests, records, closed}"


class RedisLedger(RedisStore):
    """A ledger in Redis, shared by processes on any machine; opened at first use.

    The caller's clock decides which UTC day a request belongs to, as in the other ledgers: a call
    that is sent on one side of midnight is never counted on the other, whatever Redis thinks.

    Args:
        url: Such as redis://127.0.0.1:6379/0, or rediss:// for TLS; its password is never shown.

    Raises:
        ConfigError: if the URL is none of Redis.
    """

    async def lease(
        self, owner: str, quota: DailyQuota, wanted: int, now: float
    ) -> tuple[int, QuotaStatus]:
        """Spend up to `wanted` requests; return how many were granted, and the status after."""
        key = _key(owner, utc_day(now))
        limits = (_limit(quota.requests), _limit(quota.records))
        granted, *spent = await self.run(_LEASE, key, wanted, *limits, _KEPT_SECONDS)
        return granted, _status(spent, quota, now)

    async def give_back(self, owner: str, day: str, requests: int) -> None:
        """Return requests that were leased and never sent."""
        if requests:
            await self.run(_GIVE_BACK, _key(owner, day), requests)

    async def add_records(self, owner: str, day: str, records: int) -> None:
        """Count rows that were received."""
        await self.run(_ADD_RECORDS, _key(owner, day), records, _KEPT_SECONDS)

    async def exhaust(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Mark the day as spent, whatever the count says."""
        spent = await self.run(_EXHAUST, _key(owner, utc_day(now)), _KEPT_SECONDS)
        return _status(spent, quota, now)

    async def status(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Return what is spent today."""
        return _status(await self.run(_STATUS, _key(owner, utc_day(now))), quota, now)


def _key(owner: str, day: str) -> str:
    return f"quota:{owner}:{day}"


def _limit(limit: int | None) -> int:
    return _UNLIMITED if limit is None else limit


def _status(spent: list[int], quota: DailyQuota, now: float) -> QuotaStatus:
    requests, records, closed = spent
    return QuotaStatus(quota, utc_day(now), requests, records, reset_after(now), bool(closed))
