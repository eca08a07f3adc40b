"""An emulator with a clock that the test moves, and a client that knows nothing of ours."""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest

from tiktok_async.emulator import Emulator
from tiktok_async.emulator.facts import official

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

OPERATIONS = official().operations
INFO_SCOPES = "user.info.basic,portability.all.ongoing"
QUERY = "/v2/research/video/query/"
ADD, CHECK, CANCEL, DOWNLOAD = (
    f"/v2/user/data/{name}/" for name in ("add", "check", "cancel", "download")
)
CHECK_FIELDS = "request_id,apply_time,collect_time,status,data_format,category_selection_list"
# Shared: making one takes longer than most of these tests.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
EVERYONE = {"and": [{"operation": "GTE", "field_name": "view_count", "field_values": ["0"]}]}


@attrs.define
class Wall:
    """Wall time that stands until it is moved."""

    time: float = 1_700_000_000.0

    def __call__(self) -> float:
        """Return Unix seconds."""
        return self.time


@attrs.define
class Rig:
    """An emulator, its clock, and HTTP."""

    emulator: Emulator
    wall: Wall
    http: httpx.AsyncClient

    @property
    def contract(self) -> Any:
        """The contract file."""
        return official().raw

    async def post(self, path: str, body: Any, fields: str = "", token: str = "") -> httpx.Response:
        """Send one call as JSON."""
        headers = {"Authorization": f"Bearer {token or self.emulator.access_token}"}
        params = {"fields": fields} if fields else None
        return await self.http.post(path, json=body, params=params, headers=headers)

    async def data(self, path: str, body: Any, fields: str = "") -> dict[str, Any]:
        """Send one call that must succeed; return its data."""
        answer = await self.post(path, body, fields)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found

    async def search(self, fields: str = "id", **body: Any) -> httpx.Response:
        """Query January 2022."""
        month = {"query": EVERYONE, "start_date": "20220101", "end_date": "20220130"}
        return await self.post(QUERY, {**month, **body}, fields)

    async def user_post(self, path: str, body: Any, token: str = "", **more: Any) -> httpx.Response:
        """Send one call as JSON with a user's token."""
        headers = {"Authorization": f"Bearer {token or self.emulator.user_access_token}"}
        headers |= more.pop("headers", {})
        return await self.http.post(path, json=body, headers=headers, **more)

    async def ask(
        self, *categories: str, data_format: str = "json", token: str = "", wait: float = 2.0
    ) -> int:
        """Ask for an export and let the time pass until it is ready; return its id."""
        body = {"data_format": data_format, "category_selection_list": categories or ("all_data",)}
        answer = await self.user_post(ADD, body, token, params={"fields": "request_id"})
        assert answer.status_code == 200, answer.text
        self.wall.time += wait
        found: int = answer.json()["data"]["request_id"]
        return found

    async def check(self, request_id: int, token: str = "") -> dict[str, Any]:
        """Return all that is told of a request."""
        body = {"request_id": request_id}
        answer = await self.user_post(CHECK, body, token, params={"fields": CHECK_FIELDS})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found

    async def download(self, request_id: int, **headers: str) -> httpx.Response:
        """Download an export into memory."""
        return await self.user_post(DOWNLOAD, {"request_id": request_id}, headers=headers)

    async def mint(self, **form: str) -> httpx.Response:
        """Ask for a token."""
        plain = {
            "client_key": self.emulator.client_key,
            "client_secret": self.emulator.client_secret,
            "grant_type": "client_credentials",
        }
        return await self.http.post("/v2/oauth/token/", data={**plain, **form})


@pytest.fixture
async def start(anyio_backend: str) -> AsyncIterator[Callable[..., Awaitable[Rig]]]:
    """Start emulators with options; stop them after the test."""
    async with AsyncExitStack() as stack:

        async def run(**options: Any) -> Rig:
            wall = Wall()
            given = {"videos": 2000, "start": date(2022, 1, 1), "days": 60, "now": wall, **options}
            emulator = await stack.enter_async_context(Emulator(**given))
            http = httpx.AsyncClient(base_url=emulator.base_url, trust_env=False, verify=PLAIN)
            return Rig(emulator, wall, await stack.enter_async_context(http))

        yield run
