"""What cannot succeed is refused before any call, in words that say what to write instead."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

import pytest

from tiktok_async import (
    CheckpointMismatchError,
    ConfigError,
    CredentialsMissingError,
    InputError,
    ResearchClient,
)
from tiktok_async.research import F, Query
from tiktok_async.research.endpoints import QueryVideos

pytestmark = pytest.mark.anyio

DAY: Final = date(2022, 6, 15)
DAYS: Final = {"start": DAY, "end": DAY}
WHERE: Final = F.keyword == "news"
Call = Callable[[Any], Awaitable[Any]]
VARIABLES: Final = (
    "TIKTOK_CLIENT_KEY",
    "TIKTOK_CLIENT_SECRET",
    "TIKTOK_ACCESS_TOKEN",
    "TIKTOK_BASE_URL",
)


def condition(field: str = "keyword", operation: str = "EQ", values: Any = ("x",)) -> Any:
    """Return a wire object with one condition."""
    one = {"field_name": field, "operation": operation, "field_values": list(values)}
    return {"and": [one]}


def query(where: Any, **more: Any) -> Call:
    async def call(research: Any) -> None:
        await research.videos.query(where, **{**DAYS, **more})

    return call


def built(make: Callable[[], Any]) -> Call:
    """Return a call whose filter is built inside it."""

    async def call(research: Any) -> None:
        await research.videos.query(make(), **DAYS)

    return call


def users(name: str, username: Any, **more: Any) -> Call:
    async def call(research: Any) -> None:
        await getattr(research.users, name)(username=username, **more)

    return call


def comments(**given: Any) -> Call:
    async def call(research: Any) -> None:
        await research.videos.comments(**given)

    return call


def tasks(**given: Any) -> Call:
    async def call(research: Any) -> None:
        await research.compliance.create(**given)

    return call


def walk(act: Callable[[Any], Any]) -> Call:
    """Return a call that does something with a good query."""

    async def call(research: Any) -> None:
        await act(research.videos.query(WHERE, **DAYS))

    return call


def shops(name: str, **given: Any) -> Call:
    async def call(research: Any) -> None:
        await getattr(research.shops, name)(**given)

    return call


async def options(research: Any) -> None:
    research.with_options(timeout=-5)


async def playlist(research: Any) -> None:
    await research.playlists.info("PL7")


async def sample(research: Any) -> None:
    await research.videos.sample(WHERE, start=DAY, end=DAY + timedelta(days=31))


async def one_window(research: Any) -> None:
    await research.iterate(
        QueryVideos(query=WHERE, start_date=DAY, end_date=DAY - timedelta(days=1))
    )


REFUSED = [
    # the filter
    pytest.param(
        built(lambda: cast("Any", F).keywrod == "x"), r'Did you mean "keyword"\?', id="F-field"
    ),
    pytest.param(query(condition("hashtag")), r'Did you mean "hashtag_name"\?', id="wire-field"),
    pytest.param(
        query(condition(operation="EQUALS")), "There are: EQ, IN, GT, GTE, LT, LTE", id="operation"
    ),
    pytest.param(query(condition("region_code", values=["UK"])), 'write "GB"', id="region-uk"),
    pytest.param(query(condition("region_code", values=["us"])), 'write "US"', id="region-case"),
    pytest.param(
        built(lambda: F.region_code.in_("US", "QQ")),
        '"QQ" is not one of the 245 region codes',
        id="region",
    ),
    pytest.param(
        query(condition("create_date", values=["2022-06-15"])), 'write "20220615"', id="date"
    ),
    pytest.param(
        query(condition("create_date", values=["20220230"])),
        "is not a day; write YYYYMMDD",
        id="date-that-is-none",
    ),
    pytest.param(
        query(condition("video_length", values=["TINY"])),
        "There are: SHORT, MID, LONG, EXTRA_LONG",
        id="length",
    ),
    pytest.param(
        query(condition("username", values=["@joe"])), 'write "joe"', id="condition-username-@"
    ),
    pytest.param(
        query(condition("hashtag_name", values=["#fyp"])), 'write "fyp"', id="condition-hashtag-#"
    ),
    pytest.param(
        query(condition("view_count", values=["1k"])), "write them like 1000", id="number"
    ),
    pytest.param(query(condition(values=[])), "value", id="no-values"),
    pytest.param(
        query(condition(values=["  "])), "write a value, or leave the condition out", id="blank"
    ),
    pytest.param(query({}), "write at least one, such as F.", id="empty"),
    pytest.param(query({"and": []}), "write at least one", id="empty-and"),
    pytest.param(built(Query), "write at least one", id="empty-query"),
    pytest.param(query({"AND": [condition()["and"][0]]}), "and", id="unknown-group"),
    pytest.param(
        query("keyword = news"), "write an expression such as F.region_code == 'US'", id="string"
    ),
    pytest.param(query(None), "write an expression", id="none"),
    pytest.param(query([condition()["and"][0]]), "write an expression", id="list"),
    pytest.param(
        built(lambda: (F.keyword == "a") & (F.keyword == "b") | (F.keyword == "c")),
        r"\|",
        id="not-flat",
    ),
    # days
    pytest.param(
        query(WHERE, start=DAY, end=DAY - timedelta(days=1)),
        r"end 2022-06-14 is before start 2022-06-15; "
        r"write start=datetime.date\(2022, 6, 14\), end=datetime.date\(2022, 6, 15\)",
        id="backwards",
    ),
    pytest.param(
        query(WHERE, start="2022-06-15"), r"write date\(2022, 6, 15\)", id="start-as-text"
    ),
    pytest.param(
        query(WHERE, start=datetime(2022, 6, 15)),  # noqa: DTZ001  # the point
        "has no time zone",
        id="naive-datetime",
    ),
    pytest.param(query(WHERE, window_days=31), "1 to 30", id="window-31"),
    pytest.param(query(WHERE, window_days=0), "1 to 30", id="window-0"),
    pytest.param(sample, "at most 30 days apart; research.videos.query takes any span", id="31"),
    pytest.param(one_window, "write a start before the end", id="window-backwards"),
    # counts, limits, fields
    pytest.param(query(WHERE, max_count=0), "max_count is 0: write .* 1 to 100", id="max-0"),
    pytest.param(query(WHERE, max_count=101), "max_count is 101: write .* 1 to 100", id="max-101"),
    pytest.param(query(WHERE, max_count="50"), "write a whole number", id="max-as-text"),
    pytest.param(query(WHERE, max_count=True), "write a whole number", id="max-as-bool"),
    pytest.param(
        query(WHERE, fields=["likes"]), "'likes': choose from id, create_time", id="field"
    ),
    pytest.param(query(WHERE, fields=[]), "fields is empty: choose from", id="no-fields"),
    pytest.param(walk(lambda q: q.limit(0)), r"limit\(0\): write 1 or more", id="limit-0"),
    pytest.param(
        walk(lambda q: q.concurrent(windows=0).__aenter__()), "write 1 or more", id="windows-0"
    ),
    pytest.param(
        walk(lambda q: anext(aiter(q.concurrent()))),
        "async with query.concurrent",
        id="not-entered",
    ),
    # users
    pytest.param(users("info", "@joe"), "write it without @, as 'joe'", id="username-@"),
    pytest.param(users("info", ""), "write a text that is not empty", id="username-empty"),
    pytest.param(users("info", 7), "write a text that is not empty", id="username-number"),
    pytest.param(users("info", "joe doe"), "write the handle alone", id="username-blank"),
    pytest.param(
        users("followers", "https://www.tiktok.com/@joe"), "write the handle alone", id="link"
    ),
    pytest.param(users("liked", "@joe"), "without @", id="liked-@"),
    pytest.param(users("pinned", "@joe"), "without @", id="pinned-@"),
    pytest.param(users("reposted", "joe", max_count=101), "1 to 100", id="reposted-101"),
    pytest.param(users("following", "joe", max_count=0), "1 to 100", id="following-0"),
    pytest.param(users("info", "joe", fields="likes"), "choose from display_name", id="user-field"),
    # comments, playlists, shops, compliance
    pytest.param(comments(video_id=1, comment_id=2), "exactly one of video_id and", id="both"),
    pytest.param(comments(), "exactly one of video_id and comment_id", id="neither"),
    pytest.param(comments(video_id="7abc"), "write the id as digits", id="id-with-letters"),
    pytest.param(comments(video_id=7.0), "write the id as digits", id="id-as-float"),
    pytest.param(comments(video_id=-7), "write the id as digits", id="id-below-0"),
    pytest.param(comments(comment_id=True), "write the id as digits", id="id-as-bool"),
    pytest.param(playlist, "write the id as digits", id="playlist-id"),
    pytest.param(shops("query", shop_name=" "), "not empty", id="shop-name"),
    pytest.param(shops("query", shop_name="x", limit=11), "1 to 10", id="shop-limit"),
    pytest.param(shops("products", shop_id=1, page_size=11), "1 to 10", id="page-size"),
    pytest.param(shops("products", shop_id=1, page_start=0), "from 1 to", id="page-start"),
    pytest.param(shops("reviews", product_id="x"), "write the id as digits", id="product-id"),
    pytest.param(
        tasks(file_data=[1], category="user"), "write 'video' or 'comment'", id="category"
    ),
    pytest.param(tasks(file_data=[]), "0 ids: write 1 to 10000", id="no-ids"),
    pytest.param(tasks(file_data=["7", "x"]), "write ids as digits", id="file-of-words"),
    pytest.param(tasks(file_data=b"7\nx7\n"), "write ids as digits", id="file-of-bytes"),
    # the client
    pytest.param(options, "seconds above zero", id="option"),
]


@pytest.mark.parametrize(("call", "says"), REFUSED)
async def test_bad_argument_is_refused_before_any_call(start: Any, call: Call, says: str) -> None:
    """It is an InputError (so a ValueError too) that says what to write, and nothing was sent."""
    emulator, research, events = await start(videos=10)
    with pytest.raises(InputError, match=says) as caught:
        await call(research)
    assert isinstance(caught.value, ValueError)
    assert emulator.stats()["served"] == 0
    assert events == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"end": DAY + timedelta(days=1)}, id="days"),
        pytest.param({"fields": ["id"]}, id="fields"),
        pytest.param({"max_count": 50}, id="page-size"),
        pytest.param({"window_days": 1, "end": DAY + timedelta(days=1)}, id="windows"),
    ],
)
async def test_state_of_another_request_is_refused(start: Any, change: dict[str, Any]) -> None:
    emulator, research, _ = await start(videos=10)
    query = research.videos.query(WHERE, **DAYS)
    state = json.loads(json.dumps(query.state_of(query.todo())))
    assert query.resume_from(state).start == state
    other = research.videos.query(WHERE, **{**DAYS, **change})
    with pytest.raises(CheckpointMismatchError, match="the same query, dates and fields"):
        other.resume_from(state)
    with pytest.raises(CheckpointMismatchError):
        research.videos.query(F.keyword == "old", **DAYS).resume_from(state)
    with pytest.raises(CheckpointMismatchError):
        research.users.followers(username="joe").resume_from(state)
    assert emulator.stats()["served"] == 0


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({}, id="empty"),
        pytest.param({"version": 99}, id="version"),
        pytest.param({"version": 1, "request": "0" * 16, "todo": []}, id="other-request"),
        pytest.param([], id="list"),
        pytest.param(None, id="none"),
        pytest.param("state", id="text"),
    ],
)
async def test_what_is_no_state_is_refused(start: Any, state: Any) -> None:
    emulator, research, _ = await start(videos=10)
    with pytest.raises((CheckpointMismatchError, InputError)):
        research.videos.query(WHERE, **DAYS).resume_from(state)
    assert emulator.stats()["served"] == 0


@pytest.mark.parametrize(
    "todo",
    [
        pytest.param([[1, None]], id="window-that-is-not-there"),
        pytest.param([[-1, None]], id="window-below-0"),
        pytest.param("x", id="text"),
        pytest.param([[0, {"params": {"no_such": 1}, "seen": []}]], id="parameter"),
        pytest.param([[0, {"seen": []}]], id="no-parameters"),
        pytest.param([[0]], id="half"),
    ],
)
async def test_damaged_state_is_refused(start: Any, todo: Any) -> None:
    """Of the right request, but changed since: it is named, when it is given or when it is used."""
    emulator, research, _ = await start(videos=10)
    query = research.videos.query(WHERE, **DAYS)
    state = {**query.state_of(query.todo()), "todo": todo}
    with pytest.raises((CheckpointMismatchError, InputError)):
        await query.resume_from(state)
    assert emulator.stats()["served"] == 0


# ---- credentials and addresses


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """An environment without settings."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "config.toml"))


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        pytest.param({}, "client_key and client_secret are missing", id="nothing"),
        pytest.param({"client_key": "key"}, "client_secret is missing", id="key-alone"),
        pytest.param({"client_secret": "s3cret"}, "client_key", id="secret-alone"),
        pytest.param({"client_key": "", "client_secret": ""}, "client_key and", id="empty"),
    ],
)
def test_missing_credential_is_named(bare: None, given: dict[str, Any], missing: str) -> None:
    with pytest.raises(CredentialsMissingError, match=missing) as caught:
        ResearchClient(**given)
    assert "TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET" in str(caught.value)
    assert "the emulator" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_secret_alone_is_not_said_to_miss_too(bare: None) -> None:
    with pytest.raises(CredentialsMissingError) as caught:
        ResearchClient(client_secret="s3cret")
    assert "No credential: client_key is missing." in str(caught.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("http://open.tiktokapis.com", "not https.* https://", id="http"),
        pytest.param("open.tiktokapis.com", "base URL .* https://", id="no-scheme"),
        pytest.param("ftp://open.tiktokapis.com", "not https.* https://", id="ftp"),
        pytest.param("http://127.0.0.1.example.org", "not https.* https://", id="not-loopback"),
        pytest.param("https://", "base URL", id="no-host"),
        pytest.param("https://me:pw@example.org", "example.org.* host.* port", id="user"),
        pytest.param("https://example.org?x=1", "example.org.* host.* port", id="query"),
        pytest.param("https://example.org:port", "base URL", id="port"),
    ],
)
@pytest.mark.parametrize("by", ["argument", "environment"])
def test_wrong_base_url_is_refused(
    bare: None, monkeypatch: pytest.MonkeyPatch, url: str, says: str, by: str
) -> None:
    if by == "environment":
        monkeypatch.setenv("TIKTOK_BASE_URL", url)
    given = url if by == "argument" else None
    with pytest.raises(ConfigError, match=says) as caught:
        ResearchClient(client_key="key", client_secret="s3cret", base_url=given)
    assert "pw@" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/", "http://localhost:8080", "http://[::1]:8080", "https://a.b"]
)
async def test_good_base_url_is_taken(bare: None, url: str) -> None:
    async with ResearchClient(token="clt.x", base_url=url) as research:
        assert url.rstrip("/") in repr(research)
        assert "clt.x" not in repr(research)


def test_unknown_profile_is_named(bare: None) -> None:
    with pytest.raises(ConfigError, match="has no profile 'work'"):
        ResearchClient(profile="work")


def test_config_that_is_no_toml_is_named(bare: None, tmp_path: Any) -> None:
    (tmp_path / "config.toml").write_text("[profile.default\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        ResearchClient(client_key="key", client_secret="s3cret")


def test_argument_beats_environment_beats_profile(
    bare: None, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = 'tiktok_client_key = "file"\ntiktok_client_secret = "s"\n'
    (tmp_path / "config.toml").write_text(f"[profile.default]\n{lines}")

    def name() -> str:
        return ResearchClient()._scope.credential.name  # type: ignore[union-attr]  # it has one

    assert name() == "client:file"
    monkeypatch.setenv("TIKTOK_CLIENT_KEY", "environment")
    assert name() == "client:environment"
    given = ResearchClient(client_key="argument")
    assert cast("Any", given)._scope.credential.name == "client:argument"


async def test_span_that_reaches_into_the_future_is_refused(start: Any) -> None:
    """What is not yet posted cannot be part of a whole answer."""
    emulator, research, _ = await start(videos=10)
    today = datetime.fromtimestamp(research._scope.middleware.clock.time(), UTC).date()
    with pytest.raises(InputError, match="is after today") as caught:
        research.videos.query(WHERE, start=today, end=today + timedelta(days=1))
    assert repr(today) in str(caught.value)
    research.videos.query(WHERE, start=today, end=today)
    assert emulator.stats()["served"] == 0
