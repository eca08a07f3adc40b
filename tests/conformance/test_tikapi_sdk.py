"""The official `tikapi` SDK 3.2.2, unmodified but for its base URL, and ours beside it.

Which operation is which endpoint, its parameters and their examples come from the contract file.
The SDK blocks, so it runs in a thread while the emulator runs in the test's loop.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from contextlib import AsyncExitStack
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from tiktok_async import TikAPIClient
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import QuotaExhaustedError, ReauthorizationRequiredError
from tiktok_async.sansio.endpoint import REGISTRY, parameters
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

sdk: Any = pytest.importorskip("tikapi", reason="the SDK is not installed: nox -s conformance")
if sdk.__file__ is None:  # the folder of our own tests has the same name
    pytest.skip("the SDK is not installed: nox -s conformance", allow_module_level=True)

pytestmark = pytest.mark.anyio

CONTRACT: Final[dict[str, Any]] = json.loads(
    files("tiktok_async.emulator").joinpath("contract/tikapi.json").read_text("utf-8")
)
ENDPOINTS: Final[dict[str, Any]] = {
    f"{each['section']}.{each['name']}": each for each in CONTRACT["endpoints"]
}
IN_SDK: Final = [name for name, raw in ENDPOINTS.items() if raw["in_sdk_3_2_2"]]
GROUPS: Final = ("public", "user", "user.posts", "user.posts.comments", "user.live",
                 "user.conversationRequests")  # fmt: skip
MOST_PAGES: Final = 60
SIGNATURE: Final = re.compile(r"signature=[0-9a-f]+")
"""Links belong to the question that they answer, and the SDK asks with more words than ours."""

UNPAGED: Final = {name for name, raw in ENDPOINTS.items() if raw["paginated"]["style"] == "none"}
NEVER_ENDS: Final = {"public.explore", "public.explore_category", "public.related_posts",
                     "user.posts.explore", "user.posts.related_posts"}  # fmt: skip
"""They answer `hasMore: true` and the cursor "0", but take no cursor."""
REFUSES_ITS_CURSOR: Final = {"user.messages", "user.conversation_requests.conversations"}
"""Their cursor comes as a number for a text, or as a text for a number."""
NOT_WALKED: Final = {"user.live.chat", "user.live.transaction_history"}
"""A poll that goes on as long as the room; and pages by number, which the SDK does not know."""
WALKED: Final = sorted(set(IN_SDK) - UNPAGED - REFUSES_ITS_CURSOR - NOT_WALKED)


def given(name: str) -> dict[str, Any]:
    """Return the documented example of what an endpoint has to be sent."""
    raw = ENDPOINTS[name]
    found = {part["wire"]: part["example"] for part in raw["params"] if part["required"]}
    found |= {"ticket": raw["body_example"]["ticket"]} if "ticket" in found else {}
    needed: dict[str, dict[str, Any]] = {
        "public.check": {"username": "lilyachty"},
        "public.check_v3": {"username": "lilyachty"},
        "public.video_v3": {"username": "lilyachty"},
        "public.hashtag": {"id": "4655293"},
    }
    return found | needed.get(name, {})


@attrs.frozen
class Pair:
    """The SDK and our client, both on one emulator."""

    emulator: Emulator
    ours: TikAPIClient
    clock: FakeClock

    @property
    def api(self) -> Any:
        """The SDK, told where the API is."""
        api = sdk.TikAPI(self.emulator.api_key)
        api.set(__options__={"base": self.emulator.tikapi_base_url})
        return api

    def operation(self, name: str, api: Any = None, **options: Any) -> Callable[..., Any]:
        """Return the operation of the SDK for an endpoint."""
        group, *rest = ENDPOINTS[name]["sdk_name"].split(".")
        found = api or self.api
        if group == "user":
            found = found.user(accountKey=self.emulator.account_key, **options)
        else:
            found = getattr(found, group)
        for step in rest:
            found = getattr(found, step)
        return found  # type: ignore[no-any-return]  # nothing of the SDK has types

    def method(self, name: str) -> Callable[..., Any]:
        """Return our method for an endpoint."""
        group, *rest = name.split(".")
        found: Any = self.ours.user() if group == "user" else getattr(self.ours, group)
        for step in rest:
            found = getattr(found, step)
        return found  # type: ignore[no-any-return]  # found by name


@pytest.fixture
async def start(
    anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., Awaitable[Pair]]]:
    """Start an emulator with both of its clients."""
    monkeypatch.setenv("NO_PROXY", "*")
    async with AsyncExitStack() as stack:

        async def run(*faults: Fault, **options: Any) -> Pair:
            clock = FakeClock()
            given = {"videos": 600, "users": 60, "days": 60, "comment_cap": 150, "now": clock.time}
            emulator = await stack.enter_async_context(
                Emulator(faults=faults, **{**given, **options})
            )
            ours = TikAPIClient(
                api_key=emulator.api_key,
                account_key=emulator.account_key,
                base_url=emulator.tikapi_base_url,
            )
            return Pair(emulator, await stack.enter_async_context(ours), clock)

        yield run


def pages_of(answer: Any) -> Iterator[Any]:
    """Yield the bodies that the SDK walks through."""
    while answer is not None:
        yield answer.json()
        answer = answer.next_items()


def rows_of(name: str, body: Mapping[str, Any]) -> list[Any]:
    """Return the rows of an answer, without what belongs to the question."""
    if "notice_lists" in body:
        body = body["notice_lists"][0]
    found = next((v for k, v in body.items() if isinstance(v, list) and k != "top_gifts"), [])
    rows: list[Any] = json.loads(SIGNATURE.sub("", json.dumps(found)))
    return rows


def fields(name: str) -> dict[str, Any]:
    """Return the documented example as our method takes it."""
    known = {part.wire: part.field for part in parameters(REGISTRY[f"tikapi.{name}"])}
    return {known[wire]: value for wire, value in given(name).items()}


def operations(pair: Pair) -> set[str]:
    """Return the names of all operations that the SDK has."""
    found = {"key"}
    for group in GROUPS:
        holder = pair.api
        for step in group.split("."):
            holder = getattr(holder, step)
        for name, value in vars(holder).items():
            is_operation = isinstance(value, classmethod) and not name.startswith("_")
            if is_operation and name != "set" and not inspect.isclass(value):
                found.add(f"{group}.{name}")
    return found


async def test_sdk_has_the_operations_of_the_contract(start):
    pair = await start()
    assert operations(pair) == {ENDPOINTS[name]["sdk_name"] for name in IN_SDK}
    assert len(IN_SDK) == 72


@pytest.mark.parametrize("name", IN_SDK)
async def test_every_operation_of_the_sdk_answers(start, name):
    pair = await start()
    answer = await asyncio.to_thread(pair.operation(name), **given(name))
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "success"
    assert body.keys() >= ENDPOINTS[name]["response_key_types"].keys()


@pytest.mark.parametrize("name", [name for name in IN_SDK if name != "public.video_v3"])
async def test_sandbox_of_the_sdk_fills_in_its_examples(start, name):
    """With TikAPI's demo keys and no parameter at all; one example is missing in the SDK."""
    pair = await start()
    api = sdk.TikAPI(CONTRACT["auth"]["api_key"]["sandbox_value"])
    api.set(__options__={"sandboxBase": pair.emulator.tikapi_base_url}, __sandbox__=True)
    demo = CONTRACT["auth"]["account_key"]["sandbox_value"]
    operation = pair.operation(name, api)
    if "account_key" in ENDPOINTS[name]["auth"]:
        found = api.user(accountKey=demo)
        for step in ENDPOINTS[name]["sdk_name"].split(".")[1:]:
            found = getattr(found, step)
        operation = found
    assert (await asyncio.to_thread(operation)).status_code == 200


@pytest.mark.parametrize("name", WALKED)
async def test_sdk_and_ours_walk_the_same_pages(start, name):
    pair = await start()
    walk = pair.operation(name)

    def theirs() -> list[Any]:
        return list(islice(pages_of(walk(**given(name))), MOST_PAGES))

    bodies = await asyncio.to_thread(theirs)
    ours = [page.raw.json() async for page in pair.method(name)(**fields(name)).pages()]
    assert [rows_of(name, body) for body in bodies] == [rows_of(name, body) for body in ours]
    assert len(bodies) < MOST_PAGES
    assert any(rows_of(name, body) for body in bodies)


@pytest.mark.parametrize("name", sorted(NEVER_ENDS))
async def test_sdk_asks_for_ever_where_ours_stops(start, name):
    pair = await start()
    walk = pair.operation(name)

    def theirs() -> list[Any]:
        return list(islice(pages_of(walk(**given(name))), 7))

    assert len(await asyncio.to_thread(theirs)) == 7
    ours = [page async for page in pair.method(name)(**fields(name)).pages()]
    assert len(ours) == 1


@pytest.mark.parametrize("name", sorted(REFUSES_ITS_CURSOR))
async def test_sdk_refuses_the_cursor_that_was_given_to_it(start, name):
    pair = await start()
    walk = pair.operation(name)
    answer = await asyncio.to_thread(walk, **given(name))
    with pytest.raises(sdk.ValidationException):
        await asyncio.to_thread(answer.next_items)
    ours = [page async for page in pair.method(name)(**fields(name)).pages()]
    assert len(ours) > 1
    assert not ours[-1].raw.json()["hasMore"]


async def test_sdk_goes_on_though_the_flag_is_false(start):
    """A cursor beside a false flag: the SDK follows it, ours has the whole list already."""
    pair = await start(Fault("false_flag", "tikapi.public.search", times=2))
    walk = pair.operation("public.search")

    def theirs() -> list[Any]:
        return list(islice(pages_of(walk(category="users", query="cats")), 2))

    assert len(await asyncio.to_thread(theirs)) == 2
    pair.emulator.faults.clear()
    pair.emulator.faults.add(Fault("false_flag", "tikapi.public.search", times=2))
    ours = [page async for page in pair.ours.public.search(category="users", query="cats").pages()]
    assert len(ours) == 1


async def test_sdk_polls_the_chat(start):
    pair = await start(chat_quiet=0.0)
    walk = pair.operation("user.live.chat")
    first = await asyncio.to_thread(walk, **given("user.live.chat"))
    pair.clock.advance(3.0)
    second = await asyncio.to_thread(first.next_items)
    assert first.json()["messagesList"]
    assert len(second.json()["messagesList"]) >= 6


async def test_sdk_saves_a_video(start, tmp_path):
    pair = await start(media_bytes=700_000)
    answer = await asyncio.to_thread(pair.operation("public.posts"), **given("public.posts"))
    videos = (row["video"] for row in answer.json()["itemList"])
    link = next(video["playAddr"] for video in videos if video["playAddr"])
    target = tmp_path / "clip.mp4"
    assert await asyncio.to_thread(answer.save_video, link, str(target))
    assert target.read_bytes() == b"".join(pair.emulator.media_of(link).read())
    assert pair.emulator.stats()["tikapi"]["key_leaks"] == 0


async def test_sdk_and_ours_are_refused_alike(start):
    pair = await start(credits_per_day=0)
    with pytest.raises(sdk.ResponseException, match="Rate-Limit") as theirs:
        await asyncio.to_thread(pair.operation("public.explore"))
    assert theirs.value.response.status_code == 429
    with pytest.raises(QuotaExhaustedError, match="Rate-Limit"):
        await pair.ours.public.explore()


async def test_dead_account_is_one_for_both(start):
    pair = await start(Fault("token_expired", "tikapi.user.info"))
    with pytest.raises(sdk.ResponseException, match="re-authorize"):
        await asyncio.to_thread(pair.operation("user.info"))
    with pytest.raises(ReauthorizationRequiredError):
        await pair.ours.user().info()
