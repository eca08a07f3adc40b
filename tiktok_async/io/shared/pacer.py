"""A rate in Redis: turns are reserved one step apart, by the clock of Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.io.pacing import Turn
from tiktok_async.io.shared.store import RedisStore

if TYPE_CHECKING:
    from tiktok_async.sansio.limiter import Rate

_MICRO: Final = 1_000_000

# GCRA by reservation. Times are microseconds; Lua's own number format would round them.
_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local closed = tonumber(redis.call('HGET', KEYS[1], 'closed') or 0)
local due = tonumber(redis.call('HGET', KEYS[1], 'due') or 0)
local function keep()
    local left = math.max(closed, due) - now
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left / 1000 + 60000))
end
"""
_ACQUIRE: Final = (
    _NOW
    + """
if closed > now then
    return {closed - now, closed, tonumber(redis.call('HGET', KEYS[1], 'refused') or 0)}
end
local step, slack = tonumber(ARGV[1]), tonumber(ARGV[2])
local start = math.max(now, due - slack)
due = math.max(now, due) + step
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', due))
keep()
return {start - now, 0, 0}
"""
)
_CLOSE: Final = (
    _NOW
    + """
local until_then = now + tonumber(ARGV[1])
if until_then > closed then
    closed = until_then
    redis.call('HSET', KEYS[1], 'closed', string.format('%.0f', closed), 'refused', ARGV[2])
    keep()
end
return closed
"""
)


class RedisPacer(RedisStore):
    """A rate in Redis, shared by processes on any machine; opened at first use.

    Args:
        url: Such as redis://127.0.0.1:6379/0, or rediss:// for TLS; its password is never shown.

    Raises:
        ConfigError: if the URL is none of Redis.
    """

    async def acquire(self, key: str, rate: Rate | None) -> Turn:
        """Reserve the next turn; None = no rate, the bucket can only be closed."""
        step = 0.0 if rate is None else rate.per / rate.limit
        slack = 0.0 if rate is None else step * (rate.burst - 1)
        wait, closing, refused = await self.run(_ACQUIRE, _key(key), _micro(step), _micro(slack))
        return Turn(wait / _MICRO, closing, bool(refused))

    async def close(self, key: str, seconds: float, *, refused: bool = False) -> int:
        """Close the bucket for everybody; return what tells this closing apart."""
        closing: int = await self.run(_CLOSE, _key(key), _micro(seconds), int(refused))
        return closing


def _key(key: str) -> str:
    return f"rate:{key}"


def _micro(seconds: float) -> int:
    return round(seconds * _MICRO)
