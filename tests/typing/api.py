"""The public API as its users see it: never run, only type-checked.

Lines marked with `error:` must be refused; mypy's warn_unused_ignores makes each of them a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import assert_type

from starlette.routing import Mount

from tiktok_async import (
    Collection,
    Page,
    Paginator,
    PortabilityClient,
    ResearchClient,
    TikAPIClient,
)
from tiktok_async.oauth import (
    AuthorizationRequest,
    FileTokenStore,
    KeyringTokenStore,
    MemoryTokenStore,
    OAuthClient,
    StoredToken,
    TokenStore,
)
from tiktok_async.portability import (
    Archive,
    ArchiveLimits,
    Export,
    ExportRequest,
    ExportState,
    ExportStatus,
    Polling,
    Saving,
)
from tiktok_async.portability.archive import Section
from tiktok_async.portability.archive.rows import Login, WatchedVideo
from tiktok_async.report import export_report, write_export_report
from tiktok_async.research import F, Query
from tiktok_async.research.models import Comment, Playlist, Product, User, UserRef, Video
from tiktok_async.tikapi import (
    AccountGrant,
    BatchProgress,
    ChatPace,
    LiveChat,
    MediaRules,
    Outcome,
    SavedMedia,
    SavingBatch,
    authorize_url,
    parse_callback,
    parse_message,
)
from tiktok_async.tikapi import models as tikapi_models
from tiktok_async.tikapi.models import (
    ChatEvent,
    Done,
    Follower,
    HashtagInfo,
    KeyInfo,
    Post,
    Profile,
)
from tiktok_async.webhooks import (
    AuthorizationRemoved,
    PortabilityReady,
    Webhook,
    WebhookApp,
    forgetting,
    verify,
)


async def query(research: ResearchClient) -> None:
    """The three faces of a paged call."""
    where = F.region_code.in_("US", "CA") & (F.keyword == "hello world") & ~(F.username == "spam")
    assert_type(where, Query)
    found = research.videos.query(where, start=date(2022, 6, 15), end=date(2022, 12, 28))
    assert_type(found, Paginator[Video])
    assert_type(await found, Page[Video])
    async for video in found:
        assert_type(video, Video)
        assert_type(video.id, int | None)
    async for page in found.pages():
        assert_type(page.items, list[Video])
    assert_type(await found.limit(10).collect(), Collection[Video])
    async with found.concurrent(windows=8) as rows:
        async for row in rows:
            assert_type(row, Video)


async def bound(research: ResearchClient) -> None:
    """A bound endpoint has the full signature of its declaration."""
    assert_type(await research.users.info(username="joe1234567"), User)
    assert_type(research.videos.comments(video_id=1, max_count=10), Paginator[Comment])
    assert_type(research.users.followers(username="joe1234567"), Paginator[UserRef])
    assert_type(research.users.liked(username="joe1234567"), Paginator[Video])
    assert_type(research.shops.products(shop_id="123456789"), Paginator[Product])
    assert_type(await research.playlists.info(7), Playlist)
    assert_type(await research.compliance.available([1, "2"]), set[int])


def options(research: ResearchClient) -> None:
    """Options of a call, and a shared session."""
    assert_type(research.with_options(timeout=30.0), ResearchClient)
    ResearchClient(session=research.session)
    research.with_options(limits=None)  # type: ignore[call-arg]  # error: limits are the client's


def wrong(research: ResearchClient) -> None:
    """A wrong call is refused before it is run."""
    where = F.view_count >= 1000
    research.videos.query(where, start=date(2022, 6, 15))  # type: ignore[call-arg]  # error: no end
    research.videos.query(where, since=date(2022, 6, 15), end=date(2022, 6, 16))  # type: ignore[call-arg]  # error: no such keyword
    research.videos.query("keyword = x", start=date(2022, 6, 15), end=date(2022, 6, 16))  # type: ignore[arg-type]  # error: a text is no query
    research.videos.comments(video="1")  # type: ignore[call-arg]  # error: no such keyword
    research.users.followers(username=7)  # type: ignore[arg-type]  # error: a handle is text
    research.users.followers("joe1234567")  # type: ignore[call-arg]  # error: by keyword only


async def exports(portability: PortabilityClient) -> None:
    """From a request to an archive, in one call or step by step."""
    request = await portability.add(["activity"], data_format="json")
    assert_type(request, ExportRequest)
    assert_type(request.request_id, int)
    status = await portability.check(request.request_id)
    assert_type(status, ExportStatus)
    assert_type(status.state, ExportState)
    polling = Polling(first=5.0, timeout=None)
    assert_type(await portability.wait_ready("7", polling=polling), ExportStatus)
    saving = Saving(limits=ArchiveLimits(members=10))
    assert_type(await portability.download(7, Path("x.zip"), saving=saving), Export)
    export = await portability.export("activity", to="x.zip", on_progress=print)
    assert_type(export, Export)
    assert_type(export.path, Path)
    assert_type(await portability.cancel(request_id=7), None)
    assert_type(portability.with_options(timeout=30.0), PortabilityClient)
    portability.wake(7)
    await portability.export("activity")  # type: ignore[call-arg]  # error: where to?
    await portability.export(7, to="x.zip")  # type: ignore[arg-type]  # error: an id is request_id=
    await portability.check(request=7)  # type: ignore[call-arg]  # error: no such keyword
    portability.wake(1.5)  # type: ignore[arg-type]  # error: neither an event nor an id


def archive(export: Export) -> None:
    """An archive is typed rows."""
    opened = export.open()
    assert_type(opened, Archive)
    assert_type(opened.watch_history, Section[WatchedVideo])
    for watched in opened.watch_history:
        assert_type(watched, WatchedVideo)
    for login in opened.login_history:
        assert_type(login, Login)
    assert_type(export_report(opened), Iterator[str])
    write_export_report(opened, "report.html")
    _ = opened.watched  # type: ignore[attr-defined]  # error: no such section


async def logins(oauth: OAuthClient) -> None:
    """A login at once, or in two halves; a store is anything with four methods."""
    assert_type(await oauth.login("user.info.basic", open_browser=print), StoredToken)
    begun = oauth.begin(["user.info.basic"], redirect_uri="https://example.com/callback/")
    assert_type(begun, AuthorizationRequest)
    assert_type(await oauth.finish(begun, "https://example.com/callback/?code=x"), StoredToken)
    assert_type(await oauth.refresh(), StoredToken)
    stores: list[TokenStore] = [FileTokenStore(), KeyringTokenStore(), MemoryTokenStore()]
    PortabilityClient(client_key="k", client_secret="s", store=stores[0])
    PortabilityClient(store="tokens.json")  # type: ignore[arg-type]  # error: a path is no store
    oauth.begin("user.info.basic", redirect_uri="x", pkce="plain")  # type: ignore[arg-type]  # error: never plain


def hooks(portability: PortabilityClient, store: TokenStore) -> None:
    """Events are typed, and the receiver is an ASGI app."""
    event = verify({"TikTok-Signature": "t=1,s=2"}, b"{}", "secret", tolerance=None)
    assert_type(event, Webhook)
    if isinstance(event, PortabilityReady):
        assert_type(event.request_id, int | None)
    app = WebhookApp("secret", on_event=portability.wake)
    app.on(AuthorizationRemoved)(forgetting(store))
    app.on(PortabilityReady)(portability.wake)
    Mount("/tiktok", app)

    def ready(found: PortabilityReady) -> None:
        """Take one event."""

    app.on(AuthorizationRemoved)(ready)  # type: ignore[arg-type]  # error: another event


async def public(tikapi: TikAPIClient) -> None:
    """TikAPI without a user: lookups are awaited, lists are walked, each with its own type."""
    assert_type(await tikapi.public.check(username="joe1234567"), Profile)
    assert_type(await tikapi.public.video(video_id=7109178205151464746), Post)
    assert_type(await tikapi.public.hashtag_info("cats"), HashtagInfo)
    assert_type(await tikapi.key.info(), KeyInfo)
    found = tikapi.public.hashtag(name="cats", country="us")
    assert_type(found, Paginator[Post])
    assert_type(await found.limit(10).collect(), Collection[Post])
    async for follower in tikapi.public.followers_list(sec_uid="x" * 30):
        assert_type(follower, Follower)
    assert_type(tikapi.public.comments_list(media_id="7"), Paginator[tikapi_models.Comment])
    tikapi.public.posts("x" * 30)  # type: ignore[call-arg]  # error: by keyword only
    tikapi.public.posts(secUid="x" * 30)  # type: ignore[call-arg]  # error: no such keyword
    await tikapi.public.check(username="joe", country=7)  # type: ignore[arg-type]  # error: a country is text


async def as_a_user(tikapi: TikAPIClient) -> None:
    """What is done as a user, and a live chat."""
    me = tikapi.user(account_key="k" * 10)
    assert_type(await me.info(), Profile)
    assert_type(await me.posts.like(media_id="7"), Done)
    assert_type(me.posts.comments.list(media_id="7"), Paginator[tikapi_models.Comment])
    assert_type(me.notifications(filter="likes"), Paginator[tikapi_models.Notification])
    chat = me.live.chat("7", pace=ChatPace(fastest=0.5))
    assert_type(chat, LiveChat)
    async for event in chat:
        assert_type(event, ChatEvent)
    me.live.chat()  # type: ignore[call-arg]  # error: which room?


async def media(tikapi: TikAPIClient, post: Post) -> None:
    """One video, or many as they come."""
    assert_type(await tikapi.save_video(post, Path("x.mp4")), SavedMedia)
    assert_type(await tikapi.save_media("https://example.org/a", "a.jpeg"), SavedMedia)

    def told(progress: BatchProgress) -> None:
        """Take one report."""
        assert_type(progress.saved, int)

    batch = tikapi.save_videos(tikapi.public.explore(), "clips", on_progress=told)
    assert_type(batch, SavingBatch)
    assert_type(await batch, list[Outcome])
    async with tikapi.save_videos([post], "clips") as outcomes:
        async for outcome in outcomes:
            assert_type(outcome, Outcome)
    assert_type(tikapi.with_options(timeout=30.0), TikAPIClient)
    TikAPIClient(sandbox=True, media=MediaRules(), session=tikapi.session)
    await tikapi.save_video("7", "x.mp4")  # type: ignore[arg-type]  # error: an id is no post


def links() -> None:
    """A user authorises the app."""
    url = authorize_url("c_1234567890", "https://example.org/linked", ["live"], state="s")
    assert_type(url, str)
    assert_type(parse_callback(url, state="s"), AccountGrant)
    assert_type(parse_message({"type": "success"}, state=None), AccountGrant)
    parse_callback(url)  # type: ignore[call-arg]  # error: which state?
