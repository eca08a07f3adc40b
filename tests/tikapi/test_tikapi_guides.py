"""The guides run as they are written, against the emulator."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from tiktok_async import TikAPIClient, tikapi
from tiktok_async.emulator import Emulator
from tiktok_async.tikapi import media

pytestmark = pytest.mark.anyio


def block(guide: ModuleType) -> str:
    """Return the first example of a guide."""
    found = re.search(r"```python\n(.*?)```", guide.__doc__ or "", re.DOTALL)
    assert found is not None
    return found[1]


async def run(code: str, **names: Any) -> dict[str, Any]:
    """Run an example; return its names."""
    compiled = compile(code, "guide", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    done = FunctionType(compiled, names)()
    if inspect.isawaitable(done):
        await done
    return names


@pytest.fixture
async def emulator(monkeypatch: pytest.MonkeyPatch) -> Any:
    async with Emulator(media_bytes=20_000, short_pages=False) as running:
        monkeypatch.setenv("TIKAPI_BASE_URL", running.tikapi_base_url)
        monkeypatch.setenv("TIKAPI_API_KEY", running.api_key)
        yield running


async def test_example_of_the_guide_finds_what_it_names(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(block(tikapi).replace('"..."', repr(emulator.account_key)))
    assert len(capsys.readouterr().out.splitlines()) > 10


async def test_example_of_the_guide_to_media_saves_into_one_folder(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with TikAPIClient() as client:
        user = await client.public.check(username="lilyachty")
        code = block(media).partition("await tikapi.save_media")[0]  # the emulator has no sounds
        code = code.replace("sec_uid=...", f"sec_uid={user.user.sec_uid!r}")
        names = await run(code.replace("limit(300)", "limit(3)"), tikapi=client, Path=Path)
    assert names["saved"].path.parent == tmp_path / "clips"
    assert names["outcome"].path.parent == Path("clips")
