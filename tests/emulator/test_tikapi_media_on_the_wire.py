"""Links to videos on the wire: whom they serve, for how long, and what goes wrong on the way."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from tikapi_wire import BROWSER, DEMO, Wire, example

from tiktok_async.emulator import Fault
from tiktok_async.errors import InputError

pytestmark = pytest.mark.anyio


class Film:
    """A link to a video, and what came with it."""

    def __init__(self, rig, link, headers):
        self.rig, self.link, self.headers = rig, link, BROWSER | headers

    async def get(self, **headers):
        """Ask for the video; a header of None is left out."""
        sent = {name: value for name, value in (self.headers | headers).items() if value}
        if "User-Agent" in headers and not headers["User-Agent"]:
            sent["User-Agent"] = ""
        return await self.rig.http.get(self.link, headers=sent)

    @property
    def whole(self) -> bytes:
        """The bytes behind the link."""
        return b"".join(self.rig.emulator.media_of(self.link).read())


@pytest.fixture
def film(start):
    """Return what starts an emulator and gives a link of its first post that has a video."""

    async def make(key="playAddr", **options):
        rig = await start(**{"media_bytes": 300_000, **options})
        wire = Wire(rig.emulator, rig.http)
        body = await wire.call("public.posts", **example("public.posts"))
        link = next(row["video"][key] for row in body["itemList"] if row["video"].get(key))
        return Film(rig, link, body["$other"]["videoLinkHeaders"])

    return make


@pytest.mark.parametrize("key", ["playAddr", "downloadAddr"])
async def test_video_comes_with_the_headers_of_its_answer(film, key):
    clip = await film(key)
    answer = await clip.get()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert int(answer.headers["content-length"]) == 300_000
    assert answer.content == clip.whole
    assert answer.content[4:8] == b"ftyp"


async def test_sizes_of_all_qualities_are_as_told(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    body = await wire.call("public.posts", **example("public.posts"))
    headers = BROWSER | body["$other"]["videoLinkHeaders"]
    video = next(row["video"] for row in body["itemList"] if row["video"]["playAddr"])
    expected = {gear["PlayAddr"]["UrlList"][0]: gear["PlayAddr"]["DataSize"]
                for gear in video["bitrateInfo"]}  # fmt: skip
    expected[video["playAddr"]] = video["size"]
    digests = set()
    for link, size in expected.items():
        content = (await rig.http.get(link, headers=headers)).content
        assert len(content) == size
        digests.add(hashlib.sha256(content).hexdigest())
    assert len(digests) == len(expected) == 5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"User-Agent": "python-httpx/0.28"}, "agent", id="no-browser"),
        pytest.param({"User-Agent": None}, "agent", id="no-agent"),
        pytest.param({"Cookie": None}, "cookie", id="no-cookie"),
        pytest.param({"Cookie": "tt_chain_token=0"}, "cookie", id="wrong-cookie"),
        pytest.param({"Referer": None}, "referer", id="no-referer"),
        pytest.param({"Referer": "https://example.org/"}, "referer", id="wrong-referer"),
    ],
)
async def test_video_is_refused_without_a_header(film, change, why):
    clip = await film()
    assert (await clip.get(**change)).status_code == 403, why


async def test_headers_of_another_answer_are_no_good(film):
    clip = await film()
    wire = Wire(clip.rig.emulator, clip.rig.http)
    other = await wire.call("public.posts", **example("public.posts"), cursor="1650000000000")
    assert (await clip.get(**other["$other"]["videoLinkHeaders"])).status_code == 403


@pytest.mark.parametrize(
    "old_new",
    [("expire=", "expire=9"), ("signature=", "signature=0"), ("/play.mp4", "/download.mp4"),
     ("/play.mp4", "/other.mp4"), ("/media/", "/media/1")],
)  # fmt: skip
async def test_changed_link_is_refused(film, old_new):
    clip = await film()
    clip.link = clip.link.replace(*old_new)
    assert (await clip.get()).status_code == 403


@pytest.mark.parametrize("header", ["X-API-KEY", "X-ACCOUNT-KEY"])
async def test_key_of_tikapi_is_refused_and_told(film, header):
    clip = await film()
    assert clip.rig.emulator.stats()["tikapi"]["key_leaks"] == 0
    assert (await clip.get(**{header: DEMO})).status_code == 403
    stats = clip.rig.emulator.stats()
    assert stats["tikapi"]["key_leaks"] == 1
    assert stats["tikapi"]["media"] == {"403": 1}
    assert stats["by_endpoint"]["tikapi.media"] == 1


@pytest.mark.parametrize(
    ("manner", "status", "media_type"),
    [("refused", 403, "text/html"), ("html", 200, "text/html"), ("json", 200, "application/json")],
)
async def test_link_expires(film, manner, status, media_type):
    clip = await film(media_life=600.0, media_expired=manner)
    clip.rig.wall.time += 599
    assert (await clip.get()).status_code == 200
    clip.rig.wall.time += 61
    answer = await clip.get()
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(media_type)
    assert len(answer.content) < 200


async def test_video_comes_in_parts(film):
    clip = await film()
    whole = clip.whole
    first = await clip.get(Range="bytes=0-99")
    assert (first.status_code, first.content) == (206, whole[:100])
    rest = await clip.get(**{"Range": "bytes=100-", "If-Range": first.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, whole[100:])
    assert rest.headers["content-range"] == "bytes 100-299999/300000"
    changed = await clip.get(**{"Range": "bytes=100-", "If-Range": '"another"'})
    assert (changed.status_code, changed.content) == (200, whole)
    behind = await clip.get(Range="bytes=300000-")
    assert behind.status_code == 416


async def test_media_hosts_need_not_know_parts(film):
    clip = await film(media_ranges=False)
    answer = await clip.get(Range="bytes=0-99")
    assert (answer.status_code, len(answer.content)) == (200, 300_000)
    assert "etag" not in answer.headers


FAULTY = {
    "corrupt_byte": lambda answer, whole: (
        answer.content != whole and len(answer.content) == 300_000
    ),
    "short_archive": lambda answer, whole: answer.content == whole[:150_000],
    "rebuilt": lambda answer, whole: answer.content != whole and len(answer.content) == 300_000,
    "html_200": lambda answer, _whole: b"<html>" in answer.content,
    "gateway_html": lambda answer, _whole: answer.status_code == 504,
    "server_error": lambda answer, _whole: answer.status_code == 500,
    "encoded_body": lambda answer, _whole: answer.headers["content-encoding"] == "gzip",
    "drip": lambda answer, whole: answer.content == whole,
}


@pytest.mark.parametrize("kind", FAULTY)
async def test_download_faults_happen(film, kind):
    clip = await film()
    whole = clip.whole
    details = {"drip": {"seconds": 0, "size": 50_000}}.get(kind, {})
    clip.rig.emulator.faults.add(Fault(kind, "tikapi.media", **details))
    answer = await clip.get()
    assert FAULTY[kind](answer, whole)
    assert (await clip.get()).status_code == 200


@pytest.mark.parametrize("kind", ["cut_body", "reset_connection", "wrong_length", "bad_chunk"])
async def test_connection_faults_happen(film, kind):
    clip = await film()
    clip.rig.emulator.faults.add(Fault(kind, "tikapi.media"))
    with pytest.raises(httpx.TransportError):
        await clip.get()
    assert (await clip.get()).content == clip.whole


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("range_ignored", lambda answer: answer.status_code == 200),
        ("wrong_range", lambda answer: "bytes 101-" in answer.headers["content-range"]),
        ("wrong_total", lambda answer: answer.headers["content-range"].endswith("/300001")),
        ("other_validator", lambda answer: answer.headers["etag"] == '"another"'),
        ("no_content_range", lambda answer: "content-range" not in answer.headers),
        ("range_on_200", lambda answer: answer.status_code == 200),
    ],
)
async def test_range_faults_happen(film, kind, seen):
    clip = await film()
    clip.rig.emulator.faults.add(Fault(kind, "tikapi.media"))
    assert (await clip.get()).status_code == 200
    assert seen(await clip.get(Range="bytes=100-"))


async def test_rebuilt_video_has_another_validator(film):
    clip = await film()
    before = (await clip.get()).headers["etag"]
    clip.rig.emulator.faults.add(Fault("rebuilt", "tikapi.media"))
    after = await clip.get(**{"Range": "bytes=100-", "If-Range": before})
    assert after.status_code == 200
    assert after.headers["etag"] != before
    assert after.content == clip.whole


async def test_video_of_any_size_is_never_held(film):
    clip = await film(media_bytes=5_000_000_000)
    size = 0
    async with clip.rig.http.stream("GET", clip.link, headers=clip.headers) as answer:
        assert answer.headers["content-length"] == "5000000000"
        async for piece in answer.aiter_raw():
            size += len(piece)
            if size > 5_000_000:
                break
    assert size > 5_000_000


async def test_truth_knows_its_own_links_only(film):
    clip = await film()
    for link in ("", "https://example.org/media/1/play.mp4x", clip.link.replace("play", "best")):
        with pytest.raises(InputError):
            clip.rig.emulator.media_of(link)
