"""A command for every endpoint; its options are the parameters that the endpoint declares."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from tiktok_async.cli.declared import command, option
from tiktok_async.cli.options import LIMIT, REQUEST, Output, Talk, check_limit
from tiktok_async.cli.tikapi.described import STDIN, commands
from tiktok_async.cli.tikapi.options import TikAPIAccess
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Iterator, Mapping

    from tiktok_async.cli.tikapi.described import Command, Option

_NO_NAMES: Final = r"'[^']*'|\"[^\"]*\"|\ba \w+"
"""What a message quotes, or speaks of, such as `a text`, names no parameter."""


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in commands():
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return function_of(commands()[name])


def function_of(described: Command) -> Callable[..., Any]:
    """Return the function of a command; its signature is what the command line takes."""
    run = _list if described.is_list else _ask

    async def call(**given: Any) -> int:
        code: int = await run(described, **given)
        return code

    return command(call, list(_taken(described)), described.help)


def words_about(message: str, described: Command) -> str:
    """Return a message about parameters with the names of their options in it."""
    names = {one.field: one.written for one in described.options}
    if not names:
        return message
    pattern = rf"{_NO_NAMES}|\b({'|'.join(names)})\b"
    return re.sub(pattern, lambda found: names.get(found[1], found[0]), message)


def _taken(described: Command) -> Iterator[inspect.Parameter]:
    for one in described.options:
        yield _option(one)
    if described.is_list:
        yield option("limit", Annotated[int | None, LIMIT], None)
        yield option("output", Output, Output())
    yield option("access", TikAPIAccess, TikAPIAccess())
    yield option("talk", Talk, Talk())


def _option(one: Option) -> inspect.Parameter:
    """Return the option of a parameter; what it takes is checked by the declaration alone."""
    flag = one.form == "FLAG"
    kind: Any = bool if flag else str if one.required else str | None
    shown = Parameter(
        name=one.written,
        help=one.doc,
        group=REQUEST,
        allow_leading_hyphen=one.secret,  # for -
        metavar=None if flag else one.form,
    )
    if one.required:
        return option(one.name, Annotated[kind, shown])
    return option(one.name, Annotated[kind, shown], one.default)


def _request(described: Command, given: Mapping[str, Any]) -> Any:
    """Return the request of what was written.

    Raises:
        InputError: if the declaration refuses it; the message names the options.
    """
    import tiktok_async.tikapi.endpoints  # noqa: F401  # fills the registry
    from tiktok_async.sansio.endpoint import REGISTRY

    values = {one.field: given[one.name] for one in described.options}
    for one in described.options:
        if one.secret and values[one.field] == STDIN:
            values[one.field] = sys.stdin.readline().strip()
    make: Any = REGISTRY[described.id]
    try:
        return make(**values)
    except InputError as error:
        raise InputError(words_about(error.message, described)) from None


async def _list(
    described: Command,
    limit: int | None,
    output: Output,
    access: TikAPIAccess,
    talk: Talk,
    **given: Any,
) -> int:
    """Collect a list; return the exit code."""
    from tiktok_async.cli.collect import collect
    from tiktok_async.cli.tikapi.listing import order_of

    check_limit(limit)
    order = order_of(_request(described, given), limit)
    return await collect(order, access, output, talk)


async def _ask(described: Command, access: TikAPIAccess, talk: Talk, **given: Any) -> int:
    """Make one call and write its answer; return the exit code."""
    from tiktok_async.cli.tikapi.single import ask

    return await ask(_request(described, given), access, talk)
