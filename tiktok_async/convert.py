"""Wire JSON to models and back.

`loads` and `dumps` are JSON as the wire has it: integers exact at any size, no NaN, no Infinity.
`decode` and `decode_list` make models of what `loads` gave; `to_dict` gives the wire form again,
equal after these rules, and no others:

- null is an absence, and an absence is not written;
- a field is written under the first of its keys;
- the digits of an integer field given as text are written as an integer, and an integer given
  for an id that is text is written as text; an integer given for a fraction becomes one;
- an object that stands for a list (`wire(lone=True)`) is written as a list of one;
- 0 and 1 given for a `Flag` are written as false and true;
- the text of a JSON object given for a `Packed` model is written as the object.

Values are never guessed: a plain boolean comes from a boolean only, text from text, a list from a
list. What does not fit raises `DecodeError` with its place, such as ``$.data.videos[3].id``.
One cattrs converter holds these rules. `construct` makes its shortcut for what needs none of the
care; where the shortcut stops, the converter decides. `loads_page` goes from the text of a page to
its models at once; with msgspec there is a shortcut for that too, and where it stops, the page goes
the whole way.
"""

from __future__ import annotations

import codecs
import functools
import gc
import json
import math
import operator
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import cattrs
from cattrs.cols import homogenous_tuple_structure_factory, list_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.strategies import configure_union_passthrough

from tiktok_async import structs
from tiktok_async.construct import Constructors, Outlines, Part, element, is_model, parts, unknown
from tiktok_async.errors import DecodeError, InputError, shown
from tiktok_async.models import PACKED
from tiktok_async.outlines import suffice, told_apart
from tiktok_async.readers import PLAIN, MismatchError
from tiktok_async.row_lines import with_lines
from tiktok_async.rows import Rows, one_line_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tiktok_async.models import Model
    from tiktok_async.readers import Hook
    from tiktok_async.rows import PageForm

try:
    import msgspec
except ImportError:
    msgspec = None  # type: ignore[assignment]  # optional: the same values, sooner

M = TypeVar("M", bound="Model")
A = TypeVar("A")
R = TypeVar("R")

_UNFIT: Final = (TypeError, ValueError, cattrs.BaseValidationError, RecursionError)
"""What comes of a value that does not fit."""
_SHOWN_ERRORS: Final = 3
_SHOWN_BYTES: Final = 200


def loads(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8, with or without a byte order mark.

    msgspec, if it is installed, reads what it takes; the standard library decides on the rest.

    Raises:
        DecodeError: if the text is not JSON (retryable, since a gateway may have answered), or
            holds NaN, Infinity, an integer of too many digits, or too many levels.
    """
    # Not orjson: it makes floats of integers beyond 64 bits, and to look for those costs more.
    if msgspec is not None:
        try:
            return _undisturbed(msgspec.json.decode, body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass  # the standard library takes a little more, and words the error
    return _undisturbed(_loads, body)


def loads_page(body: bytes, form: PageForm, *, lined: bool = False) -> Any:
    """Return what `loads` gives, but with `Rows` for `decode_list` in place of rows that fit.

    Args:
        body: The JSON text.
        form: Where in it the rows are, and what they are.
        lined: Whether the rows keep the text that they came in.

    Raises:
        DecodeError: as `loads`.
    """
    read = None if msgspec is None else structs.reader(form, lined=lined)
    page = None if read is None else _undisturbed(read, body)
    if page is None:
        page = _undisturbed(functools.partial(_loads_page, form=form, lined=lined), body)
    return page


def _loads_page(body: bytes, form: PageForm, *, lined: bool) -> Any:
    found, lines = _with_lines(body, form) if lined else (None, {})
    page = loads(body) if found is None else found
    data: Any = page
    if form.under is not None:
        data = page.get(form.under) if isinstance(page, dict) else None
    for key in _places_of_rows(data, form):
        models = (_outlines if lined and suffice(form) else _models)(form, data[key])
        if models is not None:
            data[key] = Rows(models, one_line_each(lines[key]) if key in lines else None)
    return page


def _models(form: PageForm, raws: list[Any]) -> Sequence[Any] | None:
    return _shortcut(form.model, raws)


def _outlines(form: PageForm, raws: list[Any]) -> Sequence[Any] | None:
    """Return what tells the rows apart, or the rows."""
    outline, construct = _OUTLINES[form.model], _CONSTRUCTORS[form.model]
    try:
        return _undisturbed(
            functools.partial(told_apart, form, outline=outline, construct=construct), raws
        )
    except _UNFIT:
        return None


def _places_of_rows(data: Any, form: PageForm) -> list[str]:
    """Return the keys of lists of rows; none where anything is odd, and an error may show it."""
    if not isinstance(data, dict) or any(type(data.get(flag)) is not bool for flag in form.flags):
        return []
    found = [key for key in form.rows if data.get(key) is not None]
    return found if all(type(data[key]) is list for key in found) else []


def _with_lines(body: bytes, form: PageForm) -> tuple[Any, Mapping[str, Sequence[bytes]]]:
    """Return a page, and the texts of its rows; None, if `loads` is to decide on it."""
    try:
        return with_lines(body.removeprefix(codecs.BOM_UTF8).decode(), form, _STRICT)
    except (ValueError, RecursionError):
        return None, {}


def _loads(body: bytes) -> Any:
    try:
        return _STRICT.decode(body.removeprefix(codecs.BOM_UTF8).decode())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DecodeError(
            f"The answer is not JSON ({_reason(error)}): {_beginning(body)}", retryable=True
        ) from None
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"The answer is no JSON that can be read: {_reason(error)}.") from None


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    if isinstance(error, UnicodeDecodeError):
        return f"no UTF-8 at byte {error.start}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return shown(error).partition(";")[0]


def _beginning(body: bytes) -> str:
    return shown(body[:_SHOWN_BYTES].decode(errors="replace")) or "it is empty"


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        _refuse("a number too large")
    return number


_STRICT: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def _encoder() -> Callable[[Any, int], Iterable[str]]:
    """Return the standard library's encoder, made once: `json.dumps` makes one for each value."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return lambda value, _: (plain.encode(value),)
    quote = json.encoder.encode_basestring
    made: Callable[[Any, int], Iterable[str]] = make(
        None, plain.default, quote, None, ":", ",", False, False, False
    )
    return made


_ENCODE: Final = _encoder()


def dumps(value: Any) -> bytes:
    """Return compact JSON in UTF-8; keys keep their order, integers are exact.

    Raises:
        InputError: if `value` holds something that JSON has no form for, NaN and Infinity included.
    """
    try:
        try:
            return "".join(_ENCODE(value, 0)).encode()
        except UnicodeEncodeError:  # half of a surrogate pair has no UTF-8, only an escape
            return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"This value cannot be written as JSON: {shown(error)}.") from error


def decode(cls: type[M], raw: Any, path: str = "$") -> M:
    """Return the model of one wire object.

    Args:
        cls: The model class.
        raw: What `loads` gave.
        path: Where `raw` stands in the body, for messages.

    Raises:
        DecodeError: if `raw` does not fit; the message has the place.
    """
    models = _shortcut(cls, [raw])
    return _structure(raw, cls, path) if models is None else models[0]


def decode_list(cls: type[M], raws: Any, path: str = "$") -> list[M]:
    """Return the models of a list of wire objects, in order; an absent list (None) is empty.

    Args:
        cls: The model class.
        raws: What `loads` or `loads_page` gave.
        path: Where `raws` stands in the body, for messages.

    Raises:
        DecodeError: if an item does not fit; the message has its place.
    """
    if type(raws) is Rows:
        return raws
    if raws is None:
        return []
    models = _shortcut(cls, raws) if type(raws) is list else None
    return _structure(raws, list[cls], path) if models is None else models  # type: ignore[valid-type]  # a type made at run time


def to_dict(model: Model) -> dict[str, Any]:
    """Return the wire form of a model; see the module for what may differ from what came."""
    wire: dict[str, Any] = _CONVERTER.unstructure(model)
    return wire


def _undisturbed(work: Callable[[A], R], value: A) -> R:
    """Do work that makes thousands of objects which all live on, without looking for garbage.

    The collector would find none among them, and costs up to a quarter of the time.
    """
    if not gc.isenabled():
        return work(value)
    gc.disable()
    try:
        return work(value)
    finally:
        gc.enable()


def _shortcut(cls: type[M], raws: list[Any]) -> list[M] | None:
    try:
        construct = _CONSTRUCTORS[cls]
        return _undisturbed(construct, raws) if len(raws) > 1 else construct(raws)
    except _UNFIT:
        return None


def _structure(raw: Any, declared: Any, path: str) -> Any:
    try:
        return _CONVERTER.structure(raw, declared)
    except _UNFIT as error:
        problem = _problem(error, path)
    raise DecodeError(f"The answer does not fit: {problem}.")


def _problem(error: Exception, path: str) -> str:
    try:
        places = cattrs.transform_error(error, path, _cause)
    except RecursionError:
        return f"nested too deeply @ {shown(path)}"
    more = f" (and {len(places) - _SHOWN_ERRORS} more)" if len(places) > _SHOWN_ERRORS else ""
    return shown("; ".join(places[:_SHOWN_ERRORS])) + more


def _cause(error: BaseException, _: Any) -> str:
    if isinstance(error, MismatchError):
        return str(error)
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "a value that does not belong there"  # the error may quote it, and it may be a secret


def _model_hook(cls: type[Model]) -> Hook:
    """Return the converter's careful hook of a model class."""
    fields = parts(cls)
    special: Any = {part.name: override(struct_hook=_part_hook(part)) for part in fields}
    special["extra"] = override(struct_hook=lambda extra, _: extra)
    build = make_dict_structure_fn(cls, _CONVERTER, _cattrs_detailed_validation=True, **special)

    def structure(raw: Any, _: Any) -> Any:
        if type(raw) is not dict:
            raise MismatchError("an object", raw)
        named: dict[str, Any] = {"extra": unknown(raw, fields)}
        for part in fields:
            value = next((raw[key] for key in part.keys if raw.get(key) is not None), None)
            if value is not None:
                named[part.name] = value
        return build(named, cls)

    return structure


def _part_hook(part: Part) -> Hook:
    # Asked for at the first use: a model may hold its own kind.
    hook = functools.cache(lambda: _CONVERTER.get_structure_hook(part.type))

    def structure(value: Any, _: Any) -> Any:
        listed = [value] if part.lone and type(value) is dict else value
        return hook()(listed, part.type)

    return structure


def _list_hook(declared: Any) -> Hook:
    """Return the hook of a list or tuple type; cattrs' own would take any iterable."""
    factory = (
        list_structure_factory
        if declared.__origin__ is list
        else homogenous_tuple_structure_factory
    )
    build = factory(declared, _CONVERTER)

    def structure(value: Any, _: Any) -> Any:
        if type(value) is not list:
            raise MismatchError("a list", value)
        return build(value, declared)

    return structure


def _packed(declared: Any) -> bool:
    return PACKED in getattr(declared, "__metadata__", ())


def _packed_hook(declared: Any) -> Hook:
    """Return the hook of a model that may come as the text of its JSON."""
    cls = declared.__origin__

    def structure(value: Any, _: Any) -> Any:
        if type(value) is not str:
            return _CONVERTER.structure(value, cls)
        try:
            opened = _loads(value.encode())
        except DecodeError:
            raise MismatchError("an object or the text of one", value) from None
        return _CONVERTER.structure(opened, cls)

    return structure


def _writer(cls: type[Model]) -> Callable[[Any], dict[str, Any]]:
    special: Any = {part.name: override(rename=part.keys[0]) for part in parts(cls)}
    special["extra"] = override(omit=True)
    write = make_dict_unstructure_fn(cls, _CONVERTER, _cattrs_omit_if_default=True, **special)
    return lambda model: {**write(model), **model.extra}


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(
        detailed_validation=True, unstruct_collection_overrides={tuple: list}
    )
    configure_union_passthrough(bool | int | float | str | None, converter)
    for plain in (bool, int, float, str):
        converter.register_structure_hook(plain, PLAIN[plain][1])
    for special in PLAIN.keys() - {bool, int, float, str}:
        converter.register_structure_hook_func(
            functools.partial(operator.eq, special), PLAIN[special][1]
        )
    converter.register_structure_hook_factory(lambda declared: bool(element(declared)), _list_hook)
    converter.register_structure_hook_factory(is_model, _model_hook)
    converter.register_structure_hook_factory(_packed, _packed_hook)
    converter.register_unstructure_hook_factory(is_model, _writer)
    return converter


_CONVERTER: Final = _converter()
_CONSTRUCTORS: Final = Constructors(_CONVERTER.get_structure_hook)
_OUTLINES: Final = Outlines(_CONSTRUCTORS, _CONVERTER.get_structure_hook)
