"""One exchange: sent, read and classified; a whole answer, or a file as far as its first bytes.

A file that is not what was asked for is read like any answer, and its provider's error told: JSON
and HTML come in place of files, also inside a 200.
"""

from __future__ import annotations

from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import DecodeError, TransportError, shown
from tiktok_async.events import RequestEnded
from tiktok_async.io.turns import LARGE
from tiktok_async.sansio.body import BoundedBody
from tiktok_async.sansio.retry import Kind, RetryBudget, Tries, Verdict
from tiktok_async.sansio.wire import Answer, Opening, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tiktok_async.errors import Attempt
    from tiktok_async.io.deadline import Deadlines
    from tiktok_async.io.gate import Lane
    from tiktok_async.io.scope import Scope
    from tiktok_async.io.session import Session
    from tiktok_async.io.streamed import StreamedAnswer
    from tiktok_async.io.turns import Turns
    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.wire import WireRequest

Headers = tuple[tuple[str, str], ...]

_LEAST_SECONDS: Final = 0.001
"""For a call whose time is up when an attempt begins."""
_FIRST_BYTES: Final = 16
"""Enough for the signature of any file that the providers send."""
_SHORTEST_KEY: Final = 10
"""Characters of a credential: a shorter text may stand in an answer by chance."""
_LARGEST_FAULT: Final = 2**20
"""Bytes that are read of what came in place of a file."""


@attrs.define
class Call:
    """One call on its way."""

    request: Endpoint[Any]
    scope: Scope
    lane: Lane | None
    budget: RetryBudget
    search_attempts: int | None = None
    replay_safe: bool = False
    accepts: Callable[[Opening], bool] | None = None
    """Tells a file by its beginning; None = the answer is read whole."""
    extra_headers: Headers = attrs.field(default=(), repr=False)
    tries: Tries = attrs.field(factory=Tries)
    headers: Headers = attrs.field(default=(), repr=False)
    """The credential's."""
    past: list[Attempt] = attrs.field(factory=list)
    answer: Answer | None = None
    opened: Opened | None = None
    cost: int = 0
    seconds: float = 0.0
    """Time spent in exchanges and backoff; waits that a limit asked for do not count."""


@attrs.frozen(eq=False)
class Opened:
    """A file whose first bytes are here, with the connection that it comes on."""

    answer: StreamedAnswer
    held: AsyncExitStack


async def exchange(
    call: Call,
    session: Session,
    wire: WireRequest,
    now: float,
    *,
    deadlines: Deadlines,
    turns: Turns,
) -> Verdict:
    """Send, read and classify once, within what is left of the call's deadline.

    What came is in `call.answer`, or in `call.opened`.

    Args:
        call: What is sent for.
        session: Sends.
        wire: What is sent.
        now: Wall time in Unix seconds.
        deadlines: Watches the deadline.
        turns: Says when a large answer is read.
    """
    call.answer = call.opened = None
    deadline = call.scope.options.timeouts.deadline
    try:
        if deadline is None:
            verdict = await _attempt(call, session, wire)
        else:
            with deadlines.within(max(_LEAST_SECONDS, deadline - call.seconds)):
                verdict = await _attempt(call, session, wire)
        if verdict is None:
            verdict = await _classified_in_turn(call, turns)
    except TransportError as error:
        return _failed(error)
    except TimeoutError:
        message = f"No whole answer within the deadline of {deadline} s."
        return _failed(TransportError(message, kind="lost_timeout"))
    if verdict.kind is not Kind.OK and call.answer is not None:
        return attrs.evolve(verdict, server_delay=retry_after(call.answer.headers, now))
    return verdict


def _failed(error: TransportError) -> Verdict:
    """Return the verdict of a failure below HTTP; its kind may end in `_timeout`."""
    name = error.kind.removesuffix("_timeout")
    return Verdict(Kind(name), error=error, timed_out=name != error.kind)


def ended(call: Call, verdict: Verdict, seconds: float) -> RequestEnded:
    """Return the event of an attempt that took `seconds`."""
    return RequestEnded(
        call.request.id,
        len(call.past) + 1,
        verdict.kind.value,
        verdict.status,
        seconds,
        verdict.log_id,
    )


async def _attempt(call: Call, session: Session, wire: WireRequest) -> Verdict | None:
    """Send; return the verdict, or None with a whole answer that is to be classified."""
    timeouts = call.scope.options.timeouts
    if call.accepts is not None:
        return await _open(call, call.accepts, session.open(wire, timeouts=timeouts))
    call.answer = await session.send(wire, timeouts=timeouts)
    return None


async def _classified_in_turn(call: Call, turns: Turns) -> Verdict:
    answer: Any = call.answer
    if len(answer.body) >= LARGE:
        await turns.next()
    return _classified(call, answer)


def _classified(call: Call, answer: Answer) -> Verdict:
    """Return the verdict of a whole answer; an error that repeats our keys is told without them."""
    verdict = call.scope.api.dialect(call.request, answer)
    if verdict.kind is Kind.OK:
        return verdict
    masked = _masked(answer.body, call.headers)
    if masked == answer.body:
        return verdict
    call.answer = attrs.evolve(answer, body=masked)
    return call.scope.api.dialect(call.request, call.answer)


def _masked(body: bytes, headers: Headers) -> bytes:
    for _, value in headers:
        key = value.rpartition(" ")[2].encode()  # the token of "Bearer ..."
        if len(key) >= _SHORTEST_KEY:
            body = body.replace(key, b"***")
    return body


async def _open(
    call: Call,
    accepts: Callable[[Opening], bool],
    sending: AbstractAsyncContextManager[StreamedAnswer],
) -> Verdict:
    async with AsyncExitStack() as held:
        streamed = await held.enter_async_context(sending)
        first = await streamed.peek(_FIRST_BYTES)
        opening = Opening(streamed.status, streamed.headers, first)
        plain = _coding(opening) in ("", "identity") or opening.status >= 300
        if plain and accepts(opening):
            call.opened = Opened(streamed, held.pop_all())
            return Verdict(Kind.OK, status=opening.status)
        call.answer = await _in_its_place(streamed)
    verdict = _classified(call, call.answer)
    if verdict.kind in (Kind.OK, Kind.MALFORMED):
        return _no_file(call.request, opening)
    return verdict


async def _in_its_place(streamed: StreamedAnswer) -> Answer:
    """Read what came in place of a file; one that is too large or cannot be inflated is empty."""
    content = b""
    try:
        body = BoundedBody(streamed.headers.get("content-encoding", ""), _LARGEST_FAULT)
        async with aclosing(streamed.chunks()) as pieces:
            async for piece in pieces:
                body.feed(piece)
        content = body.finish()
    except TransportError as error:
        if error.kind not in ("too_large", "decoding"):
            raise
    return Answer(streamed.status, streamed.headers, content)


def _no_file(request: Endpoint[Any], opening: Opening) -> Verdict:
    """Return the verdict of an answer that is neither the file nor an error."""
    coding = _coding(opening)
    if coding not in ("", "identity"):
        message = f"The file came with the Content-Encoding {shown(coding)}, unasked."
        error = TransportError(message, kind="decoding")
        return Verdict(Kind.DECODING, error=error, status=opening.status)
    found = shown(opening.headers.get("content-type") or "no content type")
    message = f"HTTP {opening.status} with {found} in place of the file."
    return Verdict(
        Kind.MALFORMED, error=DecodeError(message, request=request), status=opening.status
    )


def _coding(opening: Opening) -> str:
    return opening.headers.get("content-encoding", "").strip().lower()
