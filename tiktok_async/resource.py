"""Binding endpoints to resources: one line an endpoint, with its full typed signature.

`query = paged(QueryVideos)` makes `resource.query(...)` take the endpoint's parameters and return
a `Paginator` of its model; `one` is its sibling for answers that are not paged.
"""

from __future__ import annotations

import functools
import inspect
from types import NoneType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar, cast, overload

from tiktok_async import convert
from tiktok_async.errors import DecodeError, InputError
from tiktok_async.io.decision import outcome_unknown
from tiktok_async.io.paginator import Paginator
from tiktok_async.sansio.endpoint import Endpoint, Operation, PagedEndpoint, parameters
from tiktok_async.sansio.paging import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tiktok_async.io.scope import Scope

P = ParamSpec("P")
T = TypeVar("T")


class Scoped(Protocol):
    """What endpoints are bound to: a resource, or a client that is its own."""

    _scope: Scope


class Resource:
    """A group of bound endpoints; holds nothing but the scope it sends with."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._scope.api.name}>"


async def fetch(request: Endpoint[T], scope: Scope, *, replay_safe: bool = False) -> T:
    """Send a request that is not paged and return its decoded result.

    Args:
        request: The request value.
        scope: Where and as whom.
        replay_safe: The caller's promise that sending this one call twice does no harm.

    Raises:
        OutcomeUnknownError: if it changes something, and its answer was lost or cannot be read.
        TikTokError: as the endpoint says.
    """
    reply = await scope.middleware.call(request, scope, replay_safe=replay_safe)
    if request.result is NoneType:
        return cast("T", None)
    try:
        result: T = convert.decode(request.result, reply.data, "$.data")
    except DecodeError as error:
        if request.operation is Operation.ACT:
            raise outcome_unknown(request.id, error, done=True) from error
        raise
    return result


def paginate(request: PagedEndpoint[T], scope: Scope) -> Paginator[T]:
    """Return the paginator of a single request."""
    return Paginator(scope, (Slice(request),))


class _Bound(Generic[P, T]):
    """An endpoint, and the name that the resource calls it by.

    Args:
        endpoint: The declaration.
    """

    def __init__(self, endpoint: Callable[P, T]) -> None:
        self.endpoint = endpoint
        self.__doc__ = describe(endpoint)
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def request(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the request.

        Raises:
            InputError: if an argument lacks its name, or is wrong.
        """
        if args:
            self._check_unnamed(len(args))
        return self.endpoint(*args, **kwargs)

    def _check_unnamed(self, given: int) -> None:
        taken = _signature(self.endpoint).parameters.values()
        if given <= sum(one.kind is not one.KEYWORD_ONLY for one in taken):
            return
        needed = [one.name for one in taken if one.default is one.empty]
        names = [one.name for one in taken]
        written = ", ".join(f"{name}=..." for name in needed or names[:1])
        msg = (
            f"{self._name} takes its arguments by name: write {self._name}({written}). "
            f"The names are {', '.join(names)}."
        )
        raise InputError(msg)


class one(_Bound[P, Endpoint[T]], Generic[P, T]):  # noqa: N801  # reads as the keyword it stands for
    """Bind an endpoint whose answer is one value: calling it returns that value when awaited."""

    @overload
    def __get__(self, instance: None, owner: type) -> one[P, T]: ...
    @overload
    def __get__(self, instance: Scoped, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, instance: Scoped | None, owner: type) -> Any:
        """Return the bound call."""
        if instance is None:
            return self
        scope = instance._scope  # noqa: SLF001  # the descriptor is a part of the resource

        def call(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
            return fetch(self.request(*args, **kwargs), scope)

        return documented(call, self.endpoint)


class paged(_Bound[P, PagedEndpoint[T]], Generic[P, T]):  # noqa: N801
    """Bind an endpoint whose answer comes in pages: calling it returns a `Paginator`."""

    @overload
    def __get__(self, instance: None, owner: type) -> paged[P, T]: ...
    @overload
    def __get__(self, instance: Scoped, owner: type) -> Callable[P, Paginator[T]]: ...
    def __get__(self, instance: Scoped | None, owner: type) -> Any:
        """Return the bound call."""
        if instance is None:
            return self
        scope = instance._scope  # noqa: SLF001

        def call(*args: P.args, **kwargs: P.kwargs) -> Paginator[T]:
            return paginate(self.request(*args, **kwargs), scope)

        return documented(call, self.endpoint)


def documented(call: Callable[P, T], endpoint: Any) -> Callable[P, T]:
    """Give a bound call the name, signature and docs of its endpoint, for help()."""
    call.__name__ = call.__qualname__ = endpoint.__name__
    call.__doc__ = describe(endpoint)
    call.__signature__ = _signature(endpoint)  # type: ignore[attr-defined]  # set on purpose
    return call


@functools.cache
def _signature(endpoint: Any) -> inspect.Signature:
    return inspect.signature(endpoint)


@functools.cache
def describe(endpoint: Any) -> str:
    """Return the docstring of an endpoint with its parameters, from the one declaration."""
    lines = [f"    {p.field}: {p.doc}" for p in parameters(endpoint)]
    arguments = "\n".join(["Args:", *lines])
    return f"{inspect.getdoc(endpoint)}\n\n{arguments}\n\nSource: {endpoint.source}\n"
