"""Whether the provider works at one stage, as far as one process has seen.

One endpoint may fail while another answers: what is seen at a stage says nothing about others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import TikTokError
from tiktok_async.jobs.outcomes import Outcome, outcome_of, stop_of

if TYPE_CHECKING:
    from tiktok_async.io.scope import Scope
    from tiktok_async.sansio.endpoint import Endpoint


_REFUSALS: Final = 10
"""Items in a row that are refused, with nothing answered meanwhile, before it is everything."""


@attrs.define
class Evidence:
    """Whether the provider works, as far as this process has seen; shared by a stage's shards."""

    good: int = 0
    """Answers that came."""
    refused: int = 0
    """Items refused since the last of them."""
    last: Endpoint[Any] | None = None
    """A request that was answered, to be asked again where nobody knows whether all fails."""

    def answered(self, request: Endpoint[Any] | None = None) -> None:
        """Count an answer, to `request` if that is good to be asked again."""
        self.good += 1
        self.refused = 0
        self.last = request or self.last

    def refuses_all(self) -> bool:
        """Count an item that is refused; tell whether it is not the items that are refused."""
        self.refused += 1
        return self.all_refused

    @property
    def all_refused(self) -> bool:
        """Whether it is not the items that are refused."""
        return self.refused >= _REFUSALS

    async def works(self, since: int, scope: Scope) -> bool:
        """Tell whether the provider answers; where nobody knows, ask again what it answered before.

        Args:
            since: How many answers there were when that began to be in doubt.
            scope: Where and as whom.

        Raises:
            TikTokError: if it says something else, such as that the quota is spent.
        """
        if self.good == since and self.last is not None:
            try:
                await scope.middleware.call(self.last, scope)
            except TikTokError as error:
                outcome = outcome_of(error)
                if outcome is Outcome.BROKEN or stop_of(error).is_outage:
                    return False
                if outcome not in {Outcome.MISSING, Outcome.ENDED}:
                    raise
            self.answered()
        return self.good > since
