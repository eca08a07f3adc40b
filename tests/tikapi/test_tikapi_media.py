"""Media arrive whole, with the headers of their answer and no key; what expired is told apart."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from media_stage import (
    LINK_HEADERS,
    answer,
    box,
    closed,
    cut,
    film,
    post_of,
    ranged,
    studio,
    to,
)
from tikapi_stage import ACCOUNT_KEY, API_KEY

from tiktok_async import DownloadError, InputError, LinkExpiredError, NotFoundError, ServerError
from tiktok_async.errors import APIError, ClientClosedError, TargetExistsError
from tiktok_async.tikapi.media import MediaRules
from tiktok_async.tikapi.media.formats import format_of, is_cut
from tiktok_async.tikapi.media.saving import USER_AGENT, sent_headers, video_links

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async import Progress

pytestmark = pytest.mark.anyio

FILM = film(300_000)
OTHER = film(200_000, seed=2)
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
HTML = b"<!DOCTYPE html><title>Access Denied</title>"


async def test_a_video_arrives_as_it_was_sent(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v.mp4": answer(FILM)}) as on:
        saved = await on.client.save_video(on.post("/v.mp4"), tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == FILM
    assert saved.path == tmp_path / "clip.mp4"
    assert (saved.size, saved.sha256) == (len(FILM), hashlib.sha256(FILM).hexdigest())
    assert (saved.format, saved.resumed) == ("mp4", False)
    assert on.left() == ["clip.mp4"]


async def test_a_directory_gets_a_file_named_by_the_post(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v.mp4": answer(FILM)}) as on:
        saved = await on.client.save_video(on.post("/v.mp4"), str(tmp_path))
    assert saved.path == tmp_path / "7109178205151464746.mp4"


async def test_the_link_is_asked_for_as_it_was_written(tmp_path: Path) -> None:
    link = "/v.mp4?a=1&a=2&sig=x%2Fy%3D%3D&policy=a+b~c&empty="
    async with studio(tmp_path, {"/v.mp4": answer(FILM)}) as on:
        await on.client.save_video(on.post(link), tmp_path)
        assert on.host.paths == [link]


async def test_exactly_the_headers_of_its_answer_are_sent_and_no_key(tmp_path: Path) -> None:
    extra = {"X-Test": "mine", "X-API-KEY": API_KEY}
    async with studio(tmp_path, {"/v.mp4": answer(FILM)}) as on:
        client = on.client.with_options(extra_headers=extra, extra_query={"key": API_KEY})
        await client.save_video(on.post("/v.mp4"), tmp_path)
        [visit] = on.host.visits
    host = on.host.url.removeprefix("http://")
    due = {"Host": host, "User-Agent": USER_AGENT, "accept-encoding": "identity", **LINK_HEADERS}
    assert sorted(visit.lines) == sorted(f"{name}: {value}" for name, value in due.items())
    assert visit.path == "/v.mp4"
    assert API_KEY not in str(visit)
    assert ACCOUNT_KEY not in str(visit)


@pytest.mark.parametrize(
    ("came", "sent"),
    [
        pytest.param({}, {"User-Agent": USER_AGENT}, id="none-came"),
        pytest.param({"user-agent": "B/1"}, {"user-agent": "B/1"}, id="another-browser-wins"),
        pytest.param(
            {"X-API-KEY": "k", "x-account-key": "k", "Authorization": "Bearer k"},
            {"User-Agent": USER_AGENT},
            id="keys",
        ),
        pytest.param(
            {"Host": "h", "Range": "bytes=1-", "Content-Length": "9", "Accept-Encoding": "br"},
            {"User-Agent": USER_AGENT},
            id="what-frames-a-message",
        ),
        pytest.param(
            {"A": "1", "b": "2"}, {"User-Agent": USER_AGENT, "A": "1", "b": "2"}, id="any"
        ),
    ],
)
def test_headers_of_a_link(came: dict[str, str], sent: dict[str, str]) -> None:
    assert dict(sent_headers(came)) == sent


def test_a_header_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="write a text"):
        sent_headers({"Referer": 7})  # type: ignore[dict-item]  # on purpose


@pytest.mark.parametrize(
    ("post", "to", "said"),
    [
        pytest.param(None, "a.mp4", "post is None: write a post as the lists give it", id="none"),
        pytest.param("7109178205151464746", "a.mp4", "public.video", id="id"),
        pytest.param(post_of("https://a.b/v.mp4"), None, "to is None: write a path", id="no-path"),
        pytest.param(post_of("https://a.b/v.mp4"), 5, "to is 5: write a path", id="no-path-at-all"),
        pytest.param(post_of("https://a.b/v.mp4"), b"a", "to is b'a': write a path", id="bytes"),
        pytest.param(
            post_of("https://a.b/v.mp4"), "no-clips/", "no directory no-clips: make", id="slash"
        ),
    ],
)
async def test_saving_what_is_none_says_what_to_write(
    tmp_path: Path, post: Any, to: Any, said: str
) -> None:
    async with studio(tmp_path, {}) as on:
        with pytest.raises(InputError, match=said):
            await on.client.save_video(post, to)


@pytest.mark.parametrize("url", [None, 5, "", b"https://a.b/c"])
async def test_saving_from_what_is_no_link_says_what_to_write(tmp_path: Path, url: Any) -> None:
    async with studio(tmp_path, {}) as on:
        with pytest.raises(InputError, match=r"url is .*: write a link of an answer"):
            await on.client.save_media(url, tmp_path / "a.mp3")


# ---- expired, broken, and other links


@pytest.mark.parametrize(
    ("step", "error", "kind"),
    [
        pytest.param(answer(status="403 Forbidden"), LinkExpiredError, "expired", id="403"),
        pytest.param(answer(HTML, status="403 F", kind="text/html"), LinkExpiredError, "expired",
                     id="403-html"),
        pytest.param(answer(status="401 No"), LinkExpiredError, "expired", id="401"),
        pytest.param(answer(status="410 Gone"), LinkExpiredError, "expired", id="410"),
        pytest.param(answer(HTML, kind="text/html; charset=utf-8"), LinkExpiredError, "expired",
                     id="html-in-a-200"),
        pytest.param(answer(b'{"code":1}', kind="application/json"), LinkExpiredError, "expired",
                     id="json-in-a-200"),
        pytest.param(answer(HTML), LinkExpiredError, "expired", id="html-that-says-it-is-a-video"),
        pytest.param(answer(FILM, kind="text/html"), LinkExpiredError, "expired",
                     id="video-that-says-it-is-html"),
        pytest.param(answer(JPEG, kind="image/jpeg"), DownloadError, "not_media", id="a-picture"),
        pytest.param(answer(bytes(900)), DownloadError, "not_media", id="zeros"),
        pytest.param(answer(b""), DownloadError, "not_media", id="nothing"),
        pytest.param(answer(gzip.compress(FILM), "Content-Encoding: gzip"), DownloadError,
                     "encoded", id="compressed"),
        pytest.param(cut(FILM, 100_000), DownloadError, "cut", id="cut"),
    ],
)  # fmt: skip
async def test_a_link_that_expired_is_told_from_one_that_is_broken(
    tmp_path: Path, step: Any, error: type[DownloadError], kind: str
) -> None:
    async with studio(tmp_path, {"/v.mp4": step}) as on:
        with pytest.raises(DownloadError) as caught:
            await on.client.save_video(on.post("/v.mp4?signature=SIGNED"), tmp_path / "c.mp4")
        assert (type(caught.value), caught.value.kind) == (error, kind)
        assert caught.value.path == str(tmp_path / "c.mp4")
        assert "SIGNED" not in str(caught.value)
        assert on.left() == []


EARLY, LATE = "Date: Tue, 14 Nov 2023 22:00:00 GMT", "Date: Tue, 14 Nov 2023 22:13:20 GMT"
EXPIRED_AT = "The link expired at 2023-11-14 22:13 UTC; it gave "
GOOD_UNTIL = ", though it is good until 2023-11-14 22:13 UTC: it "
TEXT_CAME = "The link gave a text in place of the file"
MAYBE = ": it has expired, or wants the headers that came with it."


@pytest.mark.parametrize(
    ("query", "step", "said", "hint"),
    [
        pytest.param("expire=1700000000", answer(HTML, LATE, status="403 F"),
                     f"{EXPIRED_AT}HTTP 403.", "live for hours", id="expired"),
        pytest.param("expire=1700000000", answer(b'{"a":1}', LATE, kind="application/json"),
                     f"{EXPIRED_AT}a text in place of the file.", "live for hours",
                     id="expired-json"),
        pytest.param("expire=1700000000", answer(HTML, EARLY, status="403 F"),
                     f"The link gave HTTP 403{GOOD_UNTIL}wants the headers that came with it.",
                     "live for hours", id="good-but-refused"),
        pytest.param("expire=1700000000", answer(HTML, EARLY),
                     f"{TEXT_CAME}{GOOD_UNTIL}is broken.", "other links", id="broken-html"),
        pytest.param("expire=1700000000",
                     answer(gzip.compress(HTML), EARLY, "Content-Encoding: gzip"),
                     f"{TEXT_CAME}{GOOD_UNTIL}is broken.", "other links", id="broken-packed"),
        pytest.param("expire=1700000000", answer(HTML), f"{TEXT_CAME}{MAYBE}", "live for hours",
                     id="no-date"),
        pytest.param("expire=soon", answer(HTML, LATE), f"{TEXT_CAME}{MAYBE}", "live for hours",
                     id="no-end"),
        pytest.param("", answer(HTML, "Date: today", status="410 Gone"),
                     f"The link gave HTTP 410{MAYBE}", "live for hours", id="neither"),
    ],
)  # fmt: skip
async def test_a_link_without_a_file_is_told_by_its_own_end_and_the_hosts_clock(
    tmp_path: Path, query: str, step: bytes, said: str, hint: str
) -> None:
    async with studio(tmp_path, {"/v.mp4": step}) as on:
        with pytest.raises(DownloadError) as caught:
            await on.client.save_video(on.post(f"/v.mp4?sign=SIGNED&{query}"), tmp_path / "c.mp4")
    assert caught.value.message == said
    assert hint in caught.value.hint
    broken = "broken" in said
    assert caught.value.kind == ("not_media" if broken else "expired")
    assert isinstance(caught.value, LinkExpiredError) is not broken


@pytest.mark.parametrize(
    ("status", "error", "asked"),
    [
        pytest.param("404 Not Found", NotFoundError, 1, id="404"),
        pytest.param("400 Bad Request", APIError, 1, id="400"),
        pytest.param("206 Partial Content", APIError, 1, id="unasked-part"),
        pytest.param("304 Not Modified", APIError, 1, id="304"),
        pytest.param("302 Found", APIError, 1, id="redirect-to-nowhere"),
        pytest.param("503 Unavailable", ServerError, 5, id="503"),
    ],
)
async def test_other_statuses_are_what_they_say(
    tmp_path: Path, status: str, error: type[APIError], asked: int
) -> None:
    async with studio(tmp_path, {"/v.mp4": answer(status=status)}) as on:
        with pytest.raises(APIError) as caught:
            await on.client.save_video(on.post("/v.mp4"), tmp_path)
        assert type(caught.value) is error
        assert caught.value.status == int(status[:3])
        assert (len(on.host.visits), on.left()) == (asked, [])


async def test_trouble_of_the_host_passes(tmp_path: Path) -> None:
    steps = [answer(HTML, status="502 Bad", kind="text/html"), answer(FILM)]
    async with studio(tmp_path, {"/v.mp4": steps}) as on:
        saved = await on.client.save_video(on.post("/v.mp4"), tmp_path)
    assert saved.path.read_bytes() == FILM


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(answer(status="403 Forbidden"), id="expired"),
        pytest.param(answer(status="404 Not Found"), id="gone"),
        pytest.param(answer(JPEG), id="no-video"),
        pytest.param(answer(status="500 No"), id="server-error"),
        pytest.param(cut(OTHER, 1000), id="cut"),
        pytest.param(to("http://127.0.0.1:1/elsewhere"), id="leads-to-a-refused-place"),
    ],
)
async def test_the_next_link_is_tried(tmp_path: Path, first: Any) -> None:
    async with studio(tmp_path, {"/a.mp4": first, "/b.mp4": answer(FILM)}) as on:
        saved = await on.client.save_video(on.post("/a.mp4", "/b.mp4"), tmp_path)
        assert on.host.paths[-1] == "/b.mp4"
        assert on.host.paths.count("/b.mp4") == 1
        assert len(on.left()) == 1
    assert saved.path.read_bytes() == FILM


async def test_of_several_failures_the_one_that_can_be_mended_is_told(tmp_path: Path) -> None:
    steps = {"/a": answer(status="404 No"), "/b": answer(status="403 No"), "/c": answer(JPEG)}
    async with studio(tmp_path, steps) as on:
        with pytest.raises(LinkExpiredError, match="Ask for the post again"):
            await on.client.save_video(on.post("/a", "/b", "/c"), tmp_path)
        assert on.host.paths == ["/a", "/b", "/c"]


async def test_what_no_other_link_mends_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "c.mp4").write_bytes(b"mine")
    async with studio(tmp_path, {"/a": answer(FILM)}) as on:
        with pytest.raises(TargetExistsError):
            await on.client.save_video(on.post("/a", "/b"), tmp_path / "c.mp4")
        assert on.host.visits == []
        saved = await on.client.save_video(on.post("/a"), tmp_path / "c.mp4", overwrite=True)
    assert saved.path.read_bytes() == FILM


async def test_a_file_above_the_limit_is_not_taken(tmp_path: Path) -> None:
    media = MediaRules(max_bytes=len(FILM) - 1)
    async with studio(tmp_path, {"/a": answer(FILM), "/b": answer(OTHER)}, media=media) as on:
        with pytest.raises(DownloadError) as caught:
            await on.client.save_video(on.post("/a", "/b"), tmp_path)
        assert (caught.value.kind, on.host.paths, on.left()) == ("too_large", ["/a"], [])


def test_links_are_those_of_the_model_with_their_sizes() -> None:
    file = {"UrlList": ["https://a.tiktok.com/3", "https://a.tiktok.com/4"], "DataSize": "77"}
    post = post_of(
        "https://a.tiktok.com/2",
        downloadAddr="https://a.tiktok.com/0",
        playAddr="https://a.tiktok.com/1",
        size=99,
        bitrateInfo=[{"PlayAddr": file}],
    )
    assert post.video is not None
    found = [(link.url[-1], link.size) for link in video_links(post.video)]
    assert found == [("0", None), ("1", 99), ("2", None), ("3", 77), ("4", 77)]


@pytest.mark.parametrize(
    "post",
    [
        pytest.param(post_of(), id="no-link"),
        pytest.param(attrs.evolve(post_of(), video=None), id="no-video"),
    ],
)
async def test_a_post_without_a_video_is_refused(tmp_path: Path, post: Any) -> None:
    async with studio(tmp_path, {}) as on:
        with pytest.raises(InputError, match="has no video to save"):
            await on.client.save_video(post, tmp_path)
        assert on.host.visits == []


@pytest.mark.parametrize("id_", ["../7", "7/8", "", "nul", "9" * 30, "٣"])
async def test_an_id_that_is_none_makes_no_file_name(tmp_path: Path, id_: str) -> None:
    async with studio(tmp_path, {"/a": answer(FILM)}) as on:
        with pytest.raises(InputError, match="name of yours"):
            await on.client.save_video(on.post("/a", id_=id_), tmp_path)
        assert on.left() == []


# ---- whole or not at all


async def test_a_download_that_broke_off_goes_on_where_it_may(tmp_path: Path) -> None:
    first = cut(FILM, 100_000, 'ETag: "v1"', "Accept-Ranges: bytes")
    async with studio(tmp_path, {"/v": [first, ranged(FILM)]}) as on:
        saved = await on.client.save_video(on.post("/v"), tmp_path)
        again = on.host.visits[1].headers
    assert (saved.resumed, saved.path.read_bytes()) == (True, FILM)
    assert (again["range"], again["cookie"]) == ("bytes=100000-", LINK_HEADERS["Cookie"])


async def test_a_file_without_a_promised_length_is_whole_when_its_boxes_are(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": [closed(FILM[:-1]), closed(FILM)]}) as on:
        saved = await on.client.save_video(on.post("/v"), tmp_path)
        assert len(on.host.visits) == 2
    assert saved.path.read_bytes() == FILM


async def test_a_file_without_a_promised_length_has_the_size_that_its_post_says(
    tmp_path: Path,
) -> None:
    webm = b"\x1a\x45\xdf\xa3" + bytes(1000)
    async with studio(tmp_path, {"/v": [closed(webm[:-1]), closed(webm)]}) as on:
        post = on.post(playAddr=f"{on.host.url}/v", size=len(webm))
        saved = await on.client.save_video(post, tmp_path / "c.webm")
        assert len(on.host.visits) == 2
    assert (saved.format, saved.size) == ("webm", len(webm))


async def test_a_promised_length_counts_more_than_what_the_post_says(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": answer(FILM)}) as on:
        post = on.post(playAddr=f"{on.host.url}/v", size=len(FILM) + 1)
        assert (await on.client.save_video(post, tmp_path)).size == len(FILM)


async def test_a_file_that_stays_cut_is_damaged(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": answer(FILM[:-1])}) as on:
        with pytest.raises(DownloadError) as caught:
            await on.client.save_video(on.post("/v"), tmp_path)
        assert (caught.value.kind, len(on.host.visits), on.left()) == ("damaged", 5, [])


@pytest.mark.parametrize(
    ("data", "is_short"),
    [
        pytest.param(film(), False, id="whole"),
        pytest.param(film()[:-1], True, id="a-byte-short"),
        pytest.param(film()[:24], False, id="head-alone"),
        pytest.param(film()[:28], False, id="cut-in-a-box-s-head"),
        pytest.param(film() + box(b"moov", bytes(9)), False, id="another-box"),
        pytest.param(film() + box(b"moov", bytes(9))[:-1], True, id="another-box-cut"),
        pytest.param(film() + box(b"what", bytes(9))[:-1], False, id="a-box-nobody-knows"),
        pytest.param(film()[:24] + b"\0\0\0\0mdat" + bytes(9), False, id="up-to-the-end"),
        pytest.param(film()[:24] + b"\0\0\0\1mdat" + (99).to_bytes(8, "big") + bytes(83), False,
                     id="64-bit-length"),
        pytest.param(film()[:24] + b"\0\0\0\1mdat" + (99).to_bytes(8, "big") + bytes(82), True,
                     id="64-bit-length-cut"),
        pytest.param(film()[:24] + b"\0\0\0\3mdat", False, id="a-length-that-is-none"),
        pytest.param(film()[:24] + box(b"free", b"") * 20_000 + b"\0\1\0\0mdat", False,
                     id="more-boxes-than-are-read"),
        pytest.param(b"", False, id="empty"),
    ],
)  # fmt: skip
def test_the_boxes_of_a_file_tell_whether_its_end_is_there(
    tmp_path: Path, data: bytes, is_short: bool
) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)
    assert is_cut(path) is is_short


@pytest.mark.parametrize(
    ("first", "name"),
    [
        pytest.param(film()[:16], "mp4", id="mp4"),
        pytest.param(b"\x1a\x45\xdf\xa3" + bytes(12), "webm", id="webm"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0", "heic", id="heic-is-no-video"),
        pytest.param(b"\0\0\0\x18ftypM4A \0\0\0\0", "m4a", id="m4a-is-no-video"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "webp", id="webp"),
        pytest.param(b"ID3\4" + bytes(12), "mp3", id="mp3"),
        pytest.param(JPEG[:16], "jpeg", id="jpeg"),
        pytest.param(b"ftyp" + bytes(12), None, id="ftyp-at-another-place"),
        pytest.param(b"<html>", None, id="html"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_formats_are_told_by_their_first_bytes(first: bytes, name: str | None) -> None:
    assert format_of(first) == name


async def test_sounds_and_pictures_are_saved_too(tmp_path: Path) -> None:
    sound = b"ID3\4" + bytes(3000)
    answers = {"/s": answer(sound, kind="audio/mpeg"), "/p": answer(JPEG, kind="image/jpeg")}
    async with studio(tmp_path, answers) as on:
        url = on.host.url
        one = await on.client.save_media(f"{url}/s", tmp_path / "s.mp3", headers=LINK_HEADERS)
        two = await on.client.save_media(f"{url}/p", tmp_path / "p.jpg")
        assert on.host.visits[0].headers["cookie"] == LINK_HEADERS["Cookie"]
        assert "cookie" not in on.host.visits[1].headers
    assert (one.format, one.path.read_bytes()) == ("mp3", sound)
    assert (two.format, two.path.read_bytes()) == ("jpeg", JPEG)


async def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[Progress] = []
    async with studio(tmp_path, {"/v": answer(FILM)}) as on:
        await on.client.save_video(on.post("/v"), tmp_path, on_progress=seen.append)
    assert [(one.stage, one.received, one.total) for one in seen][-1] == (
        "done",
        len(FILM),
        len(FILM),
    )


# ---- leaving


async def test_a_cancel_at_any_instant_leaves_nothing(tmp_path: Path) -> None:
    async def slowly(visit: Any) -> None:
        data = answer(FILM)
        for at in range(0, len(data), 40_000):
            await visit.send(data[at : at + 40_000])
            await asyncio.sleep(0.003)

    async with studio(tmp_path, {"/v": slowly}, real_time=True) as on:
        cancelled = 0
        for number in range(15):
            task = asyncio.ensure_future(
                on.client.save_video(on.post("/v"), tmp_path / "c.mp4", overwrite=True)
            )
            await asyncio.sleep(number * 0.003)
            task.cancel()
            await asyncio.wait([task])
            cancelled += task.cancelled()
            assert on.left() in ([], ["c.mp4"])
        assert cancelled > 5


async def test_a_closed_client_saves_nothing(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": answer(FILM)}) as on:
        shared = on.client.with_options(timeout=9.0)
        await on.client.save_video(on.post("/v"), tmp_path)
        await on.client.aclose()
        for client in (on.client, shared):
            with pytest.raises(ClientClosedError):
                await client.save_video(on.post("/v"), tmp_path / "c.mp4")
        await on.client.aclose()


async def test_closing_a_borrowed_client_closes_nothing(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": answer(FILM)}) as on:
        await on.client.with_options(timeout=9.0).aclose()
        await on.client.save_video(on.post("/v"), tmp_path)
