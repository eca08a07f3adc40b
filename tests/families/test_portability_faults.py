"""Every fault of the emulator on a download: what stands at the name is verified, or nothing does.

The archive that is due is the emulator's, computed apart from the wire.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from exporting import Place, exporting, files_in

from tiktok_async import (
    APIError,
    AuthError,
    DamagedArchiveError,
    DownloadError,
    RateLimitError,
    ServerError,
    TikTokError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.anyio

PATH = "portability.download"


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOK_ASYNC_EXPORTS", str(tmp_path / "records"))
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "config.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    return made


async def fetched(at: Place, folder: Path) -> Any:
    """Return the export, or the error; the promise about the target is checked either way."""
    made = await at.client.add()
    due = at.emulator.archive_of(made.request_id)
    outcome: Any
    try:
        outcome = await at.client.download(made.request_id, folder / "e.zip")
    except TikTokError as error:
        outcome = error
    if isinstance(outcome, TikTokError):
        assert files_in(folder) == [], outcome
        return outcome
    content = (folder / "e.zip").read_bytes()
    assert files_in(folder) == ["e.zip"]
    assert outcome.sha256 == hashlib.sha256(content).hexdigest() == due.sha256()
    return outcome


HEALED: Sequence[Any] = [
    pytest.param({"kind": "cut_body", "at": 0}, id="cut-before-a-byte"),
    pytest.param({"kind": "cut_body", "at": 1}, id="cut-in-the-signature"),
    pytest.param({"kind": "cut_body", "at": 0.5}, id="cut-in-the-middle"),
    pytest.param({"kind": "cut_body", "at": -1}, id="cut-before-the-last-byte"),
    pytest.param({"kind": "wrong_length", "by": 1}, id="a-byte-too-few"),
    pytest.param({"kind": "wrong_length", "by": -1000}, id="more-than-promised"),
    pytest.param({"kind": "bad_chunk", "at": 0.3}, id="bad-chunk"),
    pytest.param({"kind": "reset_connection"}, id="reset"),
    pytest.param({"kind": "slow", "seconds": 0.01}, id="slow"),
    pytest.param({"kind": "short_archive", "at": 0.9}, id="short-and-said-to-be-whole"),
    pytest.param({"kind": "corrupt_byte", "at": 0.4}, id="another-byte"),
    pytest.param({"kind": "server_error", "status": 503}, id="503"),
    pytest.param({"kind": "gateway_html"}, id="504-html"),
    pytest.param({"kind": "html_200"}, id="200-html"),
    pytest.param({"kind": "malformed_json"}, id="half-a-json"),
    pytest.param({"kind": "error_200"}, id="error-in-a-200"),
    pytest.param(
        {"kind": "error_200", "media_type": "application/zip"}, id="error-that-says-it-is-a-zip"
    ),
    pytest.param({"kind": "rate_limited", "retry_after": 3}, id="429"),
]


ONLY = {"wrong_length": "known", "bad_chunk": "chunked"}
"""What needs a length to be wrong, or chunks."""
EACH = [
    pytest.param(case.values[0], length, id=f"{case.id}-{length}")
    for case in HEALED
    for length in ("known", "chunked", "close")
    if ONLY.get(case.values[0]["kind"], length) == length
]


@pytest.mark.parametrize(("fault", "length"), EACH)
async def test_download_heals_what_passes(folder: Path, fault: dict[str, Any], length: str) -> None:
    at_end = fault.get("at") == -1
    fault = {**fault, "path": PATH} | ({"at": 0.999999} if at_end else {})
    async with exporting(fault, export_delay=0.0, export_length=length) as at:
        export = await fetched(at, folder)
        assert not isinstance(export, TikTokError), export
        assert at.emulator.stats()["faults"][fault["kind"]] == 1


STOPPED: Sequence[Any] = [
    pytest.param({"kind": "cut_body"}, (TransportError, DownloadError), 5, id="always-cut"),
    pytest.param({"kind": "corrupt_byte"}, DamagedArchiveError, 5, id="always-corrupt"),
    pytest.param({"kind": "short_archive"}, (DamagedArchiveError, DownloadError), 5, id="short"),
    pytest.param({"kind": "encoded_body"}, (DownloadError, TransportError), 5, id="gzip"),
    pytest.param({"kind": "server_error"}, ServerError, 5, id="500"),
    pytest.param({"kind": "rate_limited"}, RateLimitError, 9, id="429"),
    pytest.param({"kind": "unauthorized"}, AuthError, 1, id="401"),
    pytest.param(
        {"kind": "error_200", "code": "invalid_params", "message": "Incorrect `request_id`."},
        APIError,
        1,
        id="error-in-a-200",
    ),
]


@pytest.mark.parametrize(("fault", "error", "most"), STOPPED)
async def test_download_stops_where_it_does_not_pass(
    folder: Path, fault: dict[str, Any], error: Any, most: int
) -> None:
    fault = {"path": PATH, "times": None, **fault}
    async with exporting(fault, export_delay=0.0) as at:
        found = await fetched(at, folder)
        assert isinstance(found, error), found
        assert 1 <= at.served("download") <= most
        assert found.hint or type(found) is APIError


RANGED: Sequence[Any] = [
    pytest.param(None, id="resumed"),
    *(
        pytest.param(kind, id=kind)
        for kind in (
            "range_ignored", "wrong_range", "wrong_total", "other_validator", "no_content_range",
            "range_on_200", "rebuilt",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("kind", RANGED)
async def test_download_resumes_only_what_is_the_same(folder: Path, kind: str | None) -> None:
    """The server has ranges; the first answer is cut late, the second does something else."""
    cut = {"kind": "cut_body", "path": PATH, "at": 0.7}
    faults = [cut] if kind is None else [cut, {"kind": kind, "path": PATH}]
    if kind == "rebuilt":
        faults = [cut, {"kind": "rebuilt", "path": PATH, "after": 1}]
    async with exporting(
        *faults, export_delay=0.0, export_ranges=True, export_bytes=9_000_000
    ) as at:
        made = await at.client.add()
        export = await at.client.download(made.request_id, folder / "e.zip")
        due = at.emulator.archive_of(made.request_id)
        assert files_in(folder) == ["e.zip"]
        assert export.sha256 == due.sha256()
        assert export.sha256 == hashlib.sha256((folder / "e.zip").read_bytes()).hexdigest()


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.003, 0.01, 0.03, 0.1])
async def test_cancelled_download_leaves_no_file_and_no_slot(folder: Path, pause: float) -> None:
    fault = {"kind": "drip", "path": PATH, "size": 20_000, "seconds": 0.01}
    async with exporting(fault, export_delay=0.0, export_bytes=2_000_000) as at:
        made = await at.client.add()
        task = asyncio.ensure_future(at.client.download(made.request_id, folder / "e.zip"))
        await asyncio.sleep(pause)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert files_in(folder) == []
        assert at.client.statistics().in_flight == 0
        export = await at.client.download(made.request_id, folder / "e.zip")
        assert export.sha256 == at.emulator.archive_of(made.request_id).sha256()


@pytest.mark.parametrize("data_format", ["json", "text"])
@pytest.mark.parametrize("era", ["A", "B", "C", "hybrid"])
async def test_every_form_of_an_archive_is_taken(folder: Path, era: str, data_format: str) -> None:
    async with exporting(export_era=era) as at:
        export = await at.client.export(to=folder / "e.zip", data_format=data_format)
        assert export.sha256 == at.emulator.archive_of(export.request_id).sha256()
        with export.open() as archive:
            assert len(list(archive.watch_history)) == 20
            assert not archive.unknown
