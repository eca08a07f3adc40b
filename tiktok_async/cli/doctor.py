"""`doctor`: what is installed, what is configured, and what is spent."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter


async def doctor(
    *,
    profile: Annotated[
        str | None, Parameter(metavar="NAME", help="Profile of config.toml to look at.")
    ] = None,
    online: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Obtain a token, which costs no quota, to see whether the credentials work.",
        ),
    ] = False,
    emulator: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="As --online, with an emulator of its own."
        ),
    ] = False,
    tikapi: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Ask TikAPI about the key: whether it works, and what is left of it.",
        ),
    ] = False,
    as_json: Annotated[
        bool,
        Parameter(name="--json", negative="", show_default=False, help="As one JSON object."),
    ] = False,
) -> int:
    """Check versions, credentials, quota and clock. It shows names, never values, of secrets."""
    from tiktok_async.cli.diagnosis import diagnose
    from tiktok_async.cli.finding import show

    found = diagnose(profile, online=online, emulator=emulator, tikapi=tikapi)
    findings = [one async for one in found]
    return show(findings, as_json=as_json)
