"""Whether the members fill an archive: from its first byte to its directory, each byte once."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from tiktok_async.errors import DamagedArchiveError, UnsafeArchiveError

if TYPE_CHECKING:
    from tiktok_async.portability.guard.local import Place


class Extents:
    """Where the members are, in the order of the directory; packed, since there may be 200 000."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self._stops = array("Q")
        # Few lengths are possible, so that all members share a handful of these tuples.
        self._tails: list[tuple[int, ...]] = []
        self._shared: dict[tuple[int, ...], tuple[int, ...]] = {}

    def add(self, start: int, place: Place) -> None:
        """Take in the next member: where its local header starts, and its bytes end."""
        self._starts.append(start)
        self._stops.append(place.stop)
        self._tails.append(self._shared.setdefault(place.tails, place.tails))

    def refuse_untiled(self, directory: int) -> None:
        """Refuse bytes that two members share, or that belong to none.

        Args:
            directory: Where the central directory starts.

        Raises:
            UnsafeArchiveError: of kind `overlap`.
            DamagedArchiveError: of kind `gap` or `descriptor`.
        """
        order = sorted(range(len(self._starts)), key=self._starts.__getitem__)
        starts = [self._starts[position] for position in order]
        first, *others = [*starts, directory]
        if first:
            msg = "Other bytes stand in front of the archive."
            raise DamagedArchiveError(msg, kind="gap")
        for position, after in zip(order, others, strict=True):
            between = after - self._stops[position]
            if between not in self._tails[position]:
                raise _misplaced(position, between, self._tails[position])


def _misplaced(
    position: int, between: int, tails: tuple[int, ...]
) -> DamagedArchiveError | UnsafeArchiveError:
    if between < 0:
        msg = f"Member {position} shares bytes with what follows it."
        return UnsafeArchiveError(msg, kind="overlap", member=position)
    if not tails:
        msg = f"The data descriptor of member {position} contradicts the central directory."
        return DamagedArchiveError(msg, kind="descriptor", member=position)
    msg = f"Bytes that belong to nothing follow member {position}."
    return DamagedArchiveError(msg, kind="gap", member=position)
