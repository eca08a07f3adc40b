"""A job of one stage, made of the options of a command instead of a spec."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import attrs
from cyclopts import Group, Parameter

from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from tiktok_async.jobs.spec import Spec

_ASKED: Final = Group("Without a spec", sort_key=1)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Asked:
    """What to collect, where no spec says it."""

    collect: Annotated[
        str | None,
        Parameter(
            group=_ASKED,
            metavar="KIND",
            help="What to collect, such as research.comments; `collect kinds` lists all.",
        ),
    ] = None
    source: Annotated[
        str | None,
        Parameter(
            name="--from",
            group=_ASKED,
            metavar="FILE[:COLUMN]",
            help="What to ask about: a file of one a line, or a column of .csv, .jsonl, .parquet.",
        ),
    ] = None
    item: Annotated[
        list[str] | None,
        Parameter(
            group=_ASKED,
            metavar="ITEM",
            negative="",
            help="What to ask about, itself; may be given again.",
        ),
    ] = None
    where: Annotated[
        str | None,
        Parameter(
            group=_ASKED, metavar="FILTER", help="For research.videos: the filter of the query."
        ),
    ] = None
    start: Annotated[
        str | None, Parameter(group=_ASKED, metavar="DAY", help="First day, UTC, as 2022-06-15.")
    ] = None
    end: Annotated[
        str | None,
        Parameter(
            group=_ASKED,
            metavar="DAY",
            help="Last day, UTC, inclusive; without it today; `jobs update` goes on there.",
        ),
    ] = None
    shard_days: Annotated[
        int | None, Parameter(group=_ASKED, help="Days that are fetched as one, 1-30.")
    ] = None
    param: Annotated[
        list[str] | None,
        Parameter(
            group=_ASKED,
            metavar="NAME=VALUE",
            negative="",
            help="Any other parameter of the endpoint, such as max_count=50; may be given again.",
        ),
    ] = None
    limit: Annotated[
        int | None, Parameter(group=_ASKED, metavar="ROWS", help="Rows of each item, at most.")
    ] = None
    output_format: Annotated[
        list[str] | None,
        Parameter(
            name="--format",
            group=_ASKED,
            metavar="FORMAT",
            negative="",
            help="File to write at the end: jsonl, jsonl.zst, csv, parquet, sqlite, duckdb.",
        ),
    ] = None

    @property
    def options(self) -> tuple[str, ...]:
        """The options that were given."""
        given = [one for one in attrs.fields(Asked) if getattr(self, one.name) is not None]
        return tuple(_OPTIONS.get(one.name) or _option(one.name) for one in given)

    def spec(self, name: str | None) -> Spec:
        """Return the job.

        Args:
            name: Of its directory, whose name it takes if that will do.

        Raises:
            InputError: if an option is wrong or missing; the message names it.
        """
        from tiktok_async.jobs.lines import Lines
        from tiktok_async.jobs.table import Place, Table
        from tiktok_async.jobs.toml import spec_of
        from tiktok_async.jobs.toml_stage import NAME

        class Options(Place):
            def fail(self, message: str) -> NoReturn:
                raise InputError(f"{_named(self.path)}{message}")

            def lack(self, key: str, example: str) -> NoReturn:
                option = _OPTIONS.get(key) or _option(key)
                if key == "from":
                    raise InputError("--from FILE, FILE:COLUMN or --item ITEM is missing.")
                raise InputError(f"{option} is missing: write {option} {_unquoted(example)}")

        tail = str(self.collect).partition(" ")[0].rpartition(".")[2]
        stage = {"name": tail, **self._stage()}
        job = name if name and NAME.fullmatch(name) else tail
        values: dict[str, Any] = {"name": job, "stage": [stage]}
        values["output"] = [{"format": one} for one in self.output_format or ()]
        table = Table(Options("the options", Lines("")), values)
        return spec_of(table, Path.cwd(), here=True)

    def _stage(self) -> dict[str, Any]:
        plain = ("collect", "where", "start", "end", "shard_days", "limit")
        stage = {name: getattr(self, name) for name in plain}
        stage["items"] = self.item
        stage["from"] = None if self.source is None else _file_of(self.source)
        stage["params"] = dict(map(_param, self.param or ())) or None
        return {key: value for key, value in stage.items() if value is not None}


_OPTIONS: Final = {"source": "--from", "items": "--item", "output_format": "--format"}


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _named(path: tuple[str | int, ...]) -> str:
    keys = [one for one in path if isinstance(one, str) and one not in {"stage", "output"}]
    if not keys:
        return ""
    if keys[0] == "params":
        return f"--param {keys[-1]}: " if len(keys) > 1 else "--param: "
    return f"{_OPTIONS.get(keys[0]) or _option(keys[0])}: "


def _unquoted(example: str) -> str:
    return example.partition(" = ")[2] or example


def _file_of(text: str) -> dict[str, str]:
    """Take ids.csv:video_id apart, unless it is the name of a file."""
    file, colon, column = text.rpartition(":")
    if not colon or Path(text).exists() or not column:
        return {"file": text}
    return {"file": file, "column": column}


def _param(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE; numbers, true, false and lists are written as in TOML."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        msg = f"--param {text}: write it as NAME=VALUE, such as max_count=50."
        raise InputError(msg)
    try:
        read = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        read = value.strip()
    return name.strip(), read if isinstance(read, bool | int | list) else value.strip()
