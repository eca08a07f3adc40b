"""Events as log lines: what `TIKTOK_ASYNC_LOG=debug` or `=info` switches on.

Lines go to the logger `tiktok_async`, to standard error where nobody configured logging. Remote
text is escaped before it gets here, and no event holds a secret.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.errors import ConfigError
from tiktok_async.events import Event, QuotaSpent, RateLimited, Retrying

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
_LOUD: Final = (QuotaSpent, RateLimited, Retrying)
_LOGGER: Final = logging.getLogger("tiktok_async")


def log_event(event: Event) -> None:
    """Write one event: waits and spent quotas as info, the rest as debug."""
    level = logging.INFO if isinstance(event, _LOUD) else logging.DEBUG
    if _LOGGER.isEnabledFor(level):
        shown = attrs.asdict(event, recurse=False, filter=lambda a, _: bool(a.repr))
        _LOGGER.log(level, "%s %s", type(event).__name__, shown)


def listeners() -> tuple[Callable[[Event], None], ...]:
    """Return the listener that `TIKTOK_ASYNC_LOG` asks for, or none.

    Raises:
        ConfigError: if it names no level.
    """
    wanted = os.environ.get("TIKTOK_ASYNC_LOG", "").strip().lower()
    if not wanted:
        return ()
    if wanted not in _LEVELS:
        msg = f"TIKTOK_ASYNC_LOG is {wanted!r}: write one of {', '.join(_LEVELS)}."
        raise ConfigError(msg)
    _LOGGER.setLevel(_LEVELS[wanted])
    if not _LOGGER.hasHandlers():
        _LOGGER.addHandler(logging.StreamHandler())
    return (log_event,)
