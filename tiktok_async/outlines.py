"""Rows of which no more is kept than what tells them apart: enough where their text is kept."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from tiktok_async.construct import draft, is_plain, parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.construct import Constructor
    from tiktok_async.rows import PageForm


@functools.lru_cache(maxsize=512)
def suffice(form: PageForm) -> bool:
    """Tell whether rows of a form are told apart by their plain fields."""
    if form.key is None:
        return False
    model: Any = form.model
    row = draft(model)()
    for part in parts(model):
        if is_plain(part.type):
            setattr(row, part.name, part.name)
    try:
        return form.key(row) is not None
    except AttributeError:  # it looks at a field that an outline does not have
        return False


def told_apart(
    form: PageForm, raws: list[Any], outline: Constructor, construct: Constructor
) -> Sequence[Any]:
    """Return outlines of rows; or the rows, if one of them has nothing that tells it apart.

    Args:
        form: What they are.
        raws: Whatever the two make them of.
        outline: Makes outlines.
        construct: Makes rows.
    """
    key: Any = form.key
    outlines = outline(raws)
    return construct(raws) if None in map(key, outlines) else outlines
