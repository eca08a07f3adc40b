"""Folders that a command makes for what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.errors import DiskError, InputError
from tiktok_async.io.refusals import kind_of

if TYPE_CHECKING:
    from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder and those it stands in, as far as they are not there.

    Raises:
        InputError: if it is a file.
        DiskError: if it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        msg = f"{folder} is a file: write the name of a folder."
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{folder} cannot be made: {error.strerror}."
        raise DiskError(msg, kind=kind_of(error), path=str(folder)) from error
