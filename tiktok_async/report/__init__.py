"""Reports that a person looks at.

::

    from tiktok_async.portability.archive import Archive
    from tiktok_async.report import write_dataset_report, write_export_report

    write_export_report(Archive.open("export.zip"), "report.html")
    write_dataset_report("cats/")          # of a collection job: cats/report.html

What the report of a dataset tells is in `tiktok_async.report.dataset`. The report of an export is
one page that holds all it needs: it loads nothing, runs no script, and can be read offline, on a
phone, in the dark and on paper. It tells when the account was active, what was watched, liked and
searched, how followers grew, which posts were liked, from where the logins came, what advertisers
know, and what the archive has and has not. Each chart has its numbers as a table.

Nothing leaves the machine. The page holds search words and names of other people, and nothing of
what comments and messages say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.report.dataset.writing import dataset_report, write_dataset_report
    from tiktok_async.report.writing import export_report, write_export_report

_load = lazy_names(
    __name__,
    {
        "dataset_report": "dataset.writing",
        "export_report": "writing",
        "write_dataset_report": "dataset.writing",
        "write_export_report": "writing",
    },
)


def __getattr__(name: str) -> object:
    return _load(name)


__all__ = ["dataset_report", "export_report", "write_dataset_report", "write_export_report"]
