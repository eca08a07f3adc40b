"""The guide for those who come from the SDK: complete, and true of the client."""

from __future__ import annotations

import inspect
import re
from operator import attrgetter
from typing import Any, Final

import pytest
from tikapi_facts import CONTRACT
from tikapi_stage import stage

from tiktok_async.tikapi import moving

GUIDE: Final = inspect.getdoc(moving) or ""
ROW: Final = re.compile(
    r"\| `([\w.]+)\(([\w, ]*)\)` \| `([\w.]+)\(([\w, ]*)\)` \| (?:rows of )?`\w+`"
)
ROWS: Final = ROW.findall(GUIDE)
SDK: Final = {call["sdk_name"]: call for call in CONTRACT["endpoints"] if call["in_sdk_3_2_2"]}


def names(text: str) -> set[str]:
    """Return the names in a list of parameters."""
    return set(filter(None, text.split(", ")))


def test_guide_ends_with_the_table_of_the_declarations() -> None:
    assert GUIDE.endswith(moving.table(CONTRACT))


def test_guide_has_every_call_of_the_sdk_once_and_no_other() -> None:
    assert len(ROWS) == 72
    assert sorted(row[0] for row in ROWS) == sorted(SDK)


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in ROWS])
def test_row_is_true_on_both_sides(row: tuple[str, str, str, str]) -> None:
    there, given, here, taken = row
    everywhere = {"country", "session_id"}
    assert names(given) == {one["wire"] for one in SDK[there]["params"]} - everywhere
    client = stage().client
    group, _, path = here.partition(".")
    call: Any = attrgetter(path)(client.user() if group == "user" else getattr(client, group))
    parameters = inspect.signature(call).parameters
    needed = {name for name, one in parameters.items() if one.default is one.empty}
    assert needed - everywhere <= names(taken) <= set(parameters) - moving.OF_PAGES


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"sdk_name": "public.other"}, id="name"),
        pytest.param({"params": []}, id="parameters"),
        pytest.param({"in_sdk_3_2_2": False}, id="gone"),
    ],
)
def test_table_follows_the_contract(change: dict[str, Any]) -> None:
    first, *others = CONTRACT["endpoints"]
    assert moving.table({"endpoints": [{**first, **change}, *others]}) != moving.table(CONTRACT)
