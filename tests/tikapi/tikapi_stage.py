"""A TikAPI client over a transport that follows a script: no network, no time, sends on record."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

import attrs

from tiktok_async.client import Runtime
from tiktok_async.sansio.wire import Answer
from tiktok_async.testing import FakeClock
from tiktok_async.tikapi.client import TikAPIClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.events import Event
    from tiktok_async.io.session import Session
    from tiktok_async.sansio.wire import WireRequest

BASE: Final = "http://127.0.0.1:1"
API_KEY: Final = "TestAPIKey0123456789"
ACCOUNT_KEY: Final = "TestAccountKey0123456789"
SEC_UID: Final = "MS4wLjABAAAA" + "x" * 30
ID: Final = "7109178205151464746"


def ok(**body: Any) -> Answer:
    """Return a good answer; `other` stands for the key `$other`."""
    if "other" in body:
        body["$other"] = body.pop("other")
    return answer(200, status="success", message="", **body)


def answer(http: int, /, **body: Any) -> Answer:
    """Return an answer with an HTTP status and a JSON body."""
    return Answer(http, {"content-type": "application/json"}, json.dumps(body).encode())


def posts(*ids: int, **more: Any) -> Answer:
    """Return a page of posts."""
    return ok(itemList=[{"id": str(id_)} for id_ in ids], **more)


@attrs.frozen
class Sent:
    """One request as it was sent."""

    wire: WireRequest
    when: float

    @property
    def path(self) -> str:
        """Its path, still encoded."""
        return urlsplit(self.wire.url).path

    @property
    def query(self) -> dict[str, str]:
        """Its query."""
        return dict(parse_qsl(urlsplit(self.wire.url).query, keep_blank_values=True))

    @property
    def headers(self) -> dict[str, str]:
        """Its headers."""
        return dict(self.wire.headers)


class ScriptedSession:
    """Answers by script.

    Args:
        clock: Tells when something was sent.
        script: Answers or errors, one for each send; the last one counts for every send after it.
        pages: Answers by path, in place of the script.
    """

    def __init__(
        self, clock: FakeClock, script: tuple[object, ...], pages: Mapping[str, object]
    ) -> None:
        self.sent: list[Sent] = []
        self._clock = clock
        self._script = list(script)
        self._pages = pages

    async def send(self, request: WireRequest, *, timeouts: object = None) -> Answer:  # noqa: ARG002  # the session's interface
        """Do the next thing of the script."""
        self.sent.append(Sent(request, self._clock.monotonic()))
        step = self._pages.get(urlsplit(request.url).path)
        if step is None:
            step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, Exception):
            raise step
        return cast("Answer", step)

    def statistics(self) -> Any:
        """Return a snapshot."""
        return SimpleNamespace(connections=0)

    async def aclose(self) -> None:
        """Do nothing."""


@attrs.frozen
class Stage:
    """A client and all that it plays with."""

    client: TikAPIClient
    session: ScriptedSession
    clock: FakeClock
    events: list[Event]

    @property
    def sent(self) -> list[Sent]:
        """What was sent, in order."""
        return self.session.sent


def stage(*script: object, pages: Mapping[str, object] | None = None, **given: Any) -> Stage:
    """Return a client whose transport follows `script`."""
    clock = FakeClock()
    session = ScriptedSession(clock, script, pages or {})
    events: list[Event] = []
    keys = {"api_key": API_KEY, "account_key": ACCOUNT_KEY, "base_url": BASE}
    runtime = Runtime(session=cast("Session", session), clock=clock, on_event=[events.append])
    return Stage(TikAPIClient(**keys | given, runtime=runtime), session, clock, events)
