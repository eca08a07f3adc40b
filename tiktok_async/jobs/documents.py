"""The values of a job as JSON, and back: manifests, plans and checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import cattrs

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DecodeError
from tiktok_async.io.durable import make_private, write_durably
from tiktok_async.jobs.manifest import MANIFEST_VERSION, Manifest

if TYPE_CHECKING:
    from tiktok_async.jobs.layout import Layout

T = TypeVar("T")

_CONVERTER: Final = cattrs.Converter()
_DAMAGED: Final = "It was changed or damaged: restore it, or delete the directory and start anew."


def plain(value: Any) -> Any:
    """Return a value of attrs classes as JSON has it."""
    return _CONVERTER.unstructure(value)


def from_plain(cls: type[T], raw: Any) -> T:
    """Return the value of a class from its JSON.

    Raises:
        ValueError: if it does not fit.
    """
    try:
        return _CONVERTER.structure(raw, cls)
    except (TypeError, KeyError, AttributeError, cattrs.BaseValidationError) as error:
        msg = f"this is no {cls.__name__}"
        raise ValueError(msg) from error


def read_manifest(layout: Layout) -> Manifest | None:
    """Return the manifest of a job; None where none was written yet. Blocks.

    Raises:
        CheckpointMismatchError: if it cannot be understood.
        OSError: if it cannot be read.
    """
    try:
        content = layout.manifest.read_bytes()
    except FileNotFoundError:
        return None
    try:
        raw = convert.loads(content)
        if isinstance(raw, dict) and raw.get("version", 0) > MANIFEST_VERSION:
            msg = f"{layout.manifest} was written by a newer version of tiktok-async."
            raise CheckpointMismatchError(msg, hint="Update tiktok-async.")
        return from_plain(Manifest, raw)
    except (DecodeError, ValueError, TypeError) as error:
        msg = f"{layout.manifest} is no manifest of a job."
        raise CheckpointMismatchError(msg, hint=_DAMAGED) from error


def write_manifest(layout: Layout, manifest: Manifest) -> None:
    """Put the manifest in its place, durably. Blocks.

    Raises:
        OSError: if the disk refuses; the old one is whole then.
    """
    make_private(layout.root)
    write_durably(layout.manifest, convert.dumps(plain(manifest)) + b"\n")
