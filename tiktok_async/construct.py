"""One fast constructor for each model class, made once from its declaration.

A page holds a thousand small objects, so the cost of one decides. A constructor takes a list of
wire objects and returns the list of models. What it does for one object:

1. Reads each key; `extra` costs nothing when every key is known.
2. Checks each value's exact type in place, and calls a reader only for what is not plain.
3. Fills an instance of a *draft*: a class of the same layout as the model that is not frozen.
   Then it turns the draft into the model by its `__class__`. Storing past a frozen class
   otherwise costs a call for each field.

It takes nothing that the converter in `convert` refuses, and makes the same of it; on any error
the caller asks the converter, which tells where the fault is. No text from an answer ever gets
into the generated source: only names and types from the class.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from tiktok_async.models import LONE, NAMES, NO_EXTRA, Extra, Flag, IdText, Model, Number

Hook: TypeAlias = Callable[[Any, Any], Any]
Constructor: TypeAlias = Callable[[list[Any]], list[Any]]

_KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a fraction",
    type(None): "null",
}


class MismatchError(TypeError):
    """A value is not what its field holds. Names the kinds of the two, never the value."""

    def __init__(self, wanted: str, got: object) -> None:
        super().__init__(f"expected {wanted}, got {_KINDS.get(type(got), type(got).__name__)}")


def read_int(value: Any, _: Any = int) -> int:
    """Return an integer, given as one or as its digits."""
    if type(value) is int:
        return value
    if type(value) is str and value.isascii() and value.removeprefix("-").isdigit():
        try:
            return int(value)
        except ValueError:  # beyond the interpreter's limit on digits
            raise MismatchError("an integer of fewer digits", value) from None
    raise MismatchError("an integer", value)


def read_str(value: Any, _: Any = str) -> str:
    """Return text."""
    if type(value) is str:
        return value
    raise MismatchError("a string", value)


def read_bool(value: Any, _: Any = bool) -> bool:
    """Return a boolean."""
    if type(value) is bool:
        return value
    raise MismatchError("a boolean", value)


def read_flag(value: Any, _: Any = bool) -> bool:
    """Return a boolean, given as one or as 0 or 1."""
    if type(value) is bool:
        return value
    if type(value) is int and value in (0, 1):
        return value == 1
    raise MismatchError("a boolean, 0 or 1", value)


def read_number(value: Any, _: Any = float) -> float:
    """Return a number as it is."""
    if type(value) in (int, float):
        number: float = value
        return number
    raise MismatchError("a number", value)


def read_float(value: Any, _: Any = float) -> float:
    """Return a number; an integer is taken too."""
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise MismatchError("a smaller number", value) from None
    raise MismatchError("a number", value)


def read_id(value: Any, _: Any = str) -> str:
    """Return the text of an id; an integer becomes its digits."""
    if type(value) is str:
        return value
    if type(value) is int:
        try:
            return str(value)
        except ValueError:  # beyond the interpreter's limit on digits
            raise MismatchError("an integer of fewer digits", value) from None
    raise MismatchError("an id", value)


def read_object(value: Any, _: Any = dict) -> Mapping[str, Any]:
    """Return a JSON object as it is."""
    if type(value) is dict:
        return value
    raise MismatchError("an object", value)


PLAIN: Final[dict[Any, tuple[str, Hook]]] = {
    int: ("int", read_int),
    str: ("str", read_str),
    bool: ("bool", read_bool),
    float: ("float", read_float),
    IdText: ("str", read_id),
    Flag: ("bool", read_flag),
    Number: ("float", read_number),
    Mapping[str, Any]: ("dict", read_object),
    dict[str, Any]: ("dict", read_object),
}
"""Type of a field → the exact type that needs no more than a check, and the reader of the rest."""


@attrs.frozen
class Part:
    """One field of a model, as the decoder sees it."""

    name: str
    keys: tuple[str, ...]
    """Its keys on the wire, the first of them the one that is written."""
    type: Any
    """Its type without the `| None` that every field has."""
    lone: bool


def parts(cls: type[Model]) -> tuple[Part, ...]:
    """Return the fields of a model class but `extra`, in order.

    Raises:
        RuntimeError: if two fields share a key.
    """
    attrs.resolve_types(cls)
    found = tuple(
        Part(
            field.name,
            field.metadata.get(NAMES) or (cls.wire_key(field.name),),
            _given(field.type),
            field.metadata.get(LONE, False),
        )
        for field in attrs.fields(cls)
        if field.name != "extra"
    )
    keys = [key for part in found for key in part.keys]
    if len(set(keys)) < len(keys):
        raise RuntimeError(f"Two fields of {cls.__name__} share a key of the wire.")
    return found


def _given(declared: Any) -> Any:
    """Return what `X | None` may hold besides None."""
    if typing.get_origin(declared) in (typing.Union, types.UnionType):
        rest = [arg for arg in typing.get_args(declared) if arg is not type(None)]
        if len(rest) == 1:
            return rest[0]
    return declared


def element(declared: Any) -> tuple[str, Any] | None:
    """Return the maker and the item type of `tuple[X, ...]` or `list[X]`, else None."""
    args = typing.get_args(declared)
    if typing.get_origin(declared) is list:
        return "list", args[0]
    if typing.get_origin(declared) is tuple and len(args) == 2 and args[1] is Ellipsis:
        return "tuple", args[0]
    return None


def unknown(raw: Mapping[str, Any], fields: tuple[Part, ...]) -> Mapping[str, Any]:
    """Return the keys of `raw` that no field takes. A null under a known key is an absence."""
    left = dict(raw)
    for part in fields:
        taken = next((key for key in part.keys if raw.get(key) is not None), None)
        for key in part.keys:
            if key == taken or left.get(key, 0) is None:
                del left[key]
    return Extra(left) if left else NO_EXTRA


class Constructors(dict[type[Model], Constructor]):
    """The constructor of every model class that was asked for; made at the first asking.

    Args:
        hook_for: Gives the converter's hook for a type that the constructor knows nothing about.
    """

    def __init__(self, hook_for: Callable[[Any], Hook]) -> None:
        super().__init__()
        self._hook_for = hook_for

    def __missing__(self, cls: type[Model]) -> Constructor:
        made = _Source(cls, self, self._hook_for).compile()
        self[cls] = made
        return made


def _draft(cls: type[Model]) -> type:
    """Return a class of the same layout as `cls` whose instances take plain assignment."""
    names = {
        "__slots__": cls.__dict__["__slots__"],
        # Both: one C slot serves the two, and storing is fast only if it is the plain one.
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
        "__init__": object.__init__,
    }
    return type(f"{cls.__name__}Draft", cls.__bases__, names)


class _Source:
    """The source of one constructor and the names that it uses."""

    def __init__(
        self, cls: type[Model], others: Mapping[type[Model], Constructor], hook_for: Any
    ) -> None:
        self._cls = cls
        self._fields = parts(cls)
        self._hook_for = hook_for
        self._names: dict[str, Any] = {
            "MismatchError": MismatchError,
            "NO_EXTRA": NO_EXTRA,
            "cls": cls,
            "draft": _draft(cls),
            "others": others,
            "unknown": unknown,
            "fields": self._fields,
        }

    def compile(self) -> Constructor:
        source = "\n".join(self._lines())
        code = compile(source, f"<constructor of {self._cls.__name__}>", "exec")
        exec(code, self._names)  # noqa: S102  # source is made of our own declarations only
        made: Constructor = self._names["construct"]
        return made

    def _lines(self) -> list[str]:
        lines = [
            "def construct(raws):",
            "  models = []",
            "  for raw in raws:",
            "    if type(raw) is not dict: raise MismatchError('an object', raw)",
            *self._read_full(),
            *self._read_any(),
        ]
        for index, part in enumerate(self._fields):
            lines += [f"    {line}" for line in self._checks(part, f"v{index}")]
        stores = [f"    model.{part.name} = v{i}" for i, part in enumerate(self._fields)]
        return [
            *lines,
            "    model = draft()",
            *stores,
            "    model.extra = extra",
            "    model.__class__ = cls",
            "    models.append(model)",
            "  return models",
        ]

    def _read_full(self) -> list[str]:
        """Read an object that has each field under its first key, and nothing else."""
        reads = [f"        v{i} = raw[{part.keys[0]!r}]" for i, part in enumerate(self._fields)]
        return [
            f"    full = len(raw) == {len(self._fields)}",
            "    if full:",
            "      extra = NO_EXTRA",
            "      try:",
            *(reads or ["        pass"]),
            "      except KeyError: full = False",
        ]

    def _read_any(self) -> list[str]:
        """Read any object; it has no unknown keys if as many keys as values were found."""
        lines = ["    if not full:", "      get = raw.get; absent = 0"]
        for index, part in enumerate(self._fields):
            lines.append(f"      v{index} = get({part.keys[0]!r})")
            lines += [
                f"      if v{index} is None: v{index} = get({key!r})" for key in part.keys[1:]
            ]
            lines.append(f"      if v{index} is None: absent += 1")
        known = f"len(raw) + absent == {len(self._fields)}"
        return [*lines, f"      extra = NO_EXTRA if {known} else unknown(raw, fields)"]

    def _checks(self, part: Part, var: str) -> list[str]:
        items = element(part.type)
        if items is None:
            exact, expression = self._value(part.type, var, f"{var}_")
            test = f"type({var}) is not {exact} and " if exact else ""
            return [f"if {test}{var} is not None: {var} = {expression}"] if expression else []
        maker, item = items
        lines = [f"if {var} is not None:"]
        if part.lone:
            lines.append(f"  if type({var}) is dict: {var} = [{var}]")
        lines.append(f"  if type({var}) is not list: raise MismatchError('a list', {var})")
        return [*lines, *self._read_items(item, var), f"  {var} = {maker}({var})"]

    def _read_items(self, item: Any, var: str) -> list[str]:
        if is_model(item):
            self._names[f"{var}_"] = item
            return [f"  {var} = others[{var}_]({var})"]
        exact, expression = self._value(item, "x", f"{var}_")
        if not expression:
            return []
        whole = f"{var} = [{expression} for x in {var}]"
        if not exact:
            return [f"  {whole}"]
        # A reader is needed for few lists, and a list comprehension costs a frame until 3.12.
        return [
            f"  for x in {var}:",
            f"    if type(x) is not {exact}:",
            f"      {whole}",
            "      break",
        ]

    def _value(self, declared: Any, var: str, helper: str) -> tuple[str, str]:
        """Return the exact type that passes as it is, and the expression for everything else."""
        if declared is Any:
            return "", ""
        if declared in PLAIN:
            exact, self._names[helper] = PLAIN[declared]
            return exact, f"{helper}({var})"
        self._names[f"{helper}type"] = declared
        if is_model(declared):
            return "", f"others[{helper}type](({var},))[0]"
        self._names[helper] = self._hook_for(declared)
        return "", f"{helper}({var}, {helper}type)"


def is_model(declared: Any) -> bool:
    """Tell whether a type is a model class."""
    return isinstance(declared, type) and issubclass(declared, Model)
