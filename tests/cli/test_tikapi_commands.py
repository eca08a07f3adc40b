"""`tikapi`: a command for each endpoint, made of its declaration."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import time
from importlib.resources import files
from inspect import Parameter, signature

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import emulating, tikapi_variables
from tests.cli.test_processes import posix, running
from tests.cli.tikapi_stub import ACCOUNT_KEY, API_KEY, stub_server
from tiktok_async.cli.tikapi import described, groups, snapshot
from tiktok_async.cli.tikapi.commands import function_of
from tiktok_async.sansio.endpoint import Operation, PagedEndpoint, parameters
from tiktok_async.tikapi.codes import LIST_LIMIT
from tiktok_async.tikapi.moving import OF_PAGES

SEC_UID = "MS4wLjABAAAA" + "x" * 30
ID = "7109178205151464746"
POSTS = ("tikapi", "public", "posts", "--sec-uid", SEC_UID)
ALL = [pytest.param(endpoint, id=id_) for id_, endpoint in snapshot.ENDPOINTS.items()]


@pytest.fixture
def tikapi(monkeypatch):
    """A scripted TikAPI that the environment points to."""
    with stub_server() as stub:
        for name, value in stub.variables.items():
            monkeypatch.setenv(name, value)
        yield stub


def page(*numbers, **more):
    posts = [{"id": str(number), "desc": f"post {number}", "stats": {}} for number in numbers]
    return {"itemList": posts, **more}


# ---- the commands are those of the declarations


def test_what_help_shows_is_a_true_snapshot_of_the_declarations():
    kept = files("tiktok_async.cli.tikapi").joinpath(described.FILE).read_text("utf-8")
    assert kept == snapshot.text(), "run: python -m tiktok_async.cli.tikapi.snapshot"


def test_every_endpoint_has_one_command_in_a_group():
    paths = [groups.words_of(id_) for id_ in snapshot.ENDPOINTS]
    assert len(paths) == len(set(paths)) == 74
    assert {path[:-1] for path in paths} == {group.words for group in groups.GROUPS.values()}
    assert ("live", "chat") in paths


@pytest.mark.parametrize("endpoint", ALL)
def test_options_of_a_command_are_the_parameters_of_its_endpoint(endpoint):
    taken = signature(function_of(described.commands()[endpoint.id])).parameters
    for declared in parameters(endpoint):
        hidden = declared.field in OF_PAGES
        option = taken.get("count" if declared.field == "limit" else declared.field)
        assert (option is None) is hidden
        if option is not None:
            assert (option.default is Parameter.empty) is declared.required
    listed = issubclass(endpoint, PagedEndpoint)
    assert {"limit", "output"}.issubset(taken) is listed
    assert {"access", "talk"}.issubset(taken)


@pytest.mark.parametrize("endpoint", ALL)
def test_help_tells_who_may_call_and_what_is_not_repeated(endpoint):
    text = described.commands()[endpoint.id].help
    assert ("TIKAPI_ACCOUNT_KEY" in text) is bool(endpoint.scopes)
    assert ("never again" in text) is (endpoint.operation is Operation.ACT)
    for word, marked in (
        ("premium", endpoint.premium),
        ("trusted customers only", endpoint.trusted_only),
        ("deprecated", endpoint.deprecated),
    ):
        assert (word in text.partition("\n")[0]) is marked


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        pytest.param([], ["public", "user", "live", "key", "save"], id="all"),
        pytest.param(["user"], ["info", "posts", "comments", "send-message"], id="user"),
        pytest.param(["user", "comments"], ["replies", "unlike"], id="comments"),
        pytest.param(["live"], ["chat", "transaction-history"], id="live"),
        pytest.param(["public", "posts"], ["--sec-uid TEXT", "[default: 30]", "--limit"], id="one"),
        pytest.param(["user", "messages"], ["--count INT", "--limit ROWS"], id="messages"),
        pytest.param(["live", "start"], ["--no-third-party", "(premium)"], id="flag"),
    ],
)
def test_help_shows_groups_commands_and_options(run, words, shown):
    outcome = run("tikapi", *words, "--help")
    assert outcome.code == 0
    for text in shown:
        assert text in outcome.out


# ---- lists


def test_list_writes_every_page_as_rows(tikapi, run):
    tikapi.answers["/public/posts"] = [
        page(1, 2, hasMore=True, cursor="169"),
        page(3, hasMore=False, cursor="170"),
    ]
    outcome = run(*POSTS, "--count", 2, "--country", "gb", "--session-id", 3)
    assert outcome.code == 0
    assert [row["id"] for row in outcome.rows] == ["1", "2", "3"]
    assert [asked.query for asked in tikapi.asked] == [
        {"secUid": SEC_UID, "count": "2", "country": "gb", "session_id": "3", **more}
        for more in ({}, {"cursor": "169"})
    ]
    assert {asked.headers["x-api-key"] for asked in tikapi.asked} == {API_KEY}
    assert "x-account-key" not in tikapi.asked[0].headers
    assert outcome.err.startswith("complete\n")
    assert "1 of 1 list, 2 calls" in outcome.err


def test_list_ends_at_the_limit_and_asks_no_more(tikapi, run):
    tikapi.answers["/public/posts"] = [page(1, 2, 3, hasMore=True, cursor="1")]
    outcome = run(*POSTS, "--limit", 2, "--json")
    assert [row["id"] for row in outcome.rows] == ["1", "2"]
    assert json.loads(outcome.err)["stopped"] == "limit"
    assert len(tikapi.asked) == 1


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_list_is_written_in_each_format(tikapi, run, tmp_path, ending):
    tikapi.answers["/public/posts"] = [page(1, 2, hasMore=False)]
    path = tmp_path / f"posts.{ending}"
    outcome = run(*POSTS, "-o", path, "--json")
    assert outcome.code == 0
    assert outcome.json["rows"] == 2
    if ending == "parquet":
        assert pq.read_table(path)["id"].to_pylist() == ["1", "2"]
    elif ending == "csv":
        rows = csv.DictReader(io.StringIO(path.read_text()))
        assert [row["desc"] for row in rows] == ["post 1", "post 2"]
    else:
        assert len(path.read_text().splitlines()) == 2


def test_list_stopped_in_the_middle_goes_on_where_it_was(tikapi, run, tmp_path):
    path = tmp_path / "posts.jsonl"
    spent = (429, {"status": "error", "message": "Daily requests used up"})
    tikapi.answers["/public/posts"] = [page(1, 2, hasMore=True, cursor="169"), spent]
    tikapi.answers["/key/info"] = [{"credits": 0}]
    stopped = run(*POSTS, "-o", path)
    assert stopped.code == 4
    assert "tiktok-async tikapi key info" in stopped.err
    assert "credits 0" in stopped.err
    assert "client.key" not in stopped.err
    assert f"go on with: tiktok-async {' '.join(POSTS)} -o {path} --resume" in stopped.err
    tikapi.answers["/public/posts"] = [page(3, hasMore=False)]
    assert run(*POSTS, "-o", path, "--resume").code == 0
    assert tikapi.asked[-1].query["cursor"] == "169"
    found = [json.loads(line)["id"] for line in path.read_text().splitlines()]
    assert found == ["1", "2", "3"]


@pytest.mark.parametrize("to_file", [True, False])
def test_list_that_tiktok_ends_is_not_offered_to_be_gone_on_with(tikapi, run, tmp_path, to_file):
    path = tmp_path / "posts.jsonl"
    limit = (403, {"status": "error", "message": "List limit reached", "statusCode": 10404})
    tikapi.answers["/public/posts"] = [page(1, 2, hasMore=True, cursor="169"), limit]
    outcome = run(*POSTS, *(["-o", path] if to_file else []))
    assert outcome.code == 1
    assert outcome.err.startswith("stopped: HTTP 403 10404: List limit reached.")
    assert "gives no more of this list" in outcome.err
    assert "go on with" not in outcome.err
    assert "gone on with" not in outcome.err
    rows = path.read_text() if to_file else outcome.out
    assert [json.loads(line)["id"] for line in rows.splitlines()] == ["1", "2"]
    assert [file.name for file in tmp_path.iterdir() if "state" in file.name] == []


def test_resumed_list_that_tiktok_ends_leaves_its_rows_and_no_state(tikapi, run, tmp_path):
    path = tmp_path / "posts.jsonl"
    spent = (429, {"status": "error", "message": "Daily requests used up"})
    limit = (403, {"status": "error", "message": "List limit reached", "statusCode": 10404})
    tikapi.answers["/public/posts"] = [page(1, 2, hasMore=True, cursor="169"), spent]
    tikapi.answers["/key/info"] = [{"credits": 0}]
    assert run(*POSTS, "-o", path).code == 4
    tikapi.answers["/public/posts"] = [limit]
    outcome = run(*POSTS, "-o", path, "--resume", "--json")
    assert outcome.code == 1
    assert outcome.json["stopped"] == LIST_LIMIT
    assert (outcome.json["rows"], outcome.json["resume_command"]) == (2, None)
    assert path.read_text().count("\n") == 2
    assert "nothing to resume" in run(*POSTS, "-o", path, "--resume").err


def test_list_that_tiktok_ends_at_once_leaves_no_file(tikapi, run, tmp_path):
    limit = (403, {"status": "error", "message": "List limit reached", "statusCode": 10404})
    tikapi.answers["/public/posts"] = [limit]
    assert run(*POSTS, "-o", tmp_path / "posts.jsonl").code == 1
    assert [file for file in tmp_path.iterdir() if "posts" in file.name] == []


def test_list_of_messages_resumes_with_a_number_for_a_cursor(tikapi, run, tmp_path):
    ids = ["--conversation-id", "0:1:2:3", "--conversation-short-id", "7"]
    words = ["tikapi", "user", "messages", *ids, "--count", "5", "-o", tmp_path / "a.jsonl"]
    message = {"client_message_id": "1", "text": "hello"}
    broken = (400, {"status": "error", "message": "no", "fields": {}})
    tikapi.answers["/user/messages"] = [
        {"messages": [message], "hasMore": True, "nextCursor": 1615902725060022},
        broken,
    ]
    assert run(*words).code == 6
    tikapi.answers["/user/messages"] = [{"messages": [], "hasMore": False}]
    assert run(*words, "--resume").code == 0
    assert tikapi.asked[-1].query["nextCursor"] == "1615902725060022"
    assert tikapi.asked[-1].query["limit"] == "5"
    assert tikapi.asked[-1].headers["x-account-key"] == ACCOUNT_KEY


def test_cursor_that_stands_still_is_named_and_nothing_is_lost(tikapi, run, tmp_path):
    path = tmp_path / "posts.jsonl"
    pages = [page(number, hasMore=True, cursor="5") for number in range(9)]
    tikapi.answers["/public/posts"] = pages
    outcome = run(*POSTS, "-o", path, "--json")
    assert outcome.code == 6
    assert outcome.json["stopped"] == "cursor_stands_still"
    assert path.read_text().count("\n") == outcome.json["rows"] > 0


@pytest.mark.parametrize(
    ("words", "least", "said"),
    [
        pytest.param([*POSTS, "--limit", "100"], 4, "up to 30 rows", id="pages"),
        pytest.param(["tikapi", "public", "explore", "--limit", "100"], 1, "1 page", id="one-page"),
        pytest.param(
            ["tikapi", "public", "search", "--category", "users", "--query", "cats", "--limit", 9],
            1,
            "nobody tells",
            id="unknown",
        ),
    ],
)
def test_dry_run_makes_no_call_and_needs_no_key(run, words, least, said):
    assert run(*words, "--dry-run", "--json").json["requests_at_least"] == least
    outcome = run(*words, "--dry-run")
    assert all(line.strip() for line in outcome.out.splitlines())
    assert said in outcome.out
    assert "No call was made." in outcome.out


# ---- single calls


def test_single_call_prints_one_object(tikapi, run):
    user = {"id": ID, "uniqueId": "lilyachty", "secUid": SEC_UID}
    tikapi.answers["/public/check"] = [{"userInfo": {"user": user, "stats": {"heart": 1}}}]
    outcome = run("tikapi", "public", "check", "--username", "lilyachty")
    assert outcome.code == 0
    assert outcome.json == {"user": user, "stats": {"heart": 1}}
    assert outcome.err == ""


def test_single_call_tells_a_program_what_it_took(tikapi, run):
    tikapi.answers["/key/info"] = [{"credits": 12}]
    outcome = run("tikapi", "key", "info", "--json")
    assert outcome.json["credits"] == 12
    facts = json.loads(outcome.err)
    assert (facts["complete"], facts["calls"], facts["endpoint"]) == (True, 1, "tikapi.key.info")


def test_act_says_what_was_done_and_whose_key_it_was_stays_hidden(tikapi, run):
    tikapi.answers["/user/like"] = [{"status_code": 0, "is_digg": 1}]
    outcome = run("tikapi", "user", "posts", "like", "--media-id", ID, "--verbose")
    assert outcome.code == 0
    assert outcome.json["status_code"] == 0
    assert outcome.err == f"done: user posts like, media_id {ID}\n"
    assert tikapi.asked[0].body == {"media_id": ID}
    assert tikapi.asked[0].headers["x-account-key"] == ACCOUNT_KEY


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["user", "posts", "like", "--media-id", ID], id="post"),
        pytest.param(
            [
                "conversation-requests",
                "delete",
                "--conversation-id",
                "0:1:2:3",
                "--conversation-short-id",
                "7",
            ],
            id="get",
        ),
    ],
)
def test_act_whose_answer_is_lost_is_sent_once(tikapi, run, words):
    lost = (503, {"status": "error", "message": "TikTok gateway error"})
    tikapi.answers["/user/like"] = tikapi.answers["/user/conversations/requests/delete"] = [lost]
    outcome = run("tikapi", *words)
    assert outcome.code == 1
    assert len(tikapi.asked) == 1
    assert "unknown" in outcome.err


def test_read_is_repeated(tikapi, run):
    lost = (503, {"status": "error", "message": "TikTok gateway error"})
    tikapi.answers["/key/info"] = [lost, {"credits": 1}]
    outcome = run("tikapi", "key", "info", "--verbose")
    assert outcome.code == 0
    assert "attempt 1 failed" in outcome.err


def test_flag_is_sent_as_a_boolean(tikapi, run):
    tikapi.answers["/user/live/start"] = [{"status_code": 0}]
    assert run("tikapi", "live", "start", "--title", "hello", "--no-third-party").code == 0
    assert tikapi.asked[0].body == {"title": "hello", "third_party": False}


def test_ticket_can_come_from_standard_input_and_is_not_said(tikapi, run, monkeypatch):
    tikapi.answers["/user/message/send"] = [{"status_code": 0}]
    monkeypatch.setattr("sys.stdin", io.StringIO("hush-hush\n"))
    outcome = run("tikapi", "user", "send-message", "--text", "hello", "--conversation-id", "0:1",
                  "--conversation-short-id", "7", "--ticket", "-", "--verbose")  # fmt: skip
    assert outcome.code == 0
    assert tikapi.asked[0].body["ticket"] == "hush-hush"
    assert "hush" not in outcome.out + outcome.err


# ---- what is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["public", "posts", "--sec-uid", "x"], "--sec-uid is 'x': write", id="form"),
        pytest.param(
            ["public", "posts", "--sec-uid", "x"],
            "`tiktok-async tikapi public check --username NAME` tells it",
            id="where-it-is-from",
        ),
        pytest.param([*POSTS[1:], "--count", "31"], "--count is 31: write", id="count"),
        pytest.param([*POSTS[1:], "--count", "x"], "--count is 'x': write a whole", id="number"),
        pytest.param([*POSTS[1:], "--country", "USA"], "such as us", id="country"),
        pytest.param(["public", "check"], "write --username or --user-id", id="nobody"),
        pytest.param(
            ["public", "hashtag"], "exactly one of --name and --hashtag-id", id="hashtag-nothing"
        ),
        pytest.param(
            ["public", "search", "--category", "cats", "--query", "text"],
            "--category is 'cats': write one of general, users, videos, autocomplete",
            id="choice",
        ),
        pytest.param(["user", "analytics", "--type", "video"], "--media-id goes with", id="pair"),
        pytest.param(
            ["user", "comments", "post", "--media-id", ID, "--text", " "],
            "--text is ' ': write a text that is not empty",
            id="text",
        ),
        pytest.param(["public", "posts"], "--sec-uid", id="required"),
        pytest.param(["public", "nope"], "Unknown command", id="unknown-command"),
        pytest.param([*POSTS[1:], "--cursor", "5"], "Unknown option", id="no-cursor"),
        pytest.param([*POSTS[1:], "--api-key", "x"], "Unknown option", id="no-key"),
        pytest.param([*POSTS[1:], "--limit", "0"], "--limit 0", id="limit"),
        pytest.param([*POSTS[1:], "--emulator", "--sandbox"], "leave out", id="emulator"),
        pytest.param([*POSTS[1:], "--base-url", "http://a.b"], "https", id="url"),
    ],
)
def test_usage_errors_exit_2_before_any_call(tikapi, run, words, said):
    outcome = run("tikapi", *words)
    assert outcome.code == 2
    assert said in " ".join(outcome.err.split())
    assert tikapi.asked == []


def test_usage_error_names_the_help_of_its_command(run):
    outcome = run("tikapi", "user", "posts", "search", "--nope")
    assert outcome.code == 2
    assert "Try: tiktok-async tikapi user posts search --help" in outcome.err


def test_without_a_key_the_variables_are_named(run):
    outcome = run(*POSTS)
    assert outcome.code == 3
    assert "TIKAPI_API_KEY" in outcome.err
    assert "--sandbox" in outcome.err
    assert "api_key=" not in outcome.err


def test_without_an_account_key_a_users_call_is_not_made(tikapi, run, monkeypatch):
    monkeypatch.delenv("TIKAPI_ACCOUNT_KEY")
    outcome = run("tikapi", "user", "info")
    assert outcome.code == 3
    assert "TIKAPI_ACCOUNT_KEY" in outcome.err
    assert tikapi.asked == []


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        pytest.param(401, {"message": "The API key is wrong"}, 3, id="401"),
        pytest.param(428, {"message": "Session expired", "statusCode": 8}, 3, id="428"),
        pytest.param(403, {"message": "gone", "statusCode": 10202}, 1, id="403"),
        pytest.param(429, {"message": "Daily requests used up"}, 4, id="429"),
    ],
)
def test_refusals_exit_by_their_kind_and_show_no_key(tikapi, run, status, body, code):
    tikapi.answers["/user/info"] = [(status, {"status": "error", **body})]
    outcome = run("tikapi", "user", "info", "--verbose")
    assert outcome.code == code
    assert "NobodySees" not in outcome.out + outcome.err


# ---- all of them, against the emulator

SKIPPED = {"tikapi.user.live.chat": "has tests of its own"}
"""Endpoints that are not asked here."""
CONTRACT = json.loads(files("tiktok_async.emulator").joinpath("contract/tikapi.json").read_text())
EXAMPLES = {
    f"tikapi.{call['section']}.{call['name']}": {
        one["name"]: one["example"] for one in call["params"] if one["example"] is not None
    }
    for call in CONTRACT["endpoints"]
}
"""The documented example of each parameter, by its name in the contract."""


ABOUT = {"username": "lilyachty", "name": "fyp"}
"""Whom or what a call is about that names nothing as required."""
ONE_OF = {
    **dict.fromkeys(("tikapi.public.check", "tikapi.public.check_v3"), "username"),
    **dict.fromkeys(("tikapi.user.follow", "tikapi.user.unfollow"), "username"),
    "tikapi.public.hashtag": "name",
}


def example_of(endpoint, declared):
    """Return the documented example of a parameter, which the contract may call otherwise."""
    examples = {**ABOUT, **EXAMPLES[endpoint.id]}
    return examples.get(declared.field, examples.get(declared.wire))


@pytest.mark.parametrize("endpoint", [one for one in ALL if one.id not in SKIPPED])
def test_command_of_every_endpoint_answers_on_its_documented_example(customer, run, endpoint):
    words = [*groups.words_of(endpoint.id)]
    for declared in parameters(endpoint):
        if declared.required or ONE_OF.get(endpoint.id) == declared.field:
            option = f"--{declared.field.replace('_', '-')}"
            words += [option, example_of(endpoint, declared)]
    if issubclass(endpoint, PagedEndpoint):
        words += ["--limit", 2]
    outcome = run("tikapi", *words)
    assert outcome.code == 0, outcome.err
    assert customer.stats()["by_endpoint"] == {endpoint.id: 1}
    assert len(outcome.rows) <= 2
    assert ("done: " in outcome.err) is (endpoint.operation is Operation.ACT)


@posix
def test_act_that_is_interrupted_says_that_nobody_knows():
    with emulating(latency=5.0) as emulator:
        environment = {**os.environ, **tikapi_variables(emulator)}
        words = ["tikapi", "user", "posts", "like", "--media-id", ID]
        with running(*words, env=environment) as process:
            until = time.monotonic() + 20
            while not emulator.stats()["most_in_flight"] and time.monotonic() < until:
                os.sched_yield()
            process.send_signal(signal.SIGINT)
            out, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert told == (
        "Whether it was done, nobody knows: look before you do it again.\ninterrupted\n"
    )
