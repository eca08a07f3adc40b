"""Times and bytes, as a person writes and reads them."""

from __future__ import annotations

import pytest

from tiktok_async.cli.amounts import duration, number_of_bytes, seconds, size
from tiktok_async.errors import InputError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("50ms", 0.05, id="milliseconds"),
        pytest.param("0.5s", 0.5, id="seconds"),
        pytest.param(".5", 0.5, id="bare"),
        pytest.param("30m", 1800.0, id="minutes"),
        pytest.param("2h", 7200.0, id="hours"),
        pytest.param("1d", 86_400.0, id="days"),
    ],
)
def test_time_is_read_as_written(text, meant):
    assert seconds(text, "--timeout") == meant


@pytest.mark.parametrize("text", ["", "soon", "-1s", "1 h", "1w", "\u0661s"])
def test_other_times_are_refused_with_an_example(text):
    with pytest.raises(InputError, match=r"--timeout .* 30m, 2h or 1d"):
        seconds(text, "--timeout")


@pytest.mark.parametrize(
    ("length", "said"),
    [(3.21, "3.2 s"), (45, "45 s"), (600, "10 min"), (36_000, "10.0 h")],
)
def test_duration_is_said_as_a_person_does(length, said):
    assert duration(length) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1536, "1.5 KiB"),
        (256 * 2**20, "256.0 MiB"),
        (5000 * 2**30, "5,000.0 GiB"),
    ],
)
def test_size_is_said_as_a_person_does(number, said):
    assert size(number) == said


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1000", 1000), ("64KiB", 65_536), ("1.5GiB", 3 * 2**29), ("256MiB", 2**28)],
)
def test_size_is_read_as_written(text, meant):
    assert number_of_bytes(text, "--export-size") == meant


@pytest.mark.parametrize("text", ["", "256MB", "-1", "1 MiB", "big"])
def test_other_sizes_are_refused_with_an_example(text):
    with pytest.raises(InputError, match=r"--export-size .* 256MiB"):
        number_of_bytes(text, "--export-size")
