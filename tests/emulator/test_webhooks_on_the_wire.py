"""Events over a socket: what they say, how they are signed, and that they are tried again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest

from tests.emulator.conftest import CANCEL
from tiktok_async.emulator import Emulator
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.emulator.conftest import Rig

pytestmark = pytest.mark.anyio

READY = "portability.download.ready"
REMOVED = "authorization.removed"


@attrs.define
class Receiver:
    """A server that keeps what it is sent, and answers with a list of statuses, then 200."""

    statuses: list[int] = attrs.field(factory=list)
    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = attrs.field(factory=list)
    arrived: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one event."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        assert first == "POST /hook?a=1 HTTP/1.1"
        headers = {name.lower(): value for name, value in (line.split(": ") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.statuses.pop(0) if self.statuses else 200
        if status:
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        self.got.append((headers, body))
        self.arrived.set()

    async def wait(self, count: int) -> list[dict[str, Any]]:
        """Return the bodies once so many have come."""
        async with asyncio.timeout(10):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
async def receiver(anyio_backend: str) -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=1"
    yield found
    server.close()
    await server.wait_closed()


async def settled(rig: Rig, count: int = 1) -> list[dict[str, Any]]:
    """Return the events of the emulator once so many are over."""
    async with asyncio.timeout(10):
        while True:
            events: list[dict[str, Any]] = rig.emulator.stats()["webhooks"]
            if sum(event["outcome"] != "waiting" for event in events) >= count:
                return events
            await asyncio.sleep(0.01)


def signature_of(rig: Rig, headers: dict[str, str], body: bytes) -> tuple[int, bool]:
    """Return the time of a signature, and whether it is right."""
    moment, given = (part.split("=")[1] for part in headers["tiktok-signature"].split(","))
    secret = rig.emulator.client_secret.encode()
    due = hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return int(moment), due == given


async def test_ready_export_is_told(start, receiver):
    rig = await start(webhook_url=receiver.url, export_delay=30.0)
    request_id = await rig.ask(wait=0)
    await asyncio.sleep(0.15)
    assert receiver.got == []
    rig.wall.time += 30
    (event,) = await receiver.wait(1)
    assert event == {
        "client_key": rig.emulator.client_key,
        "event": READY,
        "create_time": int(rig.wall.time),
        "content": json.dumps({"request_id": request_id}),
    }
    assert receiver.got[0][0]["content-type"] == "application/json"
    (shown,) = await settled(rig)
    assert (shown["outcome"], shown["tries"]) == ("delivered", [[rig.wall.time, 200]])


async def test_names_and_contents_are_the_contracts(start, receiver):
    rig = await start(webhook_url=receiver.url, export_delay=0.0)
    await rig.ask(wait=0)
    await receiver.wait(1)
    rig.emulator.disconnect()
    facts = rig.contract["webhook"]
    required = {one["name"] for one in facts["body"]}
    for event in await receiver.wait(2):
        assert required - set(event) <= {"user_openid"}
        assert set(json.loads(event["content"])) == set(facts["events"][event["event"]])


async def test_signature_is_over_the_raw_body(start, receiver):
    rig = await start(webhook_url=receiver.url, export_delay=0.0)
    await rig.ask(wait=0)
    await receiver.wait(1)
    headers, body = receiver.got[0]
    assert signature_of(rig, headers, body) == (int(rig.wall.time), True)
    assert signature_of(rig, headers, body + b" ")[1] is False


async def test_cancelled_export_is_not_told(start, receiver):
    rig = await start(webhook_url=receiver.url)
    request_id = await rig.ask(wait=0)
    await rig.user_post(CANCEL, {"request_id": request_id})
    rig.wall.time += 10
    (event,) = await settled(rig)
    assert (event["outcome"], receiver.got) == ("void", [])


@pytest.mark.parametrize(("how", "reason"), [("revoke", 5), ("wire", 1), ("wire", 3), ("call", 2)])
async def test_end_of_a_consent_is_told_with_the_reason(start, receiver, how, reason):
    rig = await start(webhook_url=receiver.url)
    open_id = rig.emulator.open_id
    if how == "revoke":
        form = {"client_key": rig.emulator.client_key, "client_secret": rig.emulator.client_secret}
        form["token"] = rig.emulator.user_access_token
        await rig.http.post("/v2/oauth/revoke/", data=form)
    elif how == "wire":
        body = {} if reason == 1 else {"open_id": open_id, "reason": reason}
        answer = await rig.http.post("/_emulator/disconnect", json=body)
        assert answer.json() == {"disconnected": True}
    else:
        assert rig.emulator.disconnect(open_id, reason)
    (event,) = await receiver.wait(1)
    assert (event["event"], event["user_openid"]) == (REMOVED, open_id)
    assert json.loads(event["content"]) == {"reason": reason}


async def test_unknown_user_is_not_disconnected(start, receiver):
    rig = await start(webhook_url=receiver.url)
    answer = await rig.http.post("/_emulator/disconnect", json={"open_id": "nobody"})
    assert answer.json() == {"disconnected": False}
    assert rig.emulator.stats()["webhooks"] == []


async def until(rig: Rig, tries: int) -> list[Any]:
    """Return the tries of the one event once there are so many."""
    async with asyncio.timeout(10):
        while True:
            found: list[Any] = rig.emulator.stats()["webhooks"][0]["tries"]
            if len(found) >= tries:
                return found
            await asyncio.sleep(0.01)


async def test_event_is_tried_again_later_and_later(start, receiver):
    receiver.statuses = [500, 202, 302, 0]
    rig = await start(webhook_url=receiver.url, export_delay=0.0, webhook_backoff=10.0)
    begin = rig.wall.time
    await rig.ask(wait=0)
    for tries, wait in enumerate((10, 20, 40, 80), 1):
        await until(rig, tries)
        rig.wall.time += wait - 1
        await asyncio.sleep(0.12)
        assert len(receiver.got) == tries
        rig.wall.time += 1
    (event,) = await settled(rig)
    assert event["outcome"] == "delivered"
    assert event["tries"] == [
        [begin + moment, status]
        for moment, status in [(0, 500), (10, 202), (30, 302), (70, 0), (150, 200)]
    ]
    assert len({body for _, body in receiver.got}) == 1


@pytest.mark.parametrize("fresh", [True, False])
async def test_time_of_a_retry_may_be_fresh(start, receiver, fresh):
    receiver.statuses = [500]
    rig = await start(webhook_url=receiver.url, export_delay=0.0, webhook_fresh_time=fresh)
    begin = int(rig.wall.time)
    await rig.ask(wait=0)
    await until(rig, 1)
    rig.wall.time += 100
    await receiver.wait(2)
    signatures = [signature_of(rig, *one) for one in receiver.got]
    assert signatures == [(begin, True), (begin + 100 if fresh else begin, True)]


async def test_event_is_dropped_in_the_end(start, receiver):
    receiver.statuses = [500] * 100
    rig = await start(webhook_url=receiver.url, export_delay=0.0, webhook_backoff=3600.0)
    await rig.ask(wait=0)
    for tries in range(1, 7):
        await until(rig, tries)
        rig.wall.time += 3600 * 2 ** (tries - 1)
    (event,) = await settled(rig)
    assert (event["outcome"], len(event["tries"])) == ("dropped", 7)


async def test_nobody_there_is_no_answer(start):
    rig = await start(webhook_url="http://127.0.0.1:1/", export_delay=0.0, webhook_patience=0.0)
    await rig.ask(wait=0)
    (event,) = await settled(rig)
    assert (event["outcome"], event["tries"][0][1]) == ("dropped", 0)


async def test_silent_receiver_is_not_waited_for_long(start):
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    options = {"webhook_timeout": 0.05, "webhook_patience": 0.0, "export_delay": 0.0}
    rig = await start(webhook_url=url, **options)
    await rig.ask(wait=0)
    (event,) = await settled(rig)
    assert (event["outcome"], event["tries"][0][1]) == ("dropped", 0)
    await gone.wait()
    server.close()
    await server.wait_closed()


async def test_event_may_come_more_than_once(start, receiver):
    rig = await start(webhook_url=receiver.url, export_delay=0.0, webhook_copies=3)
    await rig.ask(wait=0)
    await receiver.wait(3)
    assert len({body for _, body in receiver.got}) == 1


async def test_url_can_be_set_while_it_runs(start, receiver):
    rig = await start(export_delay=30.0)
    await rig.ask(wait=0)
    answer = await rig.http.post("/_emulator/webhooks", json={"url": receiver.url})
    assert answer.json()["url"] == receiver.url
    rig.wall.time += 30
    await receiver.wait(1)
    await settled(rig)
    shown = (await rig.http.get("/_emulator/webhooks")).json()
    assert [event["outcome"] for event in shown["events"]] == ["delivered"]
    await rig.http.post("/_emulator/webhooks", json={"url": None})
    rig.emulator.disconnect()
    events = await settled(rig, 2)
    assert [event["outcome"] for event in events] == ["delivered", "void"]
    assert len(receiver.got) == 1


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"url": "ftp://a/"}', b'{"url": 5}'])
async def test_wrong_url_is_refused(start, content):
    rig = await start()
    answer = await rig.http.post("/_emulator/webhooks", content=content)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_wrong_url_in_the_options_is_refused():
    with pytest.raises(InputError, match="https://"):
        Emulator(webhook_url="example.org")


async def test_reset_forgets_events_and_the_url(start, receiver):
    rig = await start(export_delay=30.0)
    await rig.http.post("/_emulator/webhooks", json={"url": receiver.url})
    await rig.ask(wait=0)
    rig.emulator.reset()
    rig.wall.time += 100
    await asyncio.sleep(0.15)
    shown = (await rig.http.get("/_emulator/webhooks")).json()
    assert (shown, receiver.got) == ({"url": None, "events": []}, [])


async def test_end_of_the_emulator_ends_deliveries(receiver):
    receiver.statuses = [500] * 100
    async with (
        Emulator(videos=100, export_delay=0.0, webhook_url=receiver.url) as emulator,
        httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as http,
    ):
        headers = {"authorization": f"Bearer {emulator.user_access_token}"}
        body = {"data_format": "json", "category_selection_list": ["activity"]}
        params = {"fields": "request_id"}
        await http.post("/v2/user/data/add/", json=body, headers=headers, params=params)
        await receiver.wait(1)
        under_way = set(emulator._running.emulation.courier._tasks)
    assert len(under_way) == 1
    assert all(task.done() for task in under_way)
