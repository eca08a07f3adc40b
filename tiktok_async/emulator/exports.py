"""The exports that users asked for: who may ask, and what becomes of each."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Literal

import attrs

from tiktok_async.emulator.answers import RefusedError, invalid
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.mixing import salt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.emulator.grants import Grant
    from tiktok_async.emulator.settings import Settings

    Status = Literal["pending", "downloading", "expired", "cancelled"]

_FIRST_ID: Final = 7_300_000_000_000_000_000
"""Ids have nineteen digits, like all of TikTok's; the shorter ones of the samples are made up."""
_STEP: Final = 1_000_003
_ONCE: Final = ".single"


@attrs.define(eq=False)
class Export:
    """One request for an export."""

    request_id: int
    grant: Grant
    categories: tuple[str, ...]
    data_format: str
    apply_time: float
    ready_at: float
    expires_at: float
    cancelled: bool = False
    edition: int = 0
    """Counts up when a fault has the archive built anew."""

    @property
    def collect_time(self) -> float:
        """When the collection begins: a third of the way."""
        return self.apply_time + (self.ready_at - self.apply_time) / 3

    def status(self, now: float) -> Status:
        """Return the state in the contract's words; `downloading` is ready."""
        if self.cancelled:
            return "cancelled"
        if now < self.ready_at:
            return "pending"
        return "downloading" if now < self.expires_at else "expired"


@attrs.define
class Exports:
    """All requests since the start or the last reset."""

    settings: Settings
    _kept: dict[int, Export] = attrs.field(factory=dict)

    def add(self, grant: Grant, categories: Sequence[str], data_format: str, now: float) -> Export:
        """Take a request; a scope for a single one is then spent.

        Raises:
            RefusedError: if the grant does not cover it, or another one is pending and the
                settings allow no second.
        """
        needed = scopes_for(grant.usable(), categories)
        if not self.settings.parallel_exports and self._pending(grant, now):
            # Neither that TikTok refuses it nor the code is confirmed.
            raise invalid("There is a request that is still pending")
        grant.spent.update(scope for scope in needed if scope.endswith(_ONCE))
        number = _FIRST_ID + salt(self.settings.seed, "exports") % _STEP + len(self._kept) * _STEP
        ready = now + self.settings.export_delay
        until = ready + self.settings.export_life
        export = Export(number, grant, tuple(categories), data_format, now, ready, until)
        self._kept[number] = export
        return export

    def of(self, grant: Grant, request_id: int) -> Export:
        """Return a request of the same user and app.

        Raises:
            RefusedError: if there is none.
        """
        export = self._kept.get(request_id)
        if export is None or export.grant.open_id != grant.open_id:
            # Wording of the documented sample (doc_portability_download_error.json).
            raise invalid("Incorrect `request_id`. Please validate the request.")
        return export

    def get(self, request_id: int) -> Export | None:
        """Return a request by its id, whosever it is."""
        return self._kept.get(request_id)

    def clear(self) -> None:
        """Forget all requests."""
        self._kept.clear()

    def shown(self, now: float) -> dict[str, int]:
        """Return how many requests are in each state."""
        counts: dict[str, int] = {}
        for export in self._kept.values():
            status = export.status(now)
            counts[status] = counts.get(status, 0) + 1
        return counts

    def _pending(self, grant: Grant, now: float) -> bool:
        mine = (one for one in self._kept.values() if one.grant.open_id == grant.open_id)
        return any(one.status(now) == "pending" for one in mine)


def scopes_for(held: Sequence[str], categories: Sequence[str]) -> tuple[str, ...]:
    """Return the scopes that a request for categories uses.

    One that repeats is used before one for a single request, since it costs nothing; of several
    single ones the broadest that fits (contract, section 4). Where no scope covers all categories,
    each category uses its own; whether TikTok allows that is unconfirmed.

    Raises:
        RefusedError: if a category is not covered.
    """
    fitting = [[scope for scope in held if _covers(scope, category)] for category in categories]
    for category, scopes in zip(categories, fitting, strict=True):
        if not scopes:
            raise RefusedError(
                "scope_not_authorized", f"The user did not authorize the category {category}"
            )
    whole = [scope for scope in fitting[0] if all(scope in other for other in fitting)]
    if whole:
        return (min(whole, key=_cost),)
    return tuple(dict.fromkeys(min(scopes, key=_cost) for scopes in fitting))


def _cost(scope: str) -> tuple[bool, bool]:
    broad = official().category_scopes("all_data")
    return scope.endswith(_ONCE), not any(fnmatchcase(scope, pattern) for pattern in broad)


def _covers(scope: str, category: str) -> bool:
    return any(fnmatchcase(scope, one) for one in official().category_scopes(category))
