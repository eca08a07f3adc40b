"""Batch compliance: which collected ids are still available."""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003  # help() resolves the annotations
from typing import Any, ClassVar, Final

import attrs

from tiktok_async.errors import InputError
from tiktok_async.research.endpoints.family import (
    DAILY,
    RESEARCH,
)
from tiktok_async.research.models import (
    ComplianceTask,
)
from tiktok_async.sansio.endpoint import (
    Bucket,
    Endpoint,
    Operation,
    Place,
    Route,
    exact_id,
    is_id,
    param,
)

MAX_IDS: Final = 10_000


def _id_file(value: bytes | Iterable[int | str]) -> bytes:
    """Convert ids to the text file that is uploaded, one id a line."""
    if isinstance(value, bytes):
        return value
    return "\n".join(str(exact_id(one)) for one in value).encode()


def _is_id_file(_: Any, attribute: attrs.Attribute[Any], value: bytes) -> None:
    lines = value.split()
    if not 1 <= len(lines) <= MAX_IDS:
        msg = f"{attribute.name} holds {len(lines)} ids: write 1 to {MAX_IDS} at a time."
        raise InputError(msg)
    wrong = next((line for line in lines if not line.isdigit()), None)
    if wrong is not None:
        msg = f"{attribute.name} holds {wrong[:40]!r}: write ids as digits."
        raise InputError(msg)


def _is_category(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value not in ("video", "comment"):
        msg = f"{attribute.name} is {value!r}: write 'video' or 'comment'."
        raise InputError(msg)


@attrs.frozen(kw_only=True)
class CreateComplianceTask(Endpoint[ComplianceTask]):
    """Ask which of up to 10 000 ids are still available."""

    id = "research.validation_task.create"
    api = RESEARCH
    route: ClassVar[Route] = Route(
        "POST", "/v2/research/validation_task/create/", encoding="multipart"
    )
    operation = Operation.ACT
    bucket: ClassVar[Bucket | None] = DAILY
    source = "TikTok Research API, Batch Compliance, 2026-09-01"

    file_data: bytes = attrs.field(
        converter=_id_file,
        validator=_is_id_file,
        repr=False,
        metadata=param("The ids, at most 10 000.", where=Place.FILE),
    )
    category: str = attrs.field(
        default="video", validator=_is_category, metadata=param("What they are: video, comment.")
    )


@attrs.frozen(kw_only=True)
class GetComplianceStatus(Endpoint[ComplianceTask]):
    """Look up how far a compliance task is."""

    id = "research.validation_task.status"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/validation_task_status/get/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    source = "TikTok Research API, Batch Compliance, 2026-09-01"

    task_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The task's id.")
    )


@attrs.frozen(kw_only=True)
class DownloadComplianceResult(Endpoint[str]):
    """Fetch the text file of ids that are still available."""

    id = "research.validation_task.download"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/validation_task/download/", answer="text")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    source = "TikTok Research API, Batch Compliance, 2026-09-01"

    task_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The task's id.")
    )
