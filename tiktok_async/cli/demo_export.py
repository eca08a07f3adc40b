"""What `demo` shows of Data Portability: from a user's consent to a report about the archive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.cli.amounts import duration, size
from tiktok_async.cli.bar import Step, shown
from tiktok_async.cli.consent import approve
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.terminal import counted, say
from tiktok_async.cli.watch import Watch
from tiktok_async.client import Runtime
from tiktok_async.oauth import MemoryTokenStore, OAuthClient
from tiktok_async.portability.client import PortabilityClient
from tiktok_async.portability.waiting import Polling

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from tiktok_async.cli.options import Talk
    from tiktok_async.emulator import Emulator, Fault
    from tiktok_async.oauth import StoredToken
    from tiktok_async.portability.life import Export

ARCHIVE: Final = "export.zip"
REPORT: Final = "report.html"
_SCOPES: Final = "user.info.basic,portability.all.single"
_LOGIN_SECONDS: Final = 10.0
_POLLING: Final = Polling(first=0.5, longest=0.5)
_READ: Final = ("watch_history", "likes", "searches", "followers", "direct_messages", "posts")


@attrs.frozen(kw_only=True)
class _Read:
    """What was read out of the archive."""

    era: str
    sections: int
    """Sections with rows."""
    rows: dict[str, int]
    """Of some sections."""
    seconds: float


def faults() -> list[Fault]:
    """Return what goes wrong in this part: a poll, the token, and the download half way."""
    from tiktok_async.emulator import Fault

    return [
        Fault("gateway_html", "portability.check", after=1),
        Fault("token_expired", "portability.download"),
        Fault("cut_body", "portability.download", after=1, at=0.4),
    ]


async def show_export(emulator: Emulator, folder: Path, talk: Talk) -> Exit:
    """Log in, export, download, verify, read and report; return the exit code.

    Args:
        emulator: Where from.
        folder: Where the archive and the report go.
        talk: How much to say.

    Raises:
        StoppedError: if the user had enough.
    """
    store = MemoryTokenStore()
    token = await _log_in(emulator, store)
    if not talk.quiet:
        say(f"Logged in as {token.open_id}; the consent page was approved by the demo.")
    saved, seconds = await _export(emulator, store, folder / ARCHIVE, talk)
    truth = emulator.archive_of(saved.request_id)
    wrong = [] if saved.size == truth.size else ["its size is not the emulator's"]
    if saved.sha256 != await to_thread.run_sync(truth.sha256):
        wrong.append("its SHA-256 is not the emulator's")
    found = await _with_bar("reading the archive", talk, _read, saved)
    if found.rows["watch_history"] != emulator.export_rows:
        wrong.append("rows of the watch history are missing")
    await _with_bar("writing the report", talk, _report, saved, folder / REPORT)
    _show(_table(token, saved, seconds, found), wrong, folder)
    return Exit.ERROR if wrong else Exit.COMPLETE


async def _log_in(emulator: Emulator, store: MemoryTokenStore) -> StoredToken:
    async with OAuthClient(
        client_key=emulator.client_key,
        client_secret=emulator.client_secret,
        store=store,
        base_url=emulator.base_url,
        authorize_url=emulator.base_url,
    ) as oauth:
        work = oauth.login(_SCOPES, open_browser=approve, timeout=_LOGIN_SECONDS)
        return await stoppable(work)


async def _export(
    emulator: Emulator, store: MemoryTokenStore, path: Path, talk: Talk
) -> tuple[Export, float]:
    """Return the archive, and the seconds that its download took, all starts included."""
    watch = Watch()

    async def life(client: PortabilityClient) -> tuple[Export, float]:
        number = (await client.add()).request_id
        await client.wait_ready(number, polling=_POLLING)
        began = time.monotonic()
        saved = await client.download(number, path, overwrite=True, on_progress=watch.receive)
        return saved, time.monotonic() - began

    async with PortabilityClient(
        client_key=emulator.client_key,
        client_secret=emulator.client_secret,
        store=store,
        base_url=emulator.base_url,
        runtime=Runtime(on_event=(watch.hear,)),
    ) as client:
        with shown(talk, watch.step):
            return await stoppable(life(client))


async def _with_bar(text: str, talk: Talk, work: Any, *arguments: Any) -> Any:
    """Do blocking work in a thread, and say what it is as long as it lasts."""

    async def step() -> Step:
        return Step(text)

    with shown(talk, step):
        return await to_thread.run_sync(work, *arguments)


def _read(saved: Export) -> _Read:
    began = time.monotonic()
    with saved.open() as archive:
        found = {one.name: one.rows for one in archive.inventory() if one.state == "present"}
        return _Read(
            era=archive.era,
            sections=len(found),
            rows={name: found.get(name, 0) for name in _READ},
            seconds=time.monotonic() - began,
        )


def _report(saved: Export, path: Path) -> None:
    from tiktok_async.report import write_export_report

    with saved.open() as archive:
        write_export_report(archive, path, overwrite=True)


def _table(token: StoredToken, saved: Export, seconds: float, found: _Read) -> Table:
    from rich.table import Table

    table = Table(title="What it took", show_header=False)
    for name, value in (
        ("granted", ", ".join(token.scopes)),
        ("download", f"{size(saved.size)} in {duration(seconds)}"),
        ("starts", f"{saved.starts}: the token died first, then the connection half way"),
        ("verified", f"structure and CRC of {counted(saved.summary.members, 'file')}"),
        ("layout", f"{found.era}, {found.sections} sections with rows"),
        *((name, f"{rows:,} rows") for name, rows in found.rows.items()),
        ("reading", duration(found.seconds)),
    ):
        table.add_row(name, value)
    return table


def _show(table: Table, wrong: list[str], folder: Path) -> None:
    from rich.console import Console

    console = Console()
    console.print(table)
    verdict = "; ".join(wrong) or "every byte is the same, and every row is there"
    for line in (
        f"Checked against the emulator's archive: {verdict}.",
        f"The archive is {folder / ARCHIVE}, and a page about it to open in a browser:",
        f"  {(folder / REPORT).resolve()}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
