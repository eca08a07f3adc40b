"""Asyncio-native client for the TikTok Research API, Data Portability API and TikAPI.

The guides are the docstrings of these packages:

- `tiktok_async.research`: the Research API; results that are whole or say why not.
- `tiktok_async.portability`: exports of users' data, and how their archives are read.
- `tiktok_async.tikapi`: TikAPI, its media and its live chats.
- `tiktok_async.oauth`: how users log in; `tiktok_async.webhooks`: how TikTok tells what happened.
- `tiktok_async.jobs`: collections that run for weeks; `tiktok_async.report`: pages about data.
- `tiktok_async.emulator`: all of these APIs without an account; `tiktok_async.testing`: time.
- `tiktok_async.errors`: every error as one tree, each with what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.client import Runtime
    from tiktok_async.config import Limits, Options, Timeouts
    from tiktok_async.errors import (
        AlreadyDownloadingError,
        APIError,
        ArchiveError,
        AuthError,
        CheckpointMismatchError,
        ClientClosedError,
        ConfigError,
        CredentialsMissingError,
        DamagedArchiveError,
        DecodeError,
        DiskError,
        DownloadError,
        ExportCancelledError,
        ExportError,
        ExportExpiredError,
        ExportStatusError,
        ExportTimeoutError,
        IncompleteError,
        InputError,
        LinkExpiredError,
        LoginError,
        MissingExtraError,
        NotFoundError,
        OutcomeUnknownError,
        QuotaExhaustedError,
        RateLimitError,
        ReauthorizationRequiredError,
        ScopeError,
        ServerError,
        TargetExistsError,
        TikTokError,
        TransportError,
        UnsafeArchiveError,
        WebhookError,
    )
    from tiktok_async.io.concurrent import ConcurrentRows
    from tiktok_async.io.counters import Statistics
    from tiktok_async.io.download import Progress
    from tiktok_async.io.paginator import Collection, Hole, Paginator
    from tiktok_async.io.session import Session
    from tiktok_async.io.walker import Page
    from tiktok_async.oauth.client import OAuthClient
    from tiktok_async.portability.client import PortabilityClient
    from tiktok_async.research.client import ResearchClient
    from tiktok_async.sansio.endpoint import Bucket, Operation
    from tiktok_async.sansio.limiter import Rate
    from tiktok_async.sansio.retry import RetryPolicy
    from tiktok_async.secrets import Secret
    from tiktok_async.tikapi.client import TikAPIClient

_HOMES = {
    "Runtime": "client",
    "Limits": "config",
    "Options": "config",
    "Timeouts": "config",
    "APIError": "errors",
    "AlreadyDownloadingError": "errors",
    "ArchiveError": "errors",
    "AuthError": "errors",
    "CheckpointMismatchError": "errors",
    "ClientClosedError": "errors",
    "ConfigError": "errors",
    "CredentialsMissingError": "errors",
    "DamagedArchiveError": "errors",
    "DecodeError": "errors",
    "DiskError": "errors",
    "DownloadError": "errors",
    "ExportCancelledError": "errors",
    "ExportError": "errors",
    "ExportExpiredError": "errors",
    "ExportStatusError": "errors",
    "ExportTimeoutError": "errors",
    "IncompleteError": "errors",
    "InputError": "errors",
    "LinkExpiredError": "errors",
    "LoginError": "errors",
    "MissingExtraError": "errors",
    "NotFoundError": "errors",
    "OutcomeUnknownError": "errors",
    "QuotaExhaustedError": "errors",
    "RateLimitError": "errors",
    "ReauthorizationRequiredError": "errors",
    "ScopeError": "errors",
    "ServerError": "errors",
    "TargetExistsError": "errors",
    "TikTokError": "errors",
    "TransportError": "errors",
    "UnsafeArchiveError": "errors",
    "WebhookError": "errors",
    "ConcurrentRows": "io.concurrent",
    "Statistics": "io.counters",
    "Progress": "io.download",
    "Collection": "io.paginator",
    "Hole": "io.paginator",
    "Paginator": "io.paginator",
    "Session": "io.session",
    "Page": "io.walker",
    "OAuthClient": "oauth.client",
    "PortabilityClient": "portability.client",
    "ResearchClient": "research.client",
    "Bucket": "sansio.endpoint",
    "Operation": "sansio.endpoint",
    "Rate": "sansio.limiter",
    "RetryPolicy": "sansio.retry",
    "Secret": "secrets",
    "TikAPIClient": "tikapi.client",
}
"""Where each public name lives; a family is loaded when it is first asked for."""


_load = lazy_names(__name__, _HOMES)


def __getattr__(name: str) -> object:
    return _load(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


__all__ = [
    "APIError",
    "AlreadyDownloadingError",
    "ArchiveError",
    "AuthError",
    "Bucket",
    "CheckpointMismatchError",
    "ClientClosedError",
    "Collection",
    "ConcurrentRows",
    "ConfigError",
    "CredentialsMissingError",
    "DamagedArchiveError",
    "DecodeError",
    "DiskError",
    "DownloadError",
    "ExportCancelledError",
    "ExportError",
    "ExportExpiredError",
    "ExportStatusError",
    "ExportTimeoutError",
    "Hole",
    "IncompleteError",
    "InputError",
    "Limits",
    "LinkExpiredError",
    "LoginError",
    "MissingExtraError",
    "NotFoundError",
    "OAuthClient",
    "Operation",
    "Options",
    "OutcomeUnknownError",
    "Page",
    "Paginator",
    "PortabilityClient",
    "Progress",
    "QuotaExhaustedError",
    "Rate",
    "RateLimitError",
    "ReauthorizationRequiredError",
    "ResearchClient",
    "RetryPolicy",
    "Runtime",
    "ScopeError",
    "Secret",
    "ServerError",
    "Session",
    "Statistics",
    "TargetExistsError",
    "TikAPIClient",
    "TikTokError",
    "Timeouts",
    "TransportError",
    "UnsafeArchiveError",
    "WebhookError",
]
