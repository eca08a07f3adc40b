"""What one answer is made from: the world, what accounts did, who looks, and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tiktok_async.emulator.tikapi.links import Links
    from tiktok_async.emulator.tikapi.naming import Names
    from tiktok_async.emulator.tikapi.settings import TikAPISettings
    from tiktok_async.emulator.tikapi.state import State
    from tiktok_async.emulator.world import World

T = TypeVar("T")


@attrs.frozen
class Scene:
    """The circumstances of one answer."""

    world: World
    names: Names
    state: State
    settings: TikAPISettings
    links: Links
    now: float
    """Unix seconds."""
    viewer: int | None = None
    """Whose account key came with the call."""
    _made: dict[Hashable, Any] = attrs.field(factory=dict, init=False, repr=False, eq=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what a key stands for, made the first time it is asked for in this answer."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def handle(self, user: int) -> str:
        """Return the name of a user, a new one included."""
        return self.state.seen(user).edits.get("username") or self.names.handle(user)

    def likes(self, video: int) -> bool:
        """Whether the viewer likes a video, by its index."""
        if self.viewer is None:
            return False
        mark = self.state.seen(self.viewer).likes.get(video)
        listed = self.world.social.liked(self.viewer)
        return listed.order.backward(video) < listed.total if mark is None else mark[0]

    def follows(self, user: int) -> bool:
        """Whether the viewer follows a user."""
        if self.viewer is None:
            return False
        mark = self.state.seen(self.viewer).follows.get(user)
        listed = self.world.social.following(self.viewer)
        return listed.order.backward(user) < listed.total if mark is None else mark[0]

    def live_room(self, user: int) -> int | None:
        """Return the id of the room that a user has open now, or None."""
        show = self.state.seen(user).show
        if show is not None:
            return self.names.room_id(user, show.number)
        if not self.names.is_live(user):
            return None
        room = self.names.room_id(user)
        return None if self.is_over(room) else room

    def is_over(self, room_id: int) -> bool:
        """Whether a room of the world has ended: some time after someone first looked at it."""
        life = self.settings.room_life
        opened = self.state.opened.get(room_id)
        return life is not None and opened is not None and self.now >= opened + life
