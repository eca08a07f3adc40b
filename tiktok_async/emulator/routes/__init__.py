"""What each endpoint does, by the id that the contract gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.emulator.routes import (
    comments,
    compliance,
    consent,
    oauth,
    playlists,
    portability,
    shops,
    users,
    videos,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.calls import Call

HANDLERS: Final[Mapping[str, Callable[[Call], Awaitable[Answer]]]] = {
    "research.video.query": videos.query,
    "research.video.comment.list": comments.list_comments,
    "research.user.info": users.info,
    "research.user.followers": users.followers,
    "research.user.following": users.following,
    "research.user.liked_videos": users.liked_videos,
    "research.user.pinned_videos": users.pinned_videos,
    "research.user.reposted_videos": users.reposted_videos,
    "research.playlist.info": playlists.info,
    "research.tts.shop": shops.shop,
    "research.tts.product": shops.product,
    "research.tts.review": shops.review,
    "research.validation_task.create": compliance.create,
    "research.validation_task.status": compliance.status,
    "research.validation_task.download": compliance.download,
    "portability.add": portability.add,
    "portability.check": portability.check,
    "portability.cancel": portability.cancel,
    "portability.download": portability.download,
    "oauth.authorize": consent.authorize,
    "oauth.token.client_credentials": oauth.token,
    "oauth.token.authorization_code": oauth.exchange,
    "oauth.token.refresh_token": oauth.refresh,
    "oauth.revoke": oauth.revoke,
}
