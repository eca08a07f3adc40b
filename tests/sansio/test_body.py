"""The bounded body: no answer is inflated beyond the limit, none is taken whole when it is cut."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.errors import TransportError
from tiktok_async.sansio.body import BoundedBody

LIMIT = 10_000


def read(coding: str, *pieces: bytes, limit: int = LIMIT) -> bytes:
    """Return the body of these pieces."""
    body = BoundedBody(coding, limit)
    for piece in pieces:
        body.feed(piece)
    return body.finish()


def kind_of(coding: str, *pieces: bytes, limit: int = LIMIT) -> str:
    """Return the kind of the error that these pieces raise."""
    with pytest.raises(TransportError) as raised:
        read(coding, *pieces, limit=limit)
    return raised.value.kind


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_body_comes_back_whole_however_it_is_cut_into_pieces(content: bytes, size: int) -> None:
    packed = gzip.compress(content)
    assert read("", *(content[i : i + size] for i in range(0, len(content), size))) == content
    assert read("gzip", *(packed[i : i + size] for i in range(0, len(packed), size))) == content


@pytest.mark.parametrize("coding", ["", "identity", "gzip", "GZIP", " x-gzip "])
def test_body_takes_the_codings_that_are_asked_for(coding: str) -> None:
    content = gzip.compress(b"x") if "gzip" in coding.lower() else b"x"
    assert read(coding, content) == b"x"


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "gzip,identity", "*"])
def test_body_refuses_stacked_and_unknown_codings(coding: str) -> None:
    assert kind_of(coding, b"x") == "decoding"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(gzip.compress(b"x" * 100)[:-1], id="cut"),
        pytest.param(gzip.compress(b"x" * 100)[:5], id="cut-in-the-head"),
        pytest.param(gzip.compress(b"x") + b"y", id="bytes-after-the-end"),
        pytest.param(gzip.compress(b"x") * 2, id="two-members"),
        pytest.param(zlib.compress(b"x"), id="no-gzip"),
        pytest.param(b'{"data": {}}', id="plain"),
        pytest.param(gzip.compress(b"x" * 100)[:-8] + b"\0" * 8, id="wrong-checksum"),
    ],
)
def test_body_refuses_a_damaged_gzip_stream(content: bytes) -> None:
    assert kind_of("gzip", content) == "decoding"


def test_body_refuses_bytes_after_the_stream_in_a_later_piece() -> None:
    assert kind_of("gzip", gzip.compress(b"x"), b"y") == "decoding"


def test_body_counts_its_limit_decompressed() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 60_000
    assert kind_of("gzip", bomb, limit=100_000) == "too_large"


def test_body_never_holds_more_than_its_limit_of_a_bomb() -> None:
    body = BoundedBody("gzip", 1000)
    with pytest.raises(TransportError):
        body.feed(gzip.compress(b"\0" * 10_000_000))
    assert sum(map(len, body._parts)) <= 1001


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_body_of_exactly_the_limit_is_taken(coding: str) -> None:
    content = b"\0" * LIMIT
    assert read(coding, gzip.compress(content) if coding else content) == content
    longer = content + b"\0"
    assert kind_of(coding, gzip.compress(longer) if coding else longer) == "too_large"


def test_body_that_is_too_large_is_not_worth_a_retry() -> None:
    with pytest.raises(TransportError) as raised:
        read("", b"x" * (LIMIT + 1))
    assert not raised.value.retryable
