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


def _hit(hit: Any) -> Any:
    """Tell hits of a search apart: a post by its id, users by the first of theirs."""
    if hit.item is not None:
        return hit.item.id
    users = hit.user_list or ()
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
    key=_hit,
    param="next_cursor",
    answer="nextCursor",
)
MESSAGES: Final = CursorList(
    ("messages",), key=by("client_message_id"), param="next_cursor", answer="nextCursor"
)
ONE_PAGE_OF_MESSAGES: Final = SinglePage(("messages",), key=by("client_message_id"))
