"""As whom TikAPI is called: the API key, and beside it the account key of a user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from tiktok_async.errors import ConfigError
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from tiktok_async.io.middleware import Middleware

SANDBOX_API_KEY: Final = "DemoAPIKeyTokenSeHYGXDfd4SFD320Sc39Asd0Sc39Asd4s"
SANDBOX_ACCOUNT_KEY: Final = "DemoAccountKeyTokenSeHYGXDfd4SFD320Sc39Asd0Sc39A"
"""The published keys of TikAPI's own sandbox: no secrets."""

_FORM: Final = re.compile("[a-zA-Z0-9]{10,}")
_NO_PICKLE: Final = "A key is never pickled: each process takes it from its own environment."


class TikAPIKey:
    """The keys of a call; neither can be renewed, so a refusal is final.

    Args:
        api_key: TikAPI's key of the customer.
        account_key: The key of a user who authorised the customer; None = nobody's.

    Raises:
        ConfigError: if a key has not the form of one.
    """

    def __init__(self, api_key: str | Secret, account_key: str | Secret | None = None) -> None:
        self._api_key = _checked("api_key", secret(api_key))
        self._headers: tuple[tuple[str, str], ...] = (("x-api-key", self._api_key.reveal()),)
        self.name: str = "api_key"
        self.is_user: bool = account_key is not None
        if account_key is not None:
            user = _checked("account_key", secret(account_key))
            self._headers += (("x-account-key", user.reveal()),)
            self.name = f"api_key and account_key {user.fingerprint()}"

    @property
    def fingerprint(self) -> str:
        """What tells API keys apart and gives nothing away: all users of a key share its quota."""
        return self._api_key.fingerprint()

    def acting_for(self, account_key: str | Secret) -> TikAPIKey:
        """Return the same API key with the key of a user.

        Raises:
            ConfigError: if it has not the form of one.
        """
        return TikAPIKey(self._api_key, account_key)

    def headers(self, now: float) -> tuple[tuple[str, str], ...]:  # noqa: ARG002  # a Credential's
        """Return the headers to send."""
        return self._headers

    async def renew(
        self,
        middleware: Middleware,  # noqa: ARG002  # a Credential's
        refused: tuple[tuple[str, str], ...],  # noqa: ARG002
    ) -> bool:
        """Return False: there is nothing to renew a key with."""
        return False

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_PICKLE)

    def __repr__(self) -> str:
        return f"TikAPIKey({self.name!r})"


def _checked(name: str, key: Secret) -> Secret:
    if not _FORM.fullmatch(key.reveal()):
        raise ConfigError(
            f"{name} is no key of TikAPI: it has at least 10 characters, letters and digits only."
        )
    return key
