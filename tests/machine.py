"""Whether this machine has time for a test that measures a rate: shared ones often have not."""

from __future__ import annotations

import os


def has_time() -> bool:
    """Tell whether its processors kept up in the last minute; if not, a mean says nothing."""
    return os.getloadavg()[0] <= 1.5 * (os.cpu_count() or 1)
