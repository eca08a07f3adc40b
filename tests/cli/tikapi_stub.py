"""A server that plays TikAPI by script, for what the command line makes of its answers."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

API_KEY: Final = "KeyThatNobodySees123"
ACCOUNT_KEY: Final = "AccountThatNobodySees123"


@attrs.frozen
class Asked:
    """One call as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any


@attrs.define
class Stub:
    """What is answered, and what was asked."""

    base_url: str = ""
    answers: dict[str, list[Any]] = attrs.field(factory=dict)
    """By path: bodies, or pairs of status and body, in order; the last one is for all the rest."""
    asked: list[Asked] = attrs.field(factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """The environment that points to it."""
        return {
            "TIKAPI_BASE_URL": self.base_url,
            "TIKAPI_API_KEY": API_KEY,
            "TIKAPI_ACCOUNT_KEY": ACCOUNT_KEY,
        }

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return the next answer of a path."""
        queue = self.answers.get(path, [(404, {"status": "error", "message": "not scripted"})])
        step = queue.pop(0) if len(queue) > 1 else queue[0]
        status, body = step if isinstance(step, tuple) else (200, {"status": "success", **step})
        return status, json.dumps(body).encode()


@contextmanager
def stub_server() -> Iterator[Stub]:
    """Run a stub in a thread of its own."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            stub.asked.append(
                Asked(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    dict(self.headers),
                    json.loads(sent) if sent else None,
                )
            )
            status, body = stub.answer(parts.path)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
