"""Rows as columns of plain values, for a database that has no lists and no objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.io.output.fitting import (
    INT64,
    MisfitError,
    encodes,
    fit,
    given,
    json_text,
    left_over,
    values_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktok_async.io.output.columns import Column
    from tiktok_async.io.output.fitting import Rest

_AS_THEY_ARE: Final[dict[str, type]] = {"number": float, "boolean": bool}


def cells_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> list[Sequence[Any]]:
    """Return the values of each column, and of `extra`.

    Args:
        rows: In the wire's form, as `convert.to_dict` gives them.
        columns: The columns before `extra`.
    """
    rest = left_over(rows, [one.name for one in columns])
    made = [_cells(values_of(rows, one.name), one, rest) for one in columns]
    return [*made, [json_text(rest.get(number)) for number in range(len(rows))]]


def _cells(values: list[Any], column: Column, rest: Rest) -> Sequence[Any]:
    if column.many or column.kind in {"record", "json"}:
        return list(map(json_text, values))
    kinds = given(values)
    if not kinds or kinds == {_AS_THEY_ARE.get(column.kind)}:
        return values
    if kinds == {int} and column.kind == "id":
        return [None if value is None else str(value) for value in values]
    if kinds == {int} and column.kind == "integer" and _small(values):
        return values
    if kinds == {str} and column.kind in {"id", "text"} and encodes("".join(filter(None, values))):
        return values
    return _one_by_one(values, column, rest)


def _small(values: list[Any]) -> bool:
    there = [value for value in values if value is not None]
    return min(there) in INT64 and max(there) in INT64


def _one_by_one(values: list[Any], column: Column, rest: Rest) -> list[Any]:
    made: list[Any] = []
    for number, value in enumerate(values):
        try:
            made.append(None if value is None else fit(value, column.kind))
        except MisfitError:
            made.append(None)
            rest.setdefault(number, {})[column.name] = value
    return made
