"""Every declared endpoint is built from its type, served over a socket, and decoded without loss.

What an answer must hold is the emulator's world, computed apart from the wire. A case is written
for each endpoint in `CASES`; one that is declared without a case fails the first test.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from agreement import DECLARED
from truth import CASES, Case, written

from tiktok_async import ResearchClient, convert
from tiktok_async.models import NO_EXTRA, Model
from tiktok_async.oauth.credentials import ClientCredentials
from tiktok_async.oauth.endpoints import ClientToken, token_of
from tiktok_async.sansio.endpoint import REGISTRY, PagedEndpoint

if TYPE_CHECKING:
    from tiktok_async.emulator import Emulator

pytestmark = pytest.mark.anyio

PAGED: Final = sorted(id_ for id_ in CASES if issubclass(REGISTRY[id_], PagedEndpoint))
SHORT: Final = sorted(id_ for id_ in PAGED if CASES[id_].small)


def test_every_declared_endpoint_has_a_case() -> None:
    assert sorted(CASES) == DECLARED


def request_of(id_: str, emulator: Emulator, **more: Any) -> Any:
    return REGISTRY[id_](**CASES[id_].given(emulator.world) | more)


def rows_of(case: Case, answer: Any) -> list[Any]:
    """Return the rows of an answer as they came."""
    data = answer.json()["data"]
    return list(data[case.key]) if case.key else [data]


async def pages_of(client: ResearchClient, request: Any) -> list[Any]:
    return [page async for page in client.iterate(request).pages()]


def items_of(case: Case, pages: list[Any]) -> list[Any]:
    """Return what the caller gets of all pages, as wire objects."""
    items = [convert.to_dict(item) for page in pages for item in page.items]
    return case.joined(items)


def assert_exact(case: Case, model: type[Model], page: Any) -> None:
    """A page's raw answer holds exactly what was decoded from it."""
    raw = rows_of(case, page.raw)
    assert [convert.to_dict(item) for item in convert.decode_list(model, raw)] == [
        written(model, row) for row in raw
    ]
    assert page.raw.json() == json.loads(page.raw.body)
    came = iter([written(model, row) for row in raw])
    assert all(convert.to_dict(item) in came for item in page.items)
    assert all(item.extra is NO_EXTRA for item in page.items)


@pytest.mark.parametrize("big_ids", [False, True], ids=["64-bit", "beyond-64-bit"])
@pytest.mark.parametrize("id_", PAGED)
async def test_paged_endpoint_gives_the_whole_truth(start: Any, id_: str, big_ids: bool) -> None:
    """Every item once, in order, and each page exactly as it came."""
    emulator, client = await start(big_ids=big_ids)
    case = CASES[id_]
    pages = await pages_of(client, request_of(id_, emulator))
    truth = case.truth(emulator.world)
    assert items_of(case, pages) == truth
    assert len(truth) >= case.least
    assert [page.has_more for page in pages] == [True] * (len(pages) - 1) + [False]
    for page in pages:
        assert_exact(case, REGISTRY[id_].result, page)


@pytest.mark.parametrize("id_", SHORT)
async def test_small_pages_give_the_same(start: Any, id_: str) -> None:
    """The size of a page changes the number of calls, not the rows."""
    emulator, client = await start()
    case = CASES[id_]
    pages = await pages_of(client, request_of(id_, emulator, **case.small))
    assert items_of(case, pages) == case.truth(emulator.world)
    size = next(iter(case.small.values()))
    assert all(len(case.counted(page)) <= size for page in pages)
    assert len(pages) > 2


@pytest.mark.parametrize("id_", SHORT)
async def test_resumption_at_any_page_gives_the_rest(start: Any, id_: str) -> None:
    """The state of a page is JSON; another client goes on from it, and nothing comes twice."""
    emulator, client = await start()
    case = CASES[id_]
    request = request_of(id_, emulator, **case.small)
    pages = await pages_of(client, request)
    truth = case.truth(emulator.world)
    for stop in {1, len(pages) // 2, len(pages) - 1}:
        state = json.loads(json.dumps(pages[stop - 1].state))
        again = client.with_options().iterate(request).resume_from(state)
        rest = [page async for page in again.pages()]
        assert items_of(case, pages[:stop] + rest) == truth
        assert len(rest) <= len(pages) - stop


@pytest.mark.parametrize("id_", SHORT)
async def test_resumption_after_the_end_gives_nothing_and_costs_nothing(
    start: Any, id_: str
) -> None:
    emulator, client = await start()
    request = request_of(id_, emulator)
    pages = await pages_of(client, request)
    before = emulator.stats()["served"]
    again = client.iterate(request).resume_from(json.loads(json.dumps(pages[-1].state)))
    assert [item async for item in again] == []
    assert emulator.stats()["served"] == before


@pytest.mark.parametrize("id_", PAGED)
async def test_next_page_walks_the_same_way(start: Any, id_: str) -> None:
    """`await` gives the first page, `next_page` the one after it, None at the end."""
    emulator, client = await start()
    case = CASES[id_]
    found = [await client.iterate(request_of(id_, emulator, **case.small))]
    while (page := await found[-1].next_page()) is not None:
        found.append(page)
    assert items_of(case, found) == case.truth(emulator.world)


@pytest.mark.parametrize("id_", PAGED)
async def test_request_of_a_page_is_the_one_that_was_sent(start: Any, id_: str) -> None:
    """A page names its own request; sent again it gives the same rows."""
    emulator, client = await start()
    case = CASES[id_]
    pages = await pages_of(client, request_of(id_, emulator, **case.small))
    page = pages[len(pages) // 2]
    assert rows_of(case, await client.raw(page.request)) == rows_of(case, page.raw)


@pytest.mark.parametrize("status", [200, 500])
async def test_profile_is_the_truth_also_in_a_500(start: Any, status: int) -> None:
    emulator, client = await start(profile_status=status)
    case = CASES["research.user.info"]
    request = request_of("research.user.info", emulator)
    answer = await client.raw(request)
    assert answer.status == status
    assert [answer.json()["data"]] == case.truth(emulator.world)
    assert [convert.to_dict(await client.send(request))] == case.truth(emulator.world)


async def test_compliance_endpoints_give_the_truth(start: Any) -> None:
    """Create, look, fetch: the task's id is exact, and the file holds the ids that can be had."""
    emulator, client = await start(big_ids=True, processing=0.0)
    create = request_of("research.validation_task.create", emulator)
    raw = await client.raw(create)
    task = convert.decode(create.result, raw.json()["data"])
    assert task.task_id == raw.json()["data"]["task_id"] > 1 << 64
    given = {"task_id": task.task_id}
    status = await client.send(request_of("research.validation_task.status", emulator, **given))
    assert convert.to_dict(status) == {"task_status": "Completed"}
    fetch = request_of("research.validation_task.download", emulator, **given)
    valid = CASES[fetch.id].truth(emulator.world)
    assert [int(line) for line in (await client.raw(fetch)).body.split()] == valid
    assert 0 < len(valid) < len(create.file_data.split())


async def test_token_endpoint_gives_a_token_that_works(start: Any) -> None:
    emulator, client = await start()
    mint = ClientToken(client_key=emulator.client_key, client_secret=emulator.client_secret)
    assert isinstance(client._scope.credential, ClientCredentials)
    scope = attrs.evolve(client._scope, api=mint.api, credential=None)
    reply = await scope.middleware.call(mint, scope)
    token = token_of(reply.data)
    assert reply.data == reply.answer.json()
    assert token.expires_in == 7200.0
    assert token.access_token.reveal() == reply.data["access_token"]
    async with ResearchClient(token=token.access_token, base_url=emulator.base_url) as other:
        await other.users.info(username="joe1234567")
