"""An endpoint is declared once: the class is the endpoint, its instance is the request.

Rules: a declaration is a frozen attrs class; its annotated fields are the parameters, everything
else is a plain class attribute. The wire form, page rule, operation class, quota bucket, docs, CLI
options and the contract test read this one place. Nothing here knows a host, a socket or a clock.
An endpoint without an operation class is a build error: the HTTP verb must not decide retries.
"""

from __future__ import annotations

import enum
import functools
import typing
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

import attrs

from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tiktok_async.sansio.limiter import Rate
    from tiktok_async.sansio.paging import PageRule
    from tiktok_async.sansio.quota import DailyQuota
    from tiktok_async.sansio.retry import Verdict
    from tiktok_async.sansio.wire import Answer

T = TypeVar("T", covariant=True)  # noqa: PLC0105  # T is the field's usual name for a result

WHERE: Final = "where"
NAME: Final = "name"
DOC: Final = "doc"
LISTED: Final = "listed"


class Operation(enum.Enum):
    """What a call does; decides whether it may be sent again."""

    READ = "read"
    """No effect but quota: replay-safe."""
    FETCH = "fetch"
    """A READ with a large body: a replay means a fresh start."""
    TOKEN = "token"  # noqa: S105  # the word for a class of calls
    """Mints or rotates credentials."""
    ACT = "act"
    """Changes the world: never sent twice on a guess."""


class Place(enum.Enum):
    """Where a parameter travels."""

    BODY = "body"
    QUERY = "query"
    BOTH = "both"
    """In the query and in the body, where the documentation contradicts itself."""
    PATH = "path"
    FILE = "file"
    """A file of a multipart form."""

    if not TYPE_CHECKING:  # one of each exists; Enum's own is Python, ten times a call
        __hash__ = object.__hash__


_PLACES: Final = tuple(Place)


@attrs.frozen
class Route:
    """Method and path; with the host they make the address."""

    method: str
    path: str
    encoding: str = "json"
    """How the body is written: json, form or multipart."""
    answer: str = "json"
    """How the answer is read: json, text, or file where it is saved to disk (`Operation.FETCH`)."""


@attrs.frozen(eq=False)
class Bucket:
    """What is counted together: a rate and a daily quota, per credential."""

    name: str
    rate: Rate | None = None
    quota: DailyQuota | None = None


@attrs.frozen(eq=False)
class Api:
    """One family of endpoints, as the middleware sees it."""

    name: str
    base_url: str
    dialect: Callable[[Any, Answer], Verdict]
    """From (request, answer) to data or error: the one place that knows the envelope."""
    base_url_variable: str
    """The environment variable that overrides `base_url`."""
    lined: Callable[[Any, Answer], Verdict] | None = None
    """The same as `dialect`, with rows that keep the text they came in; None = it knows none."""
    read_timeout: float = 60.0
    """Longest silence while reading, in seconds."""
    deadline: float = 120.0
    """One call with its retries, in seconds, not counting waits asked for by a limit."""


class Endpoint(Generic[T]):
    """The declaration of one call; subclasses are frozen attrs classes."""

    id: ClassVar[str]
    """The endpoint's name in the contract."""
    api: ClassVar[Api]
    route: ClassVar[Route]
    operation: ClassVar[Operation]
    bucket: ClassVar[Bucket | None] = None
    """None = neither paced nor counted."""
    replay_safe: ClassVar[bool] = False
    """For TOKEN only: whether minting twice does no harm."""
    good_500: ClassVar[bool] = False
    """Whether a 500 with good data and no message is an answer."""
    source: ClassVar[str]
    """Title and date of the provider's page."""
    result: ClassVar[Any]
    """The model of the answer; set from the type argument."""

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        if not isinstance(cls.__dict__.get("route"), Route):
            return
        for name in ("id", "api", "operation", "source"):
            if not hasattr(cls, name):
                msg = f"{cls.__name__} declares no {name}"
                raise TypeError(msg)
        cls.result = _type_argument(cls)
        REGISTRY[cls.id] = cls

    def placed(self) -> Mapping[Place, dict[str, Any]]:
        """Return the parameters as wire values, by place; None is left out."""
        placed: dict[Place, dict[str, Any]] = {place: {} for place in _PLACES}
        for parameter in parameters(type(self)):
            value = getattr(self, parameter.field)
            if value is not None:
                written = list(value) if parameter.listed else wire_value(value)
                placed[parameter.where][parameter.wire] = written
        return placed


class PagedEndpoint(Endpoint[T]):
    """The declaration of a call whose answer comes in pages of T."""

    rule: ClassVar[PageRule]
    doubtful_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields on which the documentation contradicts itself: dropped when they are refused."""


REGISTRY: Final[dict[str, type[Endpoint[Any]]]] = {}
"""Every declared endpoint by its id; filled at import, read-only after."""


def _type_argument(cls: type) -> Any:
    declared = (base for c in cls.__mro__ for base in c.__dict__.get("__orig_bases__", ()))
    for base in declared:
        origin = typing.get_origin(base)
        if isinstance(origin, type) and issubclass(origin, Endpoint):
            return typing.get_args(base)[0]
    msg = f"{cls.__name__} does not say what it answers: write Endpoint[Model]"
    raise TypeError(msg)


def param(
    doc: str, *, where: Place = Place.BODY, name: str | None = None, listed: bool = False
) -> dict[str, Any]:
    """Return the metadata of a parameter.

    Args:
        doc: One line for the docs and the command line, with unit and limits.
        where: Where it travels.
        name: Its wire name, if not the field's.
        listed: Whether a tuple is a JSON list on the wire, and not text joined by commas.
    """
    return {DOC: doc, WHERE: where, NAME: name, LISTED: listed}


@attrs.frozen
class Parameter:
    """One parameter of a declared endpoint, as read back from the declaration."""

    field: str
    wire: str
    where: Place
    doc: str
    required: bool
    default: Any
    listed: bool = False


def parameters(endpoint: type[Endpoint[Any]]) -> tuple[Parameter, ...]:
    """Return the parameters of `endpoint`, in the order of declaration."""
    return _parameters(typing.cast("Any", endpoint))


@functools.cache
def _parameters(endpoint: Any) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            field=a.name,
            wire=a.metadata.get(NAME) or a.name,
            where=a.metadata.get(WHERE, Place.BODY),
            doc=a.metadata.get(DOC, ""),
            required=a.default is attrs.NOTHING,
            default=None if a.default is attrs.NOTHING else a.default,
            listed=a.metadata.get(LISTED, False),
        )
        for a in attrs.fields(endpoint)
    )


def between(low: int, high: int) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Return a validator: an int from `low` to `high`, or None."""

    def check(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            msg = f"{attribute.name} is {value!r}: write a whole number from {low} to {high}."
            raise InputError(msg)

    return check


def exact_id(value: int | str) -> int:
    """Convert a digit string to an int of any size; leave everything else to the validator."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return typing.cast("int", value)


def optional_id(value: int | str | None) -> int | None:
    """Convert as `exact_id`; None stays."""
    return None if value is None else exact_id(value)


def is_id(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate an id: a whole number, not negative, or None where the field allows it."""
    if value is None and attribute.default is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        msg = f"{attribute.name} is {value!r}: write the id as digits, such as 7201388525814961198."
        raise InputError(msg)


def is_text(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate a text: a string with something in it."""
    if not isinstance(value, str) or not value.strip():
        msg = f"{attribute.name} is {value!r}: write a text that is not empty."
        raise InputError(msg)


def is_username(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate a handle: no @, no white space, no link."""
    is_text(instance, attribute, value)
    if value.startswith("@"):
        msg = f"{attribute.name} is {value!r}: write it without @, as {value[1:]!r}."
        raise InputError(msg)
    if "/" in value or any(char.isspace() for char in value):
        msg = f"{attribute.name} is {value!r}: write the handle alone, such as 'joe1234567'."
        raise InputError(msg)


def field_names(value: Iterable[str] | str, *needed: str) -> tuple[str, ...]:
    """Convert a list of fields, or a comma-separated text, to a clean tuple.

    Args:
        value: The names.
        needed: Names that always come along.
    """
    names = value.split(",") if isinstance(value, str) else value
    clean = [name.strip() for name in names if name.strip()]
    return tuple(dict.fromkeys([*clean, *(needed if clean else ())]))


def known_fields(allowed: Iterable[str]) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Return a validator: a selection of `allowed`, not empty."""
    known = tuple(allowed)

    def check(_: Any, attribute: attrs.Attribute[Any], value: tuple[str, ...]) -> None:
        unknown = [name for name in value if name not in known]
        if unknown or not value:
            what = f"has no field {unknown[0]!r}" if unknown else "is empty"
            msg = f"{attribute.name} {what}: choose from {', '.join(known)}."
            raise InputError(msg)

    return check


def wire_value(value: Any) -> Any:
    """Return `value` as the wire writes it: dates as YYYYMMDD, values of ours by `to_dict`."""
    if type(value) is str:
        return value
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple):
        return ",".join([part if type(part) is str else str(wire_value(part)) for part in value])
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if to_dict is not None else value


@attrs.frozen(kw_only=True)
class Undeclared(Endpoint[Any]):
    """A call to an endpoint that nobody has declared yet; the caller says what it is."""

    id = "undeclared"
    source = "the caller"
    result = Any

    api: Api  # type: ignore[misc]  # an instance says here what a declaration says for its class
    route: Route  # type: ignore[misc]
    operation: Operation  # type: ignore[misc]
    bucket: Bucket | None = None  # type: ignore[misc]
    query: Mapping[str, Any] = attrs.field(factory=dict)
    body: Mapping[str, Any] = attrs.field(factory=dict)

    def placed(self) -> Mapping[Place, dict[str, Any]]:
        """Return the parameters as they were given."""
        return {
            **{place: {} for place in Place},
            Place.QUERY: dict(self.query),
            Place.BODY: dict(self.body),
        }
