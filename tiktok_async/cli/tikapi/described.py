"""What the command line knows of the endpoints without importing them.

To import the 74 declarations takes longer than a person waits for `--help`. So what is shown of
them is kept in `commands.json`, which `tiktok_async.cli.tikapi.snapshot` makes of the declarations
and a test compares with them. A command that runs takes the declaration itself.
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "commands.json"
STDIN: Final = "-"
Form: TypeAlias = Literal["TEXT", "INT", "FLAG"]

_NAMES: Final = {"limit": "count"}
"""Options with another name than their parameter: rows per page are --count everywhere, because
--limit ends a list."""


@attrs.frozen(kw_only=True)
class Option:
    """An option, which is a parameter of an endpoint."""

    field: str
    """The parameter."""
    doc: str
    form: Form
    required: bool
    default: Any
    secret: bool
    """Whether it should not be seen in the list of processes."""

    @property
    def name(self) -> str:
        """How the command's function calls it."""
        return _NAMES.get(self.field, self.field)

    @property
    def written(self) -> str:
        """How a person writes it."""
        return f"--{self.name.replace('_', '-')}"


@attrs.frozen(kw_only=True)
class Command:
    """A command, which is an endpoint."""

    id: str
    help: str
    is_list: bool
    options: tuple[Option, ...]


@functools.cache
def commands() -> Mapping[str, Command]:
    """Return every command by the id of its endpoint."""
    found = json.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    return {
        row["id"]: Command(**{**row, "options": tuple(Option(**one) for one in row["options"])})
        for row in found
    }
