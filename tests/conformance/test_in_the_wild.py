"""What clients and samples are known to send, on the emulator: each form gives the same rows."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from tiktok_async.research.query import F

if TYPE_CHECKING:
    from collections.abc import Mapping

WHY = "peers are not installed: run `nox -s conformance`"
pytest.importorskip("researchtikpy", reason=WHY)
pytest.importorskip("tiktok_research_api", reason=WHY)
requests: Any = pytest.importorskip("requests", reason=WHY)

pytestmark = pytest.mark.anyio

URL = "https://open.tiktokapis.com/v2/research"
SPAN = {"start": date(2022, 1, 5), "end": date(2022, 2, 3)}
US = {"operation": "EQ", "field_name": "region_code", "field_values": ["US"]}


@attrs.frozen
class Form:
    """How a client writes the same query."""

    body: Mapping[str, Any] = attrs.field(factory=dict)
    """What its first page has beside the plain body."""
    content_type: str | None = "application/json"
    scheme: str = "Bearer"
    fields: str = "id,create_time"


def send(bench: Any, path: str, form: Form, body: dict[str, Any]) -> dict[str, Any]:
    """Send one call; return the data of its answer."""
    request = requests.Request(
        "POST",
        f"{URL}/{path}/?fields={form.fields}",
        data=json.dumps(body),
        headers={"Authorization": f"{form.scheme} {bench.emulator.access_token}"},
    ).prepare()
    request.headers.pop("Content-Type", None)
    if form.content_type is not None:
        request.headers["Content-Type"] = form.content_type
    with requests.Session() as session:
        answer = session.send(request)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def walk(bench: Any, path: str, form: Form, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Send a call and those of the pages after it; return the rows."""
    rows: list[dict[str, Any]] = []
    body = {**body, **form.body}
    while True:
        data = send(bench, path, form, body)
        rows += next(value for value in data.values() if isinstance(value, list))
        if not data["has_more"]:
            return rows
        body |= {name: data[name] for name in ("cursor", "search_id") if name in data}


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(Form(), id="plain"),
        pytest.param(Form({"cursor": None, "search_id": None}), id="nulls"),
        pytest.param(Form({"cursor": 0, "search_id": ""}), id="cursor-0-empty-search-id"),
        pytest.param(Form({"query": {"and": [US], "or": [], "not": []}}), id="empty-groups"),
        pytest.param(Form({"query": {"and": [US], "or": None}}), id="null-group"),
        pytest.param(Form({"query": {"and": [], "or": [US], "not": []}}), id="empty-and"),
        pytest.param(Form({"is_random": False}), id="not-random"),
        pytest.param(Form({"is_random": None}), id="null-random"),
        pytest.param(Form({"max_count": "20"}), id="count-as-text"),
        pytest.param(Form(content_type="text/plain"), id="text-plain"),
        pytest.param(Form(content_type=None), id="no-content-type"),
        pytest.param(Form(content_type="application/x-www-form-urlencoded"), id="type-of-curl"),
        pytest.param(Form(scheme="bearer"), id="lower-case-scheme"),
        pytest.param(Form(fields="id, create_time,,"), id="stray-spaces-and-empty-field"),
    ],
)
async def test_videos_come_whatever_the_form_of_the_call(start: Any, ours: Any, form: Form) -> None:
    bench = await start()
    body = {
        "query": {"and": [US]},
        "start_date": "20220105",
        "end_date": "20220203",
        "max_count": 20,
    }
    rows = await bench.peer(lambda: walk(bench, "video/query", form, body))
    found = bench.research.videos.query(F.region_code == "US", **SPAN, fields=["id"])
    expected = [video async for video in found]
    assert rows == ours(expected, ["id", "create_time"])
    assert bench.calls("/v2/research/video/query/") > 3


@pytest.mark.parametrize(
    ("path", "form"),
    [
        pytest.param("followers", {}, id="followers"),
        pytest.param("followers", {"cursor": 0}, id="followers-cursor-0"),
        pytest.param("followers", {"cursor": None}, id="followers-null-cursor"),
        pytest.param("following", {"cursor": 0, "max_count": "100"}, id="following-count-as-text"),
        pytest.param("liked_videos", {"cursor": 0}, id="liked-cursor-0"),
        pytest.param("reposted_videos", {"cursor": None}, id="reposted-null-cursor"),
    ],
)
async def test_lists_come_whatever_the_form_of_the_call(
    start: Any, path: str, form: dict[str, Any]
) -> None:
    bench = await start()
    fields = "" if path.startswith("follow") else "id"
    body = {"username": "joe1234567", "max_count": 100}
    rows = await bench.peer(lambda: walk(bench, f"user/{path}", Form(form, fields=fields), body))
    key = "id" if fields else "username"
    listed = getattr(bench.research.users, path.removesuffix("_videos"))(username="joe1234567")
    assert list(dict.fromkeys(row[key] for row in rows)) == [
        getattr(row, key) async for row in listed
    ]
