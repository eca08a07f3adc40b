"""A real redis-server on a free port, started and stopped by the test that asks for it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Self

import attrs
import pytest

if TYPE_CHECKING:
    from pathlib import Path

SERVER: Final = shutil.which("redis-server") or "/usr/bin/redis-server"
needs_redis = pytest.mark.skipif(
    shutil.which(SERVER) is None or find_spec("redis") is None,
    reason="needs redis-server and the extra redis: `apt-get install redis-server`, or .ci/run",
)


def free_port() -> int:
    """Return a port of this machine that nobody uses at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@attrs.define
class RedisServer:
    """A redis-server of one test; it can be killed and started again on its data."""

    directory: Path
    port: int = attrs.field(factory=free_port)
    password: str | None = None
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        user = "" if self.password is None else f":{self.password}@"
        return f"redis://{user}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers; every change is on disk before it is answered."""
        settings = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.directory)]
        settings += ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        if self.password is not None:
            settings += ["--requirepass", self.password]
        self._process = subprocess.Popen(  # noqa: S603  # Debian's own server
            [SERVER, *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(500):
            try:
                if self.say("PING")[:1] in {b"+", b"-"}:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def say(self, *words: str) -> bytes:
        """Send a command as it is, and return the beginning of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as asking:
            asking.sendall(" ".join(words).encode() + b"\r\n")
            return asking.recv(65_536)

    def flush(self) -> None:
        """Forget everything."""
        assert self.say("FLUSHALL").startswith(b"+OK")

    def kill(self) -> None:
        """Kill it, as a crash of its machine would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
