"""How much an archive may hold; there is a limit to each thing, and none can be switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Callable

_KIB: Final = 1024
_MIB: Final = 1024 * _KIB
_GIB: Final = 1024 * _MIB
_PIB: Final = 1024 * 1024 * _GIB


def _up_to(most: int) -> Callable[[Any, attrs.Attribute[int], Any], None]:
    def validate(_limits: Any, field: attrs.Attribute[int], value: Any) -> None:
        if type(value) is not int or not 1 <= value <= most:
            msg = (
                f"ArchiveLimits.{field.name} is a whole number from 1 to {most},"
                f" not {shown(repr(value))}."
            )
            raise InputError(msg)

    return validate


@attrs.frozen
class ArchiveLimits:
    """What an archive may hold before it counts as harmful.

    Raises:
        InputError: if a limit is not a whole number from 1 to its greatest value.
    """

    members: int = attrs.field(default=200_000, validator=_up_to(10_000_000))
    """Files and folders, including folders that only stand in the names of others."""
    member_bytes: int = attrs.field(default=20 * _GIB, validator=_up_to(_PIB))
    """Content of one member."""
    total_bytes: int = attrs.field(default=100 * _GIB, validator=_up_to(_PIB))
    """Content of all members."""
    ratio: int = attrs.field(default=200, validator=_up_to(1000))
    """Content bytes for one packed byte, of a member and of all; deflate can reach 1032."""
    ratio_after: int = attrs.field(default=10 * _MIB, validator=_up_to(_GIB))
    """Content bytes up to which any ratio is allowed."""
    path_bytes: int = attrs.field(default=240, validator=_up_to(4096))
    """Length of a name with its folders, in UTF-8."""
    depth: int = attrs.field(default=32, validator=_up_to(256))
    """Steps of a name: folders and the file."""

    def ratio_exceeded(self, content: int, packed: int) -> bool:
        """Tell whether so much content out of so few bytes looks like a bomb."""
        return content > self.ratio_after and content > self.ratio * packed


DEFAULT_LIMITS: Final = ArchiveLimits()
