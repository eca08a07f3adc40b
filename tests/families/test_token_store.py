"""Token stores: private, whole or not at all, for several users, apps and processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anyio
import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_provider import KEY, OPEN_ID, SECRET, serving, token

import tiktok_async
from tiktok_async import ConfigError, MissingExtraError
from tiktok_async.io.lock import held, locked
from tiktok_async.oauth import (
    FileTokenStore,
    KeyringTokenStore,
    MemoryTokenStore,
    StoredToken,
    default_store,
)
from tiktok_async.oauth.document import read_document, write_document

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tiktok_async.oauth import TokenStore

pytestmark = pytest.mark.anyio

ROOT: Final = Path(tiktok_async.__file__).parent.parent


class FakeKeyring:
    """A desktop's key store, in memory."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, name: str) -> str | None:
        """Return an entry."""
        if self.locked:
            raise RuntimeError(f"locked; I hold {self.entries}")
        return self.entries.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        """Keep an entry."""
        self.get_password(service, name)
        self.entries[service, name] = value


@pytest.fixture(autouse=True)
async def patience(anyio_backend: str) -> AsyncIterator[None]:
    """End a test that hangs."""
    with anyio.fail_after(40):
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tokens.json"


@pytest.fixture(params=["file", "memory", "keyring"])
def store(request: Any, path: Path) -> TokenStore:
    makers: dict[str, Callable[[], TokenStore]] = {
        "file": lambda: FileTokenStore(path),
        "memory": MemoryTokenStore,
        "keyring": lambda: KeyringTokenStore(FakeKeyring(), locks=path.parent),
    }
    return makers[request.param]()


# ---- every store


async def test_token_comes_back_as_it_was(store: TokenStore) -> None:
    assert await store.tokens() == ()
    full = token(name="alice")
    bare = token(open_id="b", refresh_token=None, expires_at=None, refresh_expires_at=None)
    await store.save(full)
    await store.save(bare)
    assert await store.tokens() == (full, bare)


async def test_users_and_apps_are_kept_apart_and_replaced_one_by_one(store: TokenStore) -> None:
    mine, hers, other = token(), token(open_id="b"), token(client_key="k2")
    for one in (mine, hers, other):
        await store.save(one)
    newer = token(access_token="act.1", name="me")
    await store.save(newer)
    assert set(await store.tokens()) == {newer, hers, other}
    await store.delete(mine)
    await store.delete(mine)
    assert await store.tokens() == (hers, other)


async def test_one_user_is_held_by_one_and_another_user_is_free(store: TokenStore) -> None:
    order = []

    async def hold(word: str) -> None:
        async with store.exclusive(token()):
            order.append(f"{word}+")
            await asyncio.sleep(0.05)
            async with store.exclusive(token(open_id="b")):
                await store.save(token(access_token=word))
            order.append(f"{word}-")

    await asyncio.gather(hold("a"), hold("b"))
    assert order in (["a+", "a-", "b+", "b-"], ["b+", "b-", "a+", "a-"])


async def test_waiting_for_a_user_can_be_cancelled(store: TokenStore) -> None:
    async def hold() -> None:
        async with store.exclusive(token()):
            raise AssertionError

    async with store.exclusive(token()):
        task = asyncio.create_task(hold())
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
    async with store.exclusive(token()):
        pass


async def test_secret_of_a_store_is_not_shown(store: TokenStore) -> None:
    await store.save(token())
    assert "act.0" not in repr(store) + repr(await store.tokens()) + str(await store.tokens())


async def test_hundred_users_at_once_lose_none(store: TokenStore) -> None:
    await asyncio.gather(*(store.save(token(open_id=str(n))) for n in range(100)))
    assert {one.open_id for one in await store.tokens()} == {str(n) for n in range(100)}


# ---- the file


async def test_file_and_folder_are_the_owners_alone(path: Path) -> None:
    old = os.umask(0)
    try:
        await FileTokenStore(path).save(token())
        async with FileTokenStore(path).exclusive(token()):
            pass
    finally:
        os.umask(old)
    modes = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}
    assert len(modes) == 3


async def refused(store: FileTokenStore, words: str) -> None:
    """Check that a store takes nothing, gives nothing, and leaves its file alone."""
    before, mode = content_and_mode(store.path)
    for work in (
        store.tokens,
        lambda: store.save(token(open_id="b")),
        lambda: store.delete(token()),
    ):
        with pytest.raises(ConfigError, match=words) as caught:
            await work()
        assert "act." not in str(caught.value)
    assert content_and_mode(store.path) == (before, mode)


def content_and_mode(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), path.stat().st_mode


async def saved(path: Path) -> FileTokenStore:
    """Return a store whose file holds a token."""
    store = FileTokenStore(path)
    await store.save(token())
    return store


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o660])
async def test_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    store = await saved(path)
    os.chmod(path, mode)  # noqa: PTH101  # a path's own method is taken for slow in a coroutine
    await refused(store, f"{path} may be read .* chmod u=rw,go= ")


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
async def test_folder_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    store = await saved(path)
    path.parent.chmod(mode)
    await refused(store, "chmod u=rwx,go= ")


async def test_file_of_another_owner_is_refused(path: Path, monkeypatch: Any) -> None:
    store = await saved(path)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    await refused(store, "belongs to another user")


async def test_link_in_the_place_of_the_file_is_refused(path: Path) -> None:
    other = await saved(path.parent / "elsewhere.json")
    os.symlink(other.path, path)  # noqa: PTH211  # as above
    await refused(FileTokenStore(path), "cannot be used")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "damaged", id="empty"),
        pytest.param(b'{"version": 1, "tokens": [{"access_token": "act.', "damaged", id="torn"),
        pytest.param(b"[]", "damaged", id="list"),
        pytest.param(b'{"version": 1}', "damaged", id="no-tokens"),
        pytest.param(b'{"version": 1, "tokens": [7]}', "damaged", id="no-token"),
        pytest.param(b'{"version": "1", "tokens": []}', "damaged", id="no-version"),
        pytest.param(b"\xff\xfe", "damaged", id="binary"),
        pytest.param(b'{"version": 2, "tokens": []}', "later version", id="later"),
    ],
)
async def test_damaged_file_is_an_error_and_never_overwritten(
    path: Path, content: bytes, words: str
) -> None:
    store = await saved(path)
    with open(path, "wb") as file:  # noqa: ASYNC230, PTH123  # as above
        file.write(content)
    await refused(store, f"{path} .*{words}")


@given(st.data())
def test_document_with_anything_in_a_field_is_read_or_refused(data: st.DataObject) -> None:
    raw = json.loads(write_document([token(), token(open_id="b")]))
    name = data.draw(st.sampled_from(sorted(raw["tokens"][0])))
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=3
    )
    raw["tokens"][1][name] = data.draw(json_values)
    try:
        found = read_document(json.dumps(raw).encode(), "it")
    except ConfigError:
        return
    assert len(found) == 2
    assert all(isinstance(one, StoredToken) for one in found)
    assert read_document(write_document(found), "it") == found


async def test_disk_that_refuses_leaves_the_old_file_whole(path: Path, monkeypatch: Any) -> None:
    store = FileTokenStore(path)
    await store.save(token())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"No space left on device\. Name another"):
        await store.save(token(access_token="act.1"))
    monkeypatch.undo()
    assert await store.tokens() == (token(),)
    assert not list(path.parent.glob("*.part"))


async def test_leavings_of_a_killed_process_are_removed(path: Path) -> None:
    store = FileTokenStore(path)
    await store.save(token())
    left = path.with_name(f".{path.name}.0badcafe.part")
    left.write_bytes(b"act.secret")
    assert await store.tokens() == (token(),)
    await store.save(token(access_token="act.1"))
    assert not left.exists()


async def test_default_place_is_of_the_environment_or_the_state_directory(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("TIKTOK_ASYNC_TOKENS", raising=False)
    assert default_store().path == tmp_path / "tiktok-async" / "tokens.json"
    monkeypatch.setenv("TIKTOK_ASYNC_TOKENS", str(tmp_path / "mine.json"))
    assert default_store().path == FileTokenStore().path == tmp_path / "mine.json"


async def test_lock_that_is_never_free_is_given_up(path: Path) -> None:
    path.parent.mkdir()
    async with held(path):
        with pytest.raises(ConfigError, match=r"for 0\.05 seconds") as caught:
            async with held(path, wait=0.05, work="a test"):
                pass
    assert caught.value.message.startswith("Another task of this program has held ")
    assert caught.value.message.endswith(", for a test.")
    assert caught.value.retryable


_HOLD: Final = textwrap.dedent("""
    import asyncio, pathlib, sys
    from tiktok_async.io.lock import held

    async def main():
        async with held(pathlib.Path(sys.argv[1])):
            print("held", flush=True)
            sys.stdin.read()

    asyncio.run(main())
""")


async def test_lock_of_another_process_names_it_until_it_ends(path: Path) -> None:
    path.parent.mkdir()
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(  # noqa: S603, ASYNC220  # ours, and it is waited for
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(ConfigError, match=f"Process {other.pid} has held ") as caught:
            async with held(path, wait=0.05):
                pass
        assert "if it hangs, find and end it and the lock is free" in caught.value.hint
        other.stdin.close()
        other.wait(20)
    async with held(path, wait=5.0):
        pass


@pytest.mark.parametrize("left", [b"", b"\0nonsense", b"\0" + b"9" * 50])
async def test_lock_of_somebody_who_left_no_name_is_given_up_too(path: Path, left: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(left)  # noqa: ASYNC240  # an instant
    with locked(path), pytest.raises(ConfigError, match="Another process has held") as caught:
        async with held(path, wait=0.05):
            pass
    assert "fuser" in caught.value.hint


# ---- processes

_RENEW: Final = textwrap.dedent("""
    import asyncio, sys
    sys.path.insert(0, {tests!r})
    from token_provider import Caller, TokenProvider
    from tiktok_async.oauth import FileTokenStore
    from tiktok_async.testing import FakeClock

    async def main():
        clock = FakeClock()
        clock.advance(7000)
        print("ready", flush=True)
        sys.stdin.readline()
        async with Caller(TokenProvider(url={url!r}), FileTokenStore({path!r}), clock) as caller:
            print(await caller.call(), flush=True)

    asyncio.run(main())
""")


async def _script(source: str, **values: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        source.format(**values),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )


async def test_two_processes_refresh_once_and_both_have_the_new_token(path: Path) -> None:
    await FileTokenStore(path).save(token())
    here = str(Path(__file__).parent)
    async with serving(latency=0.3) as provider:
        started = [
            await _script(_RENEW, tests=here, url=provider.url, path=str(path)) for _ in range(2)
        ]
        for process in started:
            await process.stdout.readline()  # type: ignore[union-attr]
        found = await asyncio.gather(*(process.communicate(b"\n") for process in started))
    assert [out.decode().strip() for out, _ in found] == ["act.1", "act.1"]
    assert provider.refreshes == ["rft.0"]
    (stored,) = await FileTokenStore(path).tokens()
    assert stored.refresh_token is not None
    assert stored.refresh_token.reveal() == "rft.1"


_ROTATE: Final = textwrap.dedent("""
    import asyncio, sys
    sys.path.insert(0, {tests!r})
    from token_provider import token
    from tiktok_async.oauth import FileTokenStore

    async def main():
        store = FileTokenStore({path!r})
        for n in range(1, 100_000):
            await store.save(token(access_token=f"act.{{n}}", refresh_token=f"rft.{{n}}"))
            print(n, flush=True)

    asyncio.run(main())
""")


@pytest.mark.parametrize("lines", [1, 7, 30])
async def test_kill_at_any_time_loses_no_pair_that_was_saved(path: Path, lines: int) -> None:
    """What was said to be saved is there, or a later one; and the file is whole."""
    process = await _script(_ROTATE, tests=str(Path(__file__).parent), path=str(path))
    for _ in range(lines):
        said = int(await process.stdout.readline())  # type: ignore[union-attr]
    await asyncio.sleep(0.001 * lines)
    process.send_signal(signal.SIGKILL)
    rest, _ = await process.communicate()
    said = max([said, *map(int, rest.split())])
    (stored,) = await FileTokenStore(path).tokens()
    number = int(stored.access_token.reveal().removeprefix("act."))
    assert number in {said, said + 1}
    assert stored.refresh_token == token(refresh_token=f"rft.{number}").refresh_token
    await FileTokenStore(path).save(token())
    assert await FileTokenStore(path).tokens() == (token(),)


# ---- the key store


async def test_key_store_that_refuses_is_named_without_its_words(path: Path) -> None:
    keyring = FakeKeyring()
    store = KeyringTokenStore(keyring, locks=path.parent)
    await store.save(token())
    keyring.locked = True
    for work in (store.tokens(), store.save(token())):
        with pytest.raises(ConfigError, match="refused: RuntimeError") as caught:
            await work
        assert "act.0" not in str(caught.value) + repr(caught.value.__cause__)


def test_key_store_that_is_not_installed_names_the_extra(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingExtraError, match=r"tiktok-async\[keyring\]"):
        KeyringTokenStore()


def test_stored_token_has_no_public_secret() -> None:
    shown = repr(token()) + str(attrs.asdict(token()))
    assert not [part for part in ("act.0", "rft.0", SECRET) if part in shown]
    assert KEY in shown
    assert OPEN_ID in shown
