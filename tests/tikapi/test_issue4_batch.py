"""Outcomes of a batch that are taken in several goes: each once, and then the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from media_stage import answer, film, studio

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


async def test_outcomes_can_be_taken_in_several_goes(tmp_path: Path) -> None:
    answers = {f"/{number}": answer(film(900)) for number in range(6)}
    async with studio(tmp_path, answers, real_time=True) as on, asyncio.timeout(20):
        posts = [on.post(f"/{number}", id_=str(700 + number)) for number in range(6)]
        async with on.client.save_videos(posts, tmp_path, concurrency=3) as outcomes:
            first = await anext(aiter(outcomes))
            rest = [outcome async for outcome in outcomes]
            after = [outcome async for outcome in outcomes]
    assert sorted(one.post.id or "" for one in (first, *rest)) == [post.id for post in posts]
    assert after == []
