"""Which value fits which column, and in what form; and what is left for `extra`. Pure."""

from __future__ import annotations

import json.encoder
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktok_async.convert import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktok_async.io.output.columns import Kind

Rest: TypeAlias = dict[int, dict[str, Any]]
"""What no column holds, by the number of the row."""

INT64: Final = range(-(2**63), 2**63)
_ABSENT: Final = type(None)


class MisfitError(ValueError):
    """A value that its column cannot hold."""


def given(values: Sequence[Any]) -> set[type]:
    """Return the types of the values that are there."""
    kinds = set(map(type, values))
    kinds.discard(_ABSENT)
    return kinds


def left_over(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Rest:
    """Return the keys that are none of `names`, with their values."""
    unknown = set[str]().union(*rows).difference(names)
    if not unknown:
        return {}
    return {
        number: {key: value for key, value in row.items() if key in unknown}
        for number, row in enumerate(rows)
        if not unknown.isdisjoint(row)
    }


def values_of(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return the value that each row has under a key, None where it has none."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def json_text(value: Any) -> str | None:
    """Return a value as JSON, as `convert.dumps` has it; None where it is absent."""
    if value is None:
        return None
    if _ENCODER is not None:
        try:
            text = "".join(_ENCODER(value, 0))
        except (TypeError, ValueError, RecursionError):
            return dumps(value).decode()  # which words the error
        if encodes(text):
            return text
    return dumps(value).decode()  # half of a surrogate pair becomes its escape


def _encoder() -> Callable[[Any, int], tuple[str, ...]] | None:
    """Return the standard library's encoder in C; None where it has none.

    `json.dumps` makes one anew for each value, which takes longer than a small value does.
    """
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return None
    plain = json.JSONEncoder()
    quote = json.encoder.encode_basestring
    made: Callable[[Any, int], tuple[str, ...]] = make(
        None, plain.default, quote, None, ":", ",", False, False, False
    )
    return made


_ENCODER: Final = _encoder()


def encodes(text: str) -> bool:
    """Tell whether text has a UTF-8 form."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def encodable(text: str) -> str:
    """Return text that has a UTF-8 form; half of a surrogate pair becomes its escape of JSON."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def fit(value: Any, kind: Kind) -> Any:
    """Return a wire value in the form that its column has.

    Args:
        value: One that is there.
        kind: The column's, but not record.

    Raises:
        MisfitError: if the column cannot hold it.
    """
    return _FIT[kind](value)


def _id(value: Any) -> str:
    return encodable(_text(value)) if type(value) is not int else str(value)


def _whole(value: Any) -> int:
    if type(value) is not int or value not in INT64:
        raise MisfitError
    return value


def _number(value: Any) -> float:
    if type(value) is float:
        return value
    try:
        if type(value) is int and float(value) == value:
            return float(value)
    except OverflowError:
        pass
    raise MisfitError


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise MisfitError
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise MisfitError
    return encodable(value)


_FIT: Final[dict[str, Callable[[Any], Any]]] = {
    "id": _id,
    "integer": _whole,
    "number": _number,
    "boolean": _boolean,
    "text": _text,
    "json": json_text,
}
"""From a wire value to the column's, by the column's kind."""
