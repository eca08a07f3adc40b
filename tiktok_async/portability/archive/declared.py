"""How a section is declared: once, as an attribute of the class that has it.

The attribute is the section when it is asked of an instance, and the declaration when it is asked
of the class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Self, TypeVar, overload

from tiktok_async.portability.archive.names import normal
from tiktok_async.portability.archive.rows import Row, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktok_async.portability.archive.section import Section

R_co = TypeVar("R_co", bound=Row, covariant=True)
G = TypeVar("G", bound="Shelf")


class Declared(Generic[R_co]):
    """What is known of a section.

    Args:
        row: The class of its rows.
        title: Its name for people.
        names: Its names over the years, in JSON and as text files; none means the title.
        lists: The key that its rows stand under; none means that the key is not documented.
        files: Names of its text file, where they are others than `names`.
        abroad: Names of its text file in other languages, by the code of the language.
    """

    def __init__(
        self,
        row: type[R_co],
        title: str,
        *names: str,
        lists: tuple[str, ...] = (),
        files: tuple[str, ...] = (),
        abroad: Mapping[str, str] | None = None,
    ) -> None:
        self.row: Final[type[R_co]] = row
        self.title: Final = title
        self.names: Final = frozenset(map(normal, names or (title,)))
        self.lists: Final = frozenset(map(normal, lists))
        self.files: Final = frozenset(map(normal, files or names or (title,)))
        self.abroad: Final = {normal(name): code for code, name in (abroad or {}).items()}
        self.name: str = ""
        """The attribute's name; that of the group comes first, such as `favorites.videos`."""

    single: ClassVar[bool] = False
    """Whether the section is one object."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class Listed(Declared[R_co]):
    """A section of rows."""

    @overload
    def __get__(self, shelf: None, owner: type) -> Self: ...
    @overload
    def __get__(self, shelf: Shelf, owner: type) -> Section[R_co]: ...
    def __get__(self, shelf: Shelf | None, owner: type) -> Self | Section[R_co]:
        """Return the section."""
        return self if shelf is None else shelf.find(self)


class Single(Declared[R_co]):
    """A section that is one object."""

    single: ClassVar[bool] = True

    @overload
    def __get__(self, shelf: None, owner: type) -> Self: ...
    @overload
    def __get__(self, shelf: Shelf, owner: type) -> R_co | None: ...
    def __get__(self, shelf: Shelf | None, owner: type) -> Self | R_co | None:
        """Return the object; None if the archive has none."""
        return self if shelf is None else shelf.find(self).first()


class Mapped(Declared[Settings]):
    """A section that is one object of names and values."""

    single: ClassVar[bool] = True

    @overload
    def __get__(self, shelf: None, owner: type) -> Self: ...
    @overload
    def __get__(self, shelf: Shelf, owner: type) -> Mapping[str, Any]: ...
    def __get__(self, shelf: Shelf | None, owner: type) -> Self | Mapping[str, Any]:
        """Return the values by name; empty if the archive has none."""
        if shelf is None:
            return self
        found = shelf.find(self).first()
        return {} if found is None else found.values


class Grouped(Generic[G]):
    """A group of sections."""

    def __init__(self, group: type[G]) -> None:
        self.group: Final = group

    def __set_name__(self, owner: type, name: str) -> None:
        for declared in declared_of(self.group):
            declared.name = f"{name}.{declared.name}"

    @overload
    def __get__(self, shelf: None, owner: type) -> Self: ...
    @overload
    def __get__(self, shelf: Shelf, owner: type) -> G: ...
    def __get__(self, shelf: Shelf | None, owner: type) -> Self | G:
        """Return the group."""
        return self if shelf is None else self.group(shelf.find)


class Shelf:
    """What has sections as attributes.

    Args:
        find: Gives the section of a declaration.
    """

    def __init__(self, find: Callable[[Declared[Any]], Section[Any]]) -> None:
        self.find: Final = find


def declared_of(shelf: type[Shelf]) -> Iterator[Declared[Any]]:
    """Yield the declarations of a class and of its groups, in order."""
    for part in vars(shelf).values():
        if isinstance(part, Declared):
            yield part
        elif isinstance(part, Grouped):
            yield from declared_of(part.group)
