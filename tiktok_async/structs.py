"""Pages to models with no dictionaries between them, where msgspec is installed.

msgspec reads the rows of a page into structs that are made from the models' declarations. They take
only what needs no care: values of the very types, and no key that nobody knows. A struct then
becomes its model, field by field.

Rules: nothing here decides what an answer means. Where anything at all is unusual there is no
reading, and the caller goes the careful way from the beginning. So both ways give the same, and
this one gives it sooner.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from tiktok_async.construct import Source, element, indented, is_leaf, is_model, parts
from tiktok_async.models import Flag, IdText, Model, Number
from tiktok_async.readers import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktok_async.construct import Constructor, Part

try:
    import msgspec
except ImportError:
    msgspec = None  # type: ignore[assignment]  # optional: the same models, sooner

M = TypeVar("M")

_EXACT: Final[dict[Any, Any]] = {
    **{declared: declared for declared in (int, str, bool, float)},
    **{declared: dict[str, Any] for declared in PLAIN if PLAIN[declared][0] == "dict"},
    IdText: str,
    Flag: bool,
    Number: int | float,
    Any: Any,
}
"""Type of a field → what msgspec reads of it as the careful way does."""


class Rows(list[M]):
    """The rows of an answer that are models already."""


@attrs.frozen(kw_only=True)
class PageForm:
    """An answer of rows: an object with an object in it that has the rows."""

    model: type[Model]
    """The model of a row."""
    around: tuple[str, ...]
    """Keys of the outer object besides `under`."""
    under: str
    """Key of the inner object."""
    rows: tuple[str, ...]
    """Key of the rows in it, with its known aliases."""
    flags: tuple[str, ...] = ()
    """Its keys that must hold a boolean."""
    beside: tuple[str, ...] = ()
    """Its keys that may hold anything."""


class _UnusualError(TypeError):
    """A declaration or a value that only the careful way knows."""


@functools.cache
def reader(form: PageForm) -> Callable[[bytes], dict[str, Any] | None] | None:
    """Return what reads pages of a form as `loads` does, but with `Rows` in place of the rows.

    It returns None for a page that is unusual. There is no reader without msgspec, and none for
    models that have fields of types of their own.
    """
    if msgspec is None:
        return None
    try:
        row = _struct(form.model)
    except _UnusualError:
        return None
    rows = list[row] | None  # type: ignore[valid-type]  # a type made at run time
    others = dict.fromkeys(form.rows, rows) | dict.fromkeys(form.beside, Any)
    inner = _strict(form.under, others, needed=dict.fromkeys(form.flags, bool))
    outer = _strict("answer", dict.fromkeys(form.around, Any), needed={form.under: inner})
    decode = msgspec.json.Decoder(outer).decode
    construct = _Source().constructor(form.model)

    def read(body: bytes) -> dict[str, Any] | None:
        try:
            answer = _given(decode(body))
            data = answer[form.under] = _given(answer[form.under])
            found = [key for key in form.rows if data.get(key) is not None]
            for key in found:
                data[key] = Rows(construct(data[key]))
        except (msgspec.MsgspecError, _UnusualError, ValueError, RecursionError):
            return None
        return answer if found else None

    return read


def _strict(name: str, fields: Mapping[str, Any], needed: Mapping[str, Any]) -> Any:
    """Return a struct that refuses every other key."""
    return msgspec.defstruct(
        name,
        [*needed.items(), *((key, type_, msgspec.UNSET) for key, type_ in fields.items())],
        forbid_unknown_fields=True,
    )


def _given(struct: Any) -> dict[str, Any]:
    """Return the fields of a struct that were in the answer."""
    fields = msgspec.structs.asdict(struct)
    return {key: value for key, value in fields.items() if value is not msgspec.UNSET}


def _struct(cls: type[Model], within: tuple[type[Model], ...] = ()) -> Any:
    """Return the struct of a model: a field for each of its keys, None where it is absent.

    Raises:
        _UnusualError: if a field needs care, or holds its own kind.
    """
    if cls in within:
        raise _UnusualError
    named = {
        _field(place, number): (key, _type(part.type, (*within, cls)))
        for place, part in enumerate(parts(cls))
        for number, key in enumerate(part.keys)
    }
    return msgspec.defstruct(
        f"{cls.__name__}Struct",
        [(name, read | None, None) for name, (_, read) in named.items()],
        rename={name: key for name, (key, _) in named.items()},
        forbid_unknown_fields=True,
        gc=False,
    )


def _field(place: int, number: int) -> str:
    """Return the name in its struct of one key of the field at `place`."""
    return f"f{place}_{number}"


def _type(declared: Any, within: tuple[type[Model], ...]) -> Any:
    items = element(declared)
    if items is not None:
        item = _type(items[1], within)
        return tuple[item, ...] if items[0] == "tuple" else list[item]  # type: ignore[valid-type]  # a type made at run time
    if is_model(declared):
        return _struct(declared, within)
    try:
        return _EXACT[declared]
    except KeyError:
        raise _UnusualError from None


class _Source(Source):
    """The source of one function from structs to models.

    Its variables: `v0`, `v1` and so on for the fields of a struct that are not copied as they are,
    `w0` and so on for those of a struct within it.
    """

    def constructor(self, cls: type[Model]) -> Constructor:
        self.names["UnusualError"] = _UnusualError
        return self.compile(f"models of {cls.__name__}", self._model(cls, "raw", "model", "v"))

    def _model(self, cls: type[Model], struct: str, made: str, var: str) -> list[str]:
        """Make the model of a struct."""
        lines: list[str] = []
        values = []
        for place, part in enumerate(parts(cls)):
            value = f"{struct}.{_field(place, 0)}"
            made_of = self._made_of(part, f"{var}{place}")
            if made_of or len(part.keys) > 1:
                lines.append(f"{var}{place} = {value}")
                value = f"{var}{place}"
                lines += [*_other_keys(place, part, struct, value), *made_of]
            values.append(value)
        return [*lines, *self.model(cls, made, values, "NO_EXTRA")]

    def _made_of(self, part: Part, var: str) -> list[str]:
        """Make the models of the structs in a field, if it has any."""
        maker, item = element(part.type) or ("", part.type)
        if not is_model(item):
            return []
        if not is_leaf(item):
            each = self.name(_Source().constructor(item))
            made = f"{maker}({each}({var}))" if maker else f"{each}(({var},))[0]"
            return [f"if {var} is not None: {var} = {made}"]
        one = self._model(item, "one" if maker else var, "item", "w")
        if not maker:
            return [f"if {var} is not None:", *indented(one), f"  {var} = item"]
        return [
            f"if {var} is not None:",
            "  items = []",
            f"  for one in {var}:",
            *indented(one, 4),
            "    items.append(item)",
            f"  {var} = {maker}(items)",
        ]


def _other_keys(place: int, part: Part, struct: str, var: str) -> list[str]:
    """Take a field from its further keys; two that hold a value are unusual."""
    others = [f"{struct}.{_field(place, number)}" for number in range(1, len(part.keys))]
    return [
        line
        for other in others
        for line in (
            f"if {var} is None: {var} = {other}",
            f"elif {other} is not None: raise UnusualError",
        )
    ]
