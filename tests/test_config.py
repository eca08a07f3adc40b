"""Settings: which of several counts, and which base URLs are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.client import Runtime, base_url_of, options_of
from tiktok_async.config import (
    Limits,
    Options,
    Timeouts,
    checked_base_url,
    config_path,
    is_loopback,
    load_profile,
    setting,
)
from tiktok_async.errors import ConfigError, CredentialsMissingError, TikTokError
from tiktok_async.events import Event
from tiktok_async.io.ledger import MemoryLedger, SQLiteLedger, default_path
from tiktok_async.io.session import Session
from tiktok_async.research.client import ResearchClient
from tiktok_async.research.endpoints import RESEARCH
from tiktok_async.sansio.quota import DailyQuota

if TYPE_CHECKING:
    import ipaddress
    from pathlib import Path

VARIABLES = (
    "TIKTOK_CLIENT_KEY",
    "TIKTOK_CLIENT_SECRET",
    "TIKTOK_ACCESS_TOKEN",
    "TIKTOK_BASE_URL",
    "TIKTOK_ASYNC_CONFIG",
    "TIKTOK_ASYNC_LEDGER",
)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test an environment without settings, and a home of its own."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TIKTOK_ASYNC_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("TIKTOK_ASYNC_LEDGER", str(tmp_path / "quota.sqlite"))


def write(tmp_path: Path, text: str) -> None:
    """Write the config file."""
    (tmp_path / "config.toml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("given_value", "variable", "profile", "expected"),
    [
        pytest.param("argument", "env", "file", "argument", id="argument-first"),
        pytest.param(None, "env", "file", "env", id="environment-second"),
        pytest.param(None, None, "file", "file", id="profile-third"),
        pytest.param(None, "", "file", "file", id="empty-variable-is-none"),
        pytest.param(None, None, None, None, id="nothing"),
    ],
)
def test_setting_is_argument_then_environment_then_profile(
    monkeypatch: pytest.MonkeyPatch,
    given_value: str | None,
    variable: str | None,
    profile: str | None,
    expected: str | None,
) -> None:
    if variable is not None:
        monkeypatch.setenv("TIKTOK_CLIENT_KEY", variable)
    found = None if profile is None else {"tiktok_client_key": profile}
    assert setting(given_value, "TIKTOK_CLIENT_KEY", found) == expected


def test_profile_is_the_named_one_or_the_default(tmp_path: Path) -> None:
    write(tmp_path, '[profile.default]\ntiktok_client_key = "a"\n[profile.b]\ntiktok_pkce = ""\n')
    assert load_profile() == {"tiktok_client_key": "a"}
    assert load_profile("b") == {"tiktok_pkce": ""}


def test_key_that_nothing_reads_is_named_and_its_value_is_not(tmp_path: Path) -> None:
    write(tmp_path, '[profile.default]\ntiktok_clint_key = "a-key"\n')
    with pytest.raises(ConfigError, match="no use for tiktok_clint_key: its keys are") as caught:
        load_profile()
    assert "tiktok_client_key" in str(caught.value)
    assert "a-key" not in str(caught.value)


def test_profile_without_a_file_is_empty() -> None:
    assert load_profile() == {}


def test_profile_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, "[profile.work]\n")
    with pytest.raises(ConfigError, match=r"'home'.*work"):
        load_profile("home")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("not toml [", id="no-toml"),
        pytest.param("profile = 3\n", id="profile-is-a-number"),
        pytest.param('profile = "default"\n', id="profile-is-a-text"),
        pytest.param("[profile]\ndefault = 3\n", id="default-is-a-number"),
    ],
)
def test_config_file_that_makes_no_sense_is_a_config_error(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_profile()


def test_config_file_that_is_no_text_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_profile()


def test_config_file_lies_in_the_users_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TIKTOK_ASYNC_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path() == tmp_path / "tiktok-async" / "config.toml"


@pytest.mark.parametrize(
    ("url", "clean_url"),
    [
        pytest.param("https://open.tiktokapis.com", "https://open.tiktokapis.com", id="plain"),
        pytest.param("https://open.tiktokapis.com/", "https://open.tiktokapis.com", id="slash"),
        pytest.param(" https://a.test\n", "https://a.test", id="white-space"),
        pytest.param("https://a.test:8443/proxy/", "https://a.test:8443/proxy", id="port-and-path"),
        pytest.param("http://127.0.0.1:8080", "http://127.0.0.1:8080", id="loopback"),
        pytest.param("http://localhost", "http://localhost", id="localhost"),
        pytest.param("http://[::1]:8080", "http://[::1]:8080", id="loopback-6"),
    ],
)
def test_base_url_is_https_or_http_to_a_loopback_address(url: str, clean_url: str) -> None:
    assert checked_base_url(url) == clean_url


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://open.tiktokapis.com", id="http"),
        pytest.param("http://127.0.0.1.evil.test", id="loopback-as-a-prefix"),
        pytest.param("http://localhost.evil.test", id="localhost-as-a-prefix"),
        pytest.param("http://localhost@evil.test", id="loopback-as-a-user"),
        pytest.param("http://evil.test#@127.0.0.1", id="loopback-in-the-fragment"),
        pytest.param("http://evil.test\\@127.0.0.1", id="backslash"),
        pytest.param("http://0.0.0.0", id="any-address"),
        pytest.param("ftp://127.0.0.1", id="ftp"),
        pytest.param("//127.0.0.1", id="no-scheme"),
        pytest.param("open.tiktokapis.com", id="host-alone"),
        pytest.param("", id="empty"),
        pytest.param("https://", id="no-host"),
        pytest.param("https://user@a.test", id="user"),
        pytest.param("https://user:pw@a.test", id="password"),
        pytest.param("https://a.test?x=1", id="query"),
        pytest.param("https://a.test?", id="empty-query"),
        pytest.param("https://a.test#x", id="fragment"),
        pytest.param("https://a.test:port", id="port-is-a-word"),
        pytest.param("https://a.test:99999", id="port-too-large"),
        pytest.param("https://[::1", id="bracket"),
        pytest.param("https://a.te\nst", id="line-break"),
        pytest.param("https://a b.test", id="space"),
    ],
)
def test_base_url_of_any_other_kind_is_a_config_error(url: str) -> None:
    with pytest.raises(ConfigError):
        checked_base_url(url)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_base_url_error_never_shows_a_password(scheme: str) -> None:
    with pytest.raises(ConfigError) as raised:
        checked_base_url(f"{scheme}://joe:hunter2@a.test")
    assert "hunter2" not in str(raised.value)


@given(st.text(max_size=30))
def test_base_url_of_any_text_is_taken_or_a_config_error(text: str) -> None:
    for url in (text, f"https://{text}", f"http://{text}"):
        try:
            assert checked_base_url(url).lower().startswith(("https://", "http://"))
        except ConfigError:
            continue


@given(st.ip_addresses(v=4).filter(lambda address: not address.is_loopback))
def test_base_url_of_http_to_any_other_address_is_refused(address: ipaddress.IPv4Address) -> None:
    with pytest.raises(ConfigError):
        checked_base_url(f"http://{address}")


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1:1", True), ("https://localhost/x", True), ("https://a.test", False)],
)
def test_loopback_is_told_apart(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_base_url_falls_back_to_the_providers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert base_url_of(RESEARCH, None, {}) == "https://open.tiktokapis.com"
    assert base_url_of(RESEARCH, None, {"tiktok_base_url": "https://c.test/"}) == "https://c.test"
    monkeypatch.setenv("TIKTOK_BASE_URL", "https://b.test/")
    assert base_url_of(RESEARCH, None, {"tiktok_base_url": "https://c.test"}) == "https://b.test"
    assert base_url_of(RESEARCH, "https://a.test", {}) == "https://a.test"
    with pytest.raises(ConfigError):
        base_url_of(RESEARCH, "http://a.test", {})


def test_family_has_its_own_time_limits_unless_options_are_given() -> None:
    timeouts = options_of(RESEARCH, None).timeouts
    assert (timeouts.read, timeouts.deadline) == (300.0, 900.0)
    given_options = Options(timeouts=Timeouts(read=1.0))
    assert options_of(RESEARCH, given_options) is given_options


def test_time_limits_are_always_set() -> None:
    assert Timeouts() == Timeouts(connect=10.0, write=30.0, read=60.0, pool=5.0, deadline=120.0)


DOCUMENTED = DailyQuota("q", 1_000, 100_000)


@pytest.mark.parametrize(
    ("limits", "documented", "expected"),
    [
        pytest.param(Limits(), DOCUMENTED, DOCUMENTED, id="default"),
        pytest.param(Limits(), None, None, id="nothing-documented"),
        pytest.param(
            Limits(requests_per_day=5), DOCUMENTED, DailyQuota("q", 5, 100_000), id="requests"
        ),
        pytest.param(
            Limits(records_per_day=5), DOCUMENTED, DailyQuota("q", 1_000, 5), id="records"
        ),
        pytest.param(
            Limits(requests_per_day=None), DOCUMENTED, DailyQuota("q", None, 100_000), id="no-limit"
        ),
        pytest.param(
            Limits(requests_per_day=0), DOCUMENTED, DailyQuota("q", 0, 100_000), id="zero"
        ),
    ],
)
def test_quota_is_the_documented_one_unless_a_setting_says_otherwise(
    limits: Limits, documented: DailyQuota | None, expected: DailyQuota | None
) -> None:
    assert limits.quota_of(documented) == expected


def credential_of(**arguments: Any) -> str:
    """Return the name of the credential that a client chooses."""
    made: Any = ResearchClient(**arguments)
    name: str = made._scope.credential.name
    return name


def test_credentials_come_from_argument_then_environment_then_profile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(
        tmp_path,
        '[profile.default]\ntiktok_client_key = "file"\ntiktok_client_secret = "s"\n',
    )
    assert credential_of() == "client:file"
    monkeypatch.setenv("TIKTOK_CLIENT_KEY", "env")
    assert credential_of() == "client:env"
    assert credential_of(client_key="argument") == "client:argument"


def test_token_given_as_argument_wins_over_an_app_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIKTOK_CLIENT_KEY", "env")
    monkeypatch.setenv("TIKTOK_CLIENT_SECRET", "s")
    assert credential_of(token="clt.x") == "token"


@pytest.mark.parametrize("arguments", [{}, {"client_key": "a"}, {"client_secret": "s"}])
def test_missing_credentials_name_what_is_missing_and_what_to_do(arguments: Any) -> None:
    with pytest.raises(CredentialsMissingError, match=r"missing.*TIKTOK_CLIENT_KEY"):
        ResearchClient(**arguments)


def test_app_key_given_as_argument_is_never_replaced_by_a_token_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", "clt.other")
    with pytest.raises(CredentialsMissingError, match="client_secret"):
        ResearchClient(client_key="a")


def test_client_of_a_loopback_host_counts_quota_in_memory(tmp_path: Path) -> None:
    def ledger_of(base_url: str) -> object:
        return ResearchClient(token="t", base_url=base_url)._ledger

    assert isinstance(ledger_of("http://127.0.0.1:1"), MemoryLedger)
    assert isinstance(ledger_of("https://a.test"), SQLiteLedger)
    assert default_path() == tmp_path / "quota.sqlite"
    assert not (tmp_path / "quota.sqlite").exists()


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_with_options_refuses_a_timeout_that_is_none(timeout: float) -> None:
    client = ResearchClient(token="t", base_url="http://127.0.0.1:1")
    with pytest.raises(TikTokError, match="seconds above zero"):
        client.with_options(timeout=timeout)


def test_with_options_takes_seconds_or_every_limit_apart() -> None:
    client = ResearchClient(token="t", base_url="http://127.0.0.1:1")
    hasty = client.with_options(timeout=5.0)._scope.options.timeouts
    assert (hasty.read, hasty.deadline, hasty.connect) == (5.0, 5.0, 10.0)
    assert client.with_options(timeout=Timeouts(read=1))._scope.options.timeouts.read == 1


def test_session_and_listener_are_given_by_name() -> None:
    seen: list[Event] = []
    session = Session()
    client = ResearchClient(
        token="t", base_url="http://127.0.0.1:1", session=session, on_event=seen.append
    )
    assert client.session is session
    client._scope.middleware.emit(Event("x"))
    assert seen == [Event("x")]


def test_with_options_changes_only_its_own_client() -> None:
    client = ResearchClient(token="t", base_url="http://127.0.0.1:1", runtime=Runtime())
    other = client.with_options(extra_query={"a": "1"})
    assert other._scope.options.extra_query == (("a", "1"),)
    assert client._scope.options.extra_query == ()
    assert other.session is client.session
    assert other.videos._scope is other._scope
