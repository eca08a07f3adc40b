"""The page where a user authorises an app at TikAPI, and what its key is good for."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from tikapi_wire import CONTRACT, Wire

from tiktok_async import LoginError, TikAPIClient
from tiktok_async.errors import APIError, ConfigError
from tiktok_async.tikapi import authorize_url, parse_callback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from tests.emulator.conftest import Rig

    Start = Callable[..., Awaitable[Rig]]

pytestmark = pytest.mark.anyio

OAUTH: Final[dict[str, Any]] = CONTRACT["auth"]["oauth"]
PATH: Final = urlsplit(OAUTH["authorize_url"]).path
BACK: Final = "http://127.0.0.1:8765/linked"
CLIENT: Final = "c_1234567890"
STATE: Final = "a b&c"


@attrs.define
class Form(HTMLParser):
    """The fields of the form on a page."""

    method: str = ""
    scopes: list[str] = attrs.field(factory=list)
    texts: list[str] = attrs.field(factory=list)
    users: int = 0

    def __attrs_post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Keep the fields."""
        given = dict(attributes)
        assert not {"src", "href"} & given.keys()
        if tag == "form":
            self.method = given.get("method") or ""
        if given.get("name") == "scope":
            self.scopes.append(given.get("value") or "")
        self.users += tag == "option"

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.texts.append(data)


async def ask(rig: Rig, **changes: str | None) -> httpx.Response:
    plain = {"client_id": CLIENT, "redirect_uri": BACK, "scope": "live view_profile"}
    given = {k: v for k, v in (plain | {"state": STATE} | changes).items() if v is not None}
    return await rig.http.get(PATH, params=given)


def brought(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(BACK + "?")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: value for name, [value] in query.items()}


def wire(rig: Rig, key: str) -> Wire:
    return Wire(rig.emulator, rig.http, key)


async def test_user_who_agrees_is_sent_back_with_a_key_that_works(start: Start) -> None:
    rig = await start()
    found = brought(await ask(rig, auto="approve"))
    assert set(found) == {"access_token", "scope", "state"}
    assert (found["scope"], found["state"]) == ("live view_profile", STATE)
    assert found["access_token"] not in rig.emulator.account_keys
    body = await wire(rig, found["access_token"]).call("user.info")
    assert body["userInfo"]["user"]["uniqueId"] == "joe1234567"


async def test_key_is_good_for_what_was_allowed_and_for_nothing_else(start: Start) -> None:
    rig = await start()
    key = brought(await ask(rig, auto="approve", scope="view_followers"))["access_token"]
    answer = await wire(rig, key).send("user.info")
    assert answer.status_code == 403
    assert "view_profile" in answer.json()["message"]
    await wire(rig, key).call("user.followers")


async def test_each_key_is_another_and_the_older_stays_good(start: Start) -> None:
    rig = await start()
    keys = [brought(await ask(rig, auto="approve"))["access_token"] for _ in range(3)]
    assert len({*keys, *rig.emulator.account_keys}) == 3 + len(rig.emulator.account_keys)
    await wire(rig, keys[0]).call("user.info")
    rig.emulator.reset()
    assert (await wire(rig, keys[0]).send("user.info")).status_code == 428
    assert brought(await ask(rig, auto="approve"))["access_token"] == keys[0]


async def test_key_ends_with_the_session_of_its_user(start: Start) -> None:
    rig = await start(account_life=100.0)
    rig.wall.time += 1000.0
    key = brought(await ask(rig, auto="approve"))["access_token"]
    await wire(rig, key).call("user.info")
    rig.wall.time += 101.0
    assert (await wire(rig, key).send("user.info")).status_code == 428


async def test_page_asks_what_may_be_done_and_as_whom(start: Start) -> None:
    rig = await start(accounts=3)
    page = await ask(rig)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    form = Form()
    form.feed(page.text)
    assert (form.method, form.scopes, form.users) == ("post", ["live", "view_profile"], 3)
    assert {"View profile", "Live", CLIENT} <= set(form.texts)


async def test_page_asks_for_everything_where_the_app_does_not_say(start: Start) -> None:
    form = Form()
    form.feed((await ask(await start(), scope=None)).text)
    assert form.scopes == OAUTH["scopes"]


async def test_user_may_allow_less_and_be_somebody_else(start: Start) -> None:
    rig = await start()
    name = rig.emulator.world.people.handle(rig.emulator.names.accounts(2)[1])
    page = await ask(rig)
    chosen = {"scope": ["view_profile", "view_coins"], "decision": "allow", "user": name}
    found = brought(await rig.http.post(str(page.url), data=chosen))
    assert found["scope"] == "view_profile"  # not what was never asked for
    body = await wire(rig, found["access_token"]).call("user.info")
    assert body["userInfo"]["user"]["uniqueId"] == name


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param({"decision": "deny", "scope": ["live"]}, id="cancelled"),
        pytest.param({"decision": "allow"}, id="nothing-ticked"),
        pytest.param({}, id="empty"),
    ],
)
async def test_user_who_refuses_is_sent_back_without_a_key(
    start: Start, chosen: dict[str, Any]
) -> None:
    rig = await start()
    answer = await rig.http.post(str((await ask(rig)).url), data=chosen)
    assert "access_token" not in brought(answer)
    with pytest.raises(LoginError) as caught:
        parse_callback(answer.headers["location"], state=STATE)
    assert caught.value.kind == "denied"


async def test_state_comes_back_only_where_it_was_sent(start: Start) -> None:
    rig = await start(consent="approve")
    assert "state" not in brought(await ask(rig, state=None))


async def test_redirect_keeps_its_own_query(start: Start) -> None:
    rig = await start(consent="deny")
    found = brought(await ask(rig, redirect_uri=f"{BACK}?from=app"))
    assert (found["from"], found["error"]) == ("app", "access_denied")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param({"client_id": None}, "client_id", id="no-client"),
        pytest.param({"client_id": "1234567890"}, "client_id", id="client"),
        pytest.param({"redirect_uri": None}, "redirect_uri", id="no-redirect"),
        pytest.param({"redirect_uri": "http://example.org/x"}, "redirect_uri", id="http"),
        pytest.param({"redirect_uri": "https://example.org/#x"}, "redirect_uri", id="fragment"),
        pytest.param({"redirect_uri": "https://[::1"}, "redirect_uri", id="no-uri"),
        pytest.param({"redirect_uri": "javascript:alert(1)"}, "redirect_uri", id="script"),
        pytest.param({"scope": "live <b>all</b>"}, "scope", id="scope"),
    ],
)
async def test_bad_request_ends_on_a_page_that_names_the_parameter(
    start: Start, changes: dict[str, str | None], named: str
) -> None:
    answer = await ask(await start(), auto="approve", **changes)
    assert answer.status_code == 400
    assert f"<code>{named}</code>" in answer.text
    assert "<b>" not in answer.text


# ---- through the client


async def test_account_is_linked_without_an_account_at_tikapi(start: Start) -> None:
    rig = await start()
    emulator = rig.emulator
    url = authorize_url(
        emulator.tikapi_client_id, BACK, ["view_profile"], state=STATE, country="us",
        email="a@example.org", base_url=emulator.tikapi_base_url,
    )  # fmt: skip
    came = await rig.http.get(url, params={**parse_qs(urlsplit(url).query), "auto": "approve"})
    grant = parse_callback(came.headers["location"], state=STATE)
    assert grant.scopes == ("view_profile",)
    async with TikAPIClient(api_key=emulator.api_key, base_url=emulator.tikapi_base_url) as client:
        me = client.user(grant.account_key)
        info: Any = await me.info()
        assert info.user.unique_id == "joe1234567"
        with pytest.raises(APIError, match="view_coins"):
            await me.live.transaction_history()
    assert grant.account_key.reveal() not in str(emulator.stats()["by_endpoint"])


@pytest.mark.parametrize("url", ["http://example.org", "no url", "https://a.b/?x=1"])
def test_page_is_at_no_strange_address(url: str) -> None:
    with pytest.raises(ConfigError):
        authorize_url(CLIENT, BACK, base_url=url)
