"""The Data Portability API: the four calls, waiting, and the whole life of an export."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest
from exporting import exporting, files_in

from tiktok_async import (
    APIError,
    AuthError,
    CredentialsMissingError,
    ExportCancelledError,
    ExportExpiredError,
    ExportStatusError,
    ExportTimeoutError,
    InputError,
    OutcomeUnknownError,
    PortabilityClient,
    ScopeError,
    TargetExistsError,
)
from tiktok_async.events import ExportPolled, ExportRequested
from tiktok_async.portability import ExportState, Polling

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

DAY = 86_400.0


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record and no setting of the machine reaches a test."""
    monkeypatch.setenv("TIKTOK_ASYNC_EXPORTS", str(tmp_path / "records"))
    monkeypatch.setenv("TIKTOK_ASYNC_TOKENS", str(tmp_path / "tokens.json"))
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "config.toml"))
    for name in ("ACCESS_TOKEN", "CLIENT_KEY", "CLIENT_SECRET", "BASE_URL"):
        monkeypatch.delenv(f"TIKTOK_{name}", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    made = tmp_path / "exports"
    made.mkdir()
    return made


# ---- the calls


async def test_request_goes_from_pending_to_ready_and_names_what_was_asked() -> None:
    async with exporting(export_delay=60.0) as at:
        made = await at.client.add(["profile", "activity"], data_format="text")
        status = await at.client.check(made.request_id)
        assert status.request_id == made.request_id
        assert status.state is ExportState.PENDING
        assert status.data_format == "text"
        assert sorted(status.category_selection_list or ()) == ["activity", "profile"]
        assert status.applied_at is not None
        at.clock.advance(61.0)
        status = await at.client.check(str(made.request_id))
        assert status.state is ExportState.READY
        assert status.status == "downloading"


async def test_cancelled_request_is_cancelled() -> None:
    async with exporting(export_delay=60.0) as at:
        made = await at.client.add()
        assert await at.client.cancel(made.request_id) is None
        assert (await at.client.check(made.request_id)).state is ExportState.CANCELLED


async def test_unknown_request_is_an_api_error_at_once() -> None:
    async with exporting() as at:
        with pytest.raises(APIError, match="Incorrect `request_id`") as caught:
            await at.client.check(5)
        assert caught.value.code == "invalid_params"
        assert at.served("check") == 1


@pytest.mark.parametrize(
    ("categories", "data_format", "words"),
    [
        pytest.param(["videos"], "json", "choose from all_data", id="category"),
        pytest.param([], "json", "is empty", id="none"),
        pytest.param(["activity"], "xml", "'json' or 'text'", id="format"),
    ],
)
async def test_bad_selection_is_refused_before_a_call(
    categories: list[str], data_format: str, words: str, folder: Path
) -> None:
    async with exporting() as at:
        with pytest.raises(InputError, match=words):
            await at.client.add(categories, data_format=data_format)
        with pytest.raises(InputError, match=words):
            await at.client.export(categories, data_format=data_format, to=folder / "e.zip")
        assert at.served("add") == 0


async def test_category_that_was_not_granted_is_a_scope_error() -> None:
    async with exporting(user_scopes=["portability.activity.ongoing"]) as at:
        with pytest.raises(ScopeError):
            await at.client.add(["direct_messages"])
        assert (await at.client.add(["activity"])).request_id


async def test_add_is_not_sent_twice_on_a_guess() -> None:
    async with exporting({"kind": "server_error", "path": "portability.add"}) as at:
        with pytest.raises(OutcomeUnknownError, match=r"unknown.*if a webhook brings its id"):
            await at.client.add()
        assert at.served("add") == 1


async def test_no_credential_is_said_before_anything() -> None:
    with pytest.raises(CredentialsMissingError, match="auth login"):
        PortabilityClient()


async def test_token_of_an_app_is_not_taken_for_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Research API takes it from the same variable."""
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", "clt.example")
    with pytest.raises(CredentialsMissingError):
        PortabilityClient()


# ---- waiting


async def test_wait_polls_at_growing_intervals_up_to_the_longest() -> None:
    async with exporting(export_delay=3600.0) as at:
        made = await at.client.add()
        status = await at.client.wait_ready(made.request_id)
        assert status.state is ExportState.READY
        pauses = [event.pause for event in at.events if isinstance(event, ExportPolled)]
        assert pauses[:4] == [5.0, 7.5, 11.25, 16.875]
        assert pauses[-1] == 300.0
        assert pauses == sorted(pauses)
        assert 3600.0 <= sum(pauses) < 3900.0
        assert len(pauses) == at.served("check") - 1


async def test_wait_survives_polls_that_fail() -> None:
    fault = {"kind": "server_error", "path": "portability.check", "times": 12}
    async with exporting(fault, export_delay=30.0) as at:
        made = await at.client.add()
        assert (await at.client.wait_ready(made.request_id)).state is ExportState.READY
        statuses = [event.status for event in at.events if isinstance(event, ExportPolled)]
        assert None in statuses


async def test_wait_ends_at_once_where_no_further_poll_can_help() -> None:
    fault = {"kind": "unauthorized", "path": "portability.check", "after": 1}
    async with exporting(fault) as at:
        with pytest.raises(APIError, match="request_id"):
            await at.client.wait_ready(12345)
        made = await at.client.add()
        with pytest.raises(AuthError):
            await at.client.wait_ready(made.request_id)
        assert at.served("check") == 2


@pytest.mark.parametrize(
    ("end", "error"),
    [
        pytest.param("expired", ExportExpiredError, id="expired"),
        pytest.param("cancelled", ExportCancelledError, id="cancelled"),
    ],
)
async def test_wait_tells_the_other_ends_apart(end: str, error: type[Exception]) -> None:
    async with exporting(export_delay=60.0) as at:
        made = await at.client.add()
        if end == "expired":
            at.clock.advance(5 * DAY)
        else:
            await at.client.cancel(made.request_id)
        with pytest.raises(error) as caught:
            await at.client.wait_ready(made.request_id)
        assert getattr(caught.value, "request_id", None) == made.request_id
        assert getattr(caught.value, "status", None) == end


async def test_wait_ends_with_a_status_that_stays_unknown() -> None:
    fault = {"kind": "unknown_status", "path": "portability.check", "word": "melting", "times": 9}
    async with exporting(fault, export_delay=60.0) as at:
        made = await at.client.add()
        with pytest.raises(ExportStatusError, match="melting"):
            await at.client.wait_ready(made.request_id)
        assert at.served("check") == 3


async def test_wait_passes_a_status_that_is_unknown_once() -> None:
    fault = {"kind": "unknown_status", "path": "portability.check", "word": "melting", "times": 2}
    async with exporting(fault, export_delay=60.0) as at:
        made = await at.client.add()
        assert (await at.client.wait_ready(made.request_id)).state is ExportState.READY


async def test_wait_has_an_end_and_can_be_taken_up() -> None:
    async with exporting(export_delay=DAY) as at:
        made = await at.client.add()
        with pytest.raises(ExportTimeoutError) as caught:
            await at.client.wait_ready(made.request_id, polling=Polling(timeout=100.0))
        assert caught.value.retryable
        assert at.clock.monotonic() == pytest.approx(100.0, abs=1.0)
        await at.client.wait_ready(caught.value.request_id or 0, polling=Polling(timeout=None))


async def test_wait_is_ended_by_a_call_also_by_one_that_came_before() -> None:
    async with exporting(export_delay=100.0) as at:
        made = await at.client.add()
        waiting = asyncio.ensure_future(
            at.client.wait_ready(made.request_id, polling=Polling(first=10_000, longest=10_000))
        )
        while at.served("check") == 0:  # noqa: ASYNC110  # a counter
            await asyncio.sleep(0.001)
        at.client.wake(made.request_id + 1)  # of another export
        at.clock.advance(101.0)
        at.client.wake(made.request_id)
        status = await asyncio.wait_for(waiting, 5)
        assert status.state is ExportState.READY
        assert at.served("check") == 2
        assert at.clock.monotonic() < 200.0


@pytest.mark.parametrize(
    "polling",
    [{"first": 0}, {"first": 10, "longest": 5}, {"timeout": -1}, {"first": float("nan")}],
)
def test_bad_polling_says_what_to_write(polling: dict[str, float]) -> None:
    with pytest.raises(InputError, match="write seconds above zero"):
        Polling(**polling)


# ---- the whole life


async def test_export_is_verified_on_disk_and_equal_to_the_source(folder: Path) -> None:
    async with exporting() as at:
        export = await at.client.export(to=folder / "e.zip")
        content = export.path.read_bytes()
        source = at.emulator.archive_of(export.request_id)
        assert files_in(folder) == ["e.zip"]
        assert export.size == len(content) == source.size
        assert export.sha256 == hashlib.sha256(content).hexdigest() == source.sha256()
        assert export.starts == 1


async def test_export_into_a_folder_is_named_by_its_request(folder: Path) -> None:
    async with exporting() as at:
        export = await at.client.export(to=folder)
        assert files_in(folder) == [f"tiktok-export-{export.request_id}.zip"]


async def test_existing_target_is_refused_before_a_call(folder: Path) -> None:
    (folder / "e.zip").write_bytes(b"mine")
    async with exporting() as at:
        with pytest.raises(TargetExistsError):
            await at.client.export(to=folder / "e.zip")
        assert at.emulator.stats()["served"] == 0
        assert (folder / "e.zip").read_bytes() == b"mine"
        await at.client.export(to=folder / "e.zip", overwrite=True)
        assert (folder / "e.zip").read_bytes()[:2] == b"PK"


async def test_two_exports_at_once_send_one_add(folder: Path) -> None:
    async with exporting(export_delay=DAY / 4) as at, at.another() as other:
        first, second = await asyncio.gather(
            at.client.export(["activity"], to=folder / "a.zip"),
            other.export(["activity"], to=folder / "b.zip"),
        )
        assert first.request_id == second.request_id
        assert at.served("add") == 1
        assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()


async def test_cancelled_export_keeps_the_request_that_was_on_its_way(folder: Path) -> None:
    """The answer of the add comes after the cancellation; the next export takes it up."""
    slow = {"kind": "slow", "path": "portability.add", "seconds": 0.2}
    async with exporting(slow) as at:
        task = asyncio.ensure_future(at.client.export(to=folder / "e.zip"))
        while at.served("add") == 0:  # noqa: ASYNC110  # a counter
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await at.client.export(to=folder / "e.zip")
        assert at.served("add") == 1


async def test_another_selection_is_another_export(folder: Path) -> None:
    async with exporting() as at:
        first = await at.client.export(["activity"], to=folder / "a.zip")
        second = await at.client.export(["profile"], to=folder / "b.zip")
        assert first.request_id != second.request_id


async def test_export_goes_on_after_a_restart_without_a_second_add(folder: Path) -> None:
    async with exporting(export_delay=DAY) as at:
        with pytest.raises(ExportTimeoutError) as caught:
            await at.client.export(to=folder / "e.zip", polling=Polling(timeout=10.0))
        at.clock.advance(DAY)
        async with at.another() as later:
            export = await later.export(to=folder / "e.zip")
        asked = [event for event in at.events if isinstance(event, ExportRequested)]
        assert [(event.request_id, event.fresh) for event in asked] == [(export.request_id, True)]
        assert export.request_id == caught.value.request_id
        assert at.served("add") == 1


async def test_finished_export_is_not_taken_up_again(folder: Path) -> None:
    async with exporting() as at:
        first = await at.client.export(to=folder / "a.zip")
        second = await at.client.export(to=folder / "b.zip")
        assert first.request_id != second.request_id


async def test_export_goes_on_with_a_request_id(folder: Path) -> None:
    async with exporting() as at:
        made = await at.client.add()
        export = await at.client.export(to=folder / "e.zip", request_id=made.request_id)
        assert export.request_id == made.request_id
        assert at.served("add") == 1


@pytest.mark.parametrize("end", ["expired", "cancelled"])
async def test_export_asks_anew_where_the_old_request_came_to_nothing(
    folder: Path, end: str
) -> None:
    async with exporting(export_delay=60.0) as at:
        with pytest.raises(ExportTimeoutError) as caught:
            await at.client.export(to=folder / "e.zip", polling=Polling(timeout=1.0))
        old = caught.value.request_id or 0
        if end == "expired":
            at.clock.advance(5 * DAY)
        else:
            await at.client.cancel(old)
        export = await at.client.export(to=folder / "e.zip")
        assert export.request_id != old
        assert at.served("add") == 2


async def test_export_asks_anew_when_told_to(folder: Path) -> None:
    async with exporting(export_delay=60.0) as at:
        with pytest.raises(ExportTimeoutError):
            await at.client.export(to=folder / "e.zip", polling=Polling(timeout=1.0))
        await at.client.export(to=folder / "e.zip", anew=True)
        assert at.served("add") == 2


async def test_torn_record_counts_for_nothing(folder: Path, tmp_path: Path) -> None:
    async with exporting(export_delay=60.0) as at:
        with pytest.raises(ExportTimeoutError):
            await at.client.export(to=folder / "e.zip", polling=Polling(timeout=1.0))
        (record,) = (tmp_path / "records").glob("*.json")
        record.write_text('{"request_')
        await at.client.export(to=folder / "e.zip")
        assert at.served("add") == 2


async def test_download_looks_at_nothing_first_and_at_the_status_between_starts(
    folder: Path,
) -> None:
    fault = {"kind": "cut_body", "path": "portability.download", "times": 2}
    async with exporting(fault, export_delay=0.0) as at:
        made = await at.client.add()
        export = await at.client.download(made.request_id, folder / "e.zip")
        assert export.starts == 3
        assert at.served("check") == 2
        assert files_in(folder) == ["e.zip"]


async def test_opened_export_is_the_archive(folder: Path) -> None:
    async with exporting() as at:
        export = await at.client.export(to=folder / "e.zip")
        with export.open() as archive:
            assert len(list(archive.watch_history)) == 20


async def test_extracted_export_is_all_of_it(folder: Path) -> None:
    async with exporting() as at:
        export = await at.client.export(to=folder / "e.zip", data_format="text")
        summary = await export.extract(folder / "out")
        assert summary == export.summary
        assert sum(path.is_file() for path in (folder / "out").rglob("*")) == summary.members
        with pytest.raises(TargetExistsError):
            await export.extract(folder / "out")
