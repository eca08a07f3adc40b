"""Every declared endpoint of TikAPI is built from its type, served, paged to its end, and decoded.

What must come is read from a second emulator of the same seed by plain calls, which go on by the
cursors of the contract file and share no rule with the client. A case is written for each endpoint
in `CASES`; one that is declared without a case fails the first test.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import ssl
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin

import attrs
import httpx
import pytest
from tikapi_facts import CONTRACT, DECLARED, ENDPOINTS

from tiktok_async import Runtime, TikAPIClient, convert
from tiktok_async.construct import element, is_model, parts
from tiktok_async.emulator import Emulator
from tiktok_async.models import PACKED, IdText, Model
from tiktok_async.sansio.endpoint import REGISTRY, PagedEndpoint, Place, parameters
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from types import ModuleType

    from tiktok_async.construct import Part

pytestmark = pytest.mark.anyio

WORLD: Final[Mapping[str, Any]] = {"videos": 300, "users": 150, "days": 60, "comment_cap": 150}
TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Never used, and made once: httpx makes one for each client otherwise, which takes long."""
ASKED: Final = re.compile(r"(signature|tt_chain_token)=[0-9a-f]+|//127\.0\.0\.1:[0-9]+")
"""What of a link belongs to the question: a client writes more into it, and asks another port."""
FRESH: Final = {"public.explore", "public.explore_category", "user.posts.explore", "user.live.chat"}
"""What they answer depends on earlier calls; so both emulators are new."""


def _wire_module() -> ModuleType:
    """Return the plain calls that the tests of the emulator make."""
    path = Path(__file__).parent.parent / "emulator" / "tikapi_wire.py"
    spec = importlib.util.spec_from_file_location("plain_tikapi", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # attrs looks there for the names of annotations
    spec.loader.exec_module(module)
    return module


plain: Final = _wire_module()


# ---- what to ask for, and where the answer has it


@attrs.frozen(kw_only=True)
class Case:
    """What to ask for, and what of an answer is the result."""

    given: Mapping[str, Any] = {}
    """Wire parameters beside the documented example."""
    at: tuple[str, ...] = ()
    """Where a single result, or the list of an answer, is; empty for all, or a documented key."""
    beside: str = ""
    """A key of the answer that belongs to a result deeper in it."""
    posts: bool = False
    """Whether rows are posts: the one `$other` of an answer belongs to each."""
    small: int = 7
    """Rows of a small page, where the number can be asked for."""
    pages: int = 2
    """Small pages without which a case shows nothing."""


def _each(name: str, *values: str, **more: Any) -> tuple[Case, ...]:
    return tuple(Case(given={name: value}, **more) for value in values)


POSTS: Final = (Case(posts=True),)
TRENDING: Final = (Case(posts=True, at=("itemList",), pages=1),)
PROFILE: Final = (Case(at=("userInfo",), beside="shareMeta"),)
VIDEO: Final = (Case(at=("itemInfo", "itemStruct"), beside="$other"),)
DATA: Final = (Case(at=("data",)),)
PLAYLIST: Final = (Case(posts=True, small=2),)
PLAYLISTS: Final = (Case(pages=3),)
"""The user of the example has some forty."""
SEARCH: Final = (
    *_each("category", "general", "users", "videos"),
    Case(given={"category": "autocomplete"}, pages=1),
)
LISTED: Final = (Case(),)
SINGLE: Final = (Case(),)

CASES: Final[Mapping[str, tuple[Case, ...]]] = {
    "key.info": SINGLE,
    "public.check": PROFILE,
    "public.check_v3": PROFILE,
    "public.comment_replies_list": LISTED,
    "public.comments_list": LISTED,
    "public.discover": _each("category", "users", "music", "hashtag"),
    "public.discover_keyword": (Case(pages=1),),
    "public.discover_v3": POSTS,
    "public.explore": TRENDING,
    "public.explore_category": TRENDING,
    "public.followers_list": LISTED,
    "public.following_list": LISTED,
    "public.hashtag": POSTS,
    "public.likes": POSTS,
    "public.music": POSTS,
    "public.music_info": (Case(at=("musicInfo",)),),
    "public.playlist_items": PLAYLIST,
    "public.playlists": PLAYLISTS,
    "public.posts": POSTS,
    "public.related_posts": TRENDING,
    "public.search": SEARCH,
    "public.video": VIDEO,
    "public.video_v2": VIDEO,
    "public.video_v3": VIDEO,
    "user.analytics": (
        *_each("type", "overview", "content", "followers", "live"),
        Case(given={"type": "video", "media_id": "7109178205151464746"}),
    ),
    "user.conversation_requests.accept": SINGLE,
    "user.conversation_requests.conversations": LISTED,
    "user.conversation_requests.delete": SINGLE,
    "user.conversation_requests.mark_read": SINGLE,
    "user.conversation_requests.messages": (Case(at=("messages",), pages=1),),
    "user.conversations": LISTED,
    "user.edit": (
        *_each("field", "nickname", "username", "bio"),
        Case(given={"field": "private", "value": "1"}),
    ),
    "user.follow": SINGLE,
    "user.followers": LISTED,
    "user.following": LISTED,
    "user.following_v1": LISTED,
    "user.info": PROFILE,
    "user.live.analytics": DATA,
    "user.live.chat": (Case(at=("messagesList",), pages=1),),
    "user.live.details": DATA,
    "user.live.info": DATA,
    "user.live.list": LISTED,
    "user.live.permissions": DATA,
    "user.live.recommend": (Case(at=("data",), pages=1),),
    "user.live.search": LISTED,
    "user.live.send_chat": SINGLE,
    "user.live.start": SINGLE,
    "user.live.stats": DATA,
    "user.live.stop": SINGLE,
    "user.live.topics": (Case(pages=1),),
    "user.live.transaction_history": LISTED,
    "user.messages": LISTED,
    "user.notifications": _each("filter", "all", "likes", "comments", "mentions", "followers"),
    "user.posts.comments.delete": SINGLE,
    "user.posts.comments.like": SINGLE,
    "user.posts.comments.list": LISTED,
    "user.posts.comments.post": SINGLE,
    "user.posts.comments.replies": LISTED,
    "user.posts.comments.unlike": SINGLE,
    "user.posts.explore": TRENDING,
    "user.posts.feed": POSTS,
    "user.posts.following_posts": POSTS,
    "user.posts.like": SINGLE,
    "user.posts.likes": POSTS,
    "user.posts.playlist_items": PLAYLIST,
    "user.posts.playlists": PLAYLISTS,
    "user.posts.related_posts": TRENDING,
    "user.posts.saved_posts": POSTS,
    "user.posts.search": SEARCH,
    "user.posts.unlike": SINGLE,
    "user.posts.video": VIDEO,
    "user.send_message": SINGLE,
    "user.unfollow": SINGLE,
    "user.verify": DATA,
}


def _cases(*, paged: bool) -> list[Any]:
    found = []
    for name, cases in CASES.items():
        if issubclass(REGISTRY[f"tikapi.{name}"], PagedEndpoint) is paged:
            for case in cases:
                variant = next(iter(case.given.values()), "") if len(cases) > 1 else ""
                found.append(pytest.param(name, case, id=f"{name}-{variant}".rstrip("-")))
    return found


PAGED: Final = _cases(paged=True)
SINGLES: Final = _cases(paged=False)
UNPAGED: Final = {name for name, raw in plain.ENDPOINTS.items()
                  if raw["paginated"]["style"] == "none"} | {"user.live.chat"}  # fmt: skip


def test_every_declared_endpoint_has_a_case() -> None:
    assert sorted(f"tikapi.{name}" for name in CASES) == DECLARED
    assert len(CASES) == len(ENDPOINTS) == len(CONTRACT["endpoints"]) == 74


# ---- two emulators of the same seed: one for the client, one for plain calls


@attrs.frozen
class Twins:
    """A client on one emulator, and plain calls to its twin."""

    emulator: Emulator
    client: TikAPIClient
    wire: Any
    known: dict[tuple[str, str], list[Any]] = attrs.field(factory=dict)
    """Rows of the lists that were walked by plain calls."""

    def request(self, name: str, case: Case, **more: Any) -> Any:
        """Return the documented example of an endpoint, as an instance of its type."""
        endpoint = REGISTRY[f"tikapi.{name}"]
        fields = {part.wire: part.field for part in parameters(endpoint)}
        given = plain.example(name) | dict(case.given) | more
        return endpoint(**{fields[wire]: value for wire, value in given.items()})

    async def answers(self, name: str, case: Case, **more: Any) -> list[dict[str, Any]]:
        """Return the bodies of a list, or the one body of what is not paged."""
        given = plain.example(name) | dict(case.given) | more
        if name in UNPAGED:
            return [await self.wire.call(name, **given)]
        return [body async for body, _, _ in self.wire.pages(name, **given)]


@asynccontextmanager
async def twins() -> AsyncIterator[Twins]:
    async with AsyncExitStack() as stack:
        clock = FakeClock()
        first, second = [
            await stack.enter_async_context(Emulator(now=clock.time, **WORLD)) for _ in range(2)
        ]
        client = TikAPIClient(
            api_key=first.api_key,
            account_key=first.account_key,
            base_url=first.tikapi_base_url,
            runtime=Runtime(clock=clock),
        )
        http = httpx.AsyncClient(trust_env=False, verify=TLS)
        wire = plain.Wire(second, await stack.enter_async_context(http))
        yield Twins(first, await stack.enter_async_context(client), wire)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def readers(anyio_backend: str) -> AsyncIterator[Twins]:
    """Twins of which nothing is asked that changes a later answer."""
    async with twins() as on:
        yield on


# ---- what must come, by the contract

ENVELOPE: Final = {*CONTRACT["envelope_keys"], "error_desc", "inbox_type", "log_id"}
"""Keys of every body, and of those of conversations; where the body is the result, they remain."""
UNNAMED: Final = {
    # Ids as numbers, beside their exact twins.
    *("LiveInfo.id", "LiveRoom.id", "SearchUser.room_id"),
    # What no source tells of a result.
    *("Captions.enableAutoCaption", "Captions.hasOriginalAudio", "ChatUser.id"),
    *("ImagePost.cover", "ImagePost.shareCover", "PostImage.imageHeight", "PostImage.imageWidth"),
    *("LiveInfo.create_time", "LiveRoom.create_time", "LiveRoom.finish_time"),
    *("LiveOwner.display_id", "LiveTopic.name", "SessionCheck.user_id"),
    *(f"LivePermissions.{key}" for key in ("live_center", "live_permission", "third_party")),
    *(f"Transaction.{key}" for key in ("amount", "coins", "create_time", "status")),
    # Acts tell what they did in keys of their own.
    *("Done.comment", "Done.data", "Done.is_digg", "Done.msg"),
}
"""Keys of the emulator's answers that the contract names for no model."""


@functools.cache
def fields_of(model: Any) -> tuple[Part, ...]:
    return parts(model)


def written(model: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a wire object as `to_dict` writes it: by the table of aliases, in its one form."""
    found: dict[str, Any] = {}
    left = dict(raw)
    for part in fields_of(model):
        key = next((key for key in part.keys if raw.get(key) is not None), None)
        for other in part.keys:
            if other == key or left.get(other, 0) is None:
                left.pop(other)
        if key is not None:
            found[part.keys[0]] = _part(part, raw[key])
    return left | found


def _part(part: Part, value: Any) -> Any:
    items = element(part.type)
    if items is None:
        return _value(part.type, value)
    rows = [value] if part.lone and isinstance(value, dict) else value
    return [_value(items[1], row) for row in rows]


def _value(kind: Any, value: Any) -> Any:
    if kind is IdText:
        return str(value)
    if get_origin(kind) is Annotated:
        kind, mark = get_args(kind)
        opened = json.loads(value) if mark == PACKED and isinstance(value, str) else value
        return bool(opened) if kind is bool else _value(kind, opened)
    if is_model(kind):
        return written(kind, value)
    return int(value) if kind is int else value


def rows_of(name: str, case: Case, body: Mapping[str, Any]) -> list[Any]:
    """Return the rows of an answer, in the form that is promised for them."""
    rows = body[case.at[0]] if case.at else plain.rows_of(name, body)
    other = {"$other": body["$other"]} if "$other" in body else {}
    if case.posts:
        return [other | row for row in rows]
    if name.endswith(".search") and "category" in case.given:
        return [_hit(case.given["category"], row, other) for row in rows]
    return list(rows)


def _hit(category: str, row: Any, other: Mapping[str, Any]) -> Any:
    if category == "videos":
        return {"item": {**other, **row}}
    if category == "general":
        return row | ({"item": {**other, **row["item"]}} if "item" in row else {})
    return {"user_list": [row]} if category == "users" else {"suggestion": row}


def id_of(row: Mapping[str, Any]) -> str:
    """Return what tells a row from the others, by the names of the contract."""
    if "messageType" in row:
        return str(row["common"]["msgId"])
    for name in ("id", "id_str", "cid", "nid", "clientMessageId", "short_id", "uid", "content"):
        if name in row:
            return str(row[name])
    for name in ("user", "user_info", "item", "music", "challenge", "live_info", "suggestion"):
        if name in row:
            return id_of(row[name])
    if "raw_data" in row:
        return id_of(json.loads(row["raw_data"]))
    return id_of(row["user_list"][0])


def unsigned(value: Any) -> Any:
    """Return a value without what belongs to the question alone."""
    return json.loads(ASKED.sub("", json.dumps(value)))


def inside(value: Any) -> Iterator[Model]:
    """Yield a model and all models in it."""
    if isinstance(value, Model):
        yield value
        for field in attrs.fields(type(value)):
            yield from inside(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from inside(each)


def extras(found: list[Any]) -> set[str]:
    """Return the keys with values that no field takes, with their models."""
    names = [
        f"{type(model).__name__}.{key}"
        for each in found
        for model in inside(each)
        for key, value in model.extra.items()
        if value is not None and not (key in ENVELOPE and model is each)
    ]
    return set(names) - UNNAMED


# ---- lists


async def truth_of(on: Twins, name: str, case: Case) -> list[Any]:
    """Return all rows of a list as they must come, from one walk by plain calls."""
    key = name, json.dumps(dict(case.given))
    if key not in on.known:
        model = REGISTRY[f"tikapi.{name}"].result
        bodies = await on.answers(name, case)
        rows = [row for body in bodies for row in rows_of(name, case, body)]
        on.known[key] = unsigned([written(model, row) for row in rows])
    return on.known[key]


async def pages_of(paginator: Any) -> list[Any]:
    return [page async for page in paginator.pages()]


def items_of(pages: list[Any]) -> list[Any]:
    """Return what the caller gets of all pages, as wire objects."""
    items: list[Any] = unsigned([convert.to_dict(item) for page in pages for item in page.items])
    return items


def assert_same(items: list[Any], truth: list[Any]) -> None:
    """Every item is there once, in order, and as the wire has it."""
    ids = [id_of(row) for row in truth]
    assert [id_of(item) for item in items] == ids
    assert len(set(ids)) == len(ids) > 0
    for item, row in zip(items, truth, strict=True):
        assert item == row


def assert_echoed(name: str, pages: list[Any]) -> None:
    """Each page was asked for with the cursor of the one before: same name, same type."""
    paged = plain.ENDPOINTS[name]["paginated"]
    for before, page in pairwise(pages):
        body, sent = before.raw.json(), page.request.placed()[Place.QUERY]
        if paged["style"] == "min_max_time":
            group = body["notice_lists"][0]
            assert [sent[key] for key in paged["request_param"]] == [
                group[key] for key in paged["request_param"]
            ]
        elif paged["style"] != "page":
            assert sent[paged["request_param"]] == body[paged["response_field"]]


async def check_list(on: Twins, name: str, case: Case) -> None:
    pages = await pages_of(on.client.iterate(on.request(name, case)))
    assert_same(items_of(pages), await truth_of(on, name, case))
    assert_echoed(name, pages)
    assert [page.has_more for page in pages] == [True] * (len(pages) - 1) + [False]
    assert (len(pages) == 1) or name not in UNPAGED
    found = [item for page in pages for item in page.items]
    assert {type(item) for item in found} == {REGISTRY[f"tikapi.{name}"].result}
    assert extras(found) == set()


@pytest.mark.parametrize(("name", "case"), PAGED)
async def test_list_is_paged_to_its_end(readers: Twins, name: str, case: Case) -> None:
    """Every item once, in order, and each as the wire has it."""
    if name in FRESH:
        async with twins() as on:
            await check_list(on, name, case)
    else:
        await check_list(readers, name, case)


@pytest.mark.parametrize(("name", "case"), [p for p in PAGED if p.values[0] not in UNPAGED])
async def test_small_pages_give_the_same_and_resume(readers: Twins, name: str, case: Case) -> None:
    """The size of a page changes no row, and its state is JSON that another client goes on from."""
    known = {part["wire"] for part in plain.ENDPOINTS[name]["params"]}
    smaller = {wire: case.small for wire in ("count", "limit") if wire in known}
    request = readers.request(name, case, **smaller)
    pages = await pages_of(readers.client.iterate(request))
    truth = await truth_of(readers, name, case)
    assert_same(items_of(pages), truth)
    assert len(pages) >= case.pages
    assert not smaller or all(len(page.items) <= case.small for page in pages)
    stop = (len(pages) + 1) // 2
    state = json.loads(json.dumps(pages[stop - 1].state))
    again = readers.client.with_options().iterate(request).resume_from(state)
    rest = await pages_of(again)
    assert_same(items_of(pages[:stop] + rest), truth)
    assert len(rest) == len(pages) - stop


# ---- single answers


@pytest.mark.parametrize(("name", "case"), SINGLES)
async def test_single_answer_is_decoded(name: str, case: Case) -> None:
    """It is what the twin answers to the same plain call, key by key."""
    async with twins() as on:
        [body] = await on.answers(name, case)
        request = on.request(name, case)
        found = await on.client.send(request)
    beside = {case.beside: body[case.beside]} if case.beside else {}
    for key in case.at:
        body = body[key]
    assert type(found) is request.result
    truth = unsigned(written(request.result, {**beside, **body}))
    assert unsigned(convert.to_dict(found)) == truth
    assert extras([found]) == set()
