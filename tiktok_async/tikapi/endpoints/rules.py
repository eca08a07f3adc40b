"""How the lists that several endpoints share are paged, and what tells their rows apart."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.tikapi.paging import CursorList, PostList, SearchList, SinglePage, SinglePostPage

if TYPE_CHECKING:
    from tiktok_async.sansio.paging import Key


def by(*path: str) -> Key:
    """Return the key of a row at a path of attributes; None where one of them is absent.

    Args:
        path: Names of attributes, from the row inwards.
    """
    return lambda row: reduce(lambda found, name: getattr(found, name, None), path, row)


def either(*keys: Key) -> Key:
    """Return the first of several keys that a row has; None where it has none of them."""
    return lambda row: next((found for key in keys if (found := key(row)) is not None), None)


def _first_user(hit: Any) -> Any:
    users = getattr(hit, "user_list", None)
    return by("user_info", "uid")(users[0]) if users else None


POSTS: Final = PostList(("itemList",))
ONE_PAGE_OF_POSTS: Final = SinglePostPage(("itemList",))
PLAYLISTS: Final = CursorList(("playList",))
COMMENTS: Final = CursorList(("comments",), key=by("cid"))
USERS: Final = CursorList(
    ("userList",), key=by("user", "id"), param="next_cursor", answer="nextCursor"
)
SEARCH: Final = SearchList(
    ("data", "item_list", "user_list", "sug_list"),
    key=either(by("item", "id"), _first_user),
    param="next_cursor",
    answer="nextCursor",
)
MESSAGES: Final = CursorList(
    ("messages",), key=by("client_message_id"), param="next_cursor", answer="nextCursor"
)
ONE_PAGE_OF_MESSAGES: Final = SinglePage(("messages",), key=by("client_message_id"))
