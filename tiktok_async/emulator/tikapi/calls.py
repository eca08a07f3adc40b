"""One call of TikAPI as a handler sees it, and how it is answered."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import attrs

from tiktok_async.emulator.answers import Answer
from tiktok_async.emulator.tikapi.checks import checked
from tiktok_async.emulator.tikapi.links import links
from tiktok_async.emulator.tikapi.refusals import bad_fields
from tiktok_async.emulator.tikapi.scene import Scene

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.facts import Operation
    from tiktok_async.emulator.tikapi.keys import Account
    from tiktok_async.emulator.tikapi.refusals import DeclinedError
    from tiktok_async.emulator.tikapi.service import Service

_WEB: Final[dict[str, str]] = dict.fromkeys(
    ("extra", "log_pb", "statusCode", "status_code", "status_msg"), ""
)
"""What comes around a list where the contract documents no answer: as in bodies of TikTok's web."""
_CONSTANT: Final = frozenset({
    "status", "message", "statusCode", "status_code", "status_msg", "error_desc", "inbox_type",
    "msg", "backtrace", "alias_comment_deleted", "reply_style", "is_digg", "cmd",
})  # fmt: skip
"""Keys that have the documented value in every answer."""
_ELEMENTS: Final = 3
"""An answer that documents fewer keys shows nothing but that it is one."""


@attrs.define
class Call:
    """One call."""

    service: Service
    operation: Operation
    headers: dict[str, str]
    query: str
    in_path: dict[str, str]
    content: bytes = attrs.field(repr=False)
    now: float
    """Unix seconds of its arrival."""
    log_id: str
    api_key: str = attrs.field(default="", repr=False)
    account: Account | None = None
    given: dict[str, Any] = attrs.field(factory=dict)
    """The parameters, once they are checked."""
    _scene: Scene | None = None

    def check(self) -> None:
        """Read and check the parameters.

        Raises:
            DeclinedError: if one is missing or bad, or the body is not a JSON object.
        """
        body: Any = {}
        if self.operation.method == "POST" and self.content:
            try:
                body = json.loads(self.content)
            except (ValueError, RecursionError):
                body = None
        if not isinstance(body, dict):
            raise bad_fields("The request body is not a JSON object.", {})
        query = dict(parse_qsl(self.query, keep_blank_values=True))
        places = {"query": query, "path": self.in_path, "body": body}
        self.given = checked(self.operation, places)

    def peek(self) -> dict[str, Any]:
        """Return the parameters as far as they are known."""
        return self.given

    def text(self, name: str) -> str:
        """Return a parameter as text; empty where it was not sent."""
        return str(self.given.get(name, ""))

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as a number.

        Raises:
            DeclinedError: if it is none.
        """
        try:
            return int(self.given.get(name, default))
        except ValueError:
            raise bad_fields("Invalid fields.", {name: f"A valid {name} is required."}) from None

    def index(self, name: str) -> int:
        """Return where a page begins: never before the first place.

        Raises:
            DeclinedError: if it is no number.
        """
        return max(0, self.number(name))

    @property
    def count(self) -> int:
        """How many rows a page shall have; 0 is as good as 1."""
        return max(1, self.number("count", 30))

    @property
    def user(self) -> int:
        """The user whose account key came with the call.

        Raises:
            TypeError: if none did, though the endpoint takes one.
        """
        if self.account is None:
            raise TypeError(self.operation.id)
        return self.account.user

    @property
    def scene(self) -> Scene:
        """What the answer is made from."""
        if self._scene is None:
            service = self.service
            base = f"http://{self.headers.get('host', '')}"
            what = f"{self.operation.path}?{self.query}"
            made = links(service.settings, service.world.seed, base, what, self.now)
            viewer = None if self.account is None else self.account.user
            self._scene = Scene(
                service.world, service.names, service.state, service.settings, made, self.now,
                viewer,
            )  # fmt: skip
        return self._scene

    def ok(self, *, rows: int = 0, **data: Any) -> Answer:
        """Return the answer of a success.

        Args:
            rows: How many items it has.
            **data: What is in it besides what is around every answer of the endpoint.
        """
        return Answer(self._around() | data, rows=rows)

    def videos(self, *, rows: int = 0, **data: Any) -> Answer:
        """Return the answer of a success with links to videos in it."""
        other = {"videoLinkHeaders": self.scene.links.headers()}
        return self.ok(rows=rows, **data, **{"$other": other})

    def declined(self, refusal: DeclinedError) -> Answer:
        """Return the answer of a refusal."""
        return Answer(refusal.body(), status=refusal.status)

    def _around(self) -> dict[str, Any]:
        now = int(self.now * 1000)
        moving = {
            "extra": {"fatal_item_ids": [], "logid": self.log_id, "now": now},
            "log_pb": {"impr_id": self.log_id},
            "log_id": self.log_id,
        }
        fixed, known = _fixed(self.operation)
        return {**fixed, **{key: moving[key] for key in known}}


@functools.cache
def _fixed(operation: Operation) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what is the same around every answer of an endpoint, and what else is around it."""
    keys = operation.keys if len(operation.keys) >= _ELEMENTS else _WEB
    fixed: dict[str, Any] = {"status": "success", "message": ""}
    fixed |= {"statusCode": 0} if "statusCode" in keys else {}
    fixed |= {"status_code": 0} if "status_code" in keys else {}
    fixed |= {"status_msg": ""} if "status_msg" in keys else {}
    fixed |= {k: v for k, v in operation.constants.items() if k in _CONSTANT and k in keys}
    return fixed, tuple(key for key in ("extra", "log_pb", "log_id") if key in keys)
