"""One process a job: whoever changes its directory holds it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiktok_async.errors import InputError
from tiktok_async.io.lock import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async.jobs.layout import Layout


@contextmanager
def holding(layout: Layout) -> Iterator[None]:
    """Hold a job, so that no other process runs it meanwhile.

    Raises:
        InputError: if another process does.
    """
    with at_once(layout.lock) as alone:
        if not alone:
            msg = f"Another process runs the job in {layout.root}: wait for it, or end it."
            raise InputError(msg)
        yield
