"""A process that runs a job against an emulator elsewhere, for tests that kill it."""

from __future__ import annotations

import asyncio
import sys

from tiktok_async.config import Limits, Options
from tiktok_async.jobs.job import Job
from tiktok_async.research.client import ResearchClient


def client(_: str) -> ResearchClient:
    """Return a client of the emulator that the environment names."""
    limits = Limits(rate=None, requests_per_day=None, records_per_day=None)
    return ResearchClient(options=Options(limits=limits))


async def main() -> int:
    """Run the job in the directory that the command line names."""
    manifest = await Job.open(sys.argv[1]).run(clients=client)
    return 0 if manifest.status == "complete" else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
