"""Megabytes per second from a socket to a verified name on disk, against curl and plain httpx.

Claim: written in batches of some MiB that overlap with the reading, a download is at least a third
as fast as `curl -o` and twice as fast as a write through aiofiles for each chunk of httpx, though
it is made durable and its SHA-256 is taken; and the whole process stays below 64 MiB at any size.

All fetch the same bytes from the same server on the loopback, which has a process of its own. They
take turns, each in a process of its own; the figure is the median round.

    python -m benchmarks.download [--quick] [--flat] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import multiprocessing
import os
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

_TLS = Path(__file__).parent.parent / "tests" / "samples" / "tls"
_MIB = 2**20
_PATH = "/v2/user/data/download/"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: %d\r\n\r\n"
MEMORY_BAR = 64.0
"""MiB."""


@attrs.frozen
class Run:
    """One download in a process of its own."""

    seconds: float
    cpu: float
    """Seconds."""
    peak: float
    """MiB."""


@attrs.frozen
class Result:
    """Medians of the rounds."""

    scheme: str
    size: int
    """Bytes."""
    contender: str
    rate: float
    """MB a second."""
    cpu: float
    """Seconds for each GB."""
    peak: float
    """MiB, of the whole process."""
    against_curl: float
    against_chunks: float


def _answer(client: socket.socket, size: int, tls: ssl.SSLContext | None) -> None:
    """Answer one request with `size` bytes that begin like a zip."""
    block = memoryview(os.urandom(_MIB))
    with suppress(OSError), client:
        stream = tls.wrap_socket(client, server_side=True) if tls else client
        with stream:
            stream.recv(65536)
            stream.sendall(_HEAD % size + b"PK\x03\x04")
            left = size - 4
            while left:
                left -= len(part := block[: min(left, _MIB)])
                stream.sendall(part)
            stream.recv(65536)


def _serve(size: int, tls: bool, ready: Connection) -> None:
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_TLS / "loopback.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ready.send(listener.getsockname()[1])
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_answer, args=(client, size, context), daemon=True).start()


@contextmanager
def serving(size: int, *, tls: bool) -> Iterator[str]:
    """Run the server; give its base URL."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(size, tls, there), daemon=True)
    process.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=_TLS / "root.pem")


async def by_client(url: str, target: Path) -> None:
    """Download with the library."""
    from tiktok_async.client import Runtime
    from tiktok_async.io.download import download
    from tiktok_async.io.session import Session
    from tiktok_async.portability.client import PortabilityClient
    from tiktok_async.portability.endpoints import DownloadExport

    session = Session(ssl_context=_trusting())
    async with PortabilityClient(
        token="act.none", base_url=url, runtime=Runtime(session=session)
    ) as client:
        await download(
            DownloadExport(1),
            client._scope,  # noqa: SLF001  # the check of the zip has a benchmark of its own
            target,
            verify=lambda path: path.stat().st_size,
            signature=lambda first: first.startswith(b"PK\x03\x04"),
        )
    await session.aclose()


async def by_chunks(url: str, target: Path) -> None:
    """Download as most programs do: httpx, and a write through aiofiles for each chunk."""
    import aiofiles
    import httpx

    async with (
        httpx.AsyncClient(verify=_trusting()) as client,
        client.stream("POST", url + _PATH, json={"request_id": 1}) as answer,
        aiofiles.open(target, "wb") as file,
    ):
        async for chunk in answer.aiter_bytes():
            await file.write(chunk)


_NEEDS = {"client": "tiktok_async.portability.client", "chunks": "httpx"}
_CHILDREN: dict[str, Callable[[str, Path], Any]] = {"client": by_client, "chunks": by_chunks}


def _child(name: str, url: str, target: Path) -> None:
    """Download once and print what it took, without the imports."""
    importlib.import_module(_NEEDS[name])
    cpu, started = time.process_time(), time.perf_counter()
    asyncio.run(_CHILDREN[name](url, target))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, cpu, peak]))


def _python(name: str, url: str, target: Path) -> Run:
    command = [sys.executable, "-m", "benchmarks.download", "--child", name, url, str(target)]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # ourselves
    return Run(*json.loads(done.stdout))


def _curl(url: str, target: Path) -> Run:
    command = [shutil.which("curl") or "curl", "-s", "-d", "{}", "--cacert", _TLS / "root.pem"]
    command += ["-w", "%{time_total}", "-o", target, url + _PATH]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603  # curl itself
        out = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Run(float(out), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def once(name: str, url: str, folder: Path, size: int) -> Run:
    """Download once, and make sure that it is all there."""
    target = folder / name
    run = _curl(url, target) if name == "curl" else _python(name, url, target)
    assert target.stat().st_size == size
    target.unlink()
    os.sync()
    return run


def measure(size: int, rounds: int, *, tls: bool, names: tuple[str, ...]) -> list[Result]:
    """Return the medians of interleaved rounds."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    with serving(size, tls=tls) as url, tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name, found in runs.items():
                found.append(once(name, url, Path(folder), size))
    seconds = {name: statistics.median(r.seconds for r in found) for name, found in runs.items()}
    return [
        Result(
            "https" if tls else "http",
            size,
            name,
            size / 1e6 / seconds[name],
            statistics.median(run.cpu for run in found) / (size / 1e9),
            max(run.peak for run in found),
            seconds.get("curl", 0.0) / seconds[name],
            seconds.get("chunks", 0.0) / seconds[name],
        )
        for name, found in runs.items()
    ]


def _show(results: list[Result]) -> None:
    for one in results:
        print(
            f"{one.scheme:>6} {one.size / _MIB:>6.0f} MiB {one.contender:>8} {one.rate:>7.0f}"
            f" {one.cpu:>8.2f} {one.peak:>8.1f} {one.against_curl:>6.2f}x"
            f" {one.against_chunks:>8.2f}x",
            flush=True,
        )


def main() -> None:
    """Measure http and https, and with --flat four times the size for memory."""
    parser = argparse.ArgumentParser(description="Downloads against curl and plain httpx.")
    parser.add_argument("--quick", action="store_true", help="256 MiB and fewer rounds")
    parser.add_argument("--flat", action="store_true", help="also 4 GiB, for the memory alone")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(given.child[0], given.child[1], Path(given.child[2]))
        return
    size, rounds = (256 * _MIB, 3) if given.quick else (1024 * _MIB, 5)
    names = ("scheme", "size", "by", "MB/s", "CPU s/GB", "peak MiB", "curl", "chunks")
    widths = (6, 10, 8, 7, 8, 8, 7, 9)
    print(*(f"{n:>{w}}" for n, w in zip(names, widths, strict=True)), end="")
    print(f"   (to reach: 0.33x curl, 2x chunks, {MEMORY_BAR:.0f} MiB)")
    results: list[Result] = []
    for tls in (False, True):
        found = measure(size, rounds, tls=tls, names=("curl", "chunks", "client"))
        _show(found)
        results += found
    if given.flat:
        found = measure(4096 * _MIB, 1, tls=False, names=("client",))
        _show(found)
        results += found
    if given.json is not None:
        given.json.write_text(json.dumps([attrs.asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
