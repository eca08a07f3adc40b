"""What a webhook says, as typed events.

Every event is a `Webhook`. Those that are documented have a class of their own, whose fields
repeat what `content` holds; an event that nobody knows stays a plain `Webhook`.

Source: Webhooks Events, developers.tiktok.com.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.convert import decode, loads
from tiktok_async.errors import DecodeError
from tiktok_async.models import Model, moment

if TYPE_CHECKING:
    from datetime import datetime

_REPORT: Final = "Please report it; the body is at hand where `verify` was called."


@attrs.frozen(kw_only=True)
class Webhook(Model):
    """One event, as TikTok tells it."""

    client_key: str
    event: str
    """The provider's word for what happened."""
    create_time: int
    """When it happened, in Unix seconds."""
    user_openid: str | None = None
    """Whom it is about; absent from the documented `portability.download.ready`."""
    content: Mapping[str, Any]
    """The details, as they came; empty where there are none."""

    @property
    def created_at(self) -> datetime | None:
        """When it happened, in UTC."""
        return moment(self.create_time)


class RemovalReason(enum.IntEnum):
    """Why a user's authorization ended; a number that is not here may come."""

    UNKNOWN = 0
    USER_DISCONNECTED = 1
    ACCOUNT_DELETED = 2
    AGE_CHANGED = 3
    BANNED = 4
    REVOKED_BY_DEVELOPER = 5


@attrs.frozen(kw_only=True)
class AuthorizationRemoved(Webhook):
    """`authorization.removed`: a user's tokens are revoked already; forget them."""

    reason: int | None = None
    """Equal to a `RemovalReason`, where it is a known one."""


@attrs.frozen(kw_only=True)
class PortabilityReady(Webhook):
    """`portability.download.ready`: an export can be downloaded."""

    request_id: int | None = None


@attrs.frozen(kw_only=True)
class VideoUploadFailed(Webhook):
    """`video.upload.failed`: a video shared through a share kit did not arrive."""

    share_id: str | None = None


@attrs.frozen(kw_only=True)
class VideoPublishCompleted(Webhook):
    """`video.publish.completed`: a video shared through a share kit was published by its user."""

    share_id: str | None = None


@attrs.frozen(kw_only=True)
class PostEvent(Webhook):
    """What the events of Content Posting share."""

    publish_id: str | None = None
    publish_type: str | None = None
    """INBOX_SHARE for the upload route; the word for a direct post is not documented."""


@attrs.frozen(kw_only=True)
class PostFailed(PostEvent):
    """`post.publish.failed`: a post could not be published."""

    reason: str | None = None


@attrs.frozen(kw_only=True)
class PostComplete(PostEvent):
    """`post.publish.complete`: a post was published."""


@attrs.frozen(kw_only=True)
class PostInboxDelivered(PostEvent):
    """`post.publish.inbox_delivered`: a draft lies in its user's inbox."""


@attrs.frozen(kw_only=True)
class PostPubliclyAvailable(PostEvent):
    """`post.publish.publicly_available`: everybody can see a post."""

    post_id: int | None = None


@attrs.frozen(kw_only=True)
class PostNoLongerAvailable(PostEvent):
    """`post.publish.no_longer_publicaly_available`, spelt so: a post is not public any more."""

    post_id: int | None = None


EVENTS: Final[Mapping[str, type[Webhook]]] = {
    "authorization.removed": AuthorizationRemoved,
    "portability.download.ready": PortabilityReady,
    "video.upload.failed": VideoUploadFailed,
    "video.publish.completed": VideoPublishCompleted,
    "post.publish.failed": PostFailed,
    "post.publish.complete": PostComplete,
    "post.publish.inbox_delivered": PostInboxDelivered,
    "post.publish.publicly_available": PostPubliclyAvailable,
    "post.publish.no_longer_publicaly_available": PostNoLongerAvailable,
}
"""The class of every documented event."""

_ENVELOPE: Final = frozenset(field.name for field in attrs.fields(Webhook))


def read_event(body: bytes) -> Webhook:
    """Return the event of a body whose signature is good.

    Raises:
        DecodeError: if the body, or the JSON text in its `content`, is not what is documented.
            The message names the place and never quotes the body.
    """
    whole = _object(_json(body, "the body"), "the body")
    for name in ("client_key", "event", "create_time"):
        if whole.get(name) is None:
            raise _unfit(f"`{name}` is missing")
    return _event({**whole, "content": _content(whole.get("content"))})


def _content(text: Any) -> dict[str, Any]:
    if text is None or text == "":
        return {}
    if type(text) is not str:
        raise _unfit("`content` is no text")
    return _object(_json(text.encode("utf-8", "surrogatepass"), "`content`"), "`content`")


def _event(whole: Mapping[str, Any]) -> Webhook:
    name, content = whole["event"], whole["content"]
    cls = EVENTS.get(name, Webhook) if type(name) is str else Webhook
    own = {field.name for field in attrs.fields(cls)} & content.keys()
    details = {key: content[key] for key in own - _ENVELOPE}
    try:
        return decode(cls, {**whole, **details})
    except DecodeError as error:
        raise DecodeError(error.message, hint=_REPORT) from None


def _json(text: bytes, place: str) -> Any:
    try:
        return loads(text)
    except DecodeError:
        raise _unfit(f"{place} is no JSON") from None


def _object(value: Any, place: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise _unfit(f"{place} is no object")
    return value


def _unfit(problem: str) -> DecodeError:
    return DecodeError(f"A genuine webhook is not as documented: {problem}.", hint=_REPORT)
