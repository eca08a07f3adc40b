"""A local emulator of TikTok's APIs: the real wire contract, made-up data, no account.

::

    async with Emulator(seed=7, videos=20_000) as emulator:
        client = ResearchClient(
            base_url=emulator.base_url,
            client_key=emulator.client_key,
            client_secret=emulator.client_secret,
        )

Served are OAuth's client credentials and all of the Research API, quirks included: short and empty
pages with `has_more`, search ids that belong to one search, omitted fields, time cursors that
repeat rows, tokens that expire, the daily quota with its reset at midnight UTC. Paths, parameters,
limits and codes come from the contract file in this package, never from the client's code.

The world is procedural (`World`): any size, no memory, the same seed the same bytes. It is also the
truth that a test compares with: `emulator.world.search(query, first_day, last_day)`. Some users
to begin with: `joe1234567` has the most videos and public lists, `joe_private` is private, and
nobody is called `nobody`.

Faults (`Fault`, kinds in `tiktok_async.emulator.faults`) come by argument, by
`emulator.faults.add(...)`, or over the wire:

- ``POST /_emulator/faults`` takes a list of faults and adds it; with ``?replace=true`` the list
  replaces all others. ``GET`` shows them, with how often each was looked at and happened.
- ``GET /_emulator/stats`` tells what was served and paid for: by status and endpoint, per
  credential, family and endpoint, and when calls came in.
- ``POST /_emulator/reset`` starts anew.
"""

from __future__ import annotations

from tiktok_async.emulator.app import create_app
from tiktok_async.emulator.faults import Fault, load_script, read_script
from tiktok_async.emulator.server import Emulator, run, serve
from tiktok_async.emulator.settings import Settings
from tiktok_async.emulator.world import World

__all__ = [
    "Emulator",
    "Fault",
    "Settings",
    "World",
    "create_app",
    "load_script",
    "read_script",
    "run",
    "serve",
]
