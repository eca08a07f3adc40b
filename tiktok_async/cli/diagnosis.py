"""What `doctor` looks at."""

from __future__ import annotations

import platform
import re
import time
import tomllib
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from anyio import to_thread

import tiktok_async
from tiktok_async.cli.access import opened
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.finding import Finding, failure, places
from tiktok_async.cli.options import Access
from tiktok_async.cli.summary import quota_line
from tiktok_async.cli.terminal import PROGRAM, program_version
from tiktok_async.cli.tikapi.checkup import has_keys, look
from tiktok_async.cli.tikapi.options import TikAPIAccess
from tiktok_async.cli.tokens import is_good, one_line
from tiktok_async.client import base_url_of
from tiktok_async.config import config_path, load_profile
from tiktok_async.errors import ConfigError, TikTokError
from tiktok_async.io.ledger import default_path
from tiktok_async.oauth import FileTokenStore
from tiktok_async.research.endpoints import DAILY, RESEARCH, SOCIAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

    from tiktok_async.research.client import ResearchClient

_REQUIREMENT: Final = re.compile(r"([\w.-]+)[^;]*(?:;.*extra == ['\"]([\w-]+)['\"])?")
_ALL: Final = "all"
"""The extra that has all the others in it."""
_NO_CREDENTIALS: Final = "none found; only `research`, `portability` and `auth` need them"
_VARIABLES: Final = ("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET", "TIKTOK_ACCESS_TOKEN")


async def diagnose(
    profile: str | None, *, online: bool, emulator: bool, tikapi: bool
) -> AsyncIterator[Finding]:
    """Yield what is found.

    Args:
        profile: The profile to look at.
        online: Whether to obtain a token.
        emulator: Ask an emulator instead.
        tikapi: Whether to ask TikAPI about the key.
    """
    for one in (*_versions(), _clock(), *_configuration(profile, emulated=emulator)):
        yield one
    async for one in _users():
        yield one
    access = Access(profile=None if emulator else profile, emulator=emulator)
    if online or emulator or await _concerns_research(profile):
        async for one in _account(access, online=online or emulator):
            yield one
    async for one in _tikapi(None if emulator else profile, emulator=emulator, ask=tikapi):
        yield one


def _versions() -> Iterator[Finding]:
    yield Finding(PROGRAM, program_version())
    yield Finding("python", f"{platform.python_version()} on {platform.system()}")
    needed = _needed(requires("tiktok-async") or ())
    yield Finding("core", ", ".join(map(_installed, needed.pop(None, ()))))
    for extra, packages in needed.items():
        found = ", ".join(map(_installed, packages))
        if "not installed" in found:
            found += f'; pip install "tiktok-async[{extra}]"'
        yield Finding(f"extra {extra}", found)


def _needed(requirements: Iterable[str]) -> dict[str | None, list[str]]:
    """Return the packages of each extra, and of the core under None, as the project declares them.

    Args:
        requirements: As the metadata of an installed package has them.
    """
    needed: dict[str | None, list[str]] = {}
    for line in requirements:
        found = _REQUIREMENT.match(line)
        if found is not None and found[2] != _ALL:
            needed.setdefault(found[2], []).append(found[1])
    return needed


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
        yield failure("base URL", error)
        return
    yield Finding("credentials", places(_VARIABLES, settings) or _NO_CREDENTIALS)


def _settings(profile: str | None) -> Mapping[str, Any]:
    """Return a profile; nothing where it cannot be had, which `_configuration` tells."""
    try:
        return load_profile(profile)
    except ConfigError:
        return {}


async def _concerns_research(profile: str | None) -> bool:
    """Tell whether the credentials of research are there, or nothing else is."""
    settings = _settings(profile)
    if places(_VARIABLES, settings):
        return True
    return not (has_keys(settings) or await _is_logged_in())


async def _is_logged_in() -> bool:
    try:
        return any(map(is_good, await FileTokenStore().tokens()))
    except ConfigError:
        return False  # it is told


async def _users() -> AsyncIterator[Finding]:
    """Yield who is logged in, and whether the file of their tokens is theirs alone."""
    store = FileTokenStore()
    try:
        tokens = await store.tokens()
    except ConfigError as error:
        yield failure("token file", error)
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
    except TikTokError as error:
        yield failure("account", error)


async def _token(client: ResearchClient) -> str:
    scope = client.users.pinned(username="any").scope  # nothing is sent for it
    if scope.credential is None or not await scope.credential.renew(scope.middleware, ()):
        return "ready-made; whether it still works shows only a call, which costs quota"
    return "obtained: the credentials work"


async def _tikapi(profile: str | None, *, emulator: bool, ask: bool) -> AsyncIterator[Finding]:
    try:
        settings = load_profile(profile)
    except ConfigError:
        return  # it was told
    access = TikAPIAccess(profile=profile, emulator=emulator)
    async for one in look(access, settings, ask=ask):
        yield one
