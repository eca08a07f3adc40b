"""One Redis, as scripts see it: a bounded pool of connections, and errors of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from tiktok_async.errors import ConfigError, MissingExtraError, TransportError
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.commands.core import AsyncScript

PREFIX: Final = "tiktok-async:"

_CONNECTIONS: Final = 16
"""Of one process; who wants one more waits, where redis-py's own pool would raise."""
_WAIT_SECONDS: Final = 20.0
_ANSWER_SECONDS: Final = 5.0
_TRIES_MORE: Final = 3
_SCHEMES: Final = ("redis", "rediss", "unix")
_URL_HINT: Final = "Write one such as redis://127.0.0.1:6379/0, or rediss:// for TLS."


def shown_url(url: str) -> str:
    """Return a URL of Redis without user, password and parameters.

    Raises:
        ConfigError: if it is none.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("The URL of Redis is no URL.", hint=_URL_HINT) from None
    if parts.scheme not in _SCHEMES or not (host or parts.scheme == "unix"):
        raise ConfigError("The URL of Redis is no URL of Redis.", hint=_URL_HINT)
    place = f"[{host}]" if host and ":" in host else host or ""
    return f"{parts.scheme}://{place}{'' if port is None else f':{port}'}{parts.path}"


class RedisStore:
    """Runs scripts in a Redis; connects at first use and belongs to one event loop.

    Args:
        url: Such as redis://127.0.0.1:6379/0, or rediss:// for TLS; its password is never shown.

    Raises:
        ConfigError: if the URL is none of Redis.
    """

    def __init__(self, url: str | Secret) -> None:
        self._url = secret(url)
        self.place: Final = shown_url(self._url.reveal())
        self._redis: Redis | None = None
        self._scripts: dict[str, AsyncScript] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def run(self, script: str, key: str, *arguments: str | float) -> Any:
        """Run a script on one key, whole or not at all, and return its answer.

        A script whose answer is lost is run again: it may take twice, and never not at all.

        Raises:
            TransportError: if Redis cannot be reached or used.
            ConfigError: if it refuses the user or the password.
            MissingExtraError: if the package redis is not installed.
        """
        redis = self._redis or self._connect()
        found = self._scripts.get(script)
        if found is None:
            found = self._scripts[script] = redis.register_script(script)
        from redis.exceptions import RedisError

        try:
            return await found(keys=[PREFIX + key], args=list(arguments))
        except (RedisError, OSError) as error:
            # Not chained: what another library says of a connection may quote its URL.
            raise self._failure(error) from None

    def _connect(self) -> Redis:
        try:
            from redis.asyncio import BlockingConnectionPool, Redis
            from redis.asyncio.retry import Retry
            from redis.backoff import ExponentialBackoff
        except ModuleNotFoundError as error:
            raise MissingExtraError("A shared quota or rate", "redis") from error
        try:
            pool: Any = BlockingConnectionPool.from_url(
                self._url.reveal(),
                max_connections=_CONNECTIONS,
                timeout=_WAIT_SECONDS,
                socket_timeout=_ANSWER_SECONDS,
                socket_connect_timeout=_ANSWER_SECONDS,
                retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), _TRIES_MORE),
                decode_responses=True,
            )
        except (ValueError, TypeError):
            raise ConfigError(f"The URL {self.place} is not understood.", hint=_URL_HINT) from None
        self._redis = Redis.from_pool(pool)
        return self._redis

    def _failure(self, error: Exception) -> ConfigError | TransportError:
        from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError

        if isinstance(error, (AuthenticationError, AuthorizationError, NoPermissionError)):
            return ConfigError(
                f"Redis at {self.place} refuses the user or the password.",
                hint="Put the right ones into TIKTOK_ASYNC_REDIS, as redis://user:password@host.",
            )
        return TransportError(
            f"Redis at {self.place}, which keeps quota and rate for all processes, cannot be "
            f"used: {type(error).__name__}.",
            kind="shared",
            sent=False,
            hint="Nothing is sent without it. Start it again, then resume: nothing is lost.",
        )

    async def aclose(self) -> None:
        """Close the connections; may be called again."""
        redis, self._redis = self._redis, None
        self._scripts.clear()
        if redis is not None:
            await redis.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place!r})"
