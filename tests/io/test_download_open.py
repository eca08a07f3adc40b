"""`Middleware.open`: retries until a file begins, classifies what is none, and loses no slot."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import anyio
import attrs
import pytest
from downloads import error, head, request, rig, sending, sized, whole

from tiktok_async.config import Timeouts
from tiktok_async.errors import (
    APIError,
    AuthError,
    ClientClosedError,
    DecodeError,
    DownloadError,
    RateLimitError,
    ServerError,
    TransportError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from downloads import Rig
    from servers import Peer

    from tiktok_async.sansio.wire import Opening

pytestmark = pytest.mark.anyio

FILE = whole(3000)
HTML = b"<!doctype html><title>Sorry</title>"


def page(status: str = "200 OK", kind: str = "text/html") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(HTML)}\r\n\r\n".encode()
        + HTML
    )


def accepts(opening: Opening) -> bool:
    return opening.status == 200 and opening.first.startswith(b"PK")


async def opened(on: Rig, **more: Any) -> bytes:
    """Read a whole file through the middleware."""
    async with on.scope.middleware.open(request(), on.scope, accepts=accepts, **more) as answer:
        return b"".join([chunk async for chunk in answer.chunks()])


async def test_identity_is_asked_for_with_the_credential_and_the_callers_headers(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path, sized(FILE)) as on:
        assert await opened(on, headers=(("range", "bytes=0-"),)) == FILE
    sent = on.server.heads[0].lower()
    assert sent.count(b"accept-encoding: identity\r\n") == sent.count(b"accept-encoding") == 1
    assert b"authorization: bearer 0\r\n" in sent
    assert b"range: bytes=0-\r\n" in sent


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [
        pytest.param(error("internal_error", status="500 No"), 2, id="500"),
        pytest.param(error("internal_error"), 2, id="500-inside-a-200"),
        pytest.param(page("502 Bad Gateway"), 2, id="html-502"),
        pytest.param(page(), 2, id="html-in-a-200"),
        pytest.param(page(kind="application/zip"), 2, id="html-called-zip"),
        pytest.param(sized(b""), 2, id="nothing"),
        pytest.param(sending(b"", then="close"), 2, id="closed"),
        pytest.param(sending(sized(FILE)[:50], then="close"), 2, id="cut-in-the-head"),
        pytest.param(sending(head() + b"P", then="silence"), 2, id="stalled-before-the-signature"),
        pytest.param(error("access_token_invalid", status="401 No"), 2, id="401"),
        pytest.param(error("access_token_invalid"), 2, id="401-inside-a-200"),
    ],
)
async def test_what_may_pass_is_tried_again(tmp_path: Path, trouble: Any, attempts: int) -> None:
    async with rig(tmp_path, trouble, sized(FILE), read=0.2) as on:
        assert await opened(on) == FILE
        assert len(on.server.heads) == attempts
        assert on.scope.middleware.statistics().attempts == attempts


async def test_a_token_that_died_is_renewed_and_the_call_made_again(tmp_path: Path) -> None:
    async with rig(tmp_path, error("access_token_invalid", status="401 No"), sized(FILE)) as on:
        await opened(on)
    assert on.keys.renewals == 1
    assert b"Bearer 1" in on.server.heads[1]


async def test_a_429_is_obeyed(tmp_path: Path) -> None:
    limited = error("rate_limit_exceeded", "slow", "429 No", "Retry-After: 7")
    async with rig(tmp_path, limited, limited, sized(FILE)) as on:
        assert await opened(on) == FILE
        assert on.clock.monotonic() >= 14


@pytest.mark.parametrize(
    ("answer", "expected", "attempts"),
    [
        pytest.param(error("invalid_params"), APIError, 1, id="refused-inside-a-200"),
        pytest.param(error("invalid_params", status="400 No"), APIError, 1, id="refused"),
        pytest.param(error("access_token_invalid", status="401 No"), AuthError, 2, id="401-twice"),
        pytest.param(error("internal_error", status="500 No"), ServerError, 5, id="500"),
        pytest.param(error("ok"), DecodeError, 3, id="good-json-and-no-file"),
        pytest.param(page(), DecodeError, 3, id="html"),
        pytest.param(sized(b"Rar!" + FILE), DecodeError, 3, id="another-file"),
        pytest.param(sized(bytes(3 * 2**20)), DecodeError, 3, id="a-large-other-file"),
        pytest.param(sending(b"", then="close"), TransportError, 5, id="closed"),
        pytest.param(
            error("rate_limit_exceeded", "x", "429 No", "Retry-After: 4000"),
            RateLimitError,
            1,
            id="429-for-an-hour",
        ),
        pytest.param(
            sized(gzip.compress(FILE), "Content-Encoding: gzip"), TransportError, 2, id="gzip"
        ),
        pytest.param(sized(FILE, "Content-Encoding: br"), TransportError, 2, id="other-coding"),
    ],
)
async def test_what_does_not_pass_is_an_error(
    tmp_path: Path, answer: Any, expected: type[Exception], attempts: int
) -> None:
    async with rig(tmp_path, answer) as on:
        with pytest.raises(expected):
            await opened(on)
        assert len(on.server.heads) == attempts


async def test_an_error_inside_gzip_is_told_all_the_same(tmp_path: Path) -> None:
    _, _, body = error("invalid_params", "wrong id").partition(b"\r\n\r\n")
    packed = gzip.compress(body)
    answer = sized(packed, "Content-Encoding: gzip", status="400 No")
    async with rig(tmp_path, answer) as on:
        with pytest.raises(APIError, match="wrong id"):
            await opened(on)


async def test_an_error_does_not_quote_what_came_in_place_of_the_file(tmp_path: Path) -> None:
    async with rig(tmp_path, sized(b"private words " * 9)) as on:
        with pytest.raises(DecodeError) as caught:
            await opened(on)
    assert "private" not in f"{caught.value}{caught.value.body}"


async def test_a_file_holds_its_slot_until_it_is_closed(tmp_path: Path) -> None:
    async with rig(tmp_path, sized(FILE)) as on:
        middleware = on.scope.middleware
        async with (
            middleware.open(request(), on.scope, accepts=accepts),
            middleware.open(request(), on.scope, accepts=accepts),
        ):
            third = asyncio.ensure_future(opened(on))
            await asyncio.sleep(0.05)
            assert (middleware.statistics().in_flight, middleware.statistics().waiting) == (2, 1)
        assert await third == FILE


async def test_an_open_file_is_an_answer_to_the_lane_that_probes_after_a_429(
    tmp_path: Path,
) -> None:
    limited = error("rate_limit_exceeded", "x", "429 No")
    async with (
        rig(tmp_path, limited, sized(FILE)) as on,
        on.scope.middleware.open(request(), on.scope, accepts=accepts),
    ):
        with anyio.fail_after(5):
            assert await opened(on) == FILE


async def test_the_deadline_ends_with_the_first_bytes(tmp_path: Path) -> None:
    async def slowly(peer: Peer) -> None:
        await peer.send(sized(FILE)[:-1])
        await asyncio.sleep(0.3)
        await peer.send(FILE[-1:])

    async with rig(tmp_path, slowly) as on:
        on.scope = _with_deadline(on, 0.15)
        assert await opened(on) == FILE


async def test_the_deadline_holds_before_the_first_bytes(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(head(), then="silence")) as on:
        on.scope = _with_deadline(on, 0.15)
        with pytest.raises(TransportError, match="deadline"):
            await opened(on)


def _with_deadline(on: Rig, seconds: float) -> Any:
    options = attrs.evolve(on.scope.options, timeouts=Timeouts(read=5.0, deadline=seconds))
    return attrs.evolve(on.scope, options=options)


@pytest.mark.parametrize("size", [3000, 5_000_000])
async def test_a_file_that_was_cut_is_an_error_for_its_reader(tmp_path: Path, size: int) -> None:
    data = whole(size)
    async with rig(tmp_path, sending(sized(data)[:-100], then="close")) as on:
        with pytest.raises(TransportError, match="cut") as caught:
            await opened(on)
    assert caught.value.kind == "body_cut"


async def test_a_file_that_is_left_half_read_leaves_no_connection(tmp_path: Path) -> None:
    async with rig(tmp_path, sized(whole(5_000_000))) as on:
        async with on.scope.middleware.open(request(), on.scope, accepts=accepts) as answer:
            async for _ in answer.chunks():
                break
        assert on.scope.middleware.session.statistics().connections == 0


async def test_a_small_file_that_was_read_leaves_its_connection_for_the_next(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path, sized(FILE)) as on:
        await opened(on)
        await opened(on)
        assert on.server.connections == 1


async def test_cancels_at_any_instant_lose_no_slot(tmp_path: Path) -> None:
    async def slowly(peer: Peer) -> None:
        for piece in (sized(FILE)[:30], sized(FILE)[30:150], sized(FILE)[150:]):
            await peer.send(piece)
            await asyncio.sleep(0.002)

    async with rig(tmp_path, slowly, real_time=True) as on:
        for number in range(120):
            task = asyncio.ensure_future(opened(on))
            await asyncio.sleep(number % 30 * 0.0004)
            task.cancel()
            await asyncio.wait([task])
        assert on.scope.middleware.statistics().in_flight == 0
        assert await asyncio.wait_for(opened(on), 5) == FILE


async def test_closing_the_client_ends_an_open_file(tmp_path: Path) -> None:
    stalled = sending(sized(whole(5_000_000))[:2_000_000], then="silence")
    async with rig(tmp_path, stalled) as on:
        reading = asyncio.ensure_future(opened(on))
        await asyncio.sleep(0.05)
        await on.scope.middleware.session.aclose()
        with pytest.raises(ClientClosedError):
            await reading


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(page(), "not_a_zip", id="html"),
        pytest.param(sized(FILE, "Content-Encoding: gzip"), "encoded", id="encoded"),
    ],
)
async def test_a_download_names_what_came_in_place_of_the_file(
    tmp_path: Path, answer: bytes, kind: str
) -> None:
    async with rig(tmp_path, answer) as on:
        with pytest.raises(DownloadError) as caught:
            await on.get()
    assert (caught.value.kind, on.left()) == (kind, [])
