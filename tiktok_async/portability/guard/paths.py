"""Whether the names of an archive fit together: no two are one, no file is also a folder."""

from __future__ import annotations

import unicodedata

from tiktok_async.portability.guard.names import harmful_name


class Paths:
    """The files and folders that unpacking makes, as far as they are known.

    Kept are 64-bit hashes, since the names of 200 000 members could take more memory than all the
    rest. Two that collide by chance, once in a billion full archives, make it refused.
    """

    def __init__(self) -> None:
        # Where case and form do not count -> as spelled; None for a file.
        self._known: dict[int, int | None] = {}
        self._last_folder = ""

    def __len__(self) -> int:
        """Count files and folders, those included that only stand in the names of others."""
        return len(self._known)

    def add(self, name: str, position: int) -> None:
        """Take in the name of a member; a folder's ends in `/`.

        Raises:
            UnsafeArchiveError: of kind `duplicate` or `clash`, if it does not fit those before.
        """
        folded = _folded(name)
        if not name.endswith("/"):
            key = hash(folded)
            if key in self._known:
                raise harmful_name("duplicate" if self._known[key] is None else "clash", position)
            self._known[key] = None
        folder = name.rpartition("/")[0]
        if folder != self._last_folder:  # members mostly come folder by folder
            self._add_folders(folder, folded.rpartition("/")[0], position)
            self._last_folder = folder

    def _add_folders(self, path: str, folded: str, position: int) -> None:
        """Take in a folder and those it stands in, from the inside out."""
        while path:
            key, spelled = hash(folded), hash(path)
            if key in self._known:
                known = self._known[key]
                if known != spelled:
                    raise harmful_name("clash" if known is None else "duplicate", position)
                return
            self._known[key] = spelled
            path, folded = path.rpartition("/")[0], folded.rpartition("/")[0]


def _folded(path: str) -> str:
    """Return what two paths share that a file system may take for one.

    It has the same slashes: nothing folds to one. Source: The Unicode Standard, definition D145,
    canonical caseless match.
    """
    if path.isascii():
        return path.lower()
    folded = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFD", folded)
