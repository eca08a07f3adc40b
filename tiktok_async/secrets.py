"""A secret that does not show itself."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final, final

_MASK: Final = "***"


@final
class Secret:
    """A text that shows `***` in repr, str, format, JSON and pickle.

    Args:
        value: The text; surrounding white space, as copied from a web page, is dropped.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value.strip()

    def reveal(self) -> str:
        """Return the text itself, to be put on the wire or in the token store only."""
        return self.__value

    def fingerprint(self) -> str:
        """Return twelve hex digits that tell secrets apart and give nothing away."""
        return hashlib.sha256(b"tiktok_async:" + self.__value.encode()).hexdigest()[:12]

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return format(_MASK, spec)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (_MASK,)


def secret(value: str | Secret) -> Secret:
    """Return `value` as a `Secret`."""
    return value if isinstance(value, Secret) else Secret(value)
