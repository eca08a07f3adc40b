"""The filter of the command line: one expression, read into the `Query` that `F` would build.

::

    region_code in (US, CA) and keyword = 'hello world' and not username = spam

Compare with `=` (or `==`), `!=`, `>`, `>=`, `<`, `<=`, `in (a, b)`, `not in (a, b)`; join with
`and`, `or`, `not` (any case) and parentheses. `not` binds tightest, then `and`, then `or`.
A value of more than one word, or with one of ``' " ( ) , = ! < >`` in it, stands in single or
double quotes, where a backslash takes the next quote or backslash as it is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

import attrs

from tiktok_async.errors import InputError
from tiktok_async.research.query import Condition, Query
from tiktok_async.research.vocabulary import check_field_name, quoted, wire_value

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

_SYMBOLS: Final = {"=": "EQ", "==": "EQ", ">": "GT", ">=": "GTE", "<": "LT", "<=": "LTE"}
_WRITTEN: Final = {"EQ": "=", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}
_MEANT: Final = {"&": "and", "&&": "and", "|": "or", "||": "or", "~": "not", "!": "not"}
_JOINING: Final = ("and", "or", "not")

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+)
      | (?P<symbol>[=!<>]=|[=<>])
      | (?P<mark>[(),])
      | (?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<word>[^\s'"(),=!<>]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_BARE: Final = re.compile(r"[\w.-]+")

_DEEPEST = 50
"""Levels of parentheses and `not`: far above any use, far below Python's stack."""
_SHOWN_BEFORE, _SHOWN_AFTER = 60, 30
"""Characters of the expression shown around an error."""


def parse_where(text: str) -> Query:
    """Read a filter expression.

    Raises:
        InputError: if the text is no expression, a value is refused, or the flat query language
            cannot carry it; the message shows the place.
    """
    if not text.strip():
        raise InputError("The expression is empty; write one such as: region_code in (US, CA)")
    parser = _Parser(text, _tokens(text))
    query = parser.either(0)
    if parser.now.kind != "end":
        parser.expected('"and", "or" or the end')
    return query


def format_where(query: Query) -> str:
    """Write a query as an expression, which `parse_where` reads back to an equal query.

    A query from a wire object comes back with repeated conditions dropped, and a lone `or`
    condition as a plain one: the same filter.

    Raises:
        InputError: if a condition other than IN has several values, which only `from_dict` makes.
    """
    parts = [_comparison(condition) for condition in query.and_]
    if query.or_:
        either = " or ".join(map(_comparison, query.or_))
        parts.append(f"({either})" if len(query.or_) > 1 else either)
    parts += [f"not {_comparison(condition)}" for condition in query.not_]
    return " and ".join(parts)


def _comparison(condition: Condition) -> str:
    values = [_value(value) for value in condition.field_values]
    if condition.operation == "IN":
        return f"{condition.field_name} in ({', '.join(values)})"
    if len(values) > 1:
        raise InputError(f"{condition!r} has several values; write it with IN.")
    return f"{condition.field_name} {_WRITTEN[condition.operation]} {values[0]}"


def _value(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in _JOINING:
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


@attrs.frozen
class _Token:
    kind: str
    """blank, symbol, mark, quoted, word or end."""
    text: str
    at: int
    """Where it begins in the expression."""

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words

    def is_mark(self, mark: str) -> bool:
        return self.kind == "mark" and self.text == mark


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            _fail(text, at, _unreadable(text[at]))
        kind = str(match.lastgroup)
        if kind != "blank":
            tokens.append(_Token(kind, match.group(), at))
        at = match.end()
    return [*tokens, _Token("end", "", len(text))]


def _unreadable(char: str) -> str:
    if char == "!":
        return 'A lone "!" means nothing here; write "not", or "!=".'
    other = "'" if char == '"' else '"'
    return (
        f"This {char} opens a quote that is never closed; one inside a value needs {other}…{other}."
    )


def _fail(text: str, at: int, message: str) -> NoReturn:
    begin = max(0, at - _SHOWN_BEFORE)
    around = text[begin : at + _SHOWN_AFTER]
    line = "".join(char if char.isprintable() else " " for char in around)
    gap = " " * sum(map(_columns, line[: at - begin]))
    raise InputError(f"{message}\n  {line}\n  {gap}^")


def _columns(char: str) -> int:
    """Give the width on a terminal, so that the caret stands under the place."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


class _Parser:
    """Recursive descent; `now` is the token that comes next."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    @property
    def now(self) -> _Token:
        return self._tokens[self._next]

    def expected(self, what: str) -> NoReturn:
        found = quoted(self.now.text) if self.now.text else "the end"
        hint = ""
        if self.now.text in _MEANT:
            hint = f' Write "{_MEANT[self.now.text]}".'
        elif self.now.kind == "word" and self._after_value():
            hint = " A value of several words needs quotes."
        _fail(self._text, self.now.at, f"Expected {what}, found {found}.{hint}")

    def _after_value(self) -> bool:
        return self._next > 1 and self._tokens[self._next - 2].kind == "symbol"

    def either(self, depth: int) -> Query:
        query = self.both(depth)
        while self.now.is_word("or"):
            at = self._take().at
            query = self._at(at, query.__or__, self.both(depth))
        return query

    def both(self, depth: int) -> Query:
        query = self.denied(depth)
        while self.now.is_word("and"):
            at = self._take().at
            query = self._at(at, query.__and__, self.denied(depth))
        return query

    def denied(self, depth: int) -> Query:
        if depth > _DEEPEST:
            _fail(self._text, self.now.at, f"More than {_DEEPEST} levels; write it flatter.")
        if self.now.is_word("not"):
            at = self._take().at
            return self._at(at, self.denied(depth + 1).__invert__)
        if self.now.is_mark("("):
            self._take()
            query = self.either(depth + 1)
            self._mark(")", 'and", "or" or ")')
            return query
        return self._condition()

    def _condition(self) -> Query:
        if self.now.kind != "word" or self.now.is_word(*_JOINING):
            self.expected('a field, "not" or "("')
        field = self._take()
        self._at(field.at, check_field_name, field.text)
        if self.now.is_word("not"):
            self._take()
            if not self.now.is_word("in"):
                self.expected('"in"')
            return ~self._among(field.text)
        if self.now.is_word("in"):
            return self._among(field.text)
        return self._compared(field.text)

    def _compared(self, name: str) -> Query:
        symbol = self.now
        if symbol.kind != "symbol":
            self.expected("=, !=, >, >=, <, <=, in (...) or not in (...)")
        self._take()
        value = self._value(name)
        if symbol.text == "!=":
            return ~Query((Condition("EQ", name, (value,)),))
        return Query((Condition(_SYMBOLS[symbol.text], name, (value,)),))

    def _among(self, name: str) -> Query:
        self._take()
        self._mark("(", "(")
        values = [self._value(name)]
        while self.now.is_mark(","):
            self._take()
            values.append(self._value(name))
        self._mark(")", '," or ")')
        return Query((Condition("IN", name, tuple(dict.fromkeys(values))),))

    def _value(self, name: str) -> str:
        token = self.now
        if token.kind not in {"word", "quoted"} or token.is_word(*_JOINING):
            self.expected(f"a value of {name} (in quotes if it is one of and, or, not)")
        self._take()
        text = token.text if token.kind == "word" else self._unquoted(token)
        return self._at(token.at, wire_value, name, text)

    def _unquoted(self, token: _Token) -> str:
        for match in _ESCAPE.finditer(token.text):
            if match.group(1) not in "\\'\"":
                at = token.at + match.start()
                _fail(self._text, at, r"A backslash takes a quote or a backslash; write \\ for it.")
        return _ESCAPE.sub(r"\1", token.text[1:-1])

    def _mark(self, mark: str, what: str) -> None:
        if not self.now.is_mark(mark):
            self.expected(f'"{what}"')
        self._take()

    def _take(self) -> _Token:
        token = self.now
        self._next += 1
        return token

    def _at(self, at: int, call: Callable[..., _T], *args: object) -> _T:
        try:
            return call(*args)
        except InputError as error:
            _fail(self._text, at, str(error))
