"""The receiver on a real socket: one answer, a page for everything else, and an end in time."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, Final

import anyio
import pytest

from tiktok_async import InputError, LoginError
from tiktok_async.oauth import AuthorizationRequest, LoopbackReceiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

CODE: Final = "c0de-s3cret*1!e1"


@pytest.fixture(autouse=True)
async def patience(anyio_backend: str) -> AsyncIterator[None]:
    """End a test that hangs."""
    with anyio.fail_after(20):
        yield


def begun(receiver: LoopbackReceiver) -> AuthorizationRequest:
    return AuthorizationRequest(
        client_key="app", scopes="user.info.basic", redirect_uri=receiver.redirect_uri, begun_at=0
    )


def port_of(receiver: LoopbackReceiver) -> int:
    return int(receiver.redirect_uri.split(":")[2].split("/")[0])


async def talk(receiver: LoopbackReceiver, raw: bytes) -> str:
    """Send bytes; return all that comes until the receiver closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(receiver))
    try:
        writer.write(raw)
        await writer.drain()
        return (await reader.read()).decode()
    finally:
        writer.close()
        await writer.wait_closed()


async def get(receiver: LoopbackReceiver, target: str) -> str:
    return await talk(receiver, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())


def waiting(receiver: LoopbackReceiver, request: AuthorizationRequest, timeout: float = 10) -> Any:
    """Begin to receive."""
    receiver.expect(lambda query: request.accept(query, now=1))
    return asyncio.create_task(receiver.receive(timeout))


async def test_code_is_received_and_the_page_says_so() -> None:
    async with LoopbackReceiver() as receiver:
        request = begun(receiver)
        assert receiver.redirect_uri.startswith("http://127.0.0.1:")
        assert receiver.redirect_uri.endswith("/callback/")
        task = waiting(receiver, request)
        page = await get(
            receiver, f"/callback/?code={CODE}&scopes=a.b&state={request.state.reveal()}"
        )
        code = await task
    assert code.code.reveal() == CODE
    assert code.scopes == ("a.b",)
    head, _, body = page.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK")
    assert "no-store" in head
    assert "default-src 'none'" in head
    assert f"Content-Length: {len(body.encode())}" in head
    assert "You are logged in" in body
    assert CODE not in page
    assert "http" not in body.replace("<!doctype html>", "")


async def test_refusal_is_received_and_nothing_of_it_is_on_the_page() -> None:
    async with LoopbackReceiver() as receiver:
        request = begun(receiver)
        task = waiting(receiver, request)
        words = "%3Cscript%3Ealert(1)%3C/script%3E"
        state = request.state.reveal()
        page = await get(
            receiver,
            f"/callback/?error=access_denied&error_description={words}&state={state}",
        )
        with pytest.raises(LoginError, match="access_denied") as caught:
            await task
    assert caught.value.kind == "denied"
    assert "The login was refused" in page
    assert "script" not in page


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b"GET /favicon.ico HTTP/1.1\r\n\r\n", "404", id="icon"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", "404", id="root"),
        pytest.param(b"GET /callback?code=x HTTP/1.1\r\n\r\n", "404", id="no-slash"),
        pytest.param(b"POST /callback/?code=x HTTP/1.1\r\n\r\n", "400", id="post"),
        pytest.param(b"GET /callback/?code=x&state=forged HTTP/1.1\r\n\r\n", "400", id="forged"),
        pytest.param(b"GET /callback/ HTTP/1.1\r\n\r\n", "400", id="nothing"),
        pytest.param(b"\x16\x03\x01\x02\x00\r\n\r\n", "400", id="tls"),
        pytest.param(b"GET /callback/\xff\xfe HTTP/1.1\r\n\r\n", "404", id="binary"),
        pytest.param(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n", None, id="flood"),
        pytest.param(b"GET /callback/?code=x", None, id="half-and-gone"),
        pytest.param(b"", None, id="opened-ahead"),
    ],
)
async def test_other_requests_change_nothing(raw: bytes, status: str | None) -> None:
    async with LoopbackReceiver() as receiver:
        request = begun(receiver)
        task = waiting(receiver, request)
        if status is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(receiver))
            writer.write(raw)
            writer.close()
            del reader
        else:
            assert (await talk(receiver, raw)).startswith(f"HTTP/1.1 {status} ")
        assert not task.done()
        await get(receiver, f"/callback/?code={CODE}&state={request.state.reveal()}")
        assert (await task).code.reveal() == CODE


async def test_answer_after_the_answer_gets_the_page_of_a_wrong_login() -> None:
    async with LoopbackReceiver() as receiver:
        request = begun(receiver)
        task = waiting(receiver, request)
        target = f"/callback/?code={CODE}&state={request.state.reveal()}"
        await get(receiver, target)
        await task
        assert "not the login that is waited for" in await get(receiver, target)


async def test_silence_ends_in_time_with_what_to_look_at() -> None:
    async with LoopbackReceiver() as receiver:
        request = begun(receiver)
        with pytest.raises(LoginError, match="Is the redirect URI registered") as caught:
            await waiting(receiver, request, timeout=0.05)
    assert caught.value.kind == "timeout"


async def test_connection_that_says_nothing_does_not_hold_the_receiver() -> None:
    async with LoopbackReceiver() as receiver:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(receiver))
        await asyncio.sleep(0.01)
    assert await reader.read() == b""
    writer.close()


async def test_answer_that_is_faster_than_the_wait_for_it_is_kept() -> None:
    async with LoopbackReceiver() as receiver:
        request = begun(receiver)
        receiver.expect(lambda query: request.accept(query, now=1))
        await get(receiver, f"/callback/?code={CODE}&state={request.state.reveal()}")
        assert (await receiver.receive(1)).code.reveal() == CODE


async def test_answer_before_anything_is_expected_is_no_answer() -> None:
    async with LoopbackReceiver() as receiver:
        assert "not the login" in await get(receiver, "/callback/?code=x&state=y")
        with pytest.raises(InputError, match="call expect"):
            await receiver.receive(1)


async def test_port_is_that_of_the_redirect_and_free_again_afterwards() -> None:
    async with LoopbackReceiver() as first:
        port = port_of(first)
        with pytest.raises(LoginError, match=f"Port {port} ") as caught:
            async with LoopbackReceiver(port):
                pass
        assert caught.value.kind == "receiver"
    async with LoopbackReceiver(port, "/back/", "localhost") as again:
        assert again.redirect_uri == f"http://localhost:{port}/back/"


async def test_nobody_else_on_the_network_can_connect() -> None:
    async with LoopbackReceiver() as receiver:
        (sock,) = receiver._server.sockets  # type: ignore[union-attr]
        assert sock.family == socket.AF_INET
        assert sock.getsockname()[0] == "127.0.0.1"


async def test_code_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with LoopbackReceiver() as receiver:
        request = begun(receiver)
        task = waiting(receiver, request)
        await get(receiver, f"/callback/?code={CODE}&state=forged")
        await get(receiver, f"/callback/?code={CODE}&state={request.state.reveal()}")
        await task
    assert CODE not in caplog.text
