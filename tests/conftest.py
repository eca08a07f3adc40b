"""Fixtures for every test."""

from __future__ import annotations

import pytest
from hypothesis import settings

# These machines are shared and noisy: an example that takes long says nothing about the code.
settings.register_profile("noisy", deadline=None)
settings.load_profile("noisy")


@pytest.fixture
def anyio_backend() -> str:
    """Asyncio is the one supported event loop."""
    return "asyncio"
