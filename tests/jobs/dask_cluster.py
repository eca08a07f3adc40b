"""A real Dask cluster of processes, with an emulator and a Redis that its workers alone know."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from redis_server import RedisServer, free_port, needs_redis

from tests.cli.conftest import emulating, tikapi_variables, variables
from tests.jobs.collected import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tiktok_async.emulator import Emulator

THREADS: Final = 3
"""Shards that a worker runs at once."""
needs_cluster = [
    needs_redis,
    pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra dask"),
    pytest.mark.timeout(180),
]


@attrs.frozen
class Cluster:
    """A scheduler, its workers, and what they collect from."""

    address: str
    emulator: Emulator
    redis: RedisServer
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]
    log: Path
    pem: Path | None
    """Certificate and key of all, where it is encrypted."""

    def engine(self, **more: Any) -> Any:
        """Return the engine of this cluster."""
        from tiktok_async.jobs.engines.dask import DaskEngine

        names = ("ca_file", "certificate", "key")
        files = {} if self.pem is None else dict.fromkeys(names, self.pem)
        return DaskEngine(self.address, **files, **more)


def made_certificate(folder: Path) -> Path:
    """Return a key and a certificate for this machine that vouches for itself, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "cluster")])
    usages = {name: name in {"digital_signature", "key_cert_sign"} for name in _USAGES}
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usages), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "cluster.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


_USAGES: Final = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@contextmanager
def cluster(
    folder: Path, workers: int, *, tls: bool = False, told: bool = True, **settings: Any
) -> Iterator[Cluster]:
    """Run a cluster.

    Args:
        folder: Where its log, and what Redis keeps, is.
        workers: How many.
        tls: Whether it is encrypted.
        told: Whether its workers have credentials and know where Redis is.
        settings: Of the emulator.
    """
    scheme = "tls" if tls else "tcp"
    host, port = f"{scheme}://127.0.0.1", free_port()
    address = f"{host}:{port}"
    pem = made_certificate(folder) if tls else None
    security = [] if pem is None else ["--tls-ca-file", pem, "--tls-cert", pem, "--tls-key", pem]
    with ExitStack() as stack:
        emulator = stack.enter_context(emulating(**{"videos": 10_000, **OPEN, **settings}))
        redis = stack.enter_context(RedisServer(folder))
        log = stack.enter_context((folder / "log").open("wb"))
        secrets = {**variables(emulator), **tikapi_variables(emulator)}
        secrets["TIKTOK_ASYNC_REDIS"] = redis.url

        def start(module: str, *words: Any, **environment: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *words]
            command += [*security, "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
            process = subprocess.Popen(  # noqa: S603  # our own words
                list(map(str, command)),
                stdout=log,
                stderr=log,
                cwd=folder,
                env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder), **environment},
            )
            stack.callback(_ended, process)
            return process

        scheduler = start("dask_scheduler", "--host", host, "--port", port)
        started = [
            start(
                "dask_worker", address, "--no-nanny", "--nthreads", THREADS,
                "--memory-limit", "400MB", "--death-timeout", 60, "--local-directory", folder,
                **(secrets if told else {}),
            )
            for _ in range(workers)
        ]  # fmt: skip
        yield Cluster(address, emulator, redis, scheduler, started, folder / "log", pem)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def busiest_second(arrivals: list[float]) -> int:
    """Return the most calls that came in within any one second."""
    most = first = 0
    for last, when in enumerate(arrivals):
        while when - arrivals[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def arrivals(emulator: Emulator) -> list[float]:
    """Return when calls came in, those for tokens apart."""
    return [when for when, name in emulator.stats()["arrivals"] if "token" not in name]
