"""The page about a dataset: what a paper can cite of it, its chapters and its foot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tiktok_async.markup import Html, foreign, joined, tag
from tiktok_async.report.axis import counted, day_text, number
from tiktok_async.report.dataset.stage import size
from tiktok_async.report.frame import contents, head
from tiktok_async.report.parts import chapter, facts, paragraph, sentences, tiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktok_async.jobs.manifest import Manifest
    from tiktok_async.report.parts import Chapter

_MESSAGE_CHARS: Final = 500
_UPDATES_SHOWN: Final = 5
_DAMAGED: Final = "Parts of it are cut, changed or gone: see below, and do not cite it as it is."
_MADE_UP: Final = "An emulator made up these rows: nothing in them is real."
_FAMILIES: Final = {"research": "TikTok Research API", "tikapi": "TikAPI"}


def page(
    manifest: Manifest, chapters: Sequence[Chapter], now: datetime, *, damaged: bool = False
) -> Iterator[Html]:
    """Yield the page in pieces.

    Args:
        manifest: What the dataset is.
        chapters: What is told of it.
        now: When the page is written.
        damaged: Whether parts of it are cut, changed or gone.
    """
    yield head(f"{manifest.job[:80]}: a dataset")
    yield joined(
        Html("<body>\n"), _opening(manifest, now, damaged), contents(chapters), Html("<main>\n")
    )
    for one in chapters:
        yield joined(one.html(), Html("\n"))
    yield joined(Html("</main>\n"), _foot(), Html("\n</body></html>\n"))


def _opening(manifest: Manifest, now: datetime, damaged: bool) -> Html:
    state, kind = _state(manifest, damaged)
    told = Html(_DAMAGED) if damaged else _told(manifest)
    made_up = paragraph(_MADE_UP, "lead") if manifest.emulated else Html("")
    return tag(
        "header",
        tag("h1", foreign(manifest.job)),
        tag("p", tag("span", state, class_=f"badge {kind}"), " ", told, class_="lead"),
        made_up,
        paragraph(f"Page written on {_moment(now.isoformat())}.", "note"),
        tiles(_headlines(manifest)),
    )


def _state(manifest: Manifest, damaged: bool) -> tuple[str, str]:
    """Return the word for how the dataset stands, and the class of its badge."""
    if damaged:
        return "Damaged", "warn"
    if manifest.status == "complete":
        return ("Complete", "good") if manifest.whole else ("Complete with holes", "warn")
    return {
        "planned": ("Not begun", "idle"),
        "running": ("Running", "idle"),
        "stopped": ("Stopped", "warn"),
    }[manifest.status]


def _told(manifest: Manifest) -> Html:
    if manifest.status == "complete":
        return Html(_whole(manifest))
    if manifest.status == "planned":
        return Html("Nothing has been collected yet.")
    again = Html(" To go on, run <code>tiktok-async jobs resume</code> on its directory.")
    if manifest.status == "running":
        left = "This is what was there when the page was written; the job had not ended."
        return joined(left, again)
    why = manifest.message or f"Why: {manifest.stopped or 'not recorded'}."
    return joined(foreign(why, _MESSAGE_CHARS), again)


def _whole(manifest: Manifest) -> str:
    missing = len(manifest.missing)
    if manifest.holes:
        return f"All but {counted(len(manifest.holes), 'hole')}, listed below."
    if missing:
        return f"All that could be had; {counted(missing, 'item')} could not, and why stands below."
    return "All that was asked for is here."


def _headlines(manifest: Manifest) -> list[tuple[str, str, str]]:
    shards = [one for stage in manifest.stages for one in stage.shards]
    done = sum(one.status == "complete" for one in shards)
    held = sum(one.size for one in shards)
    every = [
        ("rows", manifest.rows, f"{counted(len(manifest.stages), 'stage')}, {size(held)}"),
        ("shards complete", done, f"of {number(len(shards))}"),
        ("calls", manifest.calls, ""),
        ("holes", len(manifest.holes), "days that could not be had"),
        ("missing items", len(manifest.missing), "private, gone, or not shared"),
    ]
    shown = {"rows", "shards complete", "calls"}
    return [(what, number(count), aside) for what, count, aside in every if count or what in shown]


def citation_chapter(manifest: Manifest, *, damaged: bool = False) -> Chapter:
    """Return the chapter that a paper can cite; before the first run there is nothing to cite.

    Args:
        manifest: What the dataset is.
        damaged: Whether parts of it are cut, changed or gone.
    """
    given = facts(_facts(manifest))
    if manifest.status == "planned":
        return chapter("job", "Job", given)
    return chapter("cite", "To cite this dataset", _citation(manifest, damaged), given)


def _citation(manifest: Manifest, damaged: bool) -> Html:
    families = dict.fromkeys(
        _FAMILIES.get(stage.collect.partition(".")[0], "") for stage in manifest.stages
    )
    sources = " and ".join(one for one in families if one)
    begun, ended = _day(manifest.created_at), _day(manifest.updated_at)
    when = f"on {begun}" if begun == ended else f"from {begun} to {ended}"
    source = f" of the {sources}" if sources else ""
    if manifest.emulated:
        source = f" that an emulator{source} made up"
    text = sentences(
        f"{counted(manifest.rows, 'row')}{source}, collected"
        f" {when} (UTC) with tiktok_async {manifest.library[:40]}.",
        f"{_state(manifest, damaged)[0]}; {counted(len(manifest.holes), 'hole')},"
        f" {counted(len(manifest.missing), 'missing item')}.",
        f"Specification SHA-256 {manifest.spec_sha256[:64]}.",
    )
    return tag("blockquote", foreign(manifest.job), ". ", foreign(text, _MESSAGE_CHARS))


def _facts(manifest: Manifest) -> list[tuple[str, str]]:
    updates = [_moment(one) for one in manifest.updates[-_UPDATES_SHOWN:]]
    given = [
        ("Specification", tag("code", foreign(manifest.spec_sha256))),
        ("Library", foreign(f"tiktok_async {manifest.library}" if manifest.library else "")),
        ("Begun", _moment(manifest.created_at)),
        ("Last written", _moment(manifest.updated_at)),
        ("Brought up to date", ", ".join(updates)),
        ("Credential", foreign(manifest.credential or "")),
        ("Address", foreign(manifest.base_url or "")),
    ]
    return [(name, text) for name, text in given if text and text != foreign("")]


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> str:
    found = _time(text)
    return "-" if found is None else f"{day_text(found.date())}, {found:%H:%M} UTC"


def _day(text: str) -> str:
    found = _time(text)
    return "an unknown day" if found is None else day_text(found.date()).partition(" ")[2]


def _foot() -> Html:
    return tag(
        "footer",
        paragraph(
            "Made from the manifest and the parts alone; this page loads nothing from anywhere."
            " Days are UTC. The hash of the specification tells two datasets apart that were asked"
            " for differently; the hashes of shards and files tell whether they were changed."
        ),
        paragraph(
            "It holds names of other people: think before you pass it on. What the providers ask"
            " of those who keep such data holds for this page too."
        ),
    )
