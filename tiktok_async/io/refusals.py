"""What an error of the disk means, in the one word of `DiskError.kind`."""

from __future__ import annotations

import errno
from typing import Final

_KINDS: Final = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read_only",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ENAMETOOLONG: "name",
    errno.ENOENT: "name",
    errno.ENOTDIR: "name",
    errno.EISDIR: "name",
    errno.ELOOP: "name",
}


def kind_of(error: OSError) -> str:
    """Return the kind of an error; one that is none of the known ones is a broken disk."""
    return _KINDS.get(error.errno or 0, "broken")
