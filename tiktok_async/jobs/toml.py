"""Specs from TOML, and back.

::

    name = "cats-2023"

    [[stage]]
    name = "videos"
    collect = "research.videos"
    where = "region_code in (US, CA) and keyword = 'cats'"
    start = 2023-01-01
    end = 2023-03-31

    [[stage]]
    name = "authors"
    collect = "research.user"
    from = "videos.username"

    [[output]]
    format = "parquet"

Each complaint names file, line and key, and says what to write. What depends on this machine (files
that are read, packages, today) need not be looked at: a job that is planned can be opened anywhere.
"""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import InputError, MissingExtraError
from tiktok_async.jobs.lines import Lines
from tiktok_async.jobs.nearest import nearest
from tiktok_async.jobs.spec import (
    Format,
    FromFile,
    FromJob,
    FromStage,
    Listed,
    OnOutage,
    OnQuota,
    Output,
    RunOptions,
    Spec,
)
from tiktok_async.jobs.table import Place, Table, twice
from tiktok_async.jobs.toml_stage import Around, Read, name_of, stage_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from tiktok_async.jobs.spec import Source, Stage

_PACKAGES: Final = {
    "parquet": ("pyarrow", "parquet"),
    "duckdb": ("duckdb", "duckdb"),
    "jsonl.zst": ("zstandard", "zstd"),
    "raw": ("zstandard", "zstd"),
}
"""What needs a package: its module and the extra that brings it."""
_MOST_AT_ONCE: Final = 10_000


def load_spec(path: str | os.PathLike[str], *, here: bool = True) -> Spec:
    """Return the spec of a TOML file. Blocks.

    Args:
        path: The file; paths in it are relative to its folder.
        here: Whether to look as well at the files that it names, at the packages that its formats
            need, and whether its days are past.

    Raises:
        InputError: if the file cannot be read, or something is wrong in it; the message has the
            file, the line and the key, and says what to write.
    """
    file = Path(path)
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        msg = f"{file} is not there; to begin with one: tiktok-async collect init {file}"
        raise InputError(msg) from None
    except UnicodeDecodeError:
        msg = f"{file} is no text in UTF-8."
        raise InputError(msg) from None
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror or error}."
        raise InputError(msg) from None
    return spec_from(text, str(file), folder=file.absolute().parent, here=here)


def spec_from(
    text: str, name: str = "spec", *, folder: Path | None = None, here: bool = False
) -> Spec:
    """Return the spec of a TOML text.

    Args:
        text: The TOML.
        name: What messages call it.
        folder: What paths in it are relative to; None = the present folder.
        here: As for `load_spec`.

    Raises:
        InputError: as `load_spec`.
    """
    return spec_of(_top(text, name), folder or Path.cwd(), here=here)


def spec_of(top: Table, folder: Path, *, here: bool) -> Spec:
    """Return the spec of a table.

    Args:
        top: Its values, and where they stand.
        folder: What paths in it are relative to.
        here: As for `load_spec`.

    Raises:
        InputError: if something is wrong in it; `top.place` says where.
    """
    top.only("name", "stage", "output", "run")
    job = name_of(top, "cats-2023")
    stages = _stages(top, folder, here=here)
    outputs = tuple(_output(one, stages, here=here) for one in top.tables("output"))
    return Spec(name=job, stages=stages, outputs=outputs, run=_run(top.table("run"), here=here))


def _top(text: str, name: str) -> Table:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = re.sub(r" \(at (line \d+), column (\d+)\)$", r" at column \2", str(error))
        line = re.search(r"at (line \d+)", str(error))
        place = line[1] if line else "the last line"
        msg = f"{name}, {place}: this is no TOML: {said}."
        raise InputError(msg) from None
    return Table(Place(name, Lines(text)), values)


def _stages(top: Table, folder: Path, *, here: bool) -> tuple[Stage, ...]:
    tables = list(top.tables("stage"))
    if not tables:
        top.place.fail("there is no stage: write [[stage]] on a line, and its keys below.")
    names = [str(table.values.get("name", "")) for table in tables]
    if (name := twice(names)) is not None:
        again = [number for number, one in enumerate(names) if one.lower() == name.lower()][1]
        (tables[again].place / "name").fail(f"{name} names a stage above: write another name.")
    read: dict[str, Read] = {}
    for number, table in enumerate(tables):
        around = Around(folder, here, read, tuple(names[number:]))
        one = stage_of(table, around)
        read[one.stage.name] = one
    return tuple(one.stage for one in read.values())


def _output(table: Table, stages: tuple[Stage, ...], *, here: bool) -> Output:
    table.only("format", "stages")
    table.needed("format", 'format = "parquet"')
    written = table.choice("format", Format, None)
    if here:
        _installed(written, f"The format {written}", table.place / "format")
    known = [one.name for one in stages]
    named = table.texts("stages") if table.has("stages") else ()
    for number, name in enumerate(named):
        if name not in known:
            place = table.place / "stages" / number
            place.fail(f"there is no stage {name}: {nearest(name, known)}.")
    return Output(format=typing.cast("Format", written), stages=named)


def _installed(key: str | None, what: str, place: Place) -> None:
    module, extra = _PACKAGES.get(key or "", ("json", ""))
    if importlib.util.find_spec(module) is None:
        place.fail(str(MissingExtraError(what, extra)))


def _run(table: Table, *, here: bool) -> RunOptions:
    table.only("concurrency", "on_quota", "on_outage", "sync_pages", "raw", "profile")
    raw = table.flag("raw", default=False)
    if raw and here:
        _installed("raw", "raw = true", table.place / "raw")
    return RunOptions(
        concurrency=table.whole("concurrency", 1, _MOST_AT_ONCE, None),
        on_quota=table.choice("on_quota", OnQuota, "stop"),
        on_outage=table.choice("on_outage", OnOutage, "stop"),
        sync_pages=table.whole("sync_pages", 1, 1000, 1),
        raw=raw,
        profile=table.text("profile") if table.has("profile") else None,
    )


# ---- and back


def dump_spec(spec: Spec) -> str:
    """Return a spec as TOML, which `spec_from` reads back to an equal one. Paths are absolute."""
    lines = [_pair("name", spec.name)]
    for stage in spec.stages:
        lines += ["", "[[stage]]", *_stage_lines(stage)]
    for output in spec.outputs:
        lines += ["", "[[output]]", _pair("format", output.format)]
        lines += [_pair("stages", output.stages)] if output.stages else []
    default = RunOptions()
    changed = [
        _pair(one.name, value)
        for one in attrs.fields(RunOptions)
        if (value := getattr(spec.run, one.name)) != getattr(default, one.name)
    ]
    lines += ["", "[run]", *changed] if changed else []
    return "\n".join([*lines, ""])


def _stage_lines(stage: Stage) -> Iterator[str]:
    yield _pair("name", stage.name)
    yield _pair("collect", stage.collect)
    if stage.where is not None:
        yield _pair("where", stage.where)
    if stage.span is not None:
        yield f"start = {stage.span.start}"
        if stage.span.end is not None:
            yield f"end = {stage.span.end}"
        yield _pair("shard_days", stage.span.shard_days)
    if stage.source is not None:
        yield _source_line(stage.source)
    if stage.limit is not None:
        yield _pair("limit", stage.limit)
    if stage.items_per_shard is not None:
        yield _pair("items_per_shard", stage.items_per_shard)
    if stage.params:
        yield "[stage.params]"
        yield from (_pair(name, value) for name, value in stage.params)


def _source_line(source: Source) -> str:
    match source:
        case Listed(items=items):
            return _pair("items", items)
        case FromStage(stage=stage, column=column):
            return _pair("from", f"{stage}.{column}")
        case FromFile(path=path, column=column):
            named = {"file": str(path)} | ({} if column is None else {"column": column})
        case FromJob(directory=directory, stage=stage, column=column):
            named = {"job": str(directory), "stage": stage, "column": column}
    return f"from = {{ {', '.join(_pair(key, value) for key, value in named.items())} }}"


def _pair(key: str, value: Any) -> str:
    return f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    # JSON's texts, numbers and booleans are TOML's, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
