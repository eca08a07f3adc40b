"""Pages to models with no dictionaries between them, where msgspec is installed.

msgspec reads the rows of a page into structs that are made from the models' declarations. They take
only what needs no care: values of the very types, and no key that nobody knows. A key that is new
is learned: from then on the structs have it, and its values are the model's `extra`. A struct then
becomes its model, field by field.

Rules: nothing here decides what an answer means. Where anything at all is unusual there is no
reading, and the caller goes the careful way from the beginning. So both ways give the same, and
this one gives it sooner.
"""

from __future__ import annotations

import functools
import re
import threading
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.construct import (
    Source,
    element,
    indented,
    is_leaf,
    is_model,
    is_plain,
    item_type,
    parts,
)
from tiktok_async.models import Extra, Flag, IdText, Model, Number
from tiktok_async.new_keys import ANSWER, MOST_KEYS, UNDER, new_keys
from tiktok_async.outlines import suffice, told_apart
from tiktok_async.readers import PLAIN
from tiktok_async.rows import Rows, one_line_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tiktok_async.construct import Constructor, Part
    from tiktok_async.rows import PageForm

try:
    import msgspec
except ImportError:
    msgspec = None  # type: ignore[assignment]  # optional: the same models, sooner

_LESSONS: Final = 8
"""Times that a reader is made anew; whoever adds a key with every page is read with care."""
_LOOKS: Final = 50
"""Times that a page is looked at for keys that can be learned."""
_LARGEST_LESSON: Final = 2**21
"""Bytes of a page that is looked at."""
_NEW_KEY: Final = "unknown field"
"""What msgspec calls a key that a struct has no field for."""
_NAMEABLE: Final = re.compile(r'[^"\\\x00-\x1f]{1,100}')
"""What msgspec takes for a key of a struct, if it is not too long to be kept."""
_UNUSUAL: Final = (
    TypeError,
    ValueError,
    RecursionError,
    *(() if msgspec is None else (msgspec.MsgspecError,)),
)
"""What comes of a page that only the careful way knows."""

_EXACT: Final[dict[Any, Any]] = {
    **{declared: declared for declared in (int, str, bool, float)},
    **{declared: dict[str, Any] for declared in PLAIN if PLAIN[declared][0] == "dict"},
    IdText: str,
    Flag: bool,
    Number: int | float,
    Any: Any,
}
"""Type of a field → what msgspec reads of it as the careful way does."""
_DRIFTING: Final[dict[Any, Any]] = {IdText: str | int, Flag: bool | int}
"""The same, where an integer comes so often that it is taken too, and read."""


class _UnusualError(TypeError):
    """A declaration or a value that only the careful way knows."""


@functools.lru_cache(maxsize=512)
def reader(
    form: PageForm, *, lined: bool = False
) -> Callable[[bytes], dict[str, Any] | None] | None:
    """Return what reads pages of a form as `loads` does, but with `Rows` in place of the rows.

    It returns None for a page that is unusual. There is no reader without msgspec, and none for
    models that have fields of types of their own.

    Args:
        form: Where the rows are, and what they are.
        lined: Whether the rows keep the text that they came in.
    """
    if msgspec is None:
        return None
    try:
        return _Reader(form, lined=lined)
    except _UnusualError:
        return None


class _Reader:
    """Reads pages of one form, and learns the keys that nobody knew when it was written.

    Threads may share it. What is learned of one answer is bounded, whatever the answer holds.

    Raises:
        _UnusualError: if its rows need care.
    """

    def __init__(self, form: PageForm, *, lined: bool) -> None:
        self._form = form
        self._lined = lined
        self._outlined = lined and suffice(form)
        self._marks = [b'"%b"' % key.encode() for key in (form.under, *form.rows) if key]
        self._lessons = _LESSONS
        self._looks = _LOOKS
        self._lock = threading.Lock()
        self._new: dict[Any, tuple[str, ...]] = {}
        """Keys learned of a model, of the answer, and of what is under it."""
        self._way = self._built(self._new)

    def __call__(self, body: bytes) -> dict[str, Any] | None:
        way = self._way
        try:
            return self._read(body, *way)
        except _UNUSUAL as error:
            if _NEW_KEY not in str(error) or not self._learned(body, way):
                return None
        try:
            return self._read(body, *self._way)
        except _UNUSUAL:
            return None

    def _read(
        self, body: bytes, decode: Any, row_of: Any, rows_of: Constructor
    ) -> dict[str, Any] | None:
        under = self._form.under
        answer = data = _given(decode(body))
        if under is not None:
            data = answer[under] = _given(answer[under])
        found = [key for key in self._form.rows if data.get(key) is not None]
        for key in found:
            rows = data[key]
            if self._lined:
                texts = [bytes(row) for row in rows]
                self._check_marks(body, len(body) - sum(map(len, texts)))
                models = rows_of([row_of(row) for row in rows])
                data[key] = Rows(models, one_line_each(texts))
            else:
                data[key] = Rows(rows_of(rows))
        return answer if found else None

    def _check_marks(self, body: bytes, around: int) -> None:
        """Refuse a key of the rows, or of what has them, that is there twice.

        Of such a key only the last is decoded, with no word of those before it.

        Args:
            body: The answer.
            around: Its length without the rows that were decoded: all that is in front of them is
                within so many bytes.
        """
        if any(body.count(mark, 0, around) > 1 for mark in self._marks):
            raise _UnusualError

    def _built(self, new: Mapping[Any, Sequence[str]]) -> tuple[Any, Any, Any]:
        """Return what decodes a page, what decodes a row by itself, and what makes models."""
        form = self._form
        row = _struct(form.model, new)
        read: Any = msgspec.Raw if self._lined else row
        rows: Any = list[read] | None
        others = dict.fromkeys(form.rows, rows) | dict.fromkeys(form.beside, Any)
        flags = dict.fromkeys(form.flags, bool)
        if form.under is None:
            outer = _strict("answer", others, flags, new.get(ANSWER, ()))
        else:
            inner = _strict(form.under, others, flags, new.get(UNDER, ()))
            around = dict.fromkeys(form.around, Any)
            outer = _strict("answer", around, {form.under: inner}, new.get(ANSWER, ()))
        construct = _Source(new).constructor(form.model)
        rows_of: Any = construct
        if self._outlined:
            outline = _Source(new).constructor(form.model, outlined=True)
            rows_of = functools.partial(told_apart, form, outline=outline, construct=construct)
        return msgspec.json.Decoder(outer).decode, msgspec.json.Decoder(row).decode, rows_of

    def _learned(self, body: bytes, tried: tuple[Any, Any, Any]) -> bool:
        """Take in the keys of a page that are new; tell whether there is another way to try."""
        with self._lock:
            if self._way is not tried:  # another thread has learned meanwhile
                return True
            if not self._lessons or not self._looks or len(body) > _LARGEST_LESSON:
                return False
            self._looks -= 1
            try:
                found = new_keys(self._form, msgspec.json.decode(body))
            except _UNUSUAL:
                return False
            new = {place: _joined(self._new.get(place, ()), keys) for place, keys in found.items()}
            new = {place: keys for place, keys in (self._new | new).items() if keys}
            if new == self._new:
                return False
            self._lessons -= 1
            self._way = self._built(new)
            self._new = new
            return True


def _joined(known: tuple[str, ...], found: Iterable[str]) -> tuple[str, ...]:
    """Return the keys that are known, and those that were found and can be named, in bounds."""
    more = (key for key in found if key not in known and _NAMEABLE.fullmatch(key))
    return (*known, *more)[:MOST_KEYS]


def _strict(
    name: str, fields: Mapping[str, Any], needed: Mapping[str, Any], new: Iterable[str]
) -> Any:
    """Return a struct that refuses every other key."""
    named = {f"f{place}": key for place, key in enumerate((*needed, *fields, *new))}
    types = (*needed.values(), *fields.values(), *(Any for _ in new))
    declared = [
        (field, type_) if place < len(needed) else (field, type_, msgspec.UNSET)
        for place, (field, type_) in enumerate(zip(named, types, strict=True))
    ]
    return msgspec.defstruct(name, declared, rename=named, forbid_unknown_fields=True)


def _given(struct: Any) -> dict[str, Any]:
    """Return the fields of a struct that were in the answer, by their keys."""
    fields = zip(struct.__struct_encode_fields__, msgspec.structs.astuple(struct), strict=True)
    return {key: value for key, value in fields if value is not msgspec.UNSET}


def _struct(
    cls: type[Model], new: Mapping[Any, Sequence[str]], within: tuple[type[Model], ...] = ()
) -> Any:
    """Return the struct of a model: a field for each of its keys, None where it is absent.

    Args:
        cls: The model.
        new: Keys besides, by model.
        within: Models that hold it.

    Raises:
        _UnusualError: if a field needs care.
    """
    named = {
        _field(place, number): (key, _type_of(part, new, (*within, cls)))
        for place, part in enumerate(parts(cls))
        for number, key in enumerate(part.keys)
    }
    more = {f"x{number}": key for number, key in enumerate(new.get(cls, ()))}
    return msgspec.defstruct(
        f"{cls.__name__}Struct",
        [
            *((name, read | None, None) for name, (_, read) in named.items()),
            *((name, Any, msgspec.UNSET) for name in more),
        ],
        rename={name: key for name, (key, _) in named.items()} | more,
        forbid_unknown_fields=True,
        gc=False,
    )


def _field(place: int, number: int) -> str:
    """Return the name in its struct of one key of the field at `place`."""
    return f"f{place}_{number}"


def _type_of(part: Part, new: Mapping[Any, Sequence[str]], within: tuple[type[Model], ...]) -> Any:
    """Return what msgspec reads of a field."""
    if item_type(part) in within:
        return Any
    return _DRIFTING.get(part.type) or _type(part.type, new, within)


def _type(declared: Any, new: Mapping[Any, Sequence[str]], within: tuple[type[Model], ...]) -> Any:
    items = element(declared)
    if items is not None:
        item = _type(items[1], new, within)
        # Structs are made into models one by one: a tuple of them would be made twice.
        kept = items[0] == "tuple" and not is_model(items[1])
        return tuple[item, ...] if kept else list[item]  # type: ignore[valid-type]  # a type made at run time
    if is_model(declared):
        return _struct(declared, new, within)
    try:
        return _EXACT[declared]
    except KeyError:
        raise _UnusualError from None


def _no_items(maker: Callable[[], Any]) -> Callable[[Any], Any]:
    def make(value: Any) -> Any:
        if value == []:
            return maker()
        raise _UnusualError

    return make


def _no_item(_: Any) -> Any:
    raise _UnusualError


_EMPTY: Final = {"tuple": _no_items(tuple), "list": _no_items(list), "": _no_item}
"""Makes an empty list of it; models within models of their own kind are left to the careful way."""


class _Source(Source):
    """The source of one function from structs to models.

    Its variables: `v0`, `v1` and so on for the fields of a struct that are not copied as they are,
    `w0` and so on for those of a struct within it.

    Args:
        new: Keys besides those of its declaration, by model.
        within: Models that hold what it makes.
    """

    def __init__(
        self, new: Mapping[Any, Sequence[str]], within: tuple[type[Model], ...] = ()
    ) -> None:
        super().__init__()
        self._new = new
        self._within = within

    def constructor(self, cls: type[Model], *, outlined: bool = False) -> Constructor:
        self._within = (*self._within, cls)
        self.names |= {"UnusualError": _UnusualError, "Extra": Extra, "UNSET": msgspec.UNSET}
        make = self._outline if outlined else self._model
        return self.compile(f"models of {cls.__name__}", make(cls, "raw", "model", "v"))

    def _outline(self, cls: type[Model], struct: str, made: str, var: str) -> list[str]:
        """Make the outline of a struct; its other fields were checked when it was read.

        But for those that hold what is checked when it is made.
        """
        checked = [
            part
            for part in parts(cls)
            if not is_plain(part.type) and not _checked_when_made(item_type(part), (cls,))
        ]
        lines, values = self._values(cls, struct, var, checked)
        return [*lines, *self.outline(cls, made, values)]

    def _model(self, cls: type[Model], struct: str, made: str, var: str) -> list[str]:
        """Make the model of a struct."""
        lines, values = self._values(cls, struct, var)
        extra = self._extra(cls, struct, f"{var}x")
        return [*lines, *extra, *self.model(cls, made, values, f"{var}x" if extra else "NO_EXTRA")]

    def _values(
        self, cls: type[Model], struct: str, var: str, left: Sequence[Part] = ()
    ) -> tuple[list[str], list[str]]:
        """Return the lines that make the values of the fields but those left, and where all are."""
        lines: list[str] = []
        values = []
        for place, part in enumerate(parts(cls)):
            value = f"{struct}.{_field(place, 0)}"
            made_of = [] if part in left else self._made_of(part, f"{var}{place}")
            if made_of or (len(part.keys) > 1 and part not in left):
                lines.append(f"{var}{place} = {value}")
                value = f"{var}{place}"
                lines += [*_other_keys(place, part, struct, value), *made_of]
            values.append(value)
        return lines, values

    def _extra(self, cls: type[Model], struct: str, var: str) -> list[str]:
        """Collect what came under keys that were learned, if there are any."""
        found = [
            f"if {struct}.x{number} is not UNSET: {var}[{self.name(key)}] = {struct}.x{number}"
            for number, key in enumerate(self._new.get(cls, ()))
        ]
        return found and [
            f"{var} = {{}}",
            *found,
            f"{var} = Extra({var}) if {var} else NO_EXTRA",
        ]

    def _made_of(self, part: Part, var: str) -> list[str]:
        """Make the models of the structs in a field, if it has any."""
        maker, item = element(part.type) or ("", part.type)
        if part.type in _DRIFTING:
            reader_name = self.name(PLAIN[part.type][1])
            return [f"if type({var}) is int: {var} = {reader_name}({var})"]
        if not is_model(item):
            return []
        if item in self._within:
            return [f"if {var} is not None: {var} = {self.name(_EMPTY[maker])}({var})"]
        if not is_leaf(item):
            each = self.name(_Source(self._new, self._within).constructor(item))
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
            f"  {var} = {'items' if maker == 'list' else 'tuple(items)'}",
        ]


def _checked_when_made(declared: Any, within: tuple[Any, ...]) -> bool:
    """Tell whether msgspec takes more for a type than the careful way does.

    So it is with flags, for which it takes any integer, and with models within their own kind.
    """
    return declared == Flag or (
        is_model(declared)
        and (
            declared in within
            or any(
                _checked_when_made(item_type(part), (*within, declared)) for part in parts(declared)
            )
        )
    )


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
