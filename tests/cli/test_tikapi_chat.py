"""`tikapi live chat`: events as lines of JSON, until the room closes or the user has enough."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.cli.test_processes import posix, running
from tests.cli.tikapi_stub import ACCOUNT_KEY, stub_server

FAST = ("--fastest", "10ms", "--slowest", "20ms")
CHAT = ("tikapi", "live", "chat", "7109178205151464746", *FAST)


@pytest.fixture
def tikapi(monkeypatch):
    """A scripted TikAPI that the environment points to."""
    with stub_server() as stub:
        for name, value in stub.variables.items():
            monkeypatch.setenv(name, value)
        yield stub


def said(*numbers, cursor="abc"):
    """Return a poll's answer; each message with an id of its own."""
    messages = [
        {"messageType": "ChatMessage", "content": f"m{number}", "common": {"msgId": str(number)}}
        for number in numbers
    ]
    return {"messagesList": messages, "nextCursor": cursor}


CLOSED = (403, {"status": "error", "message": "No such live", "statusCode": 10210})


def test_chat_gives_every_event_once_and_ends_with_the_room(tikapi, run):
    tikapi.answers["/user/live/chat"] = [said(1, 2, cursor="a"), said(2, 3, cursor="b"), CLOSED]
    outcome = run(*CHAT, "--json")
    assert outcome.code == 0
    contents = [row["content"] for row in outcome.rows]
    assert contents[0] == "m1"
    assert contents[-1] == "m3"
    facts = json.loads(outcome.err)
    assert facts["ended"] == "room_closed"
    assert facts["events"] == len(contents)
    assert [asked.query.get("nextCursor") for asked in tikapi.asked[:3]] == [None, "a", "b"]
    assert tikapi.asked[0].headers["x-account-key"] == ACCOUNT_KEY


def test_chat_ends_at_the_limit(tikapi, run):
    tikapi.answers["/user/live/chat"] = [said(1, 2, 3)]
    outcome = run(*CHAT, "--limit", 2)
    assert outcome.code == 0
    assert len(outcome.rows) == 2
    assert outcome.err.startswith(
        "ended at --limit 2; the room may still be live\n  2 events, 1 call"
    )


def test_chat_says_that_the_room_has_closed(tikapi, run):
    tikapi.answers["/user/live/chat"] = [said(1), CLOSED]
    outcome = run(*CHAT)
    assert outcome.code == 0
    assert outcome.err.startswith("the room has closed\n  1 event, 2 calls")


def test_room_that_is_not_live_is_an_error(tikapi, run):
    tikapi.answers["/user/live/chat"] = [CLOSED]
    outcome = run(*CHAT)
    assert outcome.code == 1
    assert "No such live" in outcome.err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        pytest.param(["--fastest", "soon"], "write it as 50ms", id="time"),
        pytest.param(["--fastest", "20s"], "fastest", id="order"),
        pytest.param(["--limit", "0"], "--limit 0", id="limit"),
    ],
)
def test_usage_errors_exit_2_before_any_call(tikapi, run, words, text):
    outcome = run("tikapi", "live", "chat", "71", *words)
    assert outcome.code == 2
    assert text in outcome.err
    assert tikapi.asked == []


@posix
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        pytest.param(signal.SIGINT, 130, "interrupted", id="INT"),
        pytest.param(signal.SIGTERM, 143, "terminated", id="TERM"),
    ],
)
def test_signal_ends_it_cleanly_with_every_line_whole(number, code, word):
    with stub_server() as stub:
        stub.answers["/user/live/chat"] = [said(*range(n, n + 5)) for n in range(0, 5000, 5)]
        with running(*CHAT, env={**os.environ, **stub.variables}) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert all(json.loads(line)["content"] for line in [first, *out.splitlines()])
    assert err.startswith(f"{word}\n")
    assert "Traceback" not in err
