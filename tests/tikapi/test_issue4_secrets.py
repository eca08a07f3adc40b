"""A provider or a gateway that repeats a key in an error does not get it into ours."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from tikapi_stage import ACCOUNT_KEY, API_KEY, ID, answer, ok, stage

from tiktok_async import convert
from tiktok_async.errors import TikTokError
from tiktok_async.sansio.wire import Answer

if TYPE_CHECKING:
    from tikapi_stage import Stage

pytestmark = pytest.mark.anyio

ECHO = f"X-API-KEY {API_KEY} and X-ACCOUNT-KEY {ACCOUNT_KEY} are wrong"


def everything(on: Stage, error: BaseException | None) -> str:
    """Return all that an error, its causes and the events tell."""
    told = [repr(on.events), repr(on.client), repr(on.client.user())]
    while error is not None:
        told += [str(error), repr(error), repr(vars(error)), str(pickle.dumps(error))]
        error = error.__cause__
    return " ".join(told)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 428, 429, 500])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"message": ECHO}, id="message"),
        pytest.param({"message": "no", "fields": {"X-API-KEY": ECHO}}, id="field"),
        pytest.param({"message": "no", "sent": [{"headers": ECHO}]}, id="beside"),
    ],
)
async def test_key_that_an_error_repeats_is_masked(status: int, body: dict[str, Any]) -> None:
    on = stage(answer(status, status="error", **body))
    with pytest.raises(TikTokError) as caught:
        await on.client.user().posts.like(media_id=ID)
    told = everything(on, caught.value)
    assert API_KEY not in told
    assert ACCOUNT_KEY not in told
    assert "X-ACCOUNT-KEY *** are wrong" in told


@pytest.mark.parametrize("status", [200, 403, 502])
async def test_key_on_a_gateways_page_is_masked(status: int) -> None:
    page = Answer(status, {"content-type": "text/html"}, f"<pre>{ECHO}</pre>".encode())
    on = stage(page)
    with pytest.raises(TikTokError) as caught:
        await on.client.user().info()
    told = everything(on, caught.value)
    assert API_KEY not in told
    assert ACCOUNT_KEY not in told


async def test_good_answer_is_given_as_it_came() -> None:
    on = stage(ok(email=f"{API_KEY}@example.org"))
    info = await on.client.key.info()
    assert API_KEY in json.dumps(convert.to_dict(info))
