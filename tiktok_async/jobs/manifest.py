"""What a job's dataset is, for readers: counts, holes, and whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations
from typing import Final, Literal, TypeAlias

import attrs

from tiktok_async.config import is_loopback

MANIFEST_VERSION: Final = 1

Status: TypeAlias = Literal["planned", "running", "stopped", "complete"]


@attrs.frozen
class Gap:
    """A part of what was asked for that cannot be had."""

    label: str
    """Which: days, or an item."""
    reason: str
    """One word, such as server, not_found, private, search_id_refused."""
    message: str = ""
    log_id: str | None = None


@attrs.frozen(kw_only=True)
class ShardEntry:
    """How a shard stands."""

    id: str
    """Names its part and checkpoint; sorted ids are the order of the dataset."""
    label: str
    """For people: its days, or its first and last item."""
    status: Status = "planned"
    items: int = 1
    """Days or items in it."""
    done: int = 0
    """Of them, at their end."""
    rows: int = 0
    pages: int = 0
    calls: int = 0
    """Requests sent, those that failed included."""
    size: int = 0
    """Bytes of the part."""
    sha256: str | None = None
    """Of the part, once the shard is complete."""
    holes: tuple[Gap, ...] = ()
    """Days that could not be had."""
    missing: tuple[Gap, ...] = ()
    """Items that could not be had: private, not found, not shared."""
    log_id: str | None = None
    """The provider's id of the last call."""


@attrs.frozen(kw_only=True)
class OutputEntry:
    """A file made of a stage's parts."""

    path: str
    """Relative to the job's directory."""
    format: str
    rows: int
    size: int
    sha256: str


@attrs.frozen(kw_only=True)
class StageEntry:
    """How a stage stands."""

    name: str
    collect: str
    endpoint: str
    """Id of the endpoint, as in the contract."""
    status: Status = "planned"
    shards: tuple[ShardEntry, ...] = ()
    outputs: tuple[OutputEntry, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all shards."""
        return sum(one.rows for one in self.shards)

    @property
    def calls(self) -> int:
        """Requests of all shards."""
        return sum(one.calls for one in self.shards)


@attrs.frozen(kw_only=True)
class UpdateOptions:
    """What an update asks for."""

    lag_days: int = 3
    """Days that are asked for again: two for late videos, and the last, which was not over."""
    new_items_only: bool = False
    """Whether items that were asked about before are left alone."""


@attrs.frozen(kw_only=True)
class Manifest:
    """The whole of it."""

    version: int = MANIFEST_VERSION
    job: str
    """The spec's name."""
    spec_sha256: str
    library: str
    """Version of tiktok_async that wrote it."""
    status: Status
    stopped: str | None = None
    """Why it ended before its end, in one word; None where it did not."""
    message: str | None = None
    """The same in a sentence, with what to do next."""
    created_at: str
    """ISO 8601, UTC."""
    updated_at: str
    stages: tuple[StageEntry, ...] = ()
    credential: str | None = None
    """Its name, which is no secret."""
    base_url: str | None = None
    requests_per_day: Mapping[str, int] = attrs.field(factory=dict)
    """Calls of this job by UTC day."""
    updates: tuple[str, ...] = ()
    """When each update of the job was begun, ISO 8601."""
    update_options: tuple[UpdateOptions, ...] = ()
    """Of each of them."""

    @property
    def rows(self) -> int:
        """Rows of all stages."""
        return sum(one.rows for one in self.stages)

    @property
    def calls(self) -> int:
        """Requests of all stages."""
        return sum(one.calls for one in self.stages)

    @property
    def holes(self) -> tuple[Gap, ...]:
        """Days that could not be had, of all stages."""
        return tuple(gap for stage in self.stages for one in stage.shards for gap in one.holes)

    @property
    def missing(self) -> tuple[Gap, ...]:
        """Items that could not be had, of all stages."""
        return tuple(gap for stage in self.stages for one in stage.shards for gap in one.missing)

    @property
    def emulated(self) -> bool:
        """Whether its rows came from this machine: an emulator made them up."""
        return self.base_url is not None and is_loopback(self.base_url)

    @property
    def begun(self) -> bool:
        """Whether anything was answered, be it that something cannot be had."""
        return any(one.pages or one.done for stage in self.stages for one in stage.shards)

    @property
    def whole(self) -> bool:
        """Whether it holds all that was asked for: complete, and without a hole."""
        return self.status == "complete" and not self.holes

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from tiktok_async.jobs.notebook import manifest_html

        return manifest_html(self)
