"""Daily quota and rate in Redis, for clients in several processes or on several machines.

Give a client both, and every client that names the same Redis counts and paces with it::

    from tiktok_async import ResearchClient
    from tiktok_async.client import Runtime
    from tiktok_async.io.shared import RedisLedger, RedisPacer

    async with RedisLedger(url) as ledger, RedisPacer(url) as pacer:
        runtime = Runtime(ledger=ledger, pacer=pacer)
        async with ResearchClient(runtime=runtime) as research:
            ...

What to know:

* It needs `pip install "tiktok-async[redis]"`, and Redis 5 or newer; `rediss://` encrypts.
* Each step is one script in Redis, so that no two processes ever see the same request left or the
  same turn. Keys begin with `tiktok-async:`, hold fingerprints and counts, no secret, and expire.
* Where Redis cannot be reached nothing is sent: a call ends with `TransportError`, whose `kind` is
  "shared", and a job stops resumable. It never runs on without the count.
* Redis should keep its data on disk (`appendonly yes`) and must not evict keys
  (`maxmemory-policy noeviction`): a count that is lost is a budget that is spent twice.
* A reserved turn whose process dies is lost, which slows the others by that one turn.
"""

from __future__ import annotations

from tiktok_async.io.shared.ledger import RedisLedger
from tiktok_async.io.shared.pacer import RedisPacer
from tiktok_async.io.shared.store import RedisStore

__all__ = ["RedisLedger", "RedisPacer", "RedisStore"]
