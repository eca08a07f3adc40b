"""Where a URL leads, and the lines of a head."""

from __future__ import annotations

import pytest

from tiktok_async.errors import InputError
from tiktok_async.sansio.head import HeadLines
from tiktok_async.sansio.place import place_of
from tiktok_async.sansio.wire import WireRequest


@pytest.mark.parametrize(
    ("url", "origin", "host", "port", "target"),
    [
        pytest.param(
            "https://x.example/a?b=%20",
            "https://x.example",
            "x.example",
            443,
            "/a?b=%20",
            id="usual",
        ),
        pytest.param(
            "HTTP://X.Example:80", "http://x.example", "x.example", 80, "/", id="own-port"
        ),
        pytest.param(
            "http://x.example:81?a", "http://x.example:81", "x.example", 81, "/?a", id="no-path"
        ),
        pytest.param("http://[::1]:8080/a#b", "http://[::1]:8080", "::1", 8080, "/a", id="ipv6"),
        pytest.param(
            "https://u:p@x.example/", "https://x.example", "x.example", 443, "/", id="user"
        ),
        pytest.param(
            "https://bücher.example/ü b",
            "https://xn--bcher-kva.example",
            "xn--bcher-kva.example",
            443,
            "/%C3%BC%20b",
            id="letters",
        ),
        pytest.param(
            'https://x.example/a"{}|^`\\b',
            "https://x.example",
            "x.example",
            443,
            '/a"{}|^`\\b',
            id="odd-but-visible",
        ),
    ],
)
def test_place_of_a_url(url: str, origin: str, host: str, port: int, target: str) -> None:
    place, asked = place_of(url)
    assert (place.origin, place.host, place.port, asked) == (origin, host, port, target)
    assert place.origin == f"{place.scheme}://{place.authority}"


@pytest.mark.parametrize(
    "url",
    [
        "", "/a", "x.example", "ftp://x.example", "https://", "https:///a", "https://x example/",
        "https://x.example:no", "https://x.example:99999", "https://[::1/", "https://x\r\nHost: y/",
        "https://x.example\\@y.example/", "https://a..b/",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="URL"):
        place_of(url)


def test_heads_that_are_remembered_are_not_mixed_up() -> None:
    lines = HeadLines()
    requests = [
        WireRequest(method, "https://x.example", (("A", value),), content)
        for method in ("GET", "POST", "DELETE")
        for value in ("1", "2")
        for content in (b"", b"abc")
    ]
    for _ in range(2):
        for request in requests:
            for host in ("x", "y"):
                length = f"Content-Length: {len(request.content)}\r\n"
                if not request.content and request.method != "POST":
                    length = ""
                value = request.headers[0][1]
                expected = f"Host: {host}\r\nA: {value}\r\nAccept-Encoding: gzip\r\n{length}\r\n"
                assert lines.of(request, host) == expected.encode()


def test_few_heads_are_remembered() -> None:
    lines = HeadLines()
    for number in range(1000):
        lines.of(WireRequest("GET", "https://x.example", (("A", str(number)),)), "x")
    assert len(lines._written) <= 64
