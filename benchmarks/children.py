"""Scripts as children of their own: what one took is its own, and it may be without the extra."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHILD: Final = """
import runpy, sys
hidden, module, *words = sys.argv[1:]
sys.modules.update(dict.fromkeys(filter(None, hidden.split(","))))
sys.argv = [module, "--child", *words]
runpy.run_module(module, run_name="__main__")
"""
"""A process that takes packages for not installed, before anything is imported."""


def child(module: str, *words: object, hidden: Sequence[str] = ()) -> list[Any]:
    """Run a benchmark as a child that takes packages for not installed; return what it printed."""
    given = (",".join(hidden), f"benchmarks.{module}", *map(str, words))
    command = [sys.executable, "-c", _CHILD, *given]
    environment = os.environ | {"NO_PROXY": "*"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)  # noqa: S603  # ourselves
    return list(json.loads(done.stdout))
