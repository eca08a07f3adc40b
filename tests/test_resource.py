"""Bound endpoints: what a call says that names none of its arguments."""

from __future__ import annotations

from typing import Any

import pytest

from tiktok_async import PortabilityClient, ResearchClient, TikAPIClient
from tiktok_async.errors import InputError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        pytest.param(
            "research.videos.comments", (711,), r"write comments\(video_id=...\)", id="paged"
        ),
        pytest.param("research.users.info", ("j",), r"write info\(username=...\)", id="one"),
        pytest.param(
            "research.users.followers", ("j", 9), r"write followers\(username=...\)", id="two"
        ),
        pytest.param("tikapi.public.check", ("j",), "username, user_id", id="others-are-named"),
        pytest.param("portability.check", (1, 2), r"check\(request_id=...\)", id="one-too-many"),
    ],
)
async def test_unnamed_argument_is_refused_and_the_names_are_told(
    name: str, given: tuple[Any, ...], said: str
) -> None:
    async with (
        ResearchClient(client_key="k" * 10, client_secret="s" * 10) as research,
        TikAPIClient(api_key="k" * 20) as tikapi,
        PortabilityClient(token="act.token") as portability,
    ):
        call: Any = {"research": research, "tikapi": tikapi, "portability": portability}
        for part in name.split("."):
            call = call[part] if isinstance(call, dict) else getattr(call, part)
        with pytest.raises(InputError, match=said):
            call(*given)
