"""The tree of errors: as it is drawn, each whole after pickling and copying."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import errors
from tiktok_async.errors import (
    APIError,
    Attempt,
    IncompleteError,
    InputError,
    MissingExtraError,
    QuotaExhaustedError,
    RateLimitError,
    TikTokError,
    TransportError,
    shown,
)
from tiktok_async.research.endpoints import GetUser

DETAILS: Final[dict[str, Any]] = {
    "status": 400,
    "code": "c",
    "body": {"error": {"code": "c"}},
    "log_id": "L1",
    "request": GetUser(username="joe"),
    "hint": "Do this.",
    "retryable": True,
}
SPECIAL: Final[dict[str, dict[str, Any]]] = {
    "RateLimitError": {"retry_after": 3.5},
    "QuotaExhaustedError": {"reset_at": datetime(2026, 1, 2, tzinfo=UTC)},
}


def classes() -> list[type[TikTokError]]:
    """Return every error class of the module."""
    found = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    return [c for c in found if issubclass(c, TikTokError)]


def example(cls: type[TikTokError]) -> TikTokError:
    """Return an error with every attribute set."""
    made: Any = cls
    if cls is MissingExtraError:
        error: TikTokError = made("Parquet", "parquet")
    elif cls is IncompleteError:
        error = made("m", reason="r", state={"todo": []}, hint="h")
    elif cls is TransportError:
        error = made("m", kind="connect", sent=False, hint="h", retryable=False)
    elif issubclass(cls, APIError):
        error = made("m", **DETAILS, **SPECIAL.get(cls.__name__, {}))
    elif cls is errors.DecodeError:
        error = made("m", body={"x": 1}, request=GetUser(username="joe"), hint="h")
    else:
        error = made("m", hint="h", retryable=True)
    error.attempts = (Attempt(500, "ServerError", 1.5, "L0"), Attempt(None, "TransportError", 0.0))
    error.state = error.state or {"version": 1, "todo": [[0, None]]}
    error.reason = error.reason or "because"
    error.add_note("a note")
    return error


def drawn() -> dict[str, str]:
    """Return child and parent of every line of the drawing in the module's docstring."""
    parents, path = {}, ["TikTokError"]
    line = re.compile(r"^    ((?:│   |    )*)(?:├──|└──) (\w+)", re.MULTILINE)
    for indent, name in line.findall(errors.__doc__ or ""):
        depth = len(indent) // 4
        del path[depth + 1 :]
        parents[name] = path[-1]
        path.append(name)
    return parents


def test_tree_is_as_it_is_drawn() -> None:
    real = {c.__name__: c.__bases__[0].__name__ for c in classes() if c is not TikTokError}
    assert drawn() == real


def test_bad_arguments_are_value_errors_too() -> None:
    assert issubclass(InputError, ValueError)


@pytest.mark.parametrize("cls", classes())
@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda error: pickle.loads(pickle.dumps(error)), id="pickle"),  # noqa: S301  # our own
        pytest.param(copy.copy, id="copy"),
        pytest.param(copy.deepcopy, id="deepcopy"),
    ],
)
def test_error_is_whole_after_pickling_and_copying(cls: type[TikTokError], again: Any) -> None:
    error = example(cls)
    twin = again(error)
    assert type(twin) is cls
    assert twin is not error
    assert twin.__dict__ == error.__dict__
    assert twin.args == error.args
    assert str(twin) == str(error)


@pytest.mark.parametrize("cls", classes())
def test_copy_of_an_error_has_attributes_of_its_own(cls: type[TikTokError]) -> None:
    error = example(cls)
    twin = copy.copy(error)
    twin.reason = "other"
    assert error.reason != "other"


@pytest.mark.parametrize("cls", classes())
def test_error_says_what_happened_and_what_to_do(cls: type[TikTokError]) -> None:
    error = example(cls)
    assert str(error).startswith(error.message)
    assert error.hint in str(error)
    assert inspect.getdoc(cls)


@pytest.mark.parametrize(
    "cls",
    [
        errors.AuthError,
        errors.ScopeError,
        errors.NotFoundError,
        RateLimitError,
        QuotaExhaustedError,
        errors.ReauthorizationRequiredError,
        errors.ServerError,
        errors.DecodeError,
        errors.OutcomeUnknownError,
        errors.ClientClosedError,
    ],
)
def test_error_has_a_hint_of_its_own(cls: type[TikTokError]) -> None:
    error = cls("It failed.")
    assert len(error.hint) > 20
    assert str(error) == f"It failed. {error.hint}"


@pytest.mark.parametrize(
    ("cls", "retryable"),
    [
        pytest.param(TransportError, True, id="transport"),
        pytest.param(RateLimitError, True, id="rate-limit"),
        pytest.param(errors.ServerError, True, id="server"),
        pytest.param(errors.AuthError, False, id="auth"),
        pytest.param(QuotaExhaustedError, False, id="quota"),
        pytest.param(errors.OutcomeUnknownError, False, id="outcome-unknown"),
        pytest.param(InputError, False, id="input"),
    ],
)
def test_error_says_whether_a_retry_is_worth_it(cls: type[TikTokError], retryable: bool) -> None:
    assert cls("m").retryable is retryable


def test_missing_extra_names_the_line_to_install() -> None:
    error = MissingExtraError("Parquet", "parquet")
    assert 'pip install "tiktok-async[parquet]"' in str(error)


def test_api_error_has_all_that_the_provider_said() -> None:
    error = APIError("m", **DETAILS)
    assert {name: getattr(error, name) for name in DETAILS} == DETAILS


@given(st.text(max_size=700))
def test_shown_text_is_printable_one_line_and_bounded(text: str) -> None:
    safe = shown(text)
    assert len(safe) <= 500
    assert safe.isprintable()


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        pytest.param("plain words", "plain words", id="plain"),
        pytest.param("a\r\nb", "a\\u000d\\u000ab", id="line-break"),
        pytest.param("\x1b[31m", "\\u001b[31m", id="escape"),
        pytest.param("\u202egnp", "\\u202egnp", id="bidi"),
        pytest.param("\u2028", "\\u2028", id="line-separator"),
        pytest.param("\ud800", "\\ud800", id="lone-surrogate"),
        pytest.param("日本 é", "日本 é", id="letters-of-the-world"),
        pytest.param(7, "7", id="number"),
    ],
)
def test_shown_text_escapes_what_is_not_visible(remote: object, expected: str) -> None:
    assert shown(remote) == expected
