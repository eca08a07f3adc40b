"""validation_task/*: a file of ids goes in, a file of those still available comes out."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.answers import TEXT_TYPE, Answer, invalid

if TYPE_CHECKING:
    from tiktok_async.emulator.calls import Call

_FIRST_TASK: Final = 12_345_678_910_987_654_321
"""Beyond signed 64 bits, as in the sample."""
_BIG_TASK: Final = 1 << 70
_ID: Final = re.compile(r"[0-9]{1,25}", re.ASCII)


@attrs.frozen
class Task:
    """A task that was created."""

    category: str
    ids: tuple[int, ...]
    done_at: float
    """Unix seconds."""


async def create(call: Call) -> Answer:
    """Take the ids."""
    parts = _parts(call)
    category = parts.get("category", b"").decode("utf-8", "replace").strip()
    if category not in call.operation.body["category"].values:
        raise invalid(f"category {category!r} is invalid: send video or comment")
    ids = tuple(int(line) for line in _ID.findall(parts.get("file_data", b"").decode("latin-1")))
    most = call.operation.body["file_data"].high or 0
    if not 1 <= len(ids) <= most:
        raise invalid(f"file_data is invalid: send 1 to {most} ids, one a line")
    tasks = call.emulation.tasks
    task_id = _FIRST_TASK + tasks.made
    task_id += _BIG_TASK if call.emulation.settings.big_ids else 0
    tasks.add(task_id, Task(category, ids, call.now + call.emulation.settings.processing))
    return _ok(call, {"task_id": task_id})


async def status(call: Call) -> Answer:
    """Tell whether a task is done."""
    done = call.now >= _task(call).done_at
    return _ok(call, {"task_status": "Completed" if done else "Processing"})


async def download(call: Call) -> Answer:
    """Serve the ids that are still available, one a line."""
    task = _task(call)
    if call.now < task.done_at:
        raise invalid("The task is not completed")
    world = call.emulation.world
    find = world.find_video if task.category == "video" else world.find_comment
    valid = [number for number in task.ids if find(number) is not None]
    text = "".join(f"{number}\n" for number in valid)
    return Answer(text.encode(), media_type=TEXT_TYPE, rows=len(valid))


def _task(call: Call) -> Task:
    task_id = call.integer("task_id") or 0
    task = call.emulation.tasks.get(task_id)
    if task is None:
        raise invalid(f"task_id {task_id} is invalid: cannot find the task")
    return task


def _ok(call: Call, data: dict[str, Any]) -> Answer:
    answer = call.ok(data, message="ok.")
    if isinstance(answer.body, dict):
        answer.body["error"]["http_status_code"] = answer.status
    return answer


def _parts(call: Call) -> dict[str, bytes]:
    """Return the parts of a multipart form by name.

    Raises:
        RefusedError: if the body is none.
    """
    kind = call.headers.get("content-type", "")
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
    message = message_from_bytes(head + call.content, policy=HTTP)
    if not message.is_multipart():
        raise invalid("Send a multipart form with file_data and category")
    found = {}
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            found[str(part.get_param("name", header="content-disposition"))] = content
    return found
