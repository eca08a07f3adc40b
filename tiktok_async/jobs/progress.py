"""How a run stands, as one value that is taken whenever somebody looks."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # attrs resolves the annotations

import attrs

from tiktok_async.sansio.quota import QuotaStatus  # noqa: TC001


@attrs.frozen(kw_only=True)
class StageProgress:
    """One line of the table."""

    name: str
    shards: int | None
    """None = not known before the stage in front of it is done."""
    done: int = 0
    running: int = 0
    rows: int = 0
    pages: int = 0
    calls: int = 0
    holes: int = 0
    missing: int = 0


@attrs.frozen(kw_only=True)
class Progress:
    """How a run stands."""

    stages: tuple[StageProgress, ...]
    seconds: float
    """Since this run began."""
    rows: int
    """Of this run; `stages` counts those of earlier runs too."""
    calls: int
    """Of this run."""
    retries: int
    waiting: str | None = None
    """What the run waits for: the reset of the quota, the network; None = nothing."""
    wake_at: datetime | None = None
    """When it goes on."""
    quota: QuotaStatus | None = None
    quota_days_left: float | None = None
    """Days of quota that the rest takes at the present cost of a shard; None = unknown."""

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from tiktok_async.jobs.notebook import progress_html

        return progress_html(self)
