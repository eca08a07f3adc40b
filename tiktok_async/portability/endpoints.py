"""Every endpoint of the Data Portability API, declared once.

The provider's limit is 1000 requests a minute for each type of request; nine tenths of it are used.
Source: TikTok for Developers, Data Portability API, pages of 2026-08-04 and undated; contract
part 4.
"""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003  # help() resolves the annotations
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from tiktok_async.errors import InputError, ScopeError
from tiktok_async.portability.models import ExportRequest, ExportStatus
from tiktok_async.sansio.endpoint import (
    Api,
    Bucket,
    Endpoint,
    Operation,
    Place,
    Route,
    exact_id,
    field_names,
    is_id,
    known_fields,
    param,
)
from tiktok_async.sansio.envelope import official
from tiktok_async.sansio.limiter import Rate

if TYPE_CHECKING:
    from tiktok_async.sansio.retry import Verdict
    from tiktok_async.sansio.wire import Answer

_NO_SCOPE: Final = (
    "Perhaps a consent that is good for one request (.single) was used up: then a new login helps, "
    f"or one for .ongoing. {ScopeError.default_hint}"
)


def _dialect(request: Endpoint[Any], answer: Answer) -> Verdict:
    """Return what became of one attempt; TikTok does not say that a consent was used up."""
    verdict = official(request, answer)
    if isinstance(verdict.error, ScopeError):
        verdict.error.hint = _NO_SCOPE
    return verdict


PORTABILITY: Final = Api(
    name="portability",
    base_url="https://open.tiktokapis.com",
    dialect=_dialect,
    base_url_variable="TIKTOK_BASE_URL",
)

ALL_DATA: Final = "all_data"
CATEGORIES: Final = (ALL_DATA, "activity", "video", "profile", "direct_message")
FORMATS: Final = ("json", "text")
STATUS_FIELDS: Final = (
    "request_id",
    "apply_time",
    "collect_time",
    "status",
    "data_format",
    "category_selection_list",
)
_SAME: Final = {"direct_messages": "direct_message"}
"""Spellings of the documentation's own samples."""


def _bucket(kind: str) -> Bucket:
    return Bucket(f"portability_{kind}", Rate(900, per=60.0))


def categories_of(value: Iterable[str] | str) -> tuple[str, ...]:
    """Convert a selection of categories to a clean tuple, in the order of the documentation."""
    chosen = {_SAME.get(name, name) for name in field_names(value)}
    unknown = sorted(chosen.difference(CATEGORIES))
    return ALL_ONLY if ALL_DATA in chosen and not unknown else _ordered(chosen, unknown)


ALL_ONLY: Final = (ALL_DATA,)
"""`all_data` wins over the others."""


def _ordered(chosen: set[str], unknown: list[str]) -> tuple[str, ...]:
    return (*(name for name in CATEGORIES if name in chosen), *unknown)


def _is_selection(_: Any, attribute: attrs.Attribute[Any], value: tuple[str, ...]) -> None:
    wrong = next((name for name in value if name not in CATEGORIES), None)
    if wrong is not None or not value:
        what = f"has no {wrong!r}" if wrong else "is empty"
        msg = f"{attribute.name} {what}: choose from {', '.join(CATEGORIES)}."
        raise InputError(msg)


def _is_format(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value not in FORMATS:
        msg = f"{attribute.name} is {value!r}: write 'json' or 'text'."
        raise InputError(msg)


_ID: Final = param("The id of the export request.")


@attrs.frozen
class AddExport(Endpoint[ExportRequest]):
    """Ask TikTok for an export of the user's data.

    A `.single` scope is good for one request; an `.ongoing` one allows repeats, always a full copy.
    """

    id = "portability.add"
    api = PORTABILITY
    route: ClassVar[Route] = Route("POST", "/v2/user/data/add/")
    operation = Operation.ACT
    bucket: ClassVar[Bucket | None] = _bucket("add")
    source = "TikTok Data Portability API, Add Data Request, undated"

    categories: tuple[str, ...] = attrs.field(
        default=ALL_ONLY,
        converter=categories_of,
        validator=_is_selection,
        metadata=param(
            "What to export: all_data (wins over the others), activity, video, profile, "
            "direct_message. The user must have granted the scope that covers it.",
            name="category_selection_list",
            listed=True,
        ),
    )
    data_format: str = attrs.field(
        default="json",
        validator=_is_format,
        kw_only=True,
        metadata=param("Form of the files: json or text."),
    )
    fields: tuple[str, ...] = attrs.field(
        default=("request_id",),
        converter=field_names,
        validator=known_fields(("request_id",)),
        kw_only=True,
        metadata=param("What to answer with.", where=Place.QUERY),
    )


@attrs.frozen
class CheckExport(Endpoint[ExportStatus]):
    """Look up how far an export is."""

    id = "portability.check"
    api = PORTABILITY
    route: ClassVar[Route] = Route("POST", "/v2/user/data/check/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = _bucket("check")
    source = "TikTok Data Portability API, Check Status of Data Request, undated"

    request_id: int = attrs.field(converter=exact_id, validator=is_id, metadata=_ID)
    fields: tuple[str, ...] = attrs.field(
        default=STATUS_FIELDS,
        converter=field_names,
        validator=known_fields(STATUS_FIELDS),
        kw_only=True,
        metadata=param("What to answer with.", where=Place.QUERY),
    )


@attrs.frozen
class CancelExport(Endpoint[None]):
    """Cancel an export that is not ready yet.

    The documentation's table puts the id into the query, its example into the body: both are sent.
    """

    id = "portability.cancel"
    api = PORTABILITY
    route: ClassVar[Route] = Route("POST", "/v2/user/data/cancel/")
    operation = Operation.ACT
    bucket: ClassVar[Bucket | None] = _bucket("cancel")
    source = "TikTok Data Portability API, Cancel Data Request, 2026-08-04"

    request_id: int = attrs.field(
        converter=exact_id,
        validator=is_id,
        metadata=param("The id of the export request.", where=Place.BOTH),
    )


@attrs.frozen
class DownloadExport(Endpoint[bytes]):
    """Fetch the archive of an export that is ready; the provider keeps it for four days."""

    id = "portability.download"
    api = PORTABILITY
    route: ClassVar[Route] = Route("POST", "/v2/user/data/download/", answer="file")
    operation = Operation.FETCH
    bucket: ClassVar[Bucket | None] = _bucket("download")
    source = "TikTok Data Portability API, Download Data Request, undated"

    request_id: int = attrs.field(converter=exact_id, validator=is_id, metadata=_ID)
