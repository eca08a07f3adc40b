"""The TikTok Data Portability API: a guide.

From a user's consent to typed data. One call does the whole life of an export:

```python
from tiktok_async import PortabilityClient

async with PortabilityClient() as portability:      # a user who logged in, or TIKTOK_ACCESS_TOKEN
    export = await portability.export(["activity"], to="export.zip", on_progress=print)

print(export.size, export.sha256)                   # a verified archive, or an error
archive = export.open()
for watched in archive.watch_history:               # streamed: any number of rows
    print(watched.date, watched.link)
```

A request that is on its way for this user and selection is taken up again: the same lines after a
crash send nothing twice, but for one in the instant between TikTok's answer and the note of it on
disk, and two at once send one. Step by step it is:

```python
async with PortabilityClient(token="act...") as portability:
    request = await portability.add(["activity"], data_format="json")
    await portability.wait_ready(request.request_id)        # 5 s growing to 5 minutes, one day
    export = await portability.download(request.request_id, "export.zip")
```

`check` and `cancel` take the same id. An archive is ready after seconds to hours (nothing is
promised) and kept for four days.

## Consent

Only users in the EEA or the United Kingdom have data to export. The app needs the products Login
Kit and Data Portability API (two reviews) and one of the scopes
`portability.{all,activity,directmessages,postsandprofile}.{single,ongoing}`: `.single` is good for
one request, `.ongoing` for any number, always a full copy. `tiktok_async.oauth` has the login;
`tiktok-async auth login` does it on the command line. User access tokens live two hours, less than
some exports take, so give the client key and secret and let the stored token be renewed:
`PortabilityClient(client_key=..., client_secret=...)`.

## Being told instead of asking

TikTok posts a webhook when an export is ready. `tiktok_async.webhooks` verifies it; the client's
`wake` ends the wait:

```python
app = WebhookApp(client_secret, on_event=portability.wake)      # mount it in any ASGI app
```

## What the download promises

At the target's name stands a verified archive or nothing, whatever happens: the bytes go to a
hidden file beside it, which is renamed after its length, its structure and every member's CRC were
checked. Memory does not grow with the archive. TikTok documents no ranges, so a broken download
starts anew, at most five times, each time after another look at the status; where a server does
offer validators and ranges, it goes on where it was. Two downloads of one file exclude each other,
also between processes.

| what happens | what comes of it |
| --- | --- |
| the connection is cut, stalls, lies about its length | a new start, five in all; `DownloadError` |
| JSON or HTML in place of the zip, also in a 200 | the API's own error; a 401 renews the token |
| a member's CRC is wrong | a new start; then `DamagedArchiveError` |
| paths that lead outside, bombs, links, encryption | `UnsafeArchiveError`; nothing is kept |
| the disk is full, read-only, closed or broken | `DiskError`, at once; nothing is left behind |
| the file is there already | `TargetExistsError`, before a call is spent |
| cancelled, Ctrl-C | nothing is left, or what can be resumed |

The archive is left packed. `await export.extract("folder")` unpacks it, all of it or nothing.

## Reading

`Archive.open(path)` reads the archive of this API and that of the app's own "Download your data",
as JSON of every era and as text; see `tiktok_async.portability.archive`. Most dates in an export
have no time zone, and none is made up.

Every error class is drawn in `tiktok_async.errors`. Source: TikTok for Developers, Data Portability
API, pages of August 2026 and undated; where they are silent, the docstrings say "unconfirmed".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.portability.archive import Archive
    from tiktok_async.portability.client import PortabilityClient
    from tiktok_async.portability.guard import ArchiveLimits
    from tiktok_async.portability.life import Export, Saving
    from tiktok_async.portability.models import ExportRequest, ExportState, ExportStatus
    from tiktok_async.portability.waiting import Polling

_load = lazy_names(
    __name__,
    {
        "Archive": "archive",
        "ArchiveLimits": "guard",
        "Export": "life",
        "ExportRequest": "models",
        "ExportState": "models",
        "ExportStatus": "models",
        "Polling": "waiting",
        "PortabilityClient": "client",
        "Saving": "life",
    },
)


def __getattr__(name: str) -> object:
    return _load(name)


__all__ = [
    "Archive",
    "ArchiveLimits",
    "Export",
    "ExportRequest",
    "ExportState",
    "ExportStatus",
    "Polling",
    "PortabilityClient",
    "Saving",
]
