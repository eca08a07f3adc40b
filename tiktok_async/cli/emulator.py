"""`emulator`: the emulator as a program."""

from __future__ import annotations

import errno
import json
import socket
import sys
from datetime import date, timedelta
from pathlib import Path  # noqa: TC003  # cyclopts reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

import attrs
from cyclopts import Group, Parameter

from tiktok_async.cli.amounts import number_of_bytes, seconds
from tiktok_async.cli.terminal import PROGRAM, say
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from tiktok_async.emulator import Emulator

_Json: TypeAlias = Annotated[
    bool,
    Parameter(
        name="--json",
        negative="",
        show_default=False,
        help="Address and demo credentials as the first line of standard output.",
    ),
]
_USERS: Final = Group("Users", sort_key=1)
_TOLD: Final = (
    *("base_url", "tikapi_base_url", "client_key", "client_secret", "access_token"),
    *("user_access_token", "user_refresh_token", "open_id", "api_key", "account_key"),
)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Users:
    """How users log in, and what their exports are like."""

    consent: Annotated[
        Literal["ask", "approve", "deny"],
        Parameter(
            group=_USERS, help="Whether the login page asks, or sends the browser back at once."
        ),
    ] = "ask"
    export_delay: Annotated[
        str,
        Parameter(group=_USERS, metavar="TIME", help="How long an export is pending."),
    ] = "2s"
    export_era: Annotated[
        Literal["A", "B", "C", "hybrid"],
        Parameter(group=_USERS, help="Names in an export: of about 2024, 2025 or 2026, or mixed."),
    ] = "C"
    export_size: Annotated[
        str | None,
        Parameter(
            group=_USERS, metavar="SIZE", help="Fill an export up to a size, such as 256MiB."
        ),
    ] = None

    @property
    def export_bytes(self) -> int | None:
        """The size of an export; None = small."""
        size = self.export_size
        return None if size is None else number_of_bytes(size, "--export-size")


def emulator(
    *,
    port: Annotated[int, Parameter(help="Where to listen; 0 takes a free one.")] = 8080,
    host: Annotated[str, Parameter(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, Parameter(help="What the world grows from.")] = 7,
    videos: Annotated[int, Parameter(help="Videos in the world; they take no memory.")] = 20_000,
    start: Annotated[str, Parameter(metavar="DAY", help="First day of the videos.")] = "2022-01-01",
    days: Annotated[int, Parameter(help="Days that the videos spread over.")] = 730,
    latency: Annotated[
        str, Parameter(metavar="TIME", help="How long each answer takes at least, such as 50ms.")
    ] = "0ms",
    fault: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help='JSON list of what goes wrong, such as [{"kind": "server_error", "after": 3}].',
        ),
    ] = None,
    requests_per_day: Annotated[
        int | None, Parameter(help="Daily quota; without it, TikTok's own.")
    ] = None,
    token_life: Annotated[
        float, Parameter(help="Life of an access token in seconds: an app's, or that of a login.")
    ] = 7200.0,
    users: Users = Users(),  # frozen
    as_json: _Json = False,
) -> int:
    """Run the emulator: all three APIs on this machine, without an account. Ctrl-C ends it."""
    from tiktok_async.emulator import Emulator, run

    _check("--requests-per-day", requests_per_day)
    _check("--token-life", token_life)
    made = Emulator(
        port=port,
        host=host,
        seed=seed,
        videos=videos,
        start=_day(start),
        days=days,
        latency=seconds(latency, "--latency"),
        faults=_script(fault),
        requests_per_day=requests_per_day,
        token_life=token_life,
        user_token_life=token_life,
        consent=users.consent,
        export_delay=seconds(users.export_delay, "--export-delay"),
        export_era=users.export_era,
        export_bytes=users.export_bytes,
    )
    try:
        run(made, _announce_json if as_json else _announce)
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        msg = f"{host}:{port} cannot be listened on ({why}): {_another(error)}."
        raise InputError(msg) from error
    return 0


def _check(option: str, value: float | None) -> None:
    """Refuse less than nothing."""
    if value is not None and value < 0:
        msg = f"{option} {value:g}: write 0 or more."
        raise InputError(msg)


def _another(error: Exception) -> str:
    """Return what to write where an address cannot be listened on."""
    foreign = isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL
    if foreign or isinstance(error, socket.gaierror):
        return "write a --host of this machine, such as 127.0.0.1"
    return "write another --port; 0 is a free one"


def exports(emulator: Emulator) -> list[str]:
    """Return the shell lines that point the other commands to an emulator."""
    return [
        f"export TIKTOK_BASE_URL={emulator.base_url}",
        f"export TIKTOK_CLIENT_KEY={emulator.client_key}",
        f"export TIKTOK_CLIENT_SECRET={emulator.client_secret}",
        f"export TIKAPI_BASE_URL={emulator.tikapi_base_url}",
        f"export TIKAPI_API_KEY={emulator.api_key}",
        f"export TIKAPI_ACCOUNT_KEY={emulator.account_key}",
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"--start {text!r} is not a day: write it as 2022-01-01."
        raise InputError(msg) from None


def _script(path: Path | None) -> list[Any]:
    from tiktok_async.emulator import load_script

    try:
        return [] if path is None else list(load_script(path))
    except OSError as error:
        msg = f"--fault {path} cannot be read: {error.strerror}."
        raise InputError(msg) from error


def _announce(emulator: Emulator) -> None:
    last = emulator.start + timedelta(days=emulator.days - 1)
    end = min(last, emulator.start + timedelta(days=59))
    span = f"--start {emulator.start} --end {end}"
    lines = [
        f"The emulator listens on {emulator.base_url}; Ctrl-C ends it.",
        f"Its videos are of {emulator.start} to {last}. In another terminal:",
        "",
        *exports(emulator),
        f'{PROGRAM} research videos --where "region_code = US" {span}',
        f"{PROGRAM} tikapi public check --username joe1234567",
        f"{PROGRAM} auth login   (then: {PROGRAM} portability export -o export.zip)",
        "",
    ]
    say("\n".join(lines))


def _announce_json(emulator: Emulator) -> None:
    sys.stdout.write(f"{json.dumps({name: getattr(emulator, name) for name in _TOLD})}\n")
    sys.stdout.flush()
