"""The README is true: its table is that of the declarations, and its blocks run."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import tiktok_async.research.endpoints as declared
from tiktok_async import config
from tiktok_async.emulator import Emulator
from tiktok_async.research.resources import Compliance, Playlists, Shops, Users, Videos
from tiktok_async.resource import one, paged
from tiktok_async.sansio.endpoint import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(__file__).parent.parent / "README.md"
RESOURCES = {
    "videos": Videos,
    "users": Users,
    "playlists": Playlists,
    "shops": Shops,
    "compliance": Compliance,
}
BY_HAND = {
    declared.QueryVideos: "`research.videos.query(where, start=, end=)`, `.sample(...)`",
    declared.GetPlaylist: "`research.playlists.info(playlist_id)`, `.pages(...)`",
    declared.DownloadComplianceResult: "`research.compliance.download(...)`, `.available(ids)`",
}
"""Endpoints that a hand-written method serves."""


def bound() -> Iterator[tuple[Any, str]]:
    """Yield each bound endpoint with how it is called."""
    for resource, cls in RESOURCES.items():
        for name, value in vars(cls).items():
            if isinstance(value, one | paged):
                yield value.endpoint, f"`research.{resource}.{name}(...)`"


def table() -> str:
    """Return the README's table of endpoints."""
    calls = {**dict(bound()), **BY_HAND}
    lines = ["| endpoint | call | rows |", "| --- | --- | --- |"]
    for endpoint in REGISTRY.values():
        if endpoint.api is declared.RESEARCH:
            model = getattr(endpoint.result, "__name__", str(endpoint.result))
            lines.append(f"| `{endpoint.route.path}` | {calls[endpoint]} | {model} |")
    return "\n".join(lines)


def test_readme_table_is_that_of_the_declarations() -> None:
    text = README.read_text()
    shown = re.search(r"<!-- endpoints:[^>]*-->\n(.*?)<!-- /endpoints -->", text, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() == table()


def blocks(language: str) -> list[str]:
    """Return the README's code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)


def alone() -> list[str]:
    """Return the README's commands that end by themselves and need no account, in their order."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("tiktok-async") and ends(line)]


def ends(line: str) -> bool:
    """Tell whether a command ends by itself, and well without an account."""
    if line.startswith(("tiktok-async research", "tiktok-async portability export")):
        return "--emulator" in line
    return line.split()[1] not in {"emulator", "auth", "doctor"}


def test_readme_commands_run_one_after_the_other(tmp_path: Path) -> None:
    """In one folder, in which the Python of the README ran before."""
    for name in ("export.zip", "searches.csv"):
        (tmp_path / name).touch()

    async def run() -> None:
        for line in alone():
            words = shlex.split(line, comments=True)[1:]
            await anyio.run_process([sys.executable, "-m", "tiktok_async", *words], cwd=tmp_path)

    anyio.run(run)
    for made in written():
        assert (tmp_path / made).exists() is (made != "mine.zip")
    assert (tmp_path / "cats" / "report.html").exists()


def written() -> list[str]:
    """Return the names that the README's commands write to."""
    return re.findall(r" -o (\S+)", "".join(blocks("sh")))


def test_no_readme_command_meets_what_another_block_wrote() -> None:
    names = [*written(), *re.findall(r'"([\w.]+\.(?:zip|csv))"', "".join(blocks("python")))]
    assert len(names) > 10
    assert len(set(names)) == len(names)


def test_every_variable_is_in_the_table_of_settings() -> None:
    files = (README.parent / "tiktok_async").rglob("*.py")
    source = "".join(file.read_text("utf-8") for file in files)
    read = set(re.findall(r'"(TIK(?:TOK|API)_[A-Z_]*[A-Z])"', source))
    table = re.findall(r"^\| (`TIK.*?) \|", README.read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"\w+", " ".join(table))) == read
    assert set(config._KEYS) == {one.lower() for one in read if "_ASYNC_" not in one}


SHOWN = {
    "ResearchClient": (b"True None", b"False limit"),
    "PortabilityClient": (b"stage='done'",),
    "TikAPIClient": (b"@",),
}
"""What a block prints when all went well, by the client it shows."""


@pytest.mark.anyio
@pytest.mark.parametrize("block", blocks("python"))
async def test_readme_python_runs(block: str, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(block)
    async with Emulator(seed=7) as emulator:
        environment = {
            **os.environ,
            "TIKTOK_ASYNC_EXPORTS": str(tmp_path / "exports"),
            "TIKTOK_BASE_URL": emulator.base_url,
            "TIKTOK_CLIENT_KEY": emulator.client_key,
            "TIKTOK_CLIENT_SECRET": emulator.client_secret,
            "TIKTOK_ACCESS_TOKEN": emulator.user_access_token,
            "TIKAPI_BASE_URL": emulator.tikapi_base_url,
            "TIKAPI_API_KEY": emulator.api_key,
        }
        words = [sys.executable, "-W", "error", script]
        done = await anyio.run_process(words, env=environment, cwd=tmp_path)
    client = next(name for name in SHOWN if name in block)
    assert any(text in done.stdout for text in SHOWN[client])
