"""A local emulator of TikTok's APIs: the real wire contract, made-up data, no account.

::

    async with Emulator(seed=7, videos=20_000) as emulator:
        client = ResearchClient(
            base_url=emulator.base_url,
            client_key=emulator.client_key,
            client_secret=emulator.client_secret,
        )

Served are OAuth for apps and for users, all of the Research API, Data Portability and its
webhooks, and all of TikAPI with its media hosts and live chats, quirks included: short and empty
pages with `has_more`, search ids that belong to one search, omitted fields, cursors in every
dialect, tokens that expire, refresh tokens that change with each use, the daily quota with its
reset at midnight UTC, TikAPI's own 24 hours. Paths, parameters, limits and codes come from the
contract files in this package, never from the client's code. What the sources leave open is an
option, and `Settings` says so.

The world is procedural (`World`): any size, no memory, the same seed the same bytes. It is also the
truth that a test compares with: `emulator.world.search(query, first_day, last_day)`. Some users
to begin with: `joe1234567` has the most videos and public lists, `joe_private` is private, and
nobody is called `nobody`.

Logging in
    ``GET /v2/auth/authorize/`` is a page that one can click through: which user one is, and what
    the app may have. `Settings.consent`, or ``&auto=approve`` and ``&auto=deny`` in the URL, answer
    in its place, and ``&user=joe_private`` says who one is. A bad request ends on a page that names
    the parameter. Without a page there is one user ready-made, `joe1234567`:
    `Emulator.user_access_token`, `.user_refresh_token` and `.open_id`.

TikAPI
    Is served at the same address (`Emulator.tikapi_base_url`), to `Emulator.api_key` and TikAPI's
    demo key; `Emulator.account_key` and the demo account key are those of `joe1234567`. A user has
    the same videos here as on the Research side; `Emulator.names` tells what they are called. What
    accounts do is seen in later answers. Links to videos are http on this host, else like real
    ones: signed, short-lived, good only with the headers of their answer; `Emulator.media_of(link)`
    is the truth of the bytes. More in `tiktok_async.emulator.tikapi`.

Exports
    A request is pending for `Settings.export_delay` and can be downloaded for `export_life`. The
    zip is made while it is sent, of any size (`export_bytes`), as JSON or text and in the words of
    an era (`export_era`), and has the same bytes each time: `Emulator.archive_of(request_id)` is
    the truth, with `size`, `sha256()` and `read()`. Where members are deflated the bytes are those
    of the zlib at hand. An archive that is filled up has stored members unless told otherwise, so
    that its rows do not take far more than its size.

Webhooks
    Events go to `Settings.webhook_url`, signed with the secret of the app:
    `portability.download.ready` when an export is ready, `authorization.removed` when an app
    revokes a token or `Emulator.disconnect` plays the user who takes a consent back. An event that
    is not answered with 200 is tried again, by the clock of the emulator.

Faults (`Fault`, kinds in `tiktok_async.emulator.faults`) come by argument, by
`emulator.faults.add(...)`, or over the wire:

- ``POST /_emulator/faults`` takes a list of faults and adds it; with ``?replace=true`` the list
  replaces all others. ``GET`` shows them, with how often each was looked at and happened.
- ``POST /_emulator/webhooks`` with ``{"url": ...}`` sets where events go, null for nowhere;
  ``GET`` shows them, with each try.
- ``POST /_emulator/disconnect`` has a user take back what they allowed, by default the ready-made
  one: ``{"open_id": ..., "reason": 1}``.
- ``GET /_emulator/stats`` tells what was served and paid for: by status and endpoint, per
  credential, family and endpoint, when calls came in, exports by state, and events; of TikAPI what
  is spent, how much accounts did, and how often a media host was sent a key of TikAPI.
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
