"""One fast constructor for each model class, made once from its declaration.

A page holds a thousand small objects, so the cost of one decides. A constructor takes a list of
wire objects and returns the list of models. What it does for one object:

1. Reads each key; `extra` costs nothing when every key is there and known. Otherwise it takes the
   known keys out of a copy of the object, and what is left is `extra`: to copy many keys costs
   less than to look at each.
2. Checks each value's exact type in place, and calls a reader only for what is not plain.
3. Fills an instance of a *draft*: a class of the same layout as the model that is not frozen.
   Then it turns the draft into the model by its `__class__`. Storing past a frozen class
   otherwise costs a call for each field.

Models without models in them are made in place, within the constructor of what holds them: a call
for each short list would cost as much as its models.

It takes nothing that the converter in `convert` refuses, and makes the same of it; on any error
the caller asks the converter, which tells where the fault is. No text from an answer ever gets
into the generated source: only names and types from the class.

Who wants to know no more of a row than what tells it apart takes an *outline*: all of the row is
checked, but only its plain fields are kept, in a draft that never becomes a model. To ask it for
another field is an error.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from tiktok_async.models import LONE, NAMES, NO_EXTRA, Extra, Model
from tiktok_async.readers import PLAIN, Hook, MismatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Constructor: TypeAlias = Callable[[list[Any]], list[Any]]


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
    declared: Any = cls
    return _parts(declared)


@functools.cache
def _parts(cls: Any) -> tuple[Part, ...]:
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


def item_type(part: Part) -> Any:
    """Return the type of a field, or of the items in it."""
    return (element(part.type) or ("", part.type))[1]


def is_model(declared: Any) -> bool:
    """Tell whether a type is a model class."""
    return isinstance(declared, type) and issubclass(declared, Model)


def is_plain(declared: Any) -> bool:
    """Tell whether a type is text, a number or a boolean."""
    return declared in PLAIN and PLAIN[declared][0] != "dict"


def is_leaf(declared: Any) -> bool:
    """Tell whether a type is a model class without models in it."""
    return is_model(declared) and not any(is_model(item_type(part)) for part in parts(declared))


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
        made = _Source(cls, self, self._hook_for).constructor()
        self[cls] = made
        return made


class Outlines(dict[type[Model], Constructor]):
    """The same for outlines.

    Args:
        constructors: Of the models within.
        hook_for: As for `Constructors`.
    """

    def __init__(self, constructors: Constructors, hook_for: Callable[[Any], Hook]) -> None:
        super().__init__()
        self._constructors = constructors
        self._hook_for = hook_for

    def __missing__(self, cls: type[Model]) -> Constructor:
        made = _OutlineSource(cls, self._constructors, self._hook_for).constructor()
        self[cls] = made
        return made


@functools.cache
def draft(cls: Any) -> type[Model]:
    """Return a class of the same layout as `cls` whose instances take plain assignment.

    It is a subclass that adds no slots: with a class beside `cls`, the interpreter would compare
    the slots of the two whenever an instance changes its class.
    """
    names: dict[str, Any] = {
        "__slots__": (),
        # Both: one C slot serves the two, and storing is fast only if it is the plain one.
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
        "__init__": object.__init__,
    }
    made: type[Model] = type(f"{cls.__name__}Draft", (cls,), names)
    return made


class Source:
    """The source of one generated function, and the names that it uses."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"NO_EXTRA": NO_EXTRA}

    def name(self, value: Any) -> str:
        """Return the name that the function finds `value` by."""
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name

    def model(self, cls: type[Model], var: str, values: Sequence[str], extra: str) -> list[str]:
        """Return the lines that make a model of its fields' values, given in their order."""
        stores = zip(parts(cls), values, strict=True)
        declared: Any = cls
        return [
            f"{var} = {self.name(draft(declared))}()",
            *(f"{var}.{part.name} = {value}" for part, value in stores),
            f"{var}.extra = {extra}",
            f"{var}.__class__ = {self.name(cls)}",
        ]

    def outline(self, cls: type[Model], var: str, values: Sequence[str]) -> list[str]:
        """Return the lines that make an outline of its fields' values, given in their order."""
        declared: Any = cls
        stores = zip(parts(cls), values, strict=True)
        return [
            f"{var} = {self.name(draft(declared))}()",
            *(f"{var}.{part.name} = {value}" for part, value in stores if is_plain(part.type)),
        ]

    def compile(self, title: str, lines: Iterable[str]) -> Constructor:
        """Return a function from a list to a list; `lines` make the `model` of one `raw`."""
        source = [
            "def construct(raws):",
            "  models = []",
            "  for raw in raws:",
            *indented(lines, 4),
            "    models.append(model)",
            "  return models",
        ]
        code = compile("\n".join(source), f"<{title}>", "exec")
        exec(code, self.names)  # noqa: S102  # source is made of our own declarations only
        made: Constructor = self.names["construct"]
        return made


def indented(lines: Iterable[str], by: int = 2) -> list[str]:
    """Return lines further to the right."""
    return [" " * by + line for line in lines]


class _Source(Source):
    """The source of one constructor.

    Its variables: `v0`, `v1` and so on for the fields of an object, `w0` and so on for those of an
    object within it.
    """

    def __init__(
        self, cls: type[Model], others: Mapping[type[Model], Constructor], hook_for: Any
    ) -> None:
        super().__init__()
        self._cls = cls
        self._hook_for = hook_for
        self.names |= {"MismatchError": MismatchError, "Extra": Extra, "others": others}

    def constructor(self) -> Constructor:
        lines = self._object(self._cls, "raw", "model", "v")
        return self.compile(f"constructor of {self._cls.__name__}", lines)

    def _object(self, cls: type[Model], raw: str, made: str, var: str) -> list[str]:
        """Make the model of an object."""
        fields = [(part, f"{var}{index}") for index, part in enumerate(parts(cls))]
        values = [value for _, value in fields]
        return [
            f"if type({raw}) is not dict: raise MismatchError('an object', {raw})",
            *_read_full(fields, raw, var),
            *_read_any(fields, var),
            *(line for part, value in fields for line in self._checks(part, value)),
            *self.model(cls, made, values, var),
        ]

    def _checks(self, part: Part, var: str) -> list[str]:
        items = element(part.type)
        if items is None:
            return self._check(part.type, var)
        maker, item = items
        lines = [f"if {var} is not None:"]
        if part.lone:
            lines.append(f"  if type({var}) is dict: {var} = [{var}]")
        lines.append(f"  if type({var}) is not list: raise MismatchError('a list', {var})")
        return [*lines, *indented(self._items(item, var)), f"  {var} = {maker}({var})"]

    def _check(self, declared: Any, var: str) -> list[str]:
        if is_leaf(declared):
            return [f"if {var} is not None:", *indented(self._object(declared, var, var, "w"))]
        exact, expression = self._value(declared, var)
        test = f"type({var}) is not {exact} and " if exact else ""
        return [f"if {test}{var} is not None: {var} = {expression}"] if expression else []

    def _items(self, item: Any, var: str) -> list[str]:
        if is_leaf(item):
            lines = indented(self._object(item, "item", "item", "w"))
            items = ["items = []", f"for item in {var}:", *lines, "  items.append(item)"]
            return [*items, f"{var} = items"]
        if is_model(item):
            return [f"{var} = others[{self.name(item)}]({var})"]
        exact, expression = self._value(item, "x")
        if not expression:
            return []
        whole = f"{var} = [{expression} for x in {var}]"
        if not exact:
            return [whole]
        # A reader is needed for few lists, and a list comprehension costs a frame until 3.12.
        return [f"for x in {var}:", f"  if type(x) is not {exact}:", f"    {whole}", "    break"]

    def _value(self, declared: Any, var: str) -> tuple[str, str]:
        """Return the exact type that passes as it is, and the expression for everything else."""
        if declared is Any:
            return "", ""
        if declared in PLAIN:
            exact, reader = PLAIN[declared]
            return exact, f"{self.name(reader)}({var})"
        if is_model(declared):
            return "", f"others[{self.name(declared)}](({var},))[0]"
        hook = self.name(self._hook_for(declared))
        return "", f"{hook}({var}, {self.name(declared)})"


class _OutlineSource(_Source):
    """The source of one function from wire objects to outlines."""

    def _object(self, cls: type[Model], raw: str, made: str, var: str) -> list[str]:
        """Check an object, and keep nothing of one within another."""
        fields = [(part, f"{var}{index}") for index, part in enumerate(parts(cls))]
        kept = self.outline(cls, made, [value for _, value in fields]) if made == "model" else []
        return [
            f"if type({raw}) is not dict: raise MismatchError('an object', {raw})",
            *_read_known(fields, raw),
            *(line for part, value in fields for line in self._checks(part, value)),
            *kept,
        ]

    def _items(self, item: Any, var: str) -> list[str]:
        if not is_leaf(item):
            return super()._items(item, var)
        return [f"for item in {var}:", *indented(self._object(item, "item", "item", "w"))]


def _read_known(fields: Sequence[tuple[Part, str]], raw: str) -> list[str]:
    """Read the fields of an object, whatever else it has."""
    full = [f"{value} = {raw}[{part.keys[0]!r}]" for part, value in fields]
    any_: list[str] = []
    for part, value in fields:
        first, *more = part.keys
        any_.append(f"{value} = {raw}.get({first!r})")
        any_ += [f"if {value} is None: {value} = {raw}.get({key!r})" for key in more]
    return [
        f"whole = len({raw}) == {len(fields)}",
        "if whole:",
        "  try:",
        *indented(full, 4),
        "  except KeyError: whole = False",
        "if not whole:",
        *indented(any_),
    ]


def _read_full(fields: Sequence[tuple[Part, str]], raw: str, extra: str) -> list[str]:
    """Read an object that has each field under its first key, and nothing else."""
    reads = [f"{value} = {raw}[{part.keys[0]!r}]" for part, value in fields]
    return [
        f"if len({raw}) != {len(fields)}: {extra} = {raw}.copy()",
        "else:",
        "  try:",
        *indented(reads, 4),
        f"    {extra} = NO_EXTRA",
        f"  except KeyError: {extra} = {raw}.copy()",
    ]


def _read_any(fields: Sequence[tuple[Part, str]], extra: str) -> list[str]:
    """Take the fields out of a copy of an object; a null under a known key is an absence."""
    lines = [f"if {extra} is not NO_EXTRA:"]
    for part, value in fields:
        first, *more = part.keys
        lines.append(f"  {value} = {extra}.pop({first!r}, None)")
        for key in more:
            lines += [
                f"  if {value} is None: {value} = {extra}.pop({key!r}, None)",
                f"  elif {extra}.get({key!r}, 0) is None: del {extra}[{key!r}]",
            ]
    return [*lines, f"  {extra} = Extra({extra}) if {extra} else NO_EXTRA"]
