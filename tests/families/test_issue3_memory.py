"""The life of an export in a process of its own: its memory does not grow with the archive."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tiktok_async.emulator import Emulator

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no peak of this kind"),
]

CHILD: Final = """
import asyncio, resource, sys
from tiktok_async import PortabilityClient
from tiktok_async.portability import Polling

async def main():
    url, token, target = sys.argv[1:]
    async with PortabilityClient(token=token, base_url=url) as client:
        export = await client.export(to=target, polling=Polling(first=0.1, longest=0.1))
    print(export.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

asyncio.run(main())
"""
UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system counts memory."""


async def peak_of(size: int, folder: Path) -> float:
    """Return the most memory that the export of an archive of `size` bytes takes, in MiB."""
    async with Emulator(export_delay=0.0, export_bytes=size) as emulator:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            CHILD,
            emulator.base_url,
            emulator.user_access_token,
            str(folder / f"{size}.zip"),
            stdout=subprocess.PIPE,
            env={**os.environ, "TIKTOK_ASYNC_EXPORTS": str(folder / "records")},
        )
        out, _ = await child.communicate()
        saved, peak = map(int, out.split())
        assert saved > 0.9 * size
        return peak * UNIT / 2**20


async def test_memory_of_an_export_does_not_grow_with_its_archive(tmp_path: Path) -> None:
    small, large = await peak_of(8 << 20, tmp_path), await peak_of(96 << 20, tmp_path)
    assert large - small < 8
