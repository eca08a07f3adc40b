"""Links are followed to where they may lead, and nowhere else; what is checked is connected to."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from media_stage import LINK_HEADERS, answer, client_tls, film, hosting, studio, to
from tikapi_stage import ACCOUNT_KEY, API_KEY

from tiktok_async.config import Timeouts
from tiktok_async.errors import DownloadError, InputError, TransportError
from tiktok_async.sansio.wire import WireRequest
from tiktok_async.tikapi.media import MEDIA_HOSTS, MediaRules
from tiktok_async.tikapi.media import addresses as addresses_module
from tiktok_async.tikapi.media.addresses import is_public, public_address
from tiktok_async.tikapi.media.hops import MAX_REDIRECTS, MediaSession
from tiktok_async.tikapi.media.rules import LinkCheck

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from media_stage import Host

pytestmark = pytest.mark.anyio

FILM = film(3000)
API = "https://api.tikapi.io"
SECRETS = {**LINK_HEADERS, "Authorization": "Bearer x"}


# ---- by their text


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://v16-webapp-prime.tiktok.com/video/x?a=1", id="tiktok"),
        pytest.param("https://p16-common-sign.tiktokcdn-us.com:443/x", id="with-its-port"),
        pytest.param("https://cdn.example.org/x", id="another-host"),
        pytest.param("https://TIKTOK.com/x", id="capitals"),
    ],
)
def test_a_link_by_https_is_followed(url: str) -> None:
    LinkCheck(MediaRules(), API).check(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://v16.tiktok.com/x", id="http"),
        pytest.param("https://v16.tiktok.com:8443/x", id="another-port"),
        pytest.param("https://user@v16.tiktok.com/x", id="user"),
        pytest.param("https://user:pass@v16.tiktok.com/x", id="password"),
        pytest.param("https://v16.tiktok.com:x/", id="port-that-is-none"),
        pytest.param("https://[::1/x", id="address-that-is-none"),
        pytest.param("https:///x", id="no-host"),
        pytest.param("https://tiktok.com\\@evil.example/x", id="backslash"),
        pytest.param("https://tiktok.com /x", id="space"),
        pytest.param("https://tiktok.com\n/x", id="line-break"),
        pytest.param("https://tiktoк.com/x", id="cyrillic-letter"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("ftp://tiktok.com/x", id="ftp"),
        pytest.param("//tiktok.com/x", id="no-scheme"),
        pytest.param("data:video/mp4;base64,AAAA", id="data"),
        pytest.param("", id="nothing"),
        pytest.param("http://127.0.0.1:8080/x", id="this-machine"),
    ],
)
def test_any_other_link_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(DownloadError) as caught:
        LinkCheck(MediaRules(), API).check(f"{url}?sig=SIGNED" if url else url)
    assert caught.value.kind == "refused"
    assert "SIGNED" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "base_url", "is_followed"),
    [
        pytest.param("http://127.0.0.1:8080/x", "http://127.0.0.1:8080", True, id="its-own"),
        pytest.param("http://localhost:8080/x", "http://localhost:8080/api", True, id="by-name"),
        pytest.param("http://127.0.0.1:8081/x", "http://127.0.0.1:8080", False, id="another-port"),
        pytest.param("http://localhost:8080/x", "http://127.0.0.1:8080", False, id="another-name"),
        pytest.param("https://127.0.0.1:8080/x", "http://127.0.0.1:8080", False, id="https"),
        pytest.param("http://u@127.0.0.1:8080/x", "http://127.0.0.1:8080", False, id="user"),
        pytest.param("https://api.tikapi.io:8443/x", "https://api.tikapi.io:8443", False, id="api"),
    ],
)
def test_an_api_on_this_machine_may_name_itself(url: str, base_url: str, is_followed: bool) -> None:
    check = LinkCheck(MediaRules(), base_url)
    if is_followed:
        check.check(url)
    else:
        with pytest.raises(DownloadError):
            check.check(url)


@pytest.mark.parametrize(
    ("base_url", "kind"),
    [
        pytest.param("http://127.0.0.1:8081", "expired", id="of-another-emulator"),
        pytest.param(API, "refused", id="in-an-answer-of-the-real-api"),
    ],
)
def test_link_of_an_emulator_that_is_gone_says_so(base_url: str, kind: str) -> None:
    with pytest.raises(DownloadError) as caught:
        LinkCheck(MediaRules(), base_url).check("http://127.0.0.1:8080/x")
    assert caught.value.kind == kind
    assert ("emulator" in str(caught.value)) is (kind == "expired")


def test_other_hosts_may_be_refused_by_their_names() -> None:
    check = LinkCheck(MediaRules(hosts=("mine.example",), others=False), API)
    check.check("https://mine.example/x")
    check.check("https://a.b.mine.example/x")
    for host in ("v16.tiktok.com", "notmine.example", "mine.example.org", "mine"):
        with pytest.raises(DownloadError, match="not among"):
            check.check(f"https://{host}/x")


@pytest.mark.parametrize(
    ("host", "is_trusted"),
    [
        *(pytest.param(f"v16.{host}", True, id=host) for host in MEDIA_HOSTS),
        pytest.param("tiktok.com.", True, id="with-the-root-s-dot"),
        pytest.param("V16.TikTok.Com", True, id="capitals"),
        pytest.param("eviltiktok.com", False, id="no-label-of-its-own"),
        pytest.param("tiktok.com.evil.example", False, id="before-another-domain"),
        pytest.param("com", False, id="top"),
    ],
)
def test_trust_goes_by_whole_labels(host: str, is_trusted: bool) -> None:
    assert LinkCheck(MediaRules(), API).trusts(host) is is_trusted


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"hosts": ("https://x.example",)}, id="a-url"),
        pytest.param({"hosts": ("*.x.example",)}, id="a-star"),
        pytest.param({"hosts": ("com",)}, id="a-top-level-domain"),
        pytest.param({"hosts": ("X.example",)}, id="capitals"),
        pytest.param({"hosts": ("10.0.0.1",)}, id="an-address"),
        pytest.param({"hosts": "com"}, id="text"),
        pytest.param({"max_bytes": 0}, id="nothing-may-come"),
        pytest.param({"max_bytes": True}, id="no-number"),
    ],
)
def test_rules_that_make_no_sense_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="write"):
        MediaRules(**given)


# ---- by their addresses


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.9.9.9", "0.0.0.1", "::"),
        *("169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1"),
        *("100.64.0.1", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1"),
        *("2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "::7f00:1", "::1", "", "2130706433"),
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "2130706433", "0x7f.1", "10.1.2.3", "0"]
)
async def test_a_host_on_this_machine_or_network_is_refused(host: str) -> None:
    with pytest.raises(DownloadError, match="not on the public internet") as caught:
        await public_address(host)
    assert caught.value.kind == "refused"


async def test_one_private_address_among_public_ones_is_one_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = ["8.8.8.8", "10.0.0.1"]

    async def resolved(host: str) -> list[str]:
        return found

    monkeypatch.setattr(addresses_module, "resolved", resolved)
    with pytest.raises(DownloadError):
        await public_address("mixed.example")
    found.pop()
    assert await public_address("good.example") == "8.8.8.8"


async def test_a_name_without_an_address_is_a_failure_that_may_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(TransportError, match="has no address") as caught:
        await public_address("nowhere.example")
    assert (caught.value.kind, caught.value.retryable) == ("connect", True)


async def test_a_link_to_a_private_address_is_refused_before_any_byte(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        for host in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"):
            with pytest.raises(DownloadError) as caught:
                await on.client.save_media(f"https://{host}/x.mp4", tmp_path / "x.mp4")
            assert caught.value.kind == "refused"
        assert on.left() == []


# ---- what is connected to, and what is sent on each hop


class AnyPort(LinkCheck):
    """The rules of links, but for the port: a test cannot have the usual one."""

    def check(self, url: str) -> None:
        """Refuse a link as it would be refused without its port."""
        scheme, _, rest = url.partition("://")
        place, slash, path = rest.partition("/")
        super().check(f"{scheme}://{place.partition(':')[0]}{slash}{path}")


@asynccontextmanager
async def following(
    answers: dict[str, Any], resolve: Callable[[str], str] = lambda _: "127.0.0.1"
) -> AsyncIterator[tuple[Host, MediaSession, list[str]]]:
    """Run a host with several names, and a session for which all of them lead to it."""
    asked: list[str] = []

    async def resolving(host: str) -> str:
        asked.append(host)
        return resolve(host)

    check = AnyPort(MediaRules(hosts=("trusted.example",)), API)
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(hosting(answers, tls=True))
        session = MediaSession(
            check, timeouts=Timeouts(), ssl_context=client_tls(), resolve=resolving
        )
        stack.push_async_callback(session.aclose)
        yield host, session, asked


async def got(session: MediaSession, url: str) -> tuple[int, bytes]:
    """Return the status and the body of what a link leads to."""
    async with session.open(WireRequest("GET", url, tuple(SECRETS.items()))) as found:
        return found.status, b"".join([piece async for piece in found.chunks()])


async def test_the_checked_address_is_connected_to_under_the_name_of_the_host() -> None:
    async with following({"/v": answer(FILM)}) as (host, session, asked):
        for _ in range(3):
            assert await got(session, f"https://media.example:{host.port}/v") == (200, FILM)
        assert session.statistics().connections == 1
    assert asked == ["media.example"]
    assert host.names == ["media.example"]
    assert {visit.headers["host"] for visit in host.visits} == {f"media.example:{host.port}"}


async def test_each_connection_is_checked_anew() -> None:
    async with following({"/v": answer(FILM, "Connection: close")}) as (host, session, asked):
        for _ in range(2):
            await got(session, f"https://media.example:{host.port}/v")
    assert asked == ["media.example"] * 2


async def test_a_certificate_of_another_name_is_refused() -> None:
    async with following({"/v": answer(FILM)}) as (host, session, _):
        with pytest.raises(TransportError) as caught:
            await got(session, f"https://stranger.example:{host.port}/v")
        assert caught.value.kind == "tls_invalid"
        assert host.visits == []


async def test_an_address_that_is_refused_gets_no_connection() -> None:
    def refuse(host: str) -> str:
        raise DownloadError(f"{host} is private.", kind="refused")

    async with following({"/v": answer(FILM)}, refuse) as (host, session, _):
        with pytest.raises(DownloadError):
            await got(session, f"https://media.example:{host.port}/v")
        assert (host.names, session.statistics().in_flight) == ([], 0)


async def test_a_trusted_host_goes_by_its_name() -> None:
    async with following({}) as (host, session, asked):
        with pytest.raises(TransportError) as caught:  # the name is nobody's
            await got(session, f"https://cdn.trusted.example:{host.port}/v")
        assert (caught.value.kind, asked) == ("connect", [])


async def test_redirects_are_followed_and_each_hop_is_checked() -> None:
    async with following({"/c": answer(FILM)}) as (host, session, asked):
        host.answers["/a"] = to("/b?x=1", "301 Moved")
        host.answers["/b"] = to(f"https://other.example:{host.port}/c#part", "307 Temporary")
        assert await got(session, f"https://media.example:{host.port}/a") == (200, FILM)
    assert host.paths == ["/a", "/b?x=1", "/c"]
    assert asked == ["media.example", "media.example", "other.example"]


async def test_what_is_for_one_host_does_not_go_to_a_stranger() -> None:
    async with following({"/c": answer(FILM)}) as (host, session, _):
        host.answers["/a"] = to("/b")
        host.answers["/b"] = to(f"https://other.example:{host.port}/b2")
        host.answers["/b2"] = to(f"https://media.example:{host.port}/c")
        await got(session, f"https://media.example:{host.port}/a")
        sent = [(visit.path, set(visit.headers)) for visit in host.visits]
    assert [("cookie" in names, "authorization" in names) for _, names in sent] == [
        (True, True),
        (True, True),
        (False, False),
        (False, False),
    ]
    assert all({"referer", "origin"} <= names for _, names in sent)


async def test_a_trusted_host_gets_the_cookie_too() -> None:
    session = MediaSession(LinkCheck(MediaRules(), API), timeouts=Timeouts())
    first = WireRequest("GET", "https://v16.tiktok.com/a", tuple(LINK_HEADERS.items()))
    hop = session._redirected(first, "https://v77.tiktokcdn.com/b")
    assert (hop.url, hop.headers) == ("https://v77.tiktokcdn.com/b", first.headers)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("http://media.example/v", id="http"),
        pytest.param("https://user@media.example/v", id="user"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("https://[::1/v", id="no-url"),
        pytest.param("https://media.example\\v", id="backslash"),
        pytest.param("https://medía.example/v", id="not-ascii"),
    ],
)
async def test_a_redirect_to_a_place_that_is_refused_is_not_followed(place: str) -> None:
    async with following({"/a": to(place)}) as (host, session, _):
        with pytest.raises(DownloadError) as caught:
            await got(session, f"https://media.example:{host.port}/a")
        assert (caught.value.kind, host.paths) == ("refused", ["/a"])
        assert session.statistics().in_flight == 0


async def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    def resolve(host: str) -> str:
        if host == "media.example":
            return "127.0.0.1"
        raise DownloadError("It is private.", kind="refused")

    async with following({}, resolve) as (host, session, _):
        host.answers["/a"] = to(f"https://other.example:{host.port}/b")
        with pytest.raises(DownloadError):
            await got(session, f"https://media.example:{host.port}/a")
        assert host.paths == ["/a"]


async def test_five_redirects_are_followed_and_six_are_not() -> None:
    async with following({f"/{n}": to(f"/{n + 1}") for n in range(9)}) as (host, session, _):
        host.answers[f"/{MAX_REDIRECTS}"] = answer(FILM)
        assert await got(session, f"https://media.example:{host.port}/0") == (200, FILM)
        host.answers[f"/{MAX_REDIRECTS}"] = to("/x")
        with pytest.raises(DownloadError, match="more than 5 times"):
            await got(session, f"https://media.example:{host.port}/0")
        assert host.paths[-1] == f"/{MAX_REDIRECTS}"


async def test_a_redirect_in_a_circle_ends(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/a": to("/b"), "/b": to("/a")}) as on:
        with pytest.raises(DownloadError) as caught:
            await on.client.save_video(on.post("/a"), tmp_path)
        assert (caught.value.kind, len(on.host.visits), on.left()) == ("refused", 6, [])


async def test_no_key_is_on_any_hop(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/a": to("/b"), "/b": to("/c"), "/c": answer(FILM)}) as on:
        await on.client.save_video(on.post("/a"), tmp_path)
        seen = [visit.headers for visit in on.host.visits]
    assert len(seen) == 3
    for headers in seen:
        assert not {"x-api-key", "x-account-key", "authorization"} & set(headers)
        assert not {API_KEY, ACCOUNT_KEY} & set(headers.values())


async def test_a_cancel_on_a_hop_leaves_no_connection() -> None:
    began = asyncio.Event()

    async def silent(_: object) -> None:
        began.set()
        await asyncio.sleep(60)

    async with following({"/a": to("/b"), "/b": silent}) as (host, session, _):
        task = asyncio.ensure_future(got(session, f"https://media.example:{host.port}/a"))
        await began.wait()
        task.cancel()
        await asyncio.wait([task])
        assert (task.cancelled(), session.statistics().in_flight) == (True, 0)
