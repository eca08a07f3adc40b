"""What `doctor` looks at: names only, never the value of a secret."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import tomllib
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
from anyio import to_thread

import tiktok_async
from tiktok_async.cli.access import opened
from tiktok_async.cli.exits import Exit, exit_of
from tiktok_async.cli.options import Access
from tiktok_async.cli.summary import quota_line
from tiktok_async.cli.terminal import PROGRAM, explained, program_version
from tiktok_async.cli.tokens import one_line
from tiktok_async.client import base_url_of
from tiktok_async.config import config_path, load_profile
from tiktok_async.errors import ConfigError, CredentialsMissingError, TikTokError
from tiktok_async.io.ledger import default_path
from tiktok_async.oauth import FileTokenStore
from tiktok_async.research.endpoints import DAILY, RESEARCH, SOCIAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from tiktok_async.research.client import ResearchClient

_CORE: Final = ("httpx", "anyio", "attrs", "cattrs", "aiofiles")
_EXTRAS: Final = {
    "cli": ("cyclopts", "rich"),
    "emulator": ("starlette", "uvicorn"),
    "parquet": ("pyarrow",),
    "keyring": ("keyring",),
}
_VARIABLES: Final = ("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET", "TIKTOK_ACCESS_TOKEN")


@attrs.frozen
class Finding:
    """One line of the report."""

    what: str
    found: str
    exit: Exit = Exit.COMPLETE
    """How the command ends if this is the worst."""


async def diagnose(profile: str | None, *, online: bool, emulator: bool) -> AsyncIterator[Finding]:
    """Yield what is found.

    Args:
        profile: The profile to look at.
        online: Whether to obtain a token.
        emulator: Obtain it from an emulator instead.
    """
    for one in (*_versions(), _clock(), *_configuration(profile, emulated=emulator)):
        yield one
    async for one in _users():
        yield one
    access = Access(profile=None if emulator else profile, emulator=emulator)
    async for one in _account(access, online=online or emulator):
        yield one


def show(findings: Sequence[Finding], *, as_json: bool) -> Exit:
    """Write the findings; return how the command ends."""
    worst = max((one.exit for one in findings), default=Exit.COMPLETE)
    if as_json:
        shown = {one.what: one.found for one in findings}
        sys.stdout.write(f"{json.dumps({**shown, 'exit_code': int(worst)})}\n")
        return worst
    width = max(len(one.what) for one in findings)
    for one in findings:
        mark = "!" if one.exit else " "
        sys.stdout.write(f"{mark} {one.what:<{width}}  {one.found}\n")
    return worst


def _versions() -> Iterator[Finding]:
    yield Finding(PROGRAM, program_version())
    yield Finding("python", f"{platform.python_version()} on {platform.system()}")
    yield Finding("core", ", ".join(map(_installed, _CORE)))
    for extra, packages in _EXTRAS.items():
        found = ", ".join(map(_installed, packages))
        if "not installed" in found:
            found += f'; pip install "tiktok-async[{extra}]"'
        yield Finding(f"extra {extra}", found)


def _installed(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} not installed"


def _clock() -> Finding:
    now = time.time()
    shown = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if now < Path(tiktok_async.__file__).stat().st_mtime:
        return Finding("clock", f"{shown}: slow, so days and quotas are wrong; set it", Exit.ERROR)
    return Finding("clock", shown)


def _configuration(profile: str | None, *, emulated: bool) -> Iterator[Finding]:
    path = config_path()
    try:
        text = path.read_text("utf-8")
        known = ", ".join(sorted(tomllib.loads(text).get("profile", {}))) or "none"
        yield Finding("config file", f"{path}; profiles: {known}")
    except FileNotFoundError:
        yield Finding("config file", f"{path} (not there; it need not be)")
    except (OSError, ValueError) as error:
        yield Finding("config file", f"{path} cannot be read: {error}", Exit.USAGE)
        return
    if emulated:
        return
    try:
        settings = load_profile(profile)
        yield Finding("base URL", base_url_of(RESEARCH, None, settings))
    except ConfigError as error:
        yield Finding("base URL", explained(error), Exit.USAGE)
        return
    places = [f"{name} (environment)" for name in _VARIABLES if os.environ.get(name)]
    places += [f"{name.lower()} (profile)" for name in _VARIABLES if settings.get(name.lower())]
    yield Finding("credentials", ", ".join(places) or "none found")


async def _users() -> AsyncIterator[Finding]:
    """Yield who is logged in, and whether the file of their tokens is theirs alone."""
    store = FileTokenStore()
    try:
        tokens = await store.tokens()
    except ConfigError as error:
        yield Finding("token file", explained(error), Exit.USAGE)
        return
    there = await to_thread.run_sync(store.path.exists)
    yield Finding("token file", f"{store.path}{'' if there else ' (not there; it need not be)'}")
    if not tokens:
        yield Finding("users", f"nobody is logged in; {PROGRAM} auth login")
    for token in tokens:
        yield Finding(f"user {token.name or token.open_id}", one_line(token))


async def _account(access: Access, *, online: bool) -> AsyncIterator[Finding]:
    """Yield what is spent today and, if asked for, whether a token can be had."""
    if not access.emulator:
        yield Finding("ledger", f"{default_path()}{'' if default_path().exists() else ' (new)'}")
    try:
        async with opened(access) as client:
            for bucket in (DAILY, SOCIAL):
                status = await client.quota(bucket)
                if status is not None:
                    yield Finding(f"quota {bucket.name}", quota_line(status))
            if online:
                yield Finding("token", await _token(client))
    except CredentialsMissingError as error:
        yield Finding("account", explained(error), Exit.CREDENTIALS)
    except TikTokError as error:
        yield Finding("account", explained(error), exit_of(error))


async def _token(client: ResearchClient) -> str:
    scope = client.users.pinned(username="any").scope  # nothing is sent for it
    if scope.credential is None or not await scope.credential.renew(scope.middleware, ()):
        return "ready-made; whether it still works shows only a call, which costs quota"
    return "obtained: the credentials work"
