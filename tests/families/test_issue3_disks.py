"""What the disk refuses, through the whole client: a typed outcome each, and no second request."""

from __future__ import annotations

import errno
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from exporting import exporting, files_in

from tiktok_async import (
    AlreadyDownloadingError,
    ConfigError,
    DiskError,
    InputError,
    PortabilityClient,
    TargetExistsError,
)
from tiktok_async.io.output.lock import FileLock
from tiktok_async.portability import Polling, pending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

LARGE = 6_000_000


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record and no setting of the machine reaches a test."""
    monkeypatch.setenv("TIKTOK_ASYNC_EXPORTS", str(tmp_path / "records"))
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "config.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    made = tmp_path / "exports"
    made.mkdir()
    return made


def _mount(*words: str) -> None:
    try:
        subprocess.run(["mount", *words], check=True, capture_output=True, timeout=10)  # noqa: S603, S607  # fixed words
    except (OSError, subprocess.SubprocessError):
        pytest.skip("this user may not mount a tmpfs")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a directory on a file system of 3 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    _mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place))
    yield place
    subprocess.run(["umount", str(place)], check=True, timeout=10)  # noqa: S603, S607  # as above


@pytest.mark.parametrize("length", ["known", "chunked"])
async def test_full_disk_is_said_with_what_is_needed_and_the_request_is_kept(
    small: Path, folder: Path, length: str
) -> None:
    async with exporting(export_delay=0.0, export_bytes=LARGE, export_length=length) as at:
        with pytest.raises(DiskError) as caught:
            await at.client.export(to=small / "e.zip")
        assert (caught.value.kind, caught.value.retryable) == ("full", False)
        assert "Make room, or write to another place" in str(caught.value)
        assert (f"{caught.value.total} bytes are needed" in str(caught.value)) is (
            length == "known"
        )
        assert files_in(small) == []
        assert at.served("download") == 1
        await at.client.export(to=folder / "e.zip")
        assert at.served("add") == 1


async def test_read_only_disk_is_refused_before_any_call(small: Path) -> None:
    _mount("-o", "remount,ro", str(small))
    async with exporting() as at:
        for call in (
            at.client.export(to=small / "e.zip"),
            at.client.export(to=small),
            at.client.download(1, small / "e.zip"),
        ):
            with pytest.raises(DiskError, match=r"[Rr]ead-only") as caught:
                await call
            assert caught.value.kind == "read_only"
        assert at.emulator.stats()["served"] == 0


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder that may not be written to."""
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):  # the superuser's eyes see no modes
        monkeypatch.setattr(os, "access", lambda *_: False)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize("name", ["e.zip", ""])
async def test_folder_that_is_closed_to_us_is_refused_before_any_call(
    closed: Path, name: str
) -> None:
    async with exporting() as at:
        with pytest.raises(DiskError) as caught:
            await at.client.export(to=closed / name)
        assert caught.value.kind == "permission"
        assert at.emulator.stats()["served"] == 0


async def test_folder_that_is_not_there_is_refused_before_any_call(tmp_path: Path) -> None:
    async with exporting() as at:
        with pytest.raises(InputError, match="make it first"):
            await at.client.export(to=tmp_path / "nowhere" / "e.zip")
        assert at.emulator.stats()["served"] == 0


async def test_second_owner_of_a_target_is_told_and_nothing_is_spent_on_it(folder: Path) -> None:
    lock = FileLock(folder / "e.zip")
    async with exporting(export_delay=0.0) as at:
        made = await at.client.add()
        with pytest.raises(AlreadyDownloadingError, match="Wait for it") as caught:
            await at.client.download(made.request_id, folder / "e.zip")
        assert caught.value.retryable
        assert at.served("download") == 0
        lock.release()
        await at.client.download(made.request_id, folder / "e.zip")
        assert files_in(folder) == ["e.zip"]


async def test_target_that_appears_while_it_waits_is_untouched(folder: Path) -> None:
    async with exporting(export_delay=60.0) as at:
        made = await at.client.add()
        at.clock.advance(61.0)
        (folder / "e.zip").write_bytes(b"mine")
        with pytest.raises(TargetExistsError):
            await at.client.export(to=folder / "e.zip", request_id=made.request_id)
        assert (folder / "e.zip").read_bytes() == b"mine"
        assert at.served("download") == 0


# ---- the records of what is on its way


def _refusing(number: int) -> Any:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


async def test_record_that_cannot_be_kept_does_not_lose_the_export_and_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pending, "write_durably", _refusing(errno.ENOSPC))
    async with exporting() as at:
        export = await at.client.export(to=folder / "e.zip")
        assert f"export {export.request_id} was asked for and cannot be kept" in caplog.text
        assert files_in(folder) == ["e.zip"]


async def test_record_that_cannot_be_dropped_does_not_undo_the_export(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with exporting() as at:
        monkeypatch.setattr(type(folder), "unlink", _refusing(errno.EROFS))
        export = await at.client.export(to=folder / "e.zip", request_id=None)
        monkeypatch.undo()
        assert f"export {export.request_id} was fetched and stays on record" in caplog.text
        assert (folder / "e.zip").exists()


async def test_record_that_cannot_be_read_is_no_reason_to_ask_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with exporting() as at:
        monkeypatch.setattr(type(folder), "read_bytes", _refusing(errno.EIO))
        with pytest.raises(ConfigError, match="TIKTOK_ASYNC_EXPORTS"):
            await at.client.export(to=folder / "e.zip")
        monkeypatch.undo()
        assert at.served("add") == 0


async def test_place_of_the_records_that_cannot_be_made_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").touch()
    monkeypatch.setenv("TIKTOK_ASYNC_EXPORTS", str(folder / "file" / "records"))
    async with exporting() as at:
        with pytest.raises(ConfigError, match="TIKTOK_ASYNC_EXPORTS"):
            await at.client.export(to=folder / "e.zip")
        assert at.served("add") == 0


@pytest.mark.parametrize("by", ["request id", "download"])
async def test_request_that_was_fetched_by_its_id_is_not_taken_up_again(
    folder: Path, by: str
) -> None:
    """The record of another selection's export names it; yesterday's archive would come back."""
    async with exporting(export_delay=60.0) as at:
        with pytest.raises(Exception, match="is not ready") as caught:
            await at.client.export(["activity"], to=folder / "a.zip", polling=Polling(timeout=0))
        number = getattr(caught.value, "request_id", 0)
        at.clock.advance(61.0)
        if by == "download":
            await at.client.download(number, folder / "b.zip")
        else:
            await at.client.export(to=folder / "b.zip", request_id=number)
        export = await at.client.export(["activity"], to=folder / "c.zip")
        assert export.request_id != number


async def test_token_beside_a_user_of_the_store_is_refused() -> None:
    with pytest.raises(InputError, match="leave out client_key"):
        PortabilityClient(token="act.x", client_key="k", client_secret="s")
