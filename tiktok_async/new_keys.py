"""The keys of an answer that nobody knew when its models were written.

However large an answer is, and whatever it holds, little of it is looked at: a provider adds a few
keys to all of its rows.
"""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.construct import is_model, item_type, parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.models import Model
    from tiktok_async.rows import PageForm

ANSWER: Final = "the answer"
UNDER: Final = "what is under it"
MOST_KEYS: Final = 100
"""Keys of one object that are told."""
_MOST_ITEMS: Final = 500
"""Items of a list that are looked at."""


def new_keys(form: PageForm, answer: Any) -> Mapping[Any, Mapping[str, None]]:
    """Return the keys of an answer that its declaration does not have, in their order.

    Returns:
        By model class; and for the objects around the rows.
    """
    found: dict[Any, dict[str, None]] = {}
    data, place = answer, ANSWER
    if form.under is not None:
        _note(answer, frozenset((form.under, *form.around)), found.setdefault(ANSWER, {}))
        data, place = answer.get(form.under) if isinstance(answer, dict) else None, UNDER
    beside = frozenset((*form.rows, *form.flags, *form.beside))
    _note(data, beside, found.setdefault(place, {}))
    for key in form.rows if isinstance(data, dict) else ():
        _look_into(form.model, data.get(key), found)
    return found


def _look_into(cls: type[Model], value: Any, found: dict[Any, dict[str, None]]) -> None:
    declared: Any = cls
    keys = found.setdefault(declared, {})
    known, inner = _declared(declared)
    for item in value[:_MOST_ITEMS] if isinstance(value, list) else (value,):
        if isinstance(item, dict):
            _note(item, known, keys)
            for key, model in inner:
                if item.get(key) is not None:
                    _look_into(model, item[key], found)


@functools.lru_cache(maxsize=512)
def _declared(cls: Any) -> tuple[frozenset[str], tuple[tuple[str, Any], ...]]:
    """Return the keys of a model, and those of them that hold models."""
    keys = [(key, item_type(part)) for part in parts(cls) for key in part.keys]
    return frozenset(key for key, _ in keys), tuple(pair for pair in keys if is_model(pair[1]))


def _note(value: Any, known: frozenset[str], found: dict[str, None]) -> None:
    """Add the keys of an object that are not known."""
    if isinstance(value, dict) and len(found) < MOST_KEYS:
        room = MOST_KEYS - len(found)
        more = (key for key in value if key not in known and key not in found)
        found.update(dict.fromkeys(itertools.islice(more, room)))
