"""A command for every endpoint; its options are the parameters that the endpoint declares."""

from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import attrs
from cyclopts import Parameter

from tiktok_async.cli.declared import command, option, types_of
from tiktok_async.cli.options import LIMIT, REQUEST, Output, Talk, check_limit
from tiktok_async.cli.tikapi.options import TikAPIAccess
from tiktok_async.errors import InputError
from tiktok_async.sansio.endpoint import REGISTRY, Operation, PagedEndpoint, parameters
from tiktok_async.tikapi.endpoints import TIKAPI
from tiktok_async.tikapi.moving import OF_PAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.endpoint import Parameter as Declared

ENDPOINTS: Final[Mapping[str, Any]] = {
    id_: endpoint for id_, endpoint in REGISTRY.items() if endpoint.api is TIKAPI
}
_NAMES: Final = {"limit": "count"}
"""Options with another name than their parameter: rows per page are --count everywhere, because
--limit ends a list."""
_STDIN: Final = "-"
_QUOTED: Final = r"'[^']*'|\"[^\"]*\""


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in ENDPOINTS:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return command_of(ENDPOINTS[name])


def command_of(endpoint: type[Endpoint[Any]]) -> Callable[..., Any]:
    """Return the function of a command; its signature is what the command line takes."""
    run = _list if issubclass(endpoint, PagedEndpoint) else _ask

    async def call(**given: Any) -> int:
        code: int = await run(endpoint, **given)
        return code

    return command(call, list(_taken(endpoint)), help_of(endpoint))


def words_about(message: str, endpoint: type[Endpoint[Any]]) -> str:
    """Return a message about parameters with the names of their options in it."""
    fields = {one.field: _option_name(one.field) for one in parameters(endpoint)}
    pattern = rf"{_QUOTED}|(?<!\ba )\b({'|'.join(fields)})\b(?! id)" if fields else r"(?!)"
    return re.sub(pattern, lambda found: fields.get(found[1], found[0]), message)


def _option_name(field: str) -> str:
    return f"--{_NAMES.get(field, field).replace('_', '-')}"


def help_of(endpoint: Any) -> str:
    """Return the help of a command: what the endpoint does, as whom, and whether it is repeated."""
    doc = re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.getdoc(endpoint) or "")
    if endpoint.scopes:
        doc += f"\n\nDone as a user (TIKAPI_ACCOUNT_KEY) who granted {', '.join(endpoint.scopes)}."
    if endpoint.operation is Operation.ACT:
        doc += "\n\nIt changes something, so it is sent once and never again by itself."
    return doc


def _taken(endpoint: type[Endpoint[Any]]) -> Iterator[inspect.Parameter]:
    types = types_of(endpoint)
    for one in parameters(endpoint):
        if one.field not in OF_PAGES:
            yield _option(endpoint, one, types[one.field])
    if issubclass(endpoint, PagedEndpoint):
        yield option("limit", Annotated[int | None, LIMIT], None)
        yield option("output", Output, Output())
    yield option("access", TikAPIAccess, TikAPIAccess())
    yield option("talk", Talk, Talk())


def _option(endpoint: Any, declared: Declared, written: str) -> inspect.Parameter:
    """Return the option of a parameter; what it takes is checked by the declaration alone."""
    kind: Any = bool if written == "bool" else str if declared.required else str | None
    doc, secret = declared.doc, _is_secret(endpoint, declared.field)
    if secret:
        doc += f" {_STDIN} reads it from standard input, where no other process sees it."
    shown = Parameter(
        name=_option_name(declared.field),
        help=doc,
        group=REQUEST,
        allow_leading_hyphen=secret,  # for -
        metavar=None if kind is bool else "INT" if written.startswith("int") else "TEXT",
    )
    default = inspect.Parameter.empty if declared.required else declared.default
    name = _NAMES.get(declared.field, declared.field)
    return option(name, Annotated[kind, shown], default)


def _is_secret(endpoint: Any, field: str) -> bool:
    return not getattr(attrs.fields_dict(endpoint)[field], "repr")


def _request(endpoint: Any, given: Mapping[str, Any]) -> Any:
    """Return the request of what was written.

    Raises:
        InputError: if the declaration refuses it; the message names the options.
    """
    fields = {_NAMES.get(one.field, one.field): one.field for one in parameters(endpoint)}
    values = {fields[name]: value for name, value in given.items()}
    for name, value in values.items():
        if value == _STDIN and _is_secret(endpoint, name):
            values[name] = sys.stdin.readline().strip()
    try:
        return endpoint(**values)
    except InputError as error:
        raise InputError(words_about(error.message, endpoint)) from None


async def _list(
    endpoint: Any, limit: int | None, output: Output, access: TikAPIAccess, talk: Talk, **given: Any
) -> int:
    """Collect a list; return the exit code."""
    check_limit(limit)
    request = _request(endpoint, given)
    from tiktok_async.cli.collect import collect
    from tiktok_async.cli.order import Order
    from tiktok_async.sansio.paging import Slice

    paged = any(one.field in OF_PAGES for one in parameters(endpoint))
    order = Order(
        slices=(Slice(request),), unit="list", limit=limit, page=None, pages=None if paged else 1
    )
    return await collect(order, access, output, talk)


async def _ask(endpoint: Any, access: TikAPIAccess, talk: Talk, **given: Any) -> int:
    """Make one call and write its answer; return the exit code."""
    request = _request(endpoint, given)
    from tiktok_async.cli.tikapi.single import ask

    return await ask(request, access, talk)
