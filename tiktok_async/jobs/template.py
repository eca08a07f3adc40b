"""The spec of `collect init`: it runs as it is on the emulator, and says what can be set."""

from __future__ import annotations

from typing import Final

_TEMPLATE: Final = """\
# What to collect, and how. Look at what it costs, without a call:
#     tiktok-async collect run {file} --dry-run
# Run it; run the same again to go on after anything that stopped it:
#     tiktok-async collect run {file}
# Without an account, add --emulator: its videos are of 2022 and 2023.

name = "{name}"                  # names the folder of the data, where the command names none

# ---- Stages run one after the other. All that can be collected: tiktok-async collect kinds

[[stage]]
name = "videos"
collect = "research.videos"
where = "region_code in (US, CA) and keyword = cat"
start = 2023-01-01               # days in UTC, both included
end = 2023-02-28                 # left out: to today, and `jobs update` goes on from there
shard_days = 10                  # days that are fetched as one, 1-30; shards run side by side
# [stage.params]                 # any other parameter of the endpoint
# fields = ["id", "create_time", "username", "region_code", "hashtag_names"]

[[stage]]
name = "authors"
collect = "research.user"
from = "videos.username"         # a column of an earlier stage, each value once

[[stage]]
name = "comments"
collect = "research.comments"
from = "videos.id"
limit = 200                      # rows of each item, at most
# items_per_shard = 20

# Instead of a stage, items may come from
# items = ["7201388525814961198", "7201388525814961199"]
# from = {{ file = "ids.txt" }}                                   # one a line
# from = {{ file = "ids.csv", column = "video_id" }}              # also .jsonl and .parquet
# from = {{ job = "../other", stage = "videos", column = "id" }}  # a job that is complete

# ---- Files that are written to dataset/ when a stage is complete. The rows themselves are in
# ---- parts/ in any case, and `tiktok-async jobs export` makes any of these later, too.

[[output]]
format = "csv"                   # jsonl, jsonl.zst, csv, parquet, sqlite, duckdb
stages = ["videos", "authors"]   # leave it out for all stages

# ---- How it is run. Nothing here changes what is collected.

[run]
on_quota = "stop"                # or "wait": go on after the reset of the daily quota
on_outage = "stop"               # or "wait": go on when network or provider are back
sync_pages = 1                   # a crash costs at most so many pages again
raw = false                      # true keeps every answer as it came, compressed
# concurrency = 20               # shards in flight; left out, it is chosen from the limits
# profile = "default"            # of config.toml; left out, credentials come from the environment
"""


def template(name: str, file: str) -> str:
    """Return a spec with comments.

    Args:
        name: The job's name.
        file: The file's name, for the commands in the comments.
    """
    return _TEMPLATE.format(name=name, file=file)
