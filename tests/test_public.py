"""The public face: what is exported, that it is documented, and that importing it costs little."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import tiktok_async

SOURCE: Final = Path(tiktok_async.__file__)
HEAVY: Final = (
    "httpx",
    "httpcore",
    "aiohttp",
    "cattrs",
    "starlette",
    "uvicorn",
    "msgspec",
    "pyarrow",
    "sqlite3",
)


def imported_for_types() -> set[str]:
    """Return the names that the package imports for type checkers."""
    tree = ast.parse(SOURCE.read_text("utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def loaded_after(code: str) -> list[str]:
    """Return the heavy modules that a fresh interpreter has loaded after `code`."""
    script = (
        f"{code}\nimport sys, json\nprint(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    )
    done = subprocess.run(  # noqa: S603  # our own interpreter and script
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        check=True,
        text=True,
        cwd=SOURCE.parent.parent,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def test_all_is_sorted_without_repetition() -> None:
    assert list(tiktok_async.__all__) == sorted(set(tiktok_async.__all__))


def test_all_is_what_is_loaded_lazily_and_what_type_checkers_see() -> None:
    assert set(tiktok_async.__all__) == set(tiktok_async._HOMES)
    assert set(tiktok_async.__all__) <= imported_for_types() | set(vars(tiktok_async))
    assert imported_for_types() == set(tiktok_async.__all__)


@pytest.mark.parametrize("name", tiktok_async.__all__)
def test_public_name_exists_and_is_documented(name: str) -> None:
    value = getattr(tiktok_async, name)
    assert getattr(tiktok_async, name) is value
    assert inspect.getdoc(value)
    assert name in dir(tiktok_async)
    if inspect.isclass(value):
        assert value.__doc__, "its own, not one that it inherits"


@pytest.mark.parametrize("name", tiktok_async.__all__)
def test_public_methods_are_documented(name: str) -> None:
    value = getattr(tiktok_async, name)
    members = {k: v for k, v in vars(value).items() if not k.startswith("_") and callable(v)}
    assert [k for k, v in members.items() if not inspect.getdoc(v)] == []


def test_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Nonsense'"):
        getattr(tiktok_async, "Nonsense")  # noqa: B009  # a type checker would see the mistake


def test_docs_of_the_package_name_its_guides() -> None:
    named = set(re.findall(r"`(tiktok_async\.\w+)`", tiktok_async.__doc__ or ""))
    packages = {path.parent.name for path in SOURCE.parent.glob("*/__init__.py")}
    guides = packages - {"cli", "io", "sansio"} | {"errors"}
    assert named == {f"tiktok_async.{name}" for name in guides}


def test_star_import_gives_exactly_the_public_names() -> None:
    scope: dict[str, object] = {}
    exec("from tiktok_async import *", scope)  # noqa: S102  # a star is not allowed in a function
    assert {name for name in scope if not name.startswith("__")} == set(tiktok_async.__all__)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import tiktok_async", id="package"),
        pytest.param("import tiktok_async; dir(tiktok_async)", id="dir"),
        pytest.param("from tiktok_async import TikTokError, Secret", id="errors"),
        pytest.param("import tiktok_async.sansio.retry, tiktok_async.config", id="pure-part"),
    ],
)
def test_import_of_the_package_loads_nothing_heavy(code: str) -> None:
    assert loaded_after(code) == []


def test_import_of_the_client_loads_no_server() -> None:
    loaded = loaded_after("from tiktok_async import ResearchClient")
    assert not {"httpx", "aiohttp", "starlette", "uvicorn", "pyarrow"} & set(loaded)


def test_package_is_typed() -> None:
    assert (SOURCE.parent / "py.typed").exists()
