"""Options of commands that run a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import attrs
from cyclopts import Group, Parameter

from tiktok_async.cli.options import ACCESS
from tiktok_async.errors import InputError

RUN: Final = Group("Run", sort_key=2)

Directory: TypeAlias = Annotated[
    Path, Parameter(metavar="DIR", help="The job's directory.", show_default=False)
]


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Running:
    """How a job is run, and as whom. Secrets come from the environment or a profile only."""

    wait: Annotated[
        bool,
        Parameter(
            group=RUN,
            negative="",
            show_default=False,
            help="When the daily quota is spent or the provider is down: wait and go on, instead "
            "of stopping.",
        ),
    ] = False
    concurrency: Annotated[
        int | None,
        Parameter(
            group=RUN,
            metavar="SHARDS",
            help="Shards in flight at once; without it, chosen from the limits.",
        ),
    ] = None
    engine: Annotated[
        Literal["local", "dask"],
        Parameter(
            group=RUN,
            metavar="NAME",
            help="Where shards run: local is this process, dask an existing cluster.",
        ),
    ] = "local"
    scheduler: Annotated[
        str | None,
        Parameter(
            group=RUN,
            metavar="URL",
            help="Of the Dask cluster: tls://..., or tcp://127.0.0.1:8786.",
        ),
    ] = None
    redis: Annotated[
        str | None,
        Parameter(
            group=RUN,
            metavar="URL",
            help="Share quota and rate through a Redis: redis://host, or TIKTOK_ASYNC_REDIS where "
            "it needs a password.",
        ),
    ] = None
    profile: Annotated[
        str | None,
        Parameter(
            group=ACCESS,
            metavar="NAME",
            help="Profile of config.toml; without it the spec's, or the environment: "
            "TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET, TIKAPI_API_KEY and TIKAPI_ACCOUNT_KEY.",
        ),
    ] = None
    emulator: Annotated[
        bool,
        Parameter(
            group=ACCESS,
            negative="",
            show_default=False,
            help="Ask an emulator started for this command; its videos are of 2022 and 2023.",
        ),
    ] = False
    seed: Annotated[int, Parameter(group=ACCESS, help="What the emulator's world grows from.")] = 7

    def __attrs_post_init__(self) -> None:
        if self.emulator and self.profile:
            msg = "--emulator is an address and an account: leave out --profile."
            raise InputError(msg)
        if self.concurrency is not None and self.concurrency < 1:
            msg = f"--concurrency {self.concurrency}: write 1 or more."
            raise InputError(msg)
        if (self.engine == "dask") != (self.scheduler is not None):
            msg = "A Dask cluster is both: write --engine dask --scheduler URL, or neither."
            raise InputError(msg)
        if self.engine == "dask" and self.emulator:
            msg = (
                "The workers of a cluster do not see an emulator of this command: run "
                "`tiktok-async emulator`, and give them its address in their environment."
            )
            raise InputError(msg)
