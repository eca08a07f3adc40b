"""The command line, `tiktok-async`.

Data goes to standard output or a file, talk to standard error. The exit code says how it ended:
0 complete, 1 error, 2 usage, 3 credentials, 4 quota spent (resumable), 5 network, 6 stopped with a
partial, resumable result, 130 interrupted and 143 terminated (both resumable).

Nothing heavy is imported before a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEEDED: Final = frozenset({"cyclopts", "rich"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: The words after the program's name; None = those of the process.
    """
    try:
        from tiktok_async.cli.app import run
    except KeyboardInterrupt:  # so early nothing has begun
        return 130
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        from tiktok_async.errors import MissingExtraError

        sys.stderr.write(f"error: {MissingExtraError('The command line', 'cli')}\n")
        return 2
    return run(sys.argv[1:] if argv is None else list(argv))
