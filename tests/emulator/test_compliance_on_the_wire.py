"""validation_task/* over a socket: ids in, the ids still available out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tiktok_async.emulator.facts import official

if TYPE_CHECKING:
    from tests.emulator.conftest import Rig

pytestmark = pytest.mark.anyio

CREATE = official().operations["research.validation_task.create"]
STATUS = official().operations["research.validation_task.status"]
DOWNLOAD = official().operations["research.validation_task.download"]


def talked_about(rig: Rig, least: int = 40):
    world = rig.emulator.world
    videos = (world.video(index) for index in range(world.videos))
    return next(v for v in videos if v.is_visible and v.comment_count() > least)


async def send_ids(rig: Rig, category: str, text: str):
    headers = {"authorization": f"Bearer {rig.emulator.access_token}"}
    files = {"file_data": ("ids.txt", text.encode(), "text/plain")}
    return await rig.http.post(
        CREATE.path, data={"category": category}, files=files, headers=headers
    )


@pytest.mark.parametrize("category", ["video", "comment"])
async def test_compliance_task_gives_the_ids_still_valid(start, category):
    rig = await start(processing=10.0)
    world = rig.emulator.world
    video = talked_about(rig)
    valid = [v.id() for v in islice(world.videos_of(0), 20)]
    if category == "comment":
        valid = [comment.id for comment in world.comments_of(video)]
    gone = next(v for v in map(world.video, range(500)) if not v.is_visible)
    text = "\r\n".join(map(str, [*valid, gone.id(), 12345])) + "\n"
    created = await send_ids(rig, category, text)
    task = {"task_id": created.json()["data"]["task_id"]}
    assert task["task_id"] > 2**63
    assert created.json()["error"]["http_status_code"] == 200
    assert await rig.data(STATUS.path, task) == {"task_status": "Processing"}
    early = await rig.post(DOWNLOAD.path, task)
    assert early.json()["error"]["http_status_code"] == 400
    rig.wall.time += 10
    assert await rig.data(STATUS.path, {"task_id": str(task["task_id"])}) == {
        "task_status": "Completed"
    }
    answer = await rig.post(DOWNLOAD.path, task)
    assert answer.headers["content-type"].startswith("text/plain")
    assert [int(line) for line in answer.text.split()] == valid


@pytest.mark.parametrize(
    ("category", "text"),
    [
        pytest.param("user", "1", id="category"),
        pytest.param("video", "", id="empty"),
        pytest.param("video", "1\n" * 10_001, id="too_many"),
    ],
)
async def test_wrong_compliance_tasks_are_refused(start, category, text):
    rig = await start()
    refused = await send_ids(rig, category, text)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_params")


async def test_compliance_task_is_multipart(start):
    rig = await start()
    refused = await rig.post(CREATE.path, {"category": "video", "file_data": "1"})
    assert "multipart" in refused.json()["error"]["message"]


async def test_unknown_compliance_task_is_refused(start):
    rig = await start()
    assert (await rig.post(STATUS.path, {"task_id": 1})).status_code == 400
