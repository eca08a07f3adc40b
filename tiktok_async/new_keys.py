"""The keys of an answer that nobody knew when its models were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.construct import is_model, item_type, parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.models import Model
    from tiktok_async.rows import PageForm

ANSWER: Final = "the answer"
UNDER: Final = "what is under it"


def new_keys(form: PageForm, answer: Any) -> dict[Any, list[str]]:
    """Return the keys of an answer that its declaration does not have, in their order.

    Returns:
        By model class; and for the objects around the rows.
    """
    found: dict[Any, list[str]] = {}
    data = answer
    if form.under is not None:
        found[ANSWER] = _others(answer, (form.under, *form.around))
        data = answer.get(form.under) if isinstance(answer, dict) else None
    place = ANSWER if form.under is None else UNDER
    found[place] = _others(data, (*form.rows, *form.flags, *form.beside))
    for key in form.rows if isinstance(data, dict) else ():
        _look_into(form.model, data.get(key), found)
    return found


def _look_into(cls: type[Model], value: Any, found: dict[Any, list[str]]) -> None:
    for item in value if isinstance(value, list) else (value,):
        keys = found.setdefault(cls, [])
        known = (key for part in parts(cls) for key in part.keys)
        keys += [key for key in _others(item, known) if key not in keys]
        for part in parts(cls):
            inner = item_type(part)
            if is_model(inner) and isinstance(item, dict):
                for key in part.keys:
                    _look_into(inner, item.get(key), found)


def _others(value: Any, known: Iterable[str]) -> list[str]:
    taken = set(known)
    return [key for key in value if key not in taken] if isinstance(value, dict) else []
