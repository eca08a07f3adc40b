"""What the endpoints of TikAPI share: the API, and the kinds of call.

No rate is documented, so none is kept: the limit on calls in flight bounds the pace.
Source: TikAPI documentation 3.1.4 and its official SDK 3.2.2; contract, TikAPI.
"""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from tiktok_async.sansio.endpoint import Api, Bucket, Endpoint, Operation, PagedEndpoint
from tiktok_async.tikapi.envelope import tikapi, tikapi_lined

T = TypeVar("T", covariant=True)  # noqa: PLC0105  # T is the field's usual name for a result

TIKAPI: Final = Api(
    name="tikapi",
    base_url="https://api.tikapi.io",
    dialect=tikapi,
    lined=tikapi_lined,
    base_url_variable="TIKAPI_BASE_URL",
)
CALLS: Final = Bucket("tikapi")
"""All calls of an API key."""

DOCUMENTED: Final = "TikAPI documentation 3.1.4"
SDK: Final = "TikAPI's official SDK 3.2.2; not in its documentation"


class Declared:
    """What TikAPI's documentation says of a call besides its parameters."""

    api: ClassVar[Api] = TIKAPI
    bucket: ClassVar[Bucket | None] = CALLS
    source: ClassVar[str] = DOCUMENTED
    scopes: ClassVar[tuple[str, ...]] = ()
    """What the user must have granted; empty = the call needs no account key."""
    premium: ClassVar[bool] = False
    """Whether it belongs to premium plans."""
    trusted_only: ClassVar[bool] = False
    """Whether it is for trusted customers only."""
    deprecated: ClassVar[bool] = False
    place: ClassVar[tuple[str, ...]] = ()
    """Where in the body the result is; empty = it is the body."""
    beside: ClassVar[tuple[str, ...]] = ()
    """Keys of the body that belong to a result deeper in it."""


class Lookup(Declared, Endpoint[T]):
    """A call that reads one thing."""

    operation: ClassVar[Operation] = Operation.READ


class Listing(Declared, PagedEndpoint[T]):
    """A call that reads a list."""

    operation: ClassVar[Operation] = Operation.READ


class Act(Declared, Endpoint[T]):
    """A call that changes something, whatever its verb: never sent twice on a guess."""

    operation: ClassVar[Operation] = Operation.ACT
