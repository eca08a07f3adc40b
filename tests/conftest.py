"""Fixtures for every test."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Asyncio is the one supported event loop."""
    return "asyncio"
