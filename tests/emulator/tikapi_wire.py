"""Calls of TikAPI by the contract file alone: no client of ours, no rule of the emulator's."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from tiktok_async.emulator import Emulator

CONTRACT: Final[dict[str, Any]] = json.loads(
    files("tiktok_async.emulator").joinpath("contract/tikapi.json").read_text("utf-8")
)
ENDPOINTS: Final = {f"{each['section']}.{each['name']}": each for each in CONTRACT["endpoints"]}
DEMO: Final = CONTRACT["auth"]["api_key"]["sandbox_value"]
DEMO_ACCOUNT: Final = CONTRACT["auth"]["account_key"]["sandbox_value"]
BROWSER: Final = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}
MISSING_EXAMPLES: Final = {"public.video_v3": {"username": "lilyachty"}}
TICKET: Final = ENDPOINTS["user.send_message"]["body_example"]["ticket"]
"""The example beside it is a description."""
MOST_PAGES: Final = 400


def example(name: str) -> dict[str, Any]:
    """Return the documented example of what an endpoint has to be sent."""
    found = {
        part["wire"]: part["example"] for part in ENDPOINTS[name]["params"] if part["required"]
    }
    found |= MISSING_EXAMPLES.get(name, {})
    found |= {"ticket": TICKET} if "ticket" in found else {}
    found |= {"username": "lilyachty"} if name.startswith("public.check") else {}
    return found | ({"id": "4655293"} if name == "public.hashtag" else {})


@attrs.frozen
class Wire:
    """TikAPI of a running emulator."""

    emulator: Emulator
    http: httpx.AsyncClient
    account: str = DEMO_ACCOUNT

    async def send(self, name: str, /, *, headers: Any = None, **given: Any) -> httpx.Response:
        """Send a call; parameters go where the contract has them."""
        raw = ENDPOINTS[name]
        places = {part["wire"]: part["in"] for part in raw["params"]}
        path, query, body = raw["path"], {}, {}
        for wire, value in given.items():
            place = places.get(wire, "query")
            if place == "path":
                path = path.replace(f"{{{wire}}}", str(value))
            else:
                (query if place == "query" else body)[wire] = value
        keys = {"X-API-KEY": DEMO}
        if "account_key" in raw["auth"]:
            keys["X-ACCOUNT-KEY"] = self.account
        sent = {k: v for k, v in (keys | (headers or {})).items() if v is not None}
        url = self.emulator.tikapi_base_url + path
        content = {"json": body} if raw["method"] == "POST" else {}
        return await self.http.request(raw["method"], url, params=query, headers=sent, **content)

    async def call(self, name: str, /, **given: Any) -> dict[str, Any]:
        """Send a call that must succeed; return the body."""
        answer = await self.send(name, **given)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        assert body["status"] == "success"
        return body

    async def pages(self, name: str, /, **given: Any) -> AsyncIterator[tuple[Any, list[Any], bool]]:
        """Yield the answers of a list with their rows and flags, as its dialect wants it."""
        paged = ENDPOINTS[name]["paginated"]
        for number in range(MOST_PAGES):
            body = await self.call(name, **given)
            rows, more = rows_of(name, body), flag_of(name, body)
            yield body, rows, more
            if paged["style"] == "page":
                more = bool(rows)
                given |= {"page": number + 2}
            elif paged["style"] == "min_max_time":
                given |= {key: body["notice_lists"][0][key] for key in paged["request_param"]}
            else:
                given |= {paged["request_param"]: body[paged["response_field"]]}
            if not more:
                return
        pytest_fail = f"{name} does not end"
        raise AssertionError(pytest_fail)

    async def rows(self, name: str, /, **given: Any) -> list[Any]:
        """Return all rows of a list."""
        return [row async for _, rows, _ in self.pages(name, **given) for row in rows]

    def credits(self, key: str = DEMO) -> int:
        """Return how many credits a key has spent."""
        spent: int = self.emulator.stats()["tikapi"]["credits"][key]
        return spent


def rows_of(name: str, body: dict[str, Any]) -> list[Any]:
    """Return the rows of an answer: under a documented key, or in the only list."""
    paged = ENDPOINTS[name]["paginated"]
    if paged["style"] == "min_max_time":
        return list(body["notice_lists"][0]["notice_list"] or [])
    for holder in (body, body.get("data", {})):
        keys = paged.get("items_field") or [k for k, v in holder.items() if isinstance(v, list)]
        for key in keys:
            if key in holder:
                return list(holder[key] or [])
    raise AssertionError(sorted(body))


def flag_of(name: str, body: dict[str, Any]) -> bool:
    """Return whether an answer says that more follows."""
    if ENDPOINTS[name]["paginated"]["style"] == "min_max_time":
        body = body["notice_lists"][0]
    return bool(body.get("hasMore", body.get("has_more", False)))
