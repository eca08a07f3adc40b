"""Clients that other people wrote, unmodified, on the emulator; and ours beside them.

The peers block and speak `requests`, so they run in a thread while the emulator runs in the test's
loop. Only two things of theirs are replaced: the host that a prepared request goes to, and `sleep`.
Without the peers every module here is skipped; `nox -s conformance` installs them.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from tiktok_async import Limits, Options, ResearchClient, Runtime
from tiktok_async.convert import to_dict
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from tiktok_async.models import Model

T = TypeVar("T")

HOST: Final = "https://open.tiktokapis.com"
MOST_CALLS: Final = 150
SLEEPERS: Final = (
    ("tiktok_research_api.api", "time"),
    ("researchtikpy.get_query", "time"),
    ("researchtikpy.get_video_comments", "sleep"),
    ("researchtikpy.get_liked_videos", "sleep"),
    ("researchtikpy.social_graph", "sleep"),
)


class EndlessError(Exception):
    """A peer sent more calls than any task here needs."""


@attrs.frozen
class Sent:
    """One call of a peer and its answer."""

    path: str
    fields: tuple[str, ...]
    body: Any
    """What JSON it sent; None where it sent none."""
    status: int
    answer: str = attrs.field(repr=False)


@attrs.define
class Bench:
    """An emulator, our client, and the peers' calls as they were sent."""

    emulator: Emulator
    research: ResearchClient
    sent: list[Sent] = attrs.field(factory=list)
    slept: list[float] = attrs.field(factory=list)
    """Seconds that peers wanted to wait."""

    async def peer(self, work: Callable[[], T]) -> T:
        """Run a peer in a thread; return what it returns."""
        return await asyncio.to_thread(work)

    async def is_endless(self, work: Callable[[], Any]) -> bool:
        """Run a peer; tell whether it had to be cut off."""
        try:
            await self.peer(work)
        except EndlessError:
            return True
        return False

    def break_anew(self, *faults: Fault) -> None:
        """Let the same go wrong once more, for the other client."""
        self.emulator.faults.clear()
        self.emulator.faults.add(*faults)

    def calls(self, endpoint: str) -> int:
        """Return how many calls of an endpoint peers have sent."""
        return sum(call.path == endpoint for call in self.sent)

    def asked(self, endpoint: str) -> tuple[str, ...]:
        """Return the fields that a peer asked for."""
        return next(call.fields for call in self.sent if call.path == endpoint)

    @property
    def key(self) -> tuple[str, str]:
        """The client key and secret."""
        return self.emulator.client_key, self.emulator.client_secret


def _send(bench: Bench, send: Callable[..., Any]) -> Callable[..., Any]:
    """Return `requests.Session.send` with the emulator in place of TikTok's host."""

    def redirected(session: Any, request: Any, **options: Any) -> Any:
        assert request.url.startswith(f"{HOST}/"), request.url
        if len(bench.sent) >= MOST_CALLS:
            raise EndlessError
        parts = urlsplit(request.url)
        request.url = bench.emulator.base_url + request.url.removeprefix(HOST)
        answer = send(session, request, **{**options, "proxies": {}})
        bench.sent.append(
            Sent(
                parts.path,
                _fields(parts.query),
                _json(request.body),
                answer.status_code,
                answer.text,
            )
        )
        return answer

    return redirected


def _fields(query: str) -> tuple[str, ...]:
    text = ",".join(parse_qs(query).get("fields", ()))
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _json(body: Any) -> Any:
    try:
        return json.loads(body or b"")
    except ValueError:
        return None


@pytest.fixture
async def start(
    anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., Awaitable[Bench]]]:
    """Start an emulator with faults and options; send the peers there."""
    requests: Any = pytest.importorskip("requests")
    async with AsyncExitStack() as stack:

        async def run(*faults: Fault, **options: Any) -> Bench:
            clock = FakeClock()
            given = {"videos": 3_000, "users": 600, "start": date(2022, 1, 1), "days": 120}
            emulator = Emulator(now=clock.time, faults=faults, **{**given, **options})
            await stack.enter_async_context(emulator)
            research = ResearchClient(
                base_url=emulator.base_url,
                client_key=emulator.client_key,
                client_secret=emulator.client_secret,
                options=Options(limits=Limits(rate=None)),
                runtime=Runtime(clock=clock),
            )
            bench = Bench(emulator, await stack.enter_async_context(research))
            monkeypatch.setattr(requests.Session, "send", _send(bench, requests.Session.send))
            _wake(bench, monkeypatch)
            return bench

        yield run


def _wake(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let peers sleep in no time."""
    for module, name in SLEEPERS:
        nap = bench.slept.append
        replacement = SimpleNamespace(sleep=nap) if name == "time" else nap
        monkeypatch.setattr(import_module(module), name, replacement)


@pytest.fixture
def ours() -> Callable[[Iterable[Model], Iterable[str]], list[dict[str, Any]]]:
    """Make wire rows of models, with the fields that a peer asked for."""

    def rows(models: Iterable[Model], fields: Iterable[str]) -> list[dict[str, Any]]:
        wanted = set(fields)
        return [
            {name: value for name, value in to_dict(model).items() if name in wanted}
            for model in models
        ]

    return rows


@pytest.fixture
def aliased() -> Callable[[Iterable[dict[str, Any]]], list[dict[str, Any]]]:
    """Write the rows of a peer as ours are, after the contract's aliases."""

    def rows(wire: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [_aliased(row) for row in wire]

    return rows


def _aliased(row: dict[str, Any]) -> dict[str, Any]:
    """Name the keys of tags as video/query does, and take ids of effects for the numbers they are.

    Source: contract 3.1 and 3.4, `video_tag` and `effect_info_list`.
    """
    new = dict(row)
    if "video_tag" in row:
        tag = row["video_tag"].items()
        new["video_tag"] = {key.removeprefix("video_tag_"): value for key, value in tag}
    if "effect_info_list" in row:
        new["effect_info_list"] = [
            {**effect, "effect_id": int(effect["effect_id"])} for effect in row["effect_info_list"]
        ]
    return new
