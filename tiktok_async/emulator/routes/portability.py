"""user/data/*: a user's export, from the request to the zip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tiktok_async.emulator.answers import Answer, invalid
from tiktok_async.emulator.ranges import selected, validator

if TYPE_CHECKING:
    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.exports import Export
    from tiktok_async.emulator.grants import Grant


async def add(call: Call) -> Answer:
    """Take a request for an export."""
    call.fields()
    categories = _categories(call)
    data_format = call.text("data_format")
    if data_format not in call.operation.body["data_format"].values:
        raise invalid("data_format is invalid: send text or json")
    emulation = call.emulation
    export = emulation.exports.add(_grant(call), categories, data_format, call.now)
    emulation.announce(export)
    return call.ok({"request_id": export.request_id})


async def check(call: Call) -> Answer:
    """Tell how a request is getting on."""
    fields = call.fields()
    export = _export(call)
    whole: dict[str, Any] = {
        "request_id": export.request_id,
        "apply_time": int(export.apply_time),
        "status": export.status(call.now),
        "data_format": export.data_format,
        # The sample of the documentation spells it so, the list of values does not.
        "category_selection_list": [
            "direct_messages" if category == "direct_message" else category
            for category in export.categories
        ],
    }
    if call.now >= export.collect_time:
        whole["collect_time"] = int(export.collect_time)
    return call.ok({name: whole[name] for name in fields if name in whole})


async def cancel(call: Call) -> Answer:
    """End a request; its id comes in the query (says the table) or the body (does the sample)."""
    given = parse_qs(call.query).get("request_id")
    if given and "request_id" not in call.body:
        call.body["request_id"] = given[-1]
    export = _export(call)
    if export.status(call.now) not in {"pending", "downloading"}:
        raise invalid(f"The request is {export.status(call.now)}")
    export.cancelled = True
    answer = call.ok({})
    if isinstance(answer.body, dict):
        del answer.body["data"]
    return answer


async def download(call: Call) -> Answer:
    """Serve the zip, or a part of it."""
    export = _export(call)
    if export.status(call.now) != "downloading":
        raise invalid(f"The data cannot be downloaded: the request is {export.status(call.now)}")
    settings = call.emulation.settings
    archive = call.emulation.archives.of(export)
    answer = Answer(archive, media_type=settings.export_media_type, framing=settings.export_length)
    if not settings.export_ranges:
        return answer
    return selected(answer, call.headers, validator(export), export.ready_at)


def _grant(call: Call) -> Grant:
    if call.grant is None:
        raise TypeError
    return call.grant


def _export(call: Call) -> Export:
    request_id = call.integer("request_id")
    if request_id is None:
        raise invalid("request_id is required")
    return call.emulation.exports.of(_grant(call), request_id)


def _categories(call: Call) -> list[str]:
    known = call.operation.body["category_selection_list"].values
    given = call.body.get("category_selection_list")
    if not isinstance(given, list) or not given or not all(one in known for one in given):
        raise invalid(f"category_selection_list is invalid: send some of {', '.join(known)}")
    return list(dict.fromkeys(given))
