"""What a stage was asked for, as its spec says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.jobs.spec import FromFile, FromStage, Listed
from tiktok_async.markup import foreign
from tiktok_async.report.axis import counted, day_text, number
from tiktok_async.report.parts import NOTHING, facts

if TYPE_CHECKING:
    from tiktok_async.jobs.spec import Source, Span, Stage
    from tiktok_async.markup import Html
    from tiktok_async.report.dataset.figures import StageFigures

_TEXT_MOST: Final = 2_000
_PARAMS_MOST: Final = 40


def asked(found: StageFigures) -> Html:
    """Return what was asked for."""
    pairs = [("Collects", foreign(found.entry.collect))]
    stage = found.asked
    if stage is not None:
        pairs += [(name, foreign(text, _TEXT_MOST)) for name, text in _spec(stage) if text]
    return facts(pairs) if pairs else NOTHING


def _spec(stage: Stage) -> list[tuple[str, str]]:
    span = stage.span
    days = "" if span is None else f"{day_text(span.start)} to {_end(span)}, UTC"
    return [
        ("Where", stage.where or ""),
        ("Days", days),
        ("About", "" if stage.source is None else _source(stage.source)),
        ("At most", "" if stage.limit is None else f"{counted(stage.limit, 'row')} an item"),
        *((name, _shown(value)) for name, value in stage.params[:_PARAMS_MOST]),
    ]


def _end(span: Span) -> str:
    return "the day of the last run" if span.end is None else day_text(span.end)


def _source(source: Source) -> str:
    """Return where the items came from; of files only their name."""
    if isinstance(source, Listed):
        return f"{counted(len(source.items), 'item')} written in the spec"
    if isinstance(source, FromFile):
        column = "" if source.column is None else f", column {source.column}"
        return f"each item of the file {source.path.name}{column}"
    if isinstance(source, FromStage):
        return f"each {source.column} of the stage {source.stage}, once"
    where = f"the stage {source.stage} of the job {source.directory.name}"
    return f"each {source.column} of {where}, once"


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(one) for one in value)
    return number(value) if type(value) is int else str(value)
