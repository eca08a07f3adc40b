"""Makes `commands.json` of the declarations: `python -m tiktok_async.cli.tikapi.snapshot`."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.cli.declared import types_of
from tiktok_async.cli.tikapi.described import FILE, STDIN, Command, Form, Option
from tiktok_async.sansio.endpoint import REGISTRY, Operation, PagedEndpoint, parameters
from tiktok_async.tikapi.endpoints import TIKAPI
from tiktok_async.tikapi.moving import OF_PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENDPOINTS: Final[Mapping[str, Any]] = {
    id_: endpoint for id_, endpoint in REGISTRY.items() if endpoint.api is TIKAPI
}
_HUSH: Final = f" {STDIN} reads it from standard input, where no other process sees it."


def text() -> str:
    """Return what the file has to hold."""
    rows = [attrs.asdict(command_of(endpoint)) for endpoint in ENDPOINTS.values()]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def command_of(endpoint: Any) -> Command:
    """Return the command of an endpoint."""
    return Command(
        id=endpoint.id,
        help=_help(endpoint),
        is_list=issubclass(endpoint, PagedEndpoint),
        options=tuple(_options(endpoint)),
    )


def _help(endpoint: Any) -> str:
    doc = re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.getdoc(endpoint) or "")
    if endpoint.scopes:
        doc += f"\n\nDone as a user (TIKAPI_ACCOUNT_KEY) who granted {', '.join(endpoint.scopes)}."
    if endpoint.operation is Operation.ACT:
        doc += "\n\nIt changes something, so it is sent once and never again by itself."
    return doc


def _options(endpoint: Any) -> Iterator[Option]:
    types, fields = types_of(endpoint), attrs.fields_dict(endpoint)
    for one in parameters(endpoint):
        if one.field not in OF_PAGES:
            secret = not fields[one.field].repr
            yield Option(
                field=one.field,
                doc=one.doc + _HUSH if secret else one.doc,
                form=_form(types[one.field]),
                required=one.required,
                default=one.default,
                secret=secret,
            )


def _form(written: str) -> Form:
    if written == "bool":
        return "FLAG"
    return "INT" if written.startswith("int") else "TEXT"


if __name__ == "__main__":
    Path(__file__).with_name(FILE).write_text(text(), "utf-8")
