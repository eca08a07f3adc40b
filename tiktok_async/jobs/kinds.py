"""What a stage can collect: each kind is one reading endpoint, and what it is asked about.

The Research API's kinds have the names of the command line. TikAPI's have the ids of their
endpoints; one that can be asked about another thing as well is named with it, as in
``tikapi.public.hashtag by hashtag_id``. What changes something is never a kind.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from tiktok_async.errors import InputError, shown
from tiktok_async.jobs.nearest import nearest
from tiktok_async.research.endpoints import (
    GetPlaylist,
    GetUser,
    ListComments,
    ListFollowers,
    ListFollowing,
    ListLikedVideos,
    ListPinnedVideos,
    ListProducts,
    ListRepostedVideos,
    ListReviews,
    QueryShops,
    QueryVideos,
)
from tiktok_async.sansio.endpoint import (
    REGISTRY,
    Endpoint,
    Operation,
    PagedEndpoint,
    Parameter,
    parameters,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIST_PLACE: Final = "tiktok-async collect kinds"
"""The command that lists all kinds."""
PAGING: Final = frozenset(
    {"cursor", "next_cursor", "offset", "search_id", "page", "max_time", "min_time"}
)
"""Parameters that lead from page to page: the paginator's business."""
_SPAN: Final = frozenset({"query", "start_date", "end_date", "is_random"})


@attrs.frozen(kw_only=True)
class Kind:
    """One thing that can be collected."""

    name: str
    """As a spec says it."""
    endpoint: type[Endpoint[Any]]
    """Paged, or one that answers with one row."""
    family: Literal["research", "tikapi"]
    key: str | None
    """The parameter that an item fills; None = a span of days, or `once`."""
    fixed: tuple[tuple[str, Any], ...] = ()
    """Parameters that the kind itself sets."""
    newest_first: bool = False
    """Whether the latest rows come first, so that an update may stop at what is known."""
    user: bool = False
    """Whether it needs an account key besides the API key."""
    once: bool = False
    """Whether it can be asked without an item: for what the account itself has."""
    without: frozenset[str] = frozenset()
    """Parameters that it has no use for."""

    @property
    def spans(self) -> bool:
        """Whether it is asked about a span of days."""
        return self.key is None and not self.once

    @property
    def paged(self) -> bool:
        """Whether its answers come in pages; if not, an answer is one row."""
        return issubclass(self.endpoint, PagedEndpoint)

    @property
    def model(self) -> Any:
        """The model of a row."""
        return self.endpoint.result

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a stage may set besides the items or the days."""
        taken = PAGING | self.without | {self.key, *dict(self.fixed)}
        taken |= _SPAN if self.spans else frozenset()
        return tuple(one for one in parameters(self.endpoint) if one.field not in taken)

    def request(self, item: str | None, params: Mapping[str, Any]) -> Endpoint[Any]:
        """Return the first request about an item.

        Args:
            item: What it is about; None where it is asked `once`.
            params: What the stage sets.

        Raises:
            InputError: if the endpoint refuses it; no call was spent.
        """
        about = {} if self.key is None or item is None else {self.key: item}
        return self.endpoint(**dict(self.fixed), **params, **about)

    def check(self, item: str) -> None:
        """Refuse an item as its endpoint would, at a tenth of the cost of a request.

        Raises:
            InputError: if the parameter that it fills does not take it.
        """
        endpoint: Any = self.endpoint
        field: Any = attrs.fields_dict(endpoint)[str(self.key)]
        value = item if field.converter is None else field.converter(item)
        if field.validator is not None:
            field.validator(None, field, value)


def _research(name: str, endpoint: type[Endpoint[Any]], key: str | None, **more: Any) -> Kind:
    return Kind(name=f"research.{name}", endpoint=endpoint, family="research", key=key, **more)


RESEARCH: Final = {
    one.name: one
    for one in (
        _research("videos", QueryVideos, None),
        _research("user", GetUser, "username"),
        _research("comments", ListComments, "video_id", without=frozenset({"comment_id"})),
        _research("replies", ListComments, "comment_id", without=frozenset({"video_id"})),
        _research("liked", ListLikedVideos, "username"),
        _research("pinned", ListPinnedVideos, "username"),
        _research("reposted", ListRepostedVideos, "username"),
        _research("followers", ListFollowers, "username", newest_first=True),
        _research("following", ListFollowing, "username", newest_first=True),
        _research("playlist", GetPlaylist, "playlist_id"),
        _research("shop", QueryShops, "shop_name"),
        _research("products", ListProducts, "shop_id"),
        _research("reviews", ListReviews, "product_id"),
    )
}
"""The kinds of the Research API, by name."""

_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "tikapi.public.check": ("username", "user_id"),
    "tikapi.public.check_v3": ("username", "user_id", "sec_uid"),
    "tikapi.public.hashtag": ("name", "hashtag_id"),
    "tikapi.public.explore": ("country",),
    "tikapi.public.search": ("query",),
    "tikapi.public.video_v3": ("video_id",),
    "tikapi.public.comment_replies_list": ("comment_id",),
    "tikapi.user.posts.comments.replies": ("comment_id",),
    "tikapi.user.posts.search": ("query",),
    "tikapi.user.messages": ("conversation_id",),
    "tikapi.user.conversation_requests.messages": ("conversation_id",),
    "tikapi.user.followers": ("sec_uid",),
    "tikapi.user.following": ("sec_uid",),
    "tikapi.user.posts.feed": ("sec_uid", "user_id"),
    "tikapi.user.posts.likes": ("sec_uid",),
    "tikapi.user.posts.playlists": ("sec_uid",),
    "tikapi.user.info": ("username",),
}
"""What an endpoint is asked about, where its required parameters do not tell; usually the first."""
_ENDLESS: Final = frozenset({"tikapi.user.live.chat"})
"""Streams: they have no end at which they would be whole."""
_LATEST_FIRST: Final = frozenset({"tikapi.public.posts", "tikapi.user.notifications"})


def kind_of(name: str) -> Kind:
    """Return the kind of that name.

    Raises:
        InputError: if there is none; the message has the nearest ones.
    """
    found = RESEARCH.get(name) or _tikapi().get(name)
    if found is not None:
        return found
    every = [*RESEARCH, *_tikapi()]
    tails = {one.rpartition(".")[2]: one for one in reversed(every)}
    meant = f"write {tails[name]}" if name in tails else nearest(name, every)
    msg = f"{shown(name)} cannot be collected: {meant}; all are listed by: {LIST_PLACE}"
    raise InputError(msg)


def kinds() -> tuple[Kind, ...]:
    """Return every kind, the Research API's first."""
    return (*RESEARCH.values(), *_tikapi().values())


@functools.cache
def _tikapi() -> dict[str, Kind]:
    """Return TikAPI's kinds; its declarations are loaded when they are first asked for."""
    import tiktok_async.tikapi.endpoints  # noqa: F401  # fills the registry

    reading = [
        one
        for one in REGISTRY.values()
        if one.id.startswith("tikapi.")
        and one.operation is Operation.READ
        and one.id not in _ENDLESS
    ]
    return {kind.name: kind for endpoint in reading for kind in _kinds_of(endpoint)}


def _kinds_of(endpoint: type[Endpoint[Any]]) -> Iterator[Kind]:
    needed = [one.field for one in parameters(endpoint) if one.required]
    keys = _KEYS.get(endpoint.id) or tuple(needed[:1])
    for number, key in enumerate(keys or (None,)):
        yield Kind(
            name=f"{endpoint.id} by {key}" if number else endpoint.id,
            endpoint=endpoint,
            family="tikapi",
            key=key,
            newest_first=endpoint.id in _LATEST_FIRST,
            user=endpoint.id.startswith("tikapi.user."),
            once=_asked_once(endpoint),
            without=frozenset(keys) - {key},
        )


def _asked_once(endpoint: type[Endpoint[Any]]) -> bool:
    """Tell whether a request without any parameter is allowed."""
    if any(one.required for one in parameters(endpoint)):
        return False
    try:
        endpoint()
    except InputError:
        return False
    return True
