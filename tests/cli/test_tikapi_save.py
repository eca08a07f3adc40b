"""`tikapi save`: videos of posts to disk, each with an outcome of its own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shlex
import signal
from types import SimpleNamespace

import pytest

from tests.cli.conftest import emulating, tikapi_variables
from tests.cli.test_processes import finished, posix, running, wait_for
from tiktok_async.cli.tikapi.wanted import Listed, Named, thing_of
from tiktok_async.emulator import Fault
from tiktok_async.errors import InputError

USER = ("--username", "joe1234567")
MEDIA = "tikapi.media"


@pytest.fixture
def posts(customer, run, tmp_path):
    """A file of a user's first posts."""
    path = tmp_path / "posts.jsonl"
    sec_uid = run("tikapi", "public", "check", *USER).json["user"]["secUid"]
    words = ["--sec-uid", sec_uid, "--limit", 12, "-o", path]
    assert run("tikapi", "public", "posts", *words).code == 0
    return path


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def films_of(path):
    """Return the ids of the posts of a file that have a video."""
    return [row["id"] for row in rows_of(path) if row["video"].get("playAddr")]


def test_file_of_posts_is_saved_whole_and_byte_for_byte(customer, run, tmp_path, posts):
    folder = tmp_path / "deep" / "videos"
    outcome = run("tikapi", "save", posts, "-o", folder, "--json")
    assert outcome.code == 0
    films = films_of(posts)
    assert outcome.json["saved"] == len(films) > 5
    assert outcome.json["no_video"] == 12 - len(films)
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{id_}.mp4" for id_ in films)
    links = {row["id"]: row["video"] for row in rows_of(posts)}
    for item in outcome.json["items"]:
        if item["status"] == "saved":
            video = links[item["post"]]
            found = (folder / f"{item['post']}.mp4").read_bytes()
            due = {
                customer.media_of(video[name]).sha256()
                for name in ("playAddr", "downloadAddr")
                if name in video
            }
            assert hashlib.sha256(found).hexdigest() == item["sha256"]
            assert item["sha256"] in due
    assert customer.stats()["tikapi"]["key_leaks"] == 0


@pytest.mark.parametrize(
    ("folder", "code", "said"),
    [
        pytest.param("a-file", 2, "a-file is a file: write the name of a folder", id="file"),
        pytest.param("a-file/v", 1, "cannot be made: Not a directory. Make room", id="in-a-file"),
    ],
)
def test_folder_that_cannot_be_is_said_before_a_call(  # noqa: PLR0917  # fixtures
    customer, run, tmp_path, folder, code, said
):
    (tmp_path / "a-file").touch()
    before = customer.stats()["served"]
    for words in (["tikapi", "save", "7318790705772075087", "-o"], ["demo", "--output-dir"]):
        outcome = run(*words, tmp_path / folder)
        assert outcome.code == code
        assert said in outcome.err
        assert "Errno" not in outcome.err
    assert customer.stats()["served"] == before


def test_second_run_skips_what_is_there(customer, run, tmp_path, posts):
    words = ["tikapi", "save", posts, "-o", tmp_path / "v"]
    assert run(*words).code == 0
    outcome = run(*words)
    assert outcome.code == 0
    assert f"{len(films_of(posts))} skipped: there already" in outcome.err
    assert "0 videos of 0 B" in outcome.err


def test_post_by_id_or_link_is_looked_up_once_and_not_if_it_is_there(
    customer, run, tmp_path, posts
):
    first, second, *_ = films_of(posts)
    link = f"https://www.tiktok.com/@joe1234567/video/{second}?lang=en"
    customer.reset()
    words = ["tikapi", "save", first, link, first, "-o", tmp_path / "v"]
    assert run(*words).code == 0
    assert {file.stem for file in (tmp_path / "v").iterdir()} == {first, second}
    assert customer.stats()["by_endpoint"]["tikapi.public.video"] == 2
    assert run(*words).code == 0
    assert customer.stats()["by_endpoint"]["tikapi.public.video"] == 2


def test_posts_come_from_standard_input(customer, run, tmp_path, posts, monkeypatch):
    stdin = SimpleNamespace(buffer=io.BytesIO(posts.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    outcome = run("tikapi", "save", "-", "-o", tmp_path / "v", "--json")
    assert outcome.json["saved"] == len(films_of(posts))


def test_one_that_fails_stops_no_other(customer, run, tmp_path, posts):
    lines = posts.read_text().splitlines()
    posts.write_text("\n".join([lines[0], "{oops", '{"nickname": "x"}', "", *lines[1:3]]))
    outcome = run("tikapi", "save", "1", posts, "-o", tmp_path / "v")
    assert outcome.code == 6
    assert "3 of 6 failed" in outcome.err
    assert f"line 2 of {posts}: " in outcome.err
    assert f"line 3 of {posts}: It is no post" in outcome.err
    assert "  1: " in outcome.err
    assert "try the rest again with: tiktok-async tikapi save 1" in outcome.err
    assert len(list((tmp_path / "v").iterdir())) == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("an essay", "write the rows of a list of posts", id="no-json"),
        pytest.param('{"id": "1", "video": 5}', "$.video", id="other-object"),
    ],
)
def test_file_of_other_things_is_no_fault_of_an_answer(customer, run, tmp_path, line, said):
    path = tmp_path / "essay.txt"
    path.write_text(line)
    outcome = run("tikapi", "save", path, "-o", tmp_path / "v")
    assert outcome.code == 2
    assert f"line 1 of {path}: It is no post" in outcome.err
    assert said in outcome.err
    assert "report it" not in outcome.err
    assert "answer" not in outcome.err


def test_many_failures_are_not_all_told(customer, run, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("{}\n" * 25)
    outcome = run("tikapi", "save", path, "-o", tmp_path / "v")
    assert outcome.code == 6
    assert outcome.err.count("line ") == 10
    assert "and 15 more" in outcome.err


def test_single_post_that_cannot_be_had_is_an_error(customer, run, tmp_path):
    outcome = run("tikapi", "save", "1", "-o", tmp_path / "v", "--quiet")
    assert outcome.code == 1
    assert outcome.err.startswith("1: ")


def test_expired_links_are_renewed_if_wished(customer, run, tmp_path, posts):
    text = posts.read_text().replace("expire=17", "expire=10")
    rows = [json.loads(line) for line in text.splitlines()][:2]
    old = tmp_path / "old.jsonl"
    old.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    stopped = run("tikapi", "save", old, "-o", tmp_path / "v")
    assert stopped.code == 6
    assert "again with: " in stopped.err
    assert stopped.err.endswith(" --renew\n")
    outcome = run("tikapi", "save", old, "-o", tmp_path / "v", "--renew", "--json")
    assert outcome.code == 0
    assert outcome.json["saved"] == 2


def test_links_of_an_emulator_before_are_renewed_if_wished(run, tmp_path):
    path, folder = tmp_path / "tag.jsonl", tmp_path / "v"
    words = ["tikapi", "public", "hashtag", "--name", "fyp", "--limit", 2, "--emulator"]
    assert run(*words, "-o", path).code == 0
    stopped = run("tikapi", "save", path, "-o", folder, "--emulator")
    assert stopped.code == 6
    assert "The link is of another emulator than the one that is asked" in stopped.err
    assert stopped.err.endswith("  --renew looks posts up again whose links are over\n")
    assert run("tikapi", "save", path, "-o", folder, "--emulator", "--renew").code == 0


def test_spent_quota_ends_it_and_keeps_what_was_saved(customer, run, tmp_path, posts):
    films = films_of(posts)[:4]
    customer.faults.add(Fault("quota_exhausted", "tikapi.public.video", after=2, times=None))
    outcome = run("tikapi", "save", *films, "-o", tmp_path / "v")
    customer.faults.clear()
    assert outcome.code == 4
    assert outcome.err.startswith("stopped: ")
    assert {file.stem for file in (tmp_path / "v").iterdir()} == set(films[:2])


@posix
@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGINT, 130, id="INT"), pytest.param(signal.SIGTERM, 143, id="TERM")],
)
def test_signal_leaves_whole_videos_and_the_same_command_gets_the_rest(tmp_path, number, code):
    with emulating(media_bytes=400_000, short_pages=False, latency=0.01) as emulator:
        environment = {**os.environ, **tikapi_variables(emulator)}
        all_of_them = map(emulator.world.video, range(40))
        videos = [str(video.id()) for video in all_of_them if video.is_visible]
        folder = tmp_path / "v"
        emulator.faults.add(Fault("drip", MEDIA, times=None, size=20_000, seconds=0.02))
        with running("tikapi", "save", *videos, "-o", folder, env=environment) as process:
            wait_for(emulator, 20)
            process.send_signal(number)
            _, told = process.communicate(timeout=20)
        assert process.returncode == code
        assert told.startswith({130: "interrupted\n", 143: "terminated\n"}[code])
        whole = list(folder.glob("[0-9]*"))
        assert 0 < len(whole) < len(videos)
        assert {file.stat().st_size for file in whole} == {400_000}
        emulator.faults.clear()
        command = re.search(r"try the rest again with: tiktok-async (.*)", told)
        assert command is not None
        again = finished(*shlex.split(command[1]), env=environment)
        assert again.returncode == 0
        assert f"{len(whole)} skipped" in again.stderr
        left = [file.name for file in folder.iterdir()]
        assert [name for name in left if name.startswith(".")] == []
        assert len(left) > len(whole)


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        pytest.param("7109178205151464746", Named("7109178205151464746"), id="id"),
        pytest.param("https://www.tiktok.com/@a.b/video/71", Named("71"), id="link"),
        pytest.param("tiktok.com/@a/photo/71?x=1", Named("71"), id="photo"),
        pytest.param("https://m.tiktok.com/@a/video/71/", Named("71"), id="mobile"),
        pytest.param("vm.tiktok.com/ZM8abc/", Named("https://vm.tiktok.com/ZM8abc/"), id="short"),
        pytest.param("-", Listed(None), id="stdin"),
    ],
)
def test_word_is_read_as_what_it_is(text, thing):
    assert thing_of(text) == thing


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("no-such-file.jsonl", id="file"),
        pytest.param("https://example.org/@a/video/71", id="host"),
        pytest.param("https://nottiktok.com/@a/video/71", id="look-alike"),
        pytest.param("https://example.org/tiktok.com/@a/video/71", id="path"),
        pytest.param("", id="empty"),
    ],
)
def test_word_that_is_nothing_says_what_to_write(text):
    with pytest.raises(InputError, match="write an id such as"):
        thing_of(text)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["nothing-of-the-kind"], "write an id", id="word"),
        pytest.param(["71", "--concurrency", "0"], "write 1 to 64", id="concurrency"),
        pytest.param([], "requires an argument", id="none"),
    ],
)
def test_usage_errors_exit_2_before_any_call(customer, run, tmp_path, words, said):
    outcome = run("tikapi", "save", *words, "-o", tmp_path / "v")
    assert outcome.code == 2
    assert said in outcome.err
    assert customer.stats()["served"] == 0
