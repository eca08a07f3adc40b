"""Refusals in TikAPI's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.tikapi.facts import tikapi
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_USER: Final = 10202
NO_MUSIC: Final = 10203
NO_VIDEO: Final = 10204
NO_HASHTAG: Final = 10205
NO_LIVE: Final = 10210
PRIVATE: Final = 10216
NO_ENTITY: Final = 10224
DELETED: Final = 10241
_DEAD_ACCOUNT: Final = 8


class DeclinedError(InputError):
    """TikAPI answers a call with an error.

    Args:
        status: HTTP status.
        message: What the answer says.
        code: TikTok's code, where the answer has one.
        fields: What is wrong with which parameter.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: int | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status: int = status
        self.code: int | None = code
        self.fields: dict[str, str] = dict(fields or {})

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        body: dict[str, Any] = {"status": "error", "message": self.message}
        if self.fields:
            body["fields"] = self.fields
        if self.code is not None:
            body["statusCode"] = self.code
        return body


def bad_fields(message: str, fields: Mapping[str, str]) -> DeclinedError:
    """Return the refusal of parameters."""
    return DeclinedError(400, message, fields=fields)


def bad_field(wire: str, text: str) -> DeclinedError:
    """Return the refusal of one parameter."""
    return bad_fields("Invalid fields.", {wire: text})


def no_key() -> DeclinedError:
    """Return the refusal of an API key."""
    return DeclinedError(401, tikapi().message(401))


def tiktok(code: int) -> DeclinedError:
    """Return a refusal of TikTok's, by its code."""
    return DeclinedError(403, tikapi().says(code), code)


def not_allowed(message: str) -> DeclinedError:
    """Return a refusal that has no code of TikTok's."""
    return DeclinedError(403, message)


def dead_account() -> DeclinedError:
    """Return the refusal of an account key that died, or that nobody has."""
    return DeclinedError(428, tikapi().message(428), _DEAD_ACCOUNT)


def used_up() -> DeclinedError:
    """Return the refusal of a key that has spent its requests or its bandwidth."""
    return DeclinedError(429, tikapi().message(429))
