"""What a look at a job's directory found."""

from __future__ import annotations

import attrs


@attrs.frozen
class Finding:
    """One thing that is not as it was collected."""

    what: str
    """One word: spec, plan, manifest, checkpoint, part, row, raw, recheck or output."""
    path: str
    """The file, from the job's directory."""
    message: str
    """What is wrong with it."""
    advice: str
    """What to do."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message} {self.advice}"


@attrs.frozen(kw_only=True)
class Verification:
    """What a look at a job's directory found."""

    findings: tuple[Finding, ...]
    shards: int
    """Shards that were looked at."""
    rows: int
    """Rows that were looked at."""
    size: int
    """Bytes of them."""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was collected, be it complete or not."""
        return not self.findings
