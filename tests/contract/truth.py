"""What each endpoint must answer on the emulator, from its world and not from the wire."""

from __future__ import annotations

import functools
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.construct import is_model, parts
from tiktok_async.emulator.people import PUBLIC_HANDLE
from tiktok_async.emulator.videos import row
from tiktok_async.research import models
from tiktok_async.research.endpoints import LIST_VIDEO_FIELDS
from tiktok_async.research.query import F

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tiktok_async.emulator.world import World

FIRST: Final = date(2022, 1, 5)
LAST: Final = date(2022, 1, 24)
WHERE: Final = F.view_count >= 1000


def _first_page(page: Any) -> list[Any]:
    return list(page.items)


@attrs.frozen(kw_only=True)
class Case:
    """What to ask for, and what must come."""

    given: Callable[[World], dict[str, Any]]
    truth: Callable[[World], list[Any]] = lambda _: []
    """Wire objects, or ids, in the order of the server."""
    key: str = ""
    """Where the rows are in the answer's data; empty where it is one object."""
    small: Mapping[str, int] = {}
    """Parameters of small pages."""
    least: int = 1
    """Rows without which a case shows nothing."""
    joined: Callable[[list[Any]], list[Any]] = list
    """From what all pages gave to what `truth` gives."""
    counted: Callable[[Any], list[Any]] = _first_page
    """What of a page its size counts."""


def written(model: Any, raw: dict[str, Any]) -> dict[str, Any]:
    """Return a wire object as `to_dict` writes it: first keys, digits of integers as integers."""
    found = {}
    for part in parts(model):
        value = next((raw[key] for key in part.keys if raw.get(key) is not None), None)
        if value is not None:
            found[part.keys[0]] = _value(part.type, value)
    return found | {k: v for k, v in raw.items() if k not in _keys(model)}


def _keys(model: Any) -> set[str]:
    return {key for part in parts(model) for key in part.keys}


def _value(kind: Any, value: Any) -> Any:
    inner = next(iter(getattr(kind, "__args__", ())), None)
    if is_model(kind):
        return written(kind, value)
    if isinstance(value, list):
        return [_value(inner, one) for one in value]
    return int(value) if kind is int else value


# ---- videos and comments


def _found(world: World) -> list[Any]:
    return [written(models.Video, v) for v in world.search(WHERE.to_dict(), FIRST, LAST)]


@functools.lru_cache(maxsize=4)
def _talked(world: World) -> Any:
    """Return a video with some comments, one of them with replies that can be had."""
    videos = (world.video(index) for index in range(world.videos))
    return next(
        video
        for video in videos
        if video.is_visible
        and 20 <= len(list(world.comments_of(video))) <= 250
        and _answered(world, video) is not None
    )


def _answered(world: World, video: Any) -> Any:
    comments = world.comments_of(video)
    return next((one for one in comments if len(list(world.replies_to(one))) > 8), None)


def _comments(world: World) -> list[Any]:
    return [comment.row() for comment in world.comments_of(_talked(world))]


# ---- users: user 0 shows everything


def _username(_: World) -> dict[str, Any]:
    return {"username": PUBLIC_HANDLE}


def _videos(world: World, indexes: Iterable[int]) -> list[Any]:
    found = (world.video(index) for index in indexes)
    return [written(models.Video, row(v, LIST_VIDEO_FIELDS)) for v in found if v.is_visible]


def _listed(world: World, listed: Any) -> list[Any]:
    return _videos(world, map(listed.target, range(listed.total)))


def _follows(world: World, listed: Any) -> list[Any]:
    people = world.people
    users = [listed.target(place) for place in range(listed.total)]
    return [
        {"username": people.handle(user), "display_name": people.display_name(user)}
        for user in users
        if user and people.is_public(user)
    ]


def _playlist(world: World) -> list[int]:
    videos = map(world.video, sorted(world.catalogue.playlist_videos(0)))
    return [video.id() for video in videos if video.is_visible]


def _ids_of_playlist(pages: list[Any]) -> list[int]:
    return [id_ for page in pages for id_ in page["playlist_video_ids"]]


# ---- shops


@functools.lru_cache(maxsize=4)
def _shop(world: World) -> int:
    market = world.market
    return next(
        shop
        for shop in range(200)
        if len(market.products(shop)) > 12
        and any(len(market.reviews(product)) > 12 for product in market.products(shop))
    )


def _shops(world: World) -> list[Any]:
    market = world.market
    return [market.shop_row(shop) for shop in market.named("shop 1")[:10]]


def _product(world: World) -> int:
    products = world.market.products(_shop(world))
    return next(product for product in products if len(world.market.reviews(product)) > 12)


# ---- compliance


def _ids(world: World) -> list[int]:
    return [world.video(index).id() for index in range(200)]


def _valid(world: World) -> list[int]:
    return [video for video in _ids(world) if world.find_video(video) is not None]


CASES: Final[Mapping[str, Case]] = {
    "research.video.query": Case(
        given=lambda _: {"query": WHERE, "start_date": FIRST, "end_date": LAST},
        truth=_found,
        key="videos",
        small={"max_count": 3},
        least=101,
    ),
    "research.video.comment.list": Case(
        given=lambda world: {"video_id": _talked(world).id()},
        truth=_comments,
        key="comments",
        small={"max_count": 3},
        least=20,
    ),
    "research.user.info": Case(given=_username, truth=lambda world: [world.people.profile(0)]),
    "research.user.liked_videos": Case(
        given=_username,
        truth=lambda world: _listed(world, world.social.liked(0)),
        key="user_liked_videos",
        small={"max_count": 3},
        least=20,
    ),
    "research.user.reposted_videos": Case(
        given=_username,
        truth=lambda world: _listed(world, world.social.reposted(0)),
        key="reposted_videos",
        small={"max_count": 3},
        least=10,
    ),
    "research.user.pinned_videos": Case(
        given=_username,
        truth=lambda world: _videos(world, world.people.videos_of(0))[:3],
        key="pinned_videos_list",
        least=3,
    ),
    "research.user.followers": Case(
        given=_username,
        truth=lambda world: _follows(world, world.social.followers(0)),
        key="user_followers",
        small={"max_count": 3},
        least=20,
    ),
    "research.user.following": Case(
        given=_username,
        truth=lambda world: _follows(world, world.social.following(0)),
        key="user_following",
        small={"max_count": 3},
        least=20,
    ),
    "research.playlist.info": Case(
        given=lambda world: {"playlist_id": world.catalogue.playlist_id(0)},
        truth=_playlist,
        small={"max_count": 3},
        least=8,
        joined=_ids_of_playlist,
        counted=lambda page: [id_ for row in page.items for id_ in row.playlist_video_ids],
    ),
    "research.tts.shop": Case(
        given=lambda _: {"shop_name": "shop 1"}, truth=_shops, key="shop_data", least=10
    ),
    "research.tts.product": Case(
        given=lambda world: {"shop_id": world.market.shop_row(_shop(world))["shop_id"]},
        truth=lambda world: [
            world.market.product_row(product) for product in world.market.products(_shop(world))
        ],
        key="product_data",
        small={"page_size": 2},
        least=12,
    ),
    "research.tts.review": Case(
        given=lambda world: {"product_id": _product(world)},
        truth=lambda world: world.market.reviews(_product(world)),
        key="review_data",
        small={"page_size": 2},
        least=12,
    ),
    "research.validation_task.create": Case(given=lambda world: {"file_data": _ids(world)}),
    "research.validation_task.status": Case(given=lambda _: {}),
    "research.validation_task.download": Case(given=lambda _: {}, truth=_valid),
    "oauth.token.client_credentials": Case(given=lambda _: {}),
    "oauth.token.authorization_code": Case(given=lambda _: {}),
    "oauth.token.refresh_token": Case(given=lambda _: {}),
    "oauth.revoke": Case(given=lambda _: {}),
    **{
        f"portability.{call}": Case(given=lambda _: {})
        for call in ("add", "check", "cancel", "download")
    },
}
