"""How TikTok's web bodies spell their keys: most in camelCase, files of a video in PascalCase.

A model of such a body names only the keys that break its rule.
"""

from __future__ import annotations

import attrs

from tiktok_async.models import Model


def _capitalized(words: list[str]) -> str:
    return "".join(word[:1].upper() + word[1:] for word in words)


@attrs.frozen(kw_only=True)
class CamelModel(Model):
    """The base of models whose keys are in camelCase."""

    @staticmethod
    def wire_key(name: str) -> str:
        """Return a field's name in camelCase."""
        first, *rest = name.split("_")
        return first + _capitalized(rest)


@attrs.frozen(kw_only=True)
class PascalModel(Model):
    """The base of models whose keys are in PascalCase."""

    @staticmethod
    def wire_key(name: str) -> str:
        """Return a field's name in PascalCase."""
        return _capitalized(name.split("_"))
