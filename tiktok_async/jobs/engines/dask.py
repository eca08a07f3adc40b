"""Shards on an existing Dask cluster: `pip install "tiktok-async[dask]"` here and on the cluster.

What must be there:

* Scheduler and workers have the same version of this package; it is checked before anything runs.
* The job's directory is on storage that all of them see under the same path.
* The workers' environment has the credentials (TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, ... or a
  profile), and `TIKTOK_ASYNC_REDIS`: quota and rate are kept in one Redis, else each worker would
  take them for its own. No token and no password is ever in a task.
* A worker runs as many shards at once as it has threads, and they mostly wait: start workers with
  several, such as `dask worker ... --nthreads 8`. The rate is that of all workers together.
* The scheduler is on this machine (`tcp://127.0.0.1:8786`, or through an SSH tunnel), or encrypted
  (`tls://`): who can talk to a Dask cluster can run any code on it. Certificates are given here, or
  by Dask's own configuration (`DASK_DISTRIBUTED__COMM__TLS__CA_FILE`, `...__CLIENT__CERT`,
  `...__CLIENT__KEY`).

Who owns a shard. A worker that dies is noticed by the scheduler, which runs its shard elsewhere;
the shard goes on behind its last page. A worker that only lost touch is the dangerous one, since it
goes on writing. Three things end it:

* Twice a second it asks whether the shard is still wanted: it is not once the flag is set, the
  scheduler is gone, the worker is being closed, or the task is nobody's (the coordinator died).
  Then the shard ends behind the page in hand.
* Part and checkpoint are locked while a shard runs; the next owner waits up to two minutes for the
  lock, then the job stops and says so. The lock of a dead process is free; that of a process which
  is frozen is not.
* Where a network file system grants a lock twice, the checkpoint decides: an owner begins with a
  generation of its own, and looks before each page whether there is a newer one. Then it stops. At
  most one page is written by two owners: the same rows, at the same place.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from tiktok_async.errors import ConfigError, InputError, TransportError
from tiktok_async.io.shared.store import shown_url
from tiktok_async.jobs.engines.dask_errands import Errands
from tiktok_async.jobs.engines.dask_worker import distributed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from types import TracebackType

    from tiktok_async.jobs.engines.protocol import OnResult, ShardTask, StopFlag
    from tiktok_async.sansio.endpoint import Bucket
    from tiktok_async.sansio.quota import QuotaStatus

PACKAGE: Final = "tiktok_async"

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CONNECT_SECONDS: Final = 30.0
_INSTALL: Final = 'pip install "tiktok-async[dask]"'


class DaskEngine:
    """Runs shards on a cluster that is there already.

    Args:
        scheduler: Its address, such as tls://scheduler:8786, or tcp:// to this machine only.
        redis: URL for workers whose environment has no TIKTOK_ASYNC_REDIS; without a password.
        rate: Calls a second of all workers together; None = what the family documents.
        ca_file: Certificate of the authority that signed the cluster's; PEM.
        certificate: Of this client; PEM.
        key: Of that certificate; PEM.

    Raises:
        ConfigError: if the address is neither encrypted nor on this machine, or the URL of Redis
            has a password in it.
        InputError: if the rate is not above zero.
    """

    def __init__(
        self,
        scheduler: str,
        *,
        redis: str | None = None,
        rate: float | None = None,
        ca_file: str | PathLike[str] | None = None,
        certificate: str | PathLike[str] | None = None,
        key: str | PathLike[str] | None = None,
    ) -> None:
        self.scheduler: Final = checked_address(scheduler)
        self._redis = checked_redis(redis)
        self._rate = checked_rate(rate)
        self._files = {
            name: str(path)
            for name, path in (
                ("tls_ca_file", ca_file),
                ("tls_client_cert", certificate),
                ("tls_client_key", key),
            )
            if path is not None
        }
        self._client: Any = None

    async def __aenter__(self) -> Self:
        """Connect, and check that the cluster can do the work.

        Raises:
            MissingExtraError: if distributed is not installed here.
            TransportError: if the scheduler cannot be reached.
            ConfigError: if it has no worker, or scheduler or workers lack this package.
        """
        dask, security = distributed(), None
        if self._files:
            security = dask.Security(require_encryption=True, **self._files)
        try:
            self._client = await dask.Client(
                self.scheduler,
                security=security,
                timeout=_CONNECT_SECONDS,
                asynchronous=True,
                set_as_default=False,
            )
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            raise _unreachable(self.scheduler, error) from error
        try:
            await self._check_cluster()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect; the cluster stays."""
        await self._close()

    async def run(self, tasks: Sequence[ShardTask], stop: StopFlag, on_result: OnResult) -> None:
        """Run every task, and return when all of them have ended.

        Args:
            tasks: In the order of the plan; the cluster starts them in it.
            stop: Once set, no task is started, and running ones end within the time of grace.
            on_result: Called in this event loop, for each page or so and at the end of each shard.

        Raises:
            TransportError: if the scheduler is lost; every shard can be gone on with.
        """
        errands = Errands(self._client, self._redis, self._rate, on_result)
        await errands.run(tasks, stop)

    async def quota(self, family: str, bucket: Bucket) -> QuotaStatus | None:  # noqa: ARG002
        """Return None: the credential is the workers', and so is its quota."""
        return None

    async def _check_cluster(self) -> None:
        try:
            await self._client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError as error:
            msg = f"The cluster at {self.scheduler} has no worker."
            raise ConfigError(msg, hint="Start some: dask worker " + self.scheduler) from error
        with warnings.catch_warnings():
            # Packages that only differ in version are named below, where they matter.
            warnings.simplefilter("ignore")
            found = await self._client.get_versions(check=False, packages=[PACKAGE])
        complaint = complaint_of(found)
        if complaint:
            raise ConfigError(complaint, hint=f"Install it there: {_INSTALL}.")

    async def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def __repr__(self) -> str:
        return f"DaskEngine({self.scheduler!r})"


def checked_address(address: str) -> str:
    """Return the address of a scheduler.

    Raises:
        ConfigError: if it is none, or is neither encrypted nor on this machine.
    """
    full = address if "://" in address else f"tcp://{address}"
    try:
        parts = urlsplit(full)
        port = parts.port
    except ValueError:
        port = None
    if port is None or parts.scheme not in {"tcp", "tls"} or "@" in parts.netloc:
        msg = "The scheduler's address is none."
        raise ConfigError(msg, hint="Write one such as tls://scheduler:8786.")
    if parts.scheme == "tcp" and parts.hostname not in _LOOPBACK:
        msg = f"The scheduler {full} is on another machine, and is not encrypted."
        hint = "Write tls:// and start the cluster with certificates, or use an SSH tunnel."
        raise ConfigError(msg, hint=hint)
    return full


def checked_redis(url: str | None) -> str | None:
    """Return the URL of Redis that workers are told.

    Raises:
        ConfigError: if it is none, or holds a secret.
    """
    if url is None:
        return None
    if shown_url(url) != url.rstrip("/"):
        msg = "The URL of Redis for the workers has a user, a password or parameters in it."
        hint = "Put it into the workers' environment: TIKTOK_ASYNC_REDIS."
        raise ConfigError(msg, hint=hint)
    return url


def checked_rate(rate: float | None) -> float | None:
    """Return the rate.

    Raises:
        InputError: if it is not above zero.
    """
    if rate is not None and not 0 < rate < math.inf:
        msg = f"rate is {rate!r}: write calls a second, above zero, such as 5.0."
        raise InputError(msg)
    return rate


def complaint_of(versions: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the cluster's packages, in a sentence; None = nothing.

    Args:
        versions: As `distributed.Client.get_versions` gives them.
    """
    ours = versions["client"]["packages"]
    places = {"The scheduler": versions["scheduler"]}
    places |= {f"The worker {name}": found for name, found in versions["workers"].items()}
    for place, found in places.items():
        theirs = (found or {}).get("packages", {})
        for package in (PACKAGE, "distributed"):
            version = theirs.get(package)
            if version in {None, "MISSING"}:
                return f"{place} has no {package}; here it is {ours[package]}."
            if version != ours[package]:
                return f"{place} has {package} {version}; here it is {ours[package]}."
    return None


def _unreachable(scheduler: str, error: Exception) -> TransportError:
    return TransportError(
        f"The scheduler at {scheduler} cannot be reached: {type(error).__name__}.",
        kind="cluster",
        sent=False,
        hint="Start it, or mend its address or certificates; then run the job again.",
    )
