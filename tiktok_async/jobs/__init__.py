"""Collection jobs: a guide to months of windows, thousands of items and days of quota.

A job is a spec, a directory, and as many runs as it takes:

```python
from datetime import date

from tiktok_async.jobs import FromStage, Job, Output, Span, Spec, Stage

spec = Spec(
    name="cats",
    stages=(
        Stage(
            name="videos",
            collect="research.videos",
            where="region_code in (US, CA) and keyword = cat",
            span=Span(date(2023, 1, 1), date(2023, 3, 31)),
        ),
        Stage(name="authors", collect="research.user", source=FromStage("videos", "username")),
        Stage(name="comments", collect="research.comments", source=FromStage("videos", "id")),
    ),
    outputs=(Output(format="parquet"),),
)
job = Job.create(spec, "cats")                     # or load_spec("cats.toml")
print(job.plan())                                  # shards, least requests, quota days; no call
manifest = await job.run()                         # again and again, until it is complete
print(manifest.status, manifest.stopped, manifest.rows, manifest.holes, manifest.missing)

for row in job.dataset("videos").rows():           # streamed, in order, as the wire had them
    ...
job.dataset("videos").to_arrow()                   # also .to_pandas(), .to_polars()
job.export("videos", "videos.duckdb")
print(job.verify().ok)
```

On the command line it is `tiktok-async collect init`, `collect run`, and `jobs show`, `verify`,
`export`, `report`, `update`, `recheck`. `tiktok-async collect kinds` lists what can be collected:
everything that can be read of the Research API and TikAPI.

## What it promises

- **Rows before state, both durable, page by page.** A process that dies at any instruction, also
  by SIGKILL or a power cut, is gone on with by running the same again: the parts have the bytes of
  an unbroken run, and at most the pages in flight are paid for twice. That is exactly once in the
  files of a job; a sink of your own that reads a job while it runs sees each row at least once.
- **Whole, or it says what is missing.** `manifest.status` is complete, or stopped with the reason
  in `stopped`. Days that the provider cannot give are `holes`, items that it refuses are `missing`,
  each with its reason and the provider's log id. `manifest.whole` is true only without holes.
- **Nothing is paid for a second time.** A finished job makes no call. A changed spec, a damaged
  checkpoint, a part that was edited: each is an error that says what to do, not a new start. A part
  is looked at when its shard is gone on with and when its rows are read, and by `jobs verify`.
- **Nothing made up among what is real.** A job that an emulator on this machine has answered is not
  gone on with at the provider, nor the other way; its summary and its page say whose rows it has.

## What is in the directory

`tiktok_async.jobs.layout` draws it. Parts are JSON Lines with the rows as they came. The text of a
row of a page is the provider's own, unless that was written over several lines; posts and search
hits of TikAPI, which get the link headers of their answer, and profiles are written anew, with the
same keys and values. Rows about an item end with it, such as `of_username`. The outputs of the spec
are made from the parts when a stage is complete, and `export` makes any other at any time. Sorted
by name, the parts are the dataset in order.

## How it goes

Stages run one after the other; a stage is cut into shards, which are fetched side by side and have
a part and a checkpoint each. Within a shard of days the newest come first, as the server has them.
A window on which the provider fails is halved, down to a day; a day that fails is a hole, but only
when anything else is answered: a provider that fails on everything makes no holes. Windows grow
again where little is found.

| what happens | what comes of it |
| --- | --- |
| the daily quota is spent | stopped (`quota`); `on_quota = "wait"` waits for the UTC reset |
| the network or the provider is down | stopped; `on_outage = "wait"` waits 5 s to 5 minutes |
| a user is private, not found, not shared | `missing`; the job goes on |
| SIGINT, SIGTERM | the pages in hand are finished, within ten seconds; stopped (`interrupted`) |
| the disk is full or refuses | `DiskError`; make room and run again |
| a second process on the same directory | refused |

## Later

`await job.update()` fetches what is new: spans are continued with a lag of some days, since videos
appear up to 48 hours late; lists are asked again, newest-first ones only until they are known; ids
that are there are skipped. `await job.recheck("videos")` asks which are gone, as the terms of
research access want them deleted.

## Many machines

`tiktok_async.jobs.engines.dask` runs the shards on a Dask cluster, with rate and quota counted in
Redis by `tiktok_async.io.shared`. The same job has the same bytes on either engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.jobs.dataset import Dataset
    from tiktok_async.jobs.engines.protocol import Clients, Engine, StopFlag
    from tiktok_async.jobs.findings import Finding, Verification
    from tiktok_async.jobs.job import Job
    from tiktok_async.jobs.kinds import Kind, kind_of, kinds
    from tiktok_async.jobs.manifest import Gap, Manifest, OutputEntry, ShardEntry, StageEntry
    from tiktok_async.jobs.plan import Plan
    from tiktok_async.jobs.progress import Progress, StageProgress
    from tiktok_async.jobs.spec import (
        FromFile,
        FromJob,
        FromStage,
        Listed,
        Output,
        RunOptions,
        Span,
        Spec,
        Stage,
    )
    from tiktok_async.jobs.toml import dump_spec, load_spec

_load = lazy_names(
    __name__,
    {
        "Clients": "engines.protocol",
        "Dataset": "dataset",
        "Engine": "engines.protocol",
        "Finding": "findings",
        "FromFile": "spec",
        "FromJob": "spec",
        "FromStage": "spec",
        "Gap": "manifest",
        "Job": "job",
        "Kind": "kinds",
        "Listed": "spec",
        "Manifest": "manifest",
        "Output": "spec",
        "OutputEntry": "manifest",
        "Plan": "plan",
        "Progress": "progress",
        "RunOptions": "spec",
        "ShardEntry": "manifest",
        "Span": "spec",
        "Spec": "spec",
        "Stage": "spec",
        "StageEntry": "manifest",
        "StageProgress": "progress",
        "StopFlag": "engines.protocol",
        "Verification": "findings",
        "dump_spec": "toml",
        "kind_of": "kinds",
        "kinds": "kinds",
        "load_spec": "toml",
    },
)


def __getattr__(name: str) -> object:
    return _load(name)


__all__ = [
    "Clients",
    "Dataset",
    "Engine",
    "Finding",
    "FromFile",
    "FromJob",
    "FromStage",
    "Gap",
    "Job",
    "Kind",
    "Listed",
    "Manifest",
    "Output",
    "OutputEntry",
    "Plan",
    "Progress",
    "RunOptions",
    "ShardEntry",
    "Span",
    "Spec",
    "Stage",
    "StageEntry",
    "StageProgress",
    "StopFlag",
    "Verification",
    "dump_spec",
    "kind_of",
    "kinds",
    "load_spec",
]
