"""`portability request | status | wait | cancel`: an export, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from cyclopts import Parameter

from tiktok_async.cli.options import REQUEST, Talk
from tiktok_async.cli.terminal import PROGRAM, say
from tiktok_async.cli.user_access import EmulatedAccess
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from tiktok_async.portability.client import PortabilityClient
    from tiktok_async.portability.models import ExportStatus

RequestId: TypeAlias = Annotated[
    str | None,
    Parameter(
        metavar="ID",
        show_default=False,
        help="What `portability request` printed; left out with --emulator, where one is asked "
        "for first.",
    ),
]
Categories: TypeAlias = Annotated[
    list[str] | None,
    Parameter(
        show_default=False,
        help="What to export: all_data (the default, wins over the others), activity, video, "
        "profile, direct_message.",
    ),
]
DataFormat: TypeAlias = Annotated[
    Literal["json", "text"],
    Parameter(name="--format", group=REQUEST, metavar="FORM", help="Form of the files."),
]
Timeout: TypeAlias = Annotated[
    str,
    Parameter(
        group=REQUEST,
        metavar="TIME",
        help="How long to wait for it to be ready, such as 90s, 30m or 2h; 0 looks once.",
    ),
]


async def request(
    categories: Categories = None,
    /,
    *,
    data_format: DataFormat = "json",
    access: EmulatedAccess = EmulatedAccess(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Ask for an export of the user's data; the id of the request goes to standard output.

    A `.single` scope is good for one request, an `.ongoing` one for any number. `portability
    export` does all the steps, and takes up what a stopped run asked for.
    """
    from tiktok_async.cli.access import opened_for_user
    from tiktok_async.cli.outcome import write, write_json
    from tiktok_async.portability.endpoints import ALL_DATA, categories_of

    asked = categories_of(",".join(categories or [ALL_DATA]))
    async with opened_for_user(access) as client:
        made = await client.add(asked, data_format=data_format)
    if talk.json:
        facts = {"categories": list(asked), "data_format": data_format}
        write_json({"request_id": made.request_id, **facts})
        return 0
    write(str(made.request_id))
    if not talk.quiet and not access.emulator:
        say(f"Asked for. Wait for it with: {PROGRAM} portability wait {made.request_id}")
    return 0


async def status(
    request_id: RequestId = None,
    /,
    *,
    access: EmulatedAccess = EmulatedAccess(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Show how far an export is."""
    from tiktok_async.cli.access import opened_for_user
    from tiktok_async.cli.outcome import write, write_json

    check_id(request_id, access)
    async with opened_for_user(access) as client:
        number = await id_of(request_id, client)
        found = await client.check(number)
    facts = {"request_id": int(number), **_facts(found)}
    if talk.json:
        write_json(facts)
    else:
        write(*(f"{name:<12}  {_shown(value)}" for name, value in facts.items()))
    return 0


async def wait(
    request_id: RequestId = None,
    /,
    *,
    timeout: Timeout = "1d",  # noqa: ASYNC109  # as the user writes it
    access: EmulatedAccess = EmulatedAccess(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Wait until an export is ready; it is asked for at growing intervals.

    The exit code is 0 when it is ready, 6 when the time is over and it is still pending.
    """
    from tiktok_async.cli.watching import wait_for

    check_id(request_id, access)
    return await wait_for(request_id, timeout, access, talk)


async def cancel(
    request_id: RequestId = None,
    /,
    *,
    access: EmulatedAccess = EmulatedAccess(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Cancel an export that is not ready yet."""
    from tiktok_async.cli.access import opened_for_user
    from tiktok_async.cli.outcome import tell

    check_id(request_id, access)
    async with opened_for_user(access) as client:
        number = await id_of(request_id, client)
        await client.cancel(number)
    tell(talk, ["cancelled"], {"request_id": int(number), "state": "cancelled"})
    return 0


def check_id(request_id: str | None, access: EmulatedAccess) -> None:
    """Refuse an id where there can be none, and its absence where it is needed.

    Raises:
        InputError: says what to write instead.
    """
    if request_id is None and not access.emulator:
        msg = f"Write the id of the export request, as `{PROGRAM} portability request` printed it."
        raise InputError(msg)
    if request_id is not None and access.emulator:
        msg = "--emulator starts with nothing asked for: leave out the id, and one is asked for."
        raise InputError(msg)


async def id_of(request_id: str | None, client: PortabilityClient) -> str | int:
    """Return the id that was given, or that of a request sent for it."""
    return (await client.add()).request_id if request_id is None else request_id


def _facts(found: ExportStatus) -> dict[str, Any]:
    return {
        "state": found.state.name.lower(),
        "status": found.status,
        "data_format": found.data_format,
        "categories": list(found.category_selection_list or ()),
        "asked_at": None if found.applied_at is None else found.applied_at.isoformat(),
        "collected_at": None if found.collected_at is None else found.collected_at.isoformat(),
    }


def _shown(value: Any) -> str:
    from tiktok_async.errors import shown

    if isinstance(value, list):
        return shown(", ".join(value)) or "-"
    return "-" if value is None else shown(value)
