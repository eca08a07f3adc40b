"""The page about a dataset.

::

    from tiktok_async.report import write_dataset_report

    write_dataset_report("cats/")          # writes cats/report.html

One page that holds all it needs: it loads nothing, runs no script, and can be read offline, on a
phone, in the dark and on paper. It begins with what a paper can cite: the job, the hash of its
specification, the version, whether the dataset is complete and if not why. Then, stage by stage:
rows over time with holes hatched and days not collected yet grey, regions, hashtags, accounts, what
became of each item, the shards and files with their hashes; and what was spent by day.

It is made from the manifest and the parts, and does not need the job to have ended. A part that is
cut, changed or gone is told on the page, and the rest is counted.
"""

from __future__ import annotations

from tiktok_async.report.dataset.writing import dataset_report, write_dataset_report

__all__ = ["dataset_report", "write_dataset_report"]
