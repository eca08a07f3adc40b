"""One stage of a spec in TOML: its kind, its parameters, and what it is asked about."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import attrs

from tiktok_async.errors import InputError
from tiktok_async.jobs.column import asked_column, column_of
from tiktok_async.jobs.kinds import PAGING, Kind, kind_of
from tiktok_async.jobs.nearest import nearest
from tiktok_async.jobs.sources import check_file, check_job
from tiktok_async.jobs.spec import FromFile, FromJob, FromStage, Listed, Span, Stage
from tiktok_async.research.windows import MAX_DAYS, plan_windows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.jobs.spec import Source
    from tiktok_async.jobs.table import Place, Table
    from tiktok_async.sansio.endpoint import Endpoint

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
"""What a name that is good for a folder is made of."""
_SPAN_KEYS: Final = ("where", "start", "end", "shard_days")
_ITEM_KEYS: Final = ("from", "items", "limit", "items_per_shard")
_FROM: Final = (
    '"stage.column", { file = "users.csv", column = "username" }, '
    'or { job = "../other", stage = "videos", column = "username" }'
)
_EXAMPLES: Final = ("7201388525814961198", "cats", f"MS4wLjABAAAA{'a' * 64}", "us", "users", "1")
"""Items of every form; a parameter is tried with one that its endpoint takes."""


@attrs.frozen
class Around:
    """What stands around a stage."""

    folder: Path
    """Paths are relative to it."""
    here: bool
    """Whether files, packages and today are looked at too."""
    earlier: Mapping[str, Read]
    """The stages before it, by name."""
    later: tuple[str, ...] = ()
    """Names of those that come after it."""


@attrs.frozen
class Read:
    """A stage that was read."""

    stage: Stage
    kind: Kind
    sample: Endpoint[Any] | None
    """A request such as it sends."""


def stage_of(table: Table, around: Around) -> Read:
    """Return the stage of a table.

    Raises:
        InputError: if something is wrong in it; the message has file, line and key.
    """
    name, kind = name_of(table, "videos"), _kind(table)
    keys = _SPAN_KEYS if kind.spans else _ITEM_KEYS
    _refuse_other(table, kind)
    table.only("name", "collect", "params", *keys)
    params = _params(table.table("params"), kind)
    span = _span(table, around) if kind.spans else None
    source = None if kind.spans else _source(table, kind, around)
    sample = _sample(table, kind, params)
    if isinstance(source, Listed):
        _try_items(table.place / "items", kind, source)
    stage = Stage(
        name=name,
        collect=kind.name,
        params=tuple(sorted(params.items())),
        where=table.text("where").strip() if kind.spans else None,
        span=span,
        source=source,
        limit=table.whole("limit", 1, 10**12, None),
        items_per_shard=table.whole("items_per_shard", 1, 100_000, None),
    )
    return Read(stage, kind, sample)


def name_of(table: Table, example: str) -> str:
    """Return a name that is good for a folder as well."""
    table.needed("name", f'name = "{example}"')
    name = table.text("name")
    if not NAME.fullmatch(name):
        wanted = "write 1 to 64 letters (a-z), digits, - and _, the first no sign"
        (table.place / "name").fail(f"{name!r} is no name for a folder: {wanted}.")
    return name


def _kind(table: Table) -> Kind:
    table.needed("collect", 'collect = "research.videos"')
    name = table.text("collect")
    return (table.place / "collect").trying(lambda: kind_of(name))


def _refuse_other(table: Table, kind: Kind) -> None:
    """Refuse the keys of the other sort of stage, and say what this sort has."""
    for key in _ITEM_KEYS if kind.spans else _SPAN_KEYS:
        if table.has(key):
            has = "where, start and end" if kind.spans else "from or items"
            (table.place / key).fail(f"{kind.name} is asked with {has}: leave this out.")


def _span(table: Table, around: Around) -> Span:
    table.needed("where", "where = \"region_code = US and keyword = 'cats'\"")
    table.needed("start", "start = 2023-01-01")
    start, today = table.day("start"), datetime.now(UTC).date()
    days = table.whole("shard_days", 1, MAX_DAYS, MAX_DAYS)
    if not table.has("end"):
        if around.here and start > today:
            (table.place / "start").fail(f"{start} is after today, {today} in UTC.")
        return Span(start, None, days)
    end = table.day("end")
    if end < start:
        (table.place / "end").fail(f"{end} is before start {start}: swap them.")
    if around.here and end > today:
        (table.place / "end").fail(f"{end} is after today, {today} in UTC: write end = {today}.")
    if end == date.max:
        (table.place / "end").fail(f"the calendar ends with {end}: write an earlier day.")
    return Span(start, end, days)


# ---- parameters


def _params(table: Table, kind: Kind) -> dict[str, Any]:
    known = {one.field: one for one in kind.parameters}
    for key in table.values:
        if key not in known:
            (table.place / key).fail(_why_not(key, kind, [*known]))
    for name, one in known.items():
        if one.required and not table.has(name):
            table.place.fail(f"{name} is missing: write {name} = ..., which is: {one.doc}")
    return {key: _frozen(table, key) for key in table.values}


def _why_not(key: str, kind: Kind, known: list[str]) -> str:
    if key in PAGING:
        return "pages are followed by themselves: leave this out."
    if key == kind.key:
        return "the items fill this: leave it out, and write items or from in the stage."
    if kind.spans and key in ("query", "start_date", "end_date"):
        return "write where, start and end in the stage, and leave this out."
    return f"{kind.name} has no such parameter: {nearest(key, known)}."


def _frozen(table: Table, key: str) -> Any:
    value = table.values[key]
    if isinstance(value, list):
        return table.texts(key)
    if isinstance(value, bool | int | str):
        return value
    return (table.place / key).fail(f"{value!r} is no parameter: write a text, a number or a list.")


def _sample(table: Table, kind: Kind, params: Mapping[str, Any]) -> Endpoint[Any] | None:
    """Return a request of the stage; what the endpoint refuses is said with its place."""
    if kind.spans:
        return _query(table, kind, params)
    refused: InputError | None = None
    for example in _EXAMPLES:
        try:
            return kind.request(example if kind.key else None, params)
        except InputError as error:
            if not str(error).startswith(f"{kind.key} "):
                refused = error
                break
    if refused is not None:
        _blame(table, params, refused)
    return None


def _query(table: Table, kind: Kind, params: Mapping[str, Any]) -> Endpoint[Any]:
    from tiktok_async.research.where import parse_where

    text, start = table.text("where"), table.day("start")
    end = table.day("end") if table.has("end") else start
    query = (table.place / "where").trying(lambda: parse_where(text))
    window = plan_windows(start, end)[0]
    asked = {"query": query, "start_date": window.start, "end_date": window.stop, **params}
    try:
        request: Endpoint[Any] = kind.endpoint(**asked)
    except InputError as error:
        _blame(table, params, error)
    return request


def _blame(table: Table, params: Mapping[str, Any], error: InputError) -> NoReturn:
    """Raise an error of the endpoint at the parameter that it begins with."""
    place = table.place / "params"
    name = next((name for name in params if str(error).startswith(f"{name} ")), None)
    (place if name is None else place / name).fail(str(error))


# ---- sources


def _source(table: Table, kind: Kind, around: Around) -> Source | None:
    if table.has("from") and table.has("items"):
        (table.place / "items").fail("from and items are both here: write one of them.")
    if table.has("items"):
        return _listed(table, kind)
    if not table.has("from"):
        if kind.once:
            return None
        table.needed("from", f'from = "videos.column", or items = ["..."], of each {kind.key}')
    written = table.values["from"]
    if isinstance(written, dict):
        return _from_table(table.table("from"), around)
    stage, dot, column = table.text("from").partition(".")
    if not dot or not column:
        message = 'write an earlier stage and a column, such as "videos.username"'
        (table.place / "from").fail(f'{message}, or a file: {{ file = "users.txt" }}.')
    return _from_stage(table, ("from", "from"), stage, column, around)


def _listed(table: Table, kind: Kind) -> Listed:
    if kind.key is None:
        (table.place / "items").fail(f"{kind.name} is asked once, about nothing: leave this out.")
    items = tuple(filter(None, map(str.strip, table.texts("items"))))
    if not items:
        (table.place / "items").fail("the list is empty: write at least one.")
    return Listed(items)


def _try_items(place: Place, kind: Kind, source: Listed) -> None:
    for number, item in enumerate(source.items):
        try:
            kind.check(item)
        except InputError as error:
            (place / number).fail(str(error))


def _from_table(table: Table, around: Around) -> Source:
    table.only("file", "job", "stage", "column")
    place = table.place
    if table.has("file") + table.has("job") + (table.has("stage") and not table.has("job")) != 1:
        place.fail(f"write {_FROM}.")
    if table.has("file"):
        column = table.text("column") if table.has("column") else None
        file = FromFile(_path(around.folder, table.text("file")), column)
        if around.here:
            place.trying(lambda: check_file(file))
        return file
    table.needed("stage", 'stage = "videos"')
    table.needed("column", 'column = "username"')
    stage, column = table.text("stage"), table.text("column")
    if not table.has("job"):
        return _from_stage(table, ("stage", "column"), stage, column, around)
    other = FromJob(_path(around.folder, table.text("job")), stage, column)
    if around.here:
        place.trying(lambda: check_job(other))
    return other


def _path(folder: Path, written: str) -> Path:
    """Return a path as an absolute one, so that a job can be run from any folder."""
    return Path(os.path.normpath(folder / Path(written).expanduser()))


def _from_stage(
    table: Table, keys: tuple[str, str], stage: str, column: str, around: Around
) -> FromStage:
    place = table.place / keys[0]
    if stage not in around.earlier:
        if stage in around.later:
            place.fail(f"the stage {stage} comes later: put it above this one.")
        if not around.earlier:
            place.fail(f"there is no stage {stage} above this one.")
        place.fail(f"there is no stage {stage} above this one: {nearest(stage, around.earlier)}.")
    other = around.earlier[stage]
    place = table.place / keys[1]
    found = place.trying(lambda: column_of(other.kind, column))
    fields = getattr(other.sample, "fields", None)
    if fields and column != asked_column(other.kind) and not {*found.steps[0]} & {*fields}:
        asked = asked_column(other.kind)
        instead = f"write {stage}.{asked}" if other.kind.key else "add it to the stage's fields"
        place.fail(f"the rows of {stage} come without {column}: {instead}.")
    return FromStage(stage, column)
