"""Megabytes per second from a socket to a verified name on disk, against curl and plain httpx.

Claim: written in batches of some MiB that overlap with the reading, a download on core
dependencies is at least a third as fast as `curl -o` (0.28 over https), with the extra `fast` three
quarters (0.6 over https), and twice as fast as a write through aiofiles for each chunk of httpx,
though it is made durable and its SHA-256 is taken; and the whole process stays below 64 MiB at any
size.

All fetch the same bytes from the same server on the loopback, which has a process of its own. They
take turns, each in a process of its own; the figure is the median round. As curl does not count
what it takes to load it, the others download a small file first, which imports what they need.
What is not installed is absent; `core` takes the extra `fast` for not installed.

    python -m benchmarks.download [--quick] [--flat] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
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
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

_TLS = Path(__file__).parent.parent / "tests" / "samples" / "tls"
_MIB = 2**20
_PATH = "/v2/user/data/download/"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: %d\r\n\r\n"
_SMALL = 4 * _MIB
MEMORY_BAR = 64.0
"""MiB."""
BARS: Final = {
    ("http", "core"): 0.33,
    ("https", "core"): 0.28,
    ("http", "fast"): 0.75,
    ("https", "fast"): 0.6,
}
"""Of curl's rate."""
_EXTRAS: Final = ("msgspec", "aiohttp")
"""Of the extra `fast`; core dependencies are without."""
_NEEDS: Final = {
    "curl": (),
    "chunks": ("httpx", "aiofiles"),
    "core": (),
    "fast": _EXTRAS,
}
_CHILD: Final = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[5:]))
from benchmarks.download import child
child(*sys.argv[1:5])
"""
"""A process that takes packages for not installed, before anything is imported."""


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
    to_reach: float | None
    """Of `against_curl`."""
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


def _listen(listener: socket.socket, size: int, tls: ssl.SSLContext | None) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_answer, args=(client, size, tls), daemon=True).start()


def _serve(sizes: tuple[int, ...], tls: bool, ready: Connection) -> None:
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_TLS / "loopback.pem")
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in sizes]
    for listener, size in zip(listeners, sizes, strict=True):
        threading.Thread(target=_listen, args=(listener, size, context), daemon=True).start()
    ready.send([listener.getsockname()[1] for listener in listeners])
    threading.Event().wait()


@contextmanager
def serving(*sizes: int, tls: bool) -> Iterator[list[str]]:
    """Run the server; give the base URL of each size."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(sizes, tls, there), daemon=True)
    process.start()
    try:
        yield [f"http{'s' if tls else ''}://127.0.0.1:{port}" for port in here.recv()]
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
    import aiofiles  # type: ignore[import-untyped]  # it has no types
    import httpx

    async with (
        httpx.AsyncClient(verify=_trusting()) as client,
        client.stream("POST", url + _PATH, json={"request_id": 1}) as answer,
        aiofiles.open(target, "wb") as file,
    ):
        async for chunk in answer.aiter_bytes():
            await file.write(chunk)


def child(name: str, url: str, small: str, target: str) -> None:
    """Download once and print what it took."""
    download = by_chunks if name == "chunks" else by_client
    asyncio.run(download(small, Path(f"{target}.small")))
    Path(f"{target}.small").unlink()
    cpu, started = time.process_time(), time.perf_counter()
    asyncio.run(download(url, Path(target)))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, cpu, peak]))


def _python(name: str, urls: list[str], target: Path) -> Run:
    hidden = _EXTRAS if name == "core" else ()
    command = [sys.executable, "-c", _CHILD, name, *urls, str(target), *hidden]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # ourselves
    return Run(*json.loads(done.stdout))


def _curl(url: str, target: Path) -> Run:
    command = [shutil.which("curl") or "curl", "-s", "-d", "{}", "--cacert", str(_TLS / "root.pem")]
    command += ["-w", "%{time_total}", "-o", str(target), url + _PATH]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603  # curl itself
        out = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Run(float(out), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def once(name: str, urls: list[str], folder: Path, size: int) -> Run:
    """Download once, and make sure that it is all there."""
    target = folder / name
    run = _curl(urls[0], target) if name == "curl" else _python(name, urls, target)
    assert target.stat().st_size == size
    target.unlink()
    os.sync()
    return run


def measure(size: int, rounds: int, *, tls: bool, names: list[str]) -> list[Result]:
    """Return the medians of interleaved rounds."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    with serving(size, _SMALL, tls=tls) as urls, tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name, found in runs.items():
                found.append(once(name, urls, Path(folder), size))
    seconds = {name: statistics.median(r.seconds for r in found) for name, found in runs.items()}
    scheme = "https" if tls else "http"
    return [
        Result(
            scheme,
            size,
            name,
            size / 1e6 / seconds[name],
            statistics.median(run.cpu for run in found) / (size / 1e9),
            max(run.peak for run in found),
            seconds.get("curl", 0.0) / seconds[name],
            BARS.get((scheme, name)),
            seconds.get("chunks", 0.0) / seconds[name],
        )
        for name, found in runs.items()
    ]


def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _show(results: list[Result]) -> None:
    for one in results:
        bar = "" if one.to_reach is None else f"{one.to_reach:.2f}x"
        print(
            f"{one.scheme:>6} {one.size / _MIB:>6.0f} MiB {one.contender:>8} {one.rate:>7.0f}"
            f" {one.cpu:>8.2f} {one.peak:>8.1f} {one.against_curl:>6.2f}x"
            f" {bar:>8} {one.against_chunks:>8.2f}x",
            flush=True,
        )


def main() -> None:
    """Measure http and https, and with --flat four times the size for memory."""
    parser = argparse.ArgumentParser(description="Downloads against curl and plain httpx.")
    parser.add_argument("--quick", action="store_true", help="256 MiB and fewer rounds")
    parser.add_argument("--flat", action="store_true", help="also 4 GiB, for the memory alone")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    size, rounds = (256 * _MIB, 3) if given.quick else (1024 * _MIB, 5)
    names = ("scheme", "size", "by", "MB/s", "CPU s/GB", "peak MiB", "curl", "to reach", "chunks")
    widths = (6, 10, 8, 7, 8, 8, 7, 8, 9)
    print(*(f"{n:>{w}}" for n, w in zip(names, widths, strict=True)), end="")
    print(f"   (to reach: 2x chunks, {MEMORY_BAR:.0f} MiB)")
    results: list[Result] = []
    there = [name for name, needs in _NEEDS.items() if all(map(_is_installed, needs))]
    for tls in (False, True):
        found = measure(size, rounds, tls=tls, names=there)
        _show(found)
        results += found
    if given.flat:
        found = measure(4096 * _MIB, 1, tls=False, names=["core"])
        _show(found)
        results += found
    if given.json is not None:
        given.json.write_text(json.dumps([attrs.asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
