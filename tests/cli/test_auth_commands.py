"""`auth login | status | refresh | logout`, against an emulator."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sys
import threading
import webbrowser
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

import pytest

from tests.cli.conftest import emulating, variables
from tiktok_async.cli import logins

SCOPES = "user.info.basic,portability.all.single"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")


class Stay(HTTPRedirectHandler):
    """Does not follow a redirect."""

    def redirect_request(self, *_):
        """Return None: the redirect is an answer like any other."""


@pytest.fixture(scope="module")
def approving():
    with emulating(consent="approve", export_delay=0) as running:
        yield running


@pytest.fixture
def app(approving, monkeypatch):
    """An app of an emulator that approves at once; the browser is a thread."""
    approving.reset()
    for name, value in variables(approving).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(webbrowser, "open", browse)
    return approving


def browse(url):
    """Visit an address as a browser does, and return at once."""
    opener = build_opener(ProxyHandler({}))
    threading.Thread(target=lambda: opener.open(url, timeout=10).close()).start()
    return True


def tokens():
    """Return the tokens that are stored."""
    path = Path(os.environ["TIKTOK_ASYNC_TOKENS"])
    return re.findall(r"(?:act|rft)\.[^\"]+", path.read_text()) if path.exists() else []


def log_in(run, *words):
    outcome = run("auth", "login", *words)
    assert outcome.code == 0
    return outcome


def test_login_shows_who_and_until_when_and_no_token(app, run):
    outcome = log_in(run, "--user", "alice")
    assert "logged in\n" in outcome.err
    assert "renewed by itself" in outcome.err
    assert SCOPES.replace(",", ", ") in outcome.err
    assert len(tokens()) == 2
    assert not any(token in outcome.out + outcome.err for token in tokens())


def test_login_tells_a_program(app, run):
    found = log_in(run, "--json", "--scope", "user.info.basic", "--scope", "video.list").json
    assert found["scopes"] == ["user.info.basic", "video.list"]
    assert found["not_granted"] == []
    assert set(found) == {
        *("open_id", "name", "client_key", "scopes", "obtained_at", "expires_at"),
        *("refresh_expires_at", "good", "not_granted", "exit_code"),
    }


def test_login_is_all_that_an_export_needs(app, run, tmp_path):
    log_in(run)
    assert run("portability", "export", "-o", tmp_path / "export.zip").code == 0


def test_login_by_hand_takes_the_address_that_was_pasted(app, run, monkeypatch):
    said = []
    monkeypatch.setattr(logins, "say", said.append)

    def readline():
        url = re.search(r"http\S+", said[0])
        assert url is not None
        with pytest.raises(HTTPError) as redirect:
            build_opener(ProxyHandler({}), Stay).open(url[0], timeout=10)
        with redirect.value as answer:
            return f"{answer.headers['Location']}\n"

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(readline=readline))
    assert "logged in\n" in log_in(run, "--no-browser").err


def test_login_asks_for_the_port_and_the_form_that_were_named(app, run, monkeypatch):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) or browse(url))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log_in(run, "--port", port, "--pkce", "hex")
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["redirect_uri"] == [f"http://127.0.0.1:{port}/callback/"]
    assert len(query["code_challenge"][0]) == 64


def test_emulator_of_the_command_leaves_nothing(run):
    outcome = log_in(run, "--emulator")
    assert "nothing of it is kept" in outcome.err
    assert run("auth", "status").code == 3


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--scope", "portability.nothing"], id="scope"),
        pytest.param(["--pkce", "off"], id="pkce"),
    ],
)
def test_page_of_the_emulator_refuses_what_tiktok_would(run, words):
    outcome = run("auth", "login", "--emulator", *words)
    assert outcome.code == 2
    assert "look at --scope" in outcome.err


def test_refused_consent_exits_3(run, monkeypatch):
    with emulating(consent="deny") as emulator:
        for name, value in variables(emulator).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(webbrowser, "open", browse)
        outcome = run("auth", "login")
    assert outcome.code == 3
    assert "denied" in outcome.err
    assert tokens() == []


def test_login_gives_up_when_nobody_comes(app, run, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    outcome = run("auth", "login", "--timeout", "10ms")
    assert outcome.code == 3
    assert "No answer" in outcome.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--port", "1", "--redirect-uri", "x"], "leave out --port", id="port"),
        pytest.param(["--port", "99999"], "65535", id="port-number"),
        pytest.param(["--redirect-uri", "http://example.com/"], "127.0.0.1", id="redirect"),
        pytest.param(["--redirect-uri", "https://a.com/b/"], "--no-browser", id="web-redirect"),
        pytest.param(["--pkce", "plain"], "hex", id="pkce"),
        pytest.param(["--timeout", "soon"], "--timeout", id="timeout"),
        pytest.param(["--scope", ""], "scope", id="scope"),
        pytest.param(["--store", "cloud"], "keyring", id="store"),
    ],
)
def test_wrong_words_exit_2(app, run, words, said):
    outcome = run("auth", "login", *words)
    assert outcome.code == 2
    assert said in outcome.err


@pytest.mark.parametrize(
    ("command", "said", "unsaid"),
    [
        pytest.param("login", "--emulator", "auth login", id="login"),
        pytest.param("refresh", "auth login", "--emulator", id="refresh"),
        pytest.param("logout", "auth login", "--emulator", id="logout"),
    ],
)
def test_app_that_is_not_known_exits_3(run, command, said, unsaid):
    outcome = run("auth", command)
    assert outcome.code == 3
    assert "TIKTOK_CLIENT_KEY" in outcome.err
    assert said in outcome.err
    assert unsaid not in outcome.err, "it has no such option, or is it itself"


def test_login_by_hand_without_a_paste_says_so(app, run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    outcome = run("auth", "login", "--no-browser")
    assert outcome.code == 3
    assert "Nothing was pasted. Start the login again" in outcome.err


def test_status_shows_all_users_without_any_call(app, run):
    assert run("auth", "status", "--json").json == {"users": [], "exit_code": 3}
    log_in(run, "--user", "alice")
    served = app.stats()["served"]
    outcome = run("auth", "status")
    assert outcome.code == 0
    assert outcome.out.startswith("alice\n")
    (user,) = run("auth", "status", "--json").json["users"]
    assert user["name"] == "alice"
    assert user["good"] is True
    assert run("auth", "status", "--user", "bob").code == 3
    assert app.stats()["served"] == served
    assert not any(token in outcome.out + outcome.err for token in tokens())


def test_login_that_is_over_exits_3(app, run):
    log_in(run)
    path = Path(os.environ["TIKTOK_ASYNC_TOKENS"])
    old = re.sub(r'"(refresh_)?expires_at":\s*[\d.]+', r'"\1expires_at":1.0', path.read_text())
    path.write_text(old)
    outcome = run("auth", "status")
    assert outcome.code == 3
    assert "over; log in with" in outcome.out


def test_refresh_renews_and_shows_no_token(app, run):
    log_in(run)
    before = tokens()
    outcome = run("auth", "refresh")
    assert outcome.code == 0
    assert outcome.err.startswith("renewed\n")
    assert not set(before) & set(tokens())
    assert not any(token in outcome.err for token in tokens())
    assert run("auth", "refresh", "--json").json["good"] is True


def test_logout_revokes_and_forgets(app, run):
    log_in(run)
    found = run("auth", "logout", "--json").json
    assert found["revoked"] is True
    assert app.stats()["by_endpoint"]["oauth.revoke"] == 1
    assert tokens() == []
    assert run("auth", "logout").code == 3


def test_logout_here_alone_makes_no_call(app, run, monkeypatch):
    log_in(run)
    served = app.stats()["served"]
    for name in ("KEY", "SECRET"):
        monkeypatch.delenv(f"TIKTOK_CLIENT_{name}")
    outcome = run("auth", "logout", "--local-only")
    assert outcome.code == 0
    assert "stays connected" in outcome.err
    assert tokens() == []
    assert app.stats()["served"] == served


@pytest.mark.usefixtures("hasty")
def test_logout_keeps_the_tokens_if_nothing_was_revoked(app, run, monkeypatch):
    log_in(run)
    monkeypatch.setenv("TIKTOK_BASE_URL", "http://127.0.0.1:9")
    outcome = run("auth", "logout")
    assert outcome.code == 5
    assert "--local-only" in outcome.err
    assert len(tokens()) == 2


def test_one_of_several_users_must_be_named(app, run):
    log_in(run, "--user", "alice")
    path = Path(os.environ["TIKTOK_ASYNC_TOKENS"])
    document = json.loads(path.read_text())
    (entries,) = [value for value in document.values() if isinstance(value, list)]
    entries.append({**entries[0], "open_id": "other", "name": "bob"})
    path.write_text(json.dumps(document))
    assert len(run("auth", "status", "--json").json["users"]) == 2
    for words in (["refresh"], ["logout", "--local-only"]):
        outcome = run("auth", *words)
        assert outcome.code == 2
        assert "other" in outcome.err
    assert run("auth", "logout", "--local-only", "--user", "bob").code == 0
    assert [one["name"] for one in run("auth", "status", "--json").json["users"]] == ["alice"]


@posix
def test_token_file_that_others_may_read_is_refused(app, run):
    log_in(run)
    Path(os.environ["TIKTOK_ASYNC_TOKENS"]).chmod(0o644)
    outcome = run("auth", "status")
    assert outcome.code == 2
    assert "tokens.json" in outcome.err
    found = run("doctor", "--json").json
    assert "tokens.json" in found["token file"]
    assert found["exit_code"] == 2


def test_doctor_tells_who_is_logged_in(app, run):
    assert run("doctor", "--json").json["users"].startswith("nobody")
    log_in(run, "--user", "alice")
    outcome = run("doctor", "--json")
    assert outcome.json["user alice"].startswith("login until 2")
    assert not any(token in outcome.out for token in tokens())
