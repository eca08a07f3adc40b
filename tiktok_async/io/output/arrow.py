"""Rows as Arrow record batches, made column by column.

A column whose values all have its type is made at once. Any other is looked at value by value: what
does not fit goes to `extra`, so that nothing is lost and no type depends on the rows.
"""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.errors import MissingExtraError
from tiktok_async.io.output.columns import EXTRA, Column
from tiktok_async.io.output.fitting import MisfitError, fit, given, json_text, left_over, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktok_async.io.output.fitting import Rest

try:
    import pyarrow as pa
except ImportError as _missing:
    _what = "Writing Parquet"
    raise MissingExtraError(_what, "parquet") from _missing

_PLAIN: Final = {
    "id": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "json": pa.string(),
}


def schema_of(columns: Sequence[Column], metadata: Mapping[str, str]) -> pa.Schema:
    """Return the schema of a table: the columns and `extra`.

    Args:
        columns: The columns before `extra`.
        metadata: Facts to keep with the table.
    """
    return pa.schema([*map(_field, columns), pa.field(EXTRA, pa.string())], metadata=dict(metadata))


def batch_of(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], schema: pa.Schema
) -> pa.RecordBatch:
    """Return rows as one batch.

    Args:
        rows: In the wire's form, as `convert.to_dict` gives them.
        columns: The columns before `extra`.
        schema: That of the columns, by `schema_of`.
    """
    return pa.RecordBatch.from_arrays(_arrays(rows, columns), schema=schema)


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _type(column))


def _type(column: Column) -> pa.DataType:
    return pa.list_(_item_type(column)) if column.many else _item_type(column)


def _item_type(column: Column) -> pa.DataType:
    if column.kind == "record":
        return pa.struct([*map(_field, column.fields), pa.field(EXTRA, pa.string())])
    return _PLAIN[column.kind]


def _arrays(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> list[pa.Array]:
    """Return the arrays of the columns and of `extra`."""
    rest = left_over(rows, [one.name for one in columns])
    arrays = [_array(values_of(rows, one.name), one, rest) for one in columns]
    extra = [None] * len(rows) if not rest else [json_text(rest.get(i)) for i in range(len(rows))]
    return [*arrays, pa.array(extra, pa.string())]


def _array(values: list[Any], column: Column, rest: Rest) -> pa.Array:
    kinds = given(values)
    if not kinds:
        return pa.nulls(len(values), _type(column))
    try:
        if column.many:
            return _lists(values, kinds, column)
        return _items(values, kinds, column)
    except (MisfitError, pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
        return _one_by_one(values, column, rest)


def _lists(values: list[Any], kinds: set[type], column: Column) -> pa.Array:
    if kinds != {list}:
        raise MisfitError
    inner = list(chain.from_iterable(value for value in values if value is not None))
    inner_kinds = set(map(type, inner))
    ends = accumulate((0 if value is None else len(value) for value in values), initial=0)
    absent = pa.array([value is None for value in values], pa.bool_())
    made = _items(inner, inner_kinds, column) if inner else pa.nulls(0, _item_type(column))
    return pa.ListArray.from_arrays(
        pa.array(ends, pa.int32()), made, type=_type(column), mask=absent
    )


def _items(values: list[Any], kinds: set[type], column: Column) -> pa.Array:
    """Return the array of values that are all of the column's kind, or absent."""
    if column.kind == "record":
        return _records(values, kinds, column)
    return _MAKE[column.kind](values, kinds)


def _records(values: list[Any], kinds: set[type], column: Column) -> pa.Array:
    if kinds != {dict}:
        raise MisfitError
    children = _arrays([value or {} for value in values], column.fields)
    absent = pa.array([value is None for value in values], pa.bool_())
    return pa.StructArray.from_arrays(children, fields=list(_item_type(column)), mask=absent)


def _ids(values: list[Any], kinds: set[type]) -> pa.Array:
    if kinds == {int}:
        return pa.array([None if one is None else str(one) for one in values], pa.string())
    return _exact(str, pa.string())(values, kinds)


def _numbers(values: list[Any], kinds: set[type]) -> pa.Array:
    if not kinds <= {int, float}:
        raise MisfitError
    return pa.array(values, pa.float64())


def _json(values: list[Any], _: set[type]) -> pa.Array:
    return pa.array(list(map(json_text, values)), pa.string())


def _exact(kind: type, made: pa.DataType) -> Callable[[list[Any], set[type]], pa.Array]:
    def make(values: list[Any], kinds: set[type]) -> pa.Array:
        if kinds != {kind}:
            raise MisfitError
        return pa.array(values, made)

    return make


_MAKE: Final[dict[str, Callable[[list[Any], set[type]], pa.Array]]] = {
    "id": _ids,
    "integer": _exact(int, pa.int64()),
    "number": _numbers,
    "boolean": _exact(bool, pa.bool_()),
    "text": _exact(str, pa.string()),
    "json": _json,
}
"""From values to an array, by the column's kind; they refuse what is not plain."""


def _one_by_one(values: list[Any], column: Column, rest: Rest) -> pa.Array:
    made: list[Any] = []
    for number, value in enumerate(values):
        try:
            made.append(_value(value, column))
        except MisfitError:
            made.append(None)
            rest.setdefault(number, {})[column.name] = value
    return pa.array(made, _type(column))


def _value(value: Any, column: Column) -> Any:
    if value is None or not column.many:
        return None if value is None else _single(value, column)
    if type(value) is not list:
        raise MisfitError
    return [_single(item, column) for item in value]


def _single(value: Any, column: Column) -> Any:
    if column.kind != "record":
        return fit(value, column.kind)
    if type(value) is not dict:
        raise MisfitError
    return _record(value, column.fields)


def _record(row: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    """Return an object whose values fit; what does not is in its `extra`."""
    rest = {key: value for key, value in row.items() if all(key != one.name for one in columns)}
    made: dict[str, Any] = {}
    for column in columns:
        value = row.get(column.name)
        try:
            made[column.name] = _value(value, column)
        except MisfitError:
            rest[column.name] = value
    return {**made, EXTRA: json_text(rest or None)}
