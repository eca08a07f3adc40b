"""Commands made of what an endpoint declares: its parameters' names, docs and defaults."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tiktok_async.sansio.endpoint import Endpoint


def names_text(names: Iterable[str]) -> str:
    """Return names as an option takes them, so that help can break the line between them."""
    return ", ".join(names)


def types_of(endpoint: type[Endpoint[Any]]) -> dict[str, str]:
    """Return the types of an endpoint's parameters as they are written; none is evaluated."""
    declaration: Any = endpoint
    return {one.name: str(one.type) for one in attrs.fields(declaration)}


def option(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """Return an option of a command.

    Args:
        name: In Python's spelling.
        annotation: Its type, and what help says of it.
        default: Its value where it is left out; without one it is required.
    """
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def command(
    run: Callable[..., Any], taken: Sequence[inspect.Parameter], doc: str | None
) -> Callable[..., Any]:
    """Return a function with the signature and the help that the command line reads.

    Args:
        run: Is called with all of `taken` by name.
        taken: What the command takes.
        doc: Its help.
    """
    signature = inspect.Signature(taken)

    async def called(*things: Any, **given: Any) -> int:
        bound = signature.bind(*things, **given)
        bound.apply_defaults()
        code: int = await run(**bound.arguments)
        return code

    called.__signature__ = signature  # type: ignore[attr-defined]  # set on purpose
    called.__annotations__ = {one.name: one.annotation for one in taken}
    called.__doc__ = doc
    return called
