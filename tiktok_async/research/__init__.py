"""The TikTok Research API."""

from tiktok_async.research.client import ResearchClient
from tiktok_async.research.query import F, Query
from tiktok_async.research.where import parse_where

__all__ = ["F", "Query", "ResearchClient", "parse_where"]
