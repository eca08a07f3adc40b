"""Specs in TOML: each complaint has file, line and key; what is written reads back equal."""

from __future__ import annotations

import importlib.util
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.errors import InputError
from tiktok_async.jobs.lines import Lines
from tiktok_async.jobs.spec import (
    FromFile,
    FromJob,
    FromStage,
    Listed,
    Output,
    RunOptions,
    Span,
    Spec,
    Stage,
)
from tiktok_async.jobs.template import template
from tiktok_async.jobs.toml import dump_spec, load_spec, spec_from

WHOLE = """\
name = "cats-2023"

[[stage]]
name = "videos"
collect = "research.videos"
where = "region_code in (US, CA) and keyword = 'cats'"
start = 2023-01-01
end = "20230331"
shard_days = 10
[stage.params]
max_count = 50
fields = ["id", "username"]

[[stage]]
name = "authors"
collect = "research.user"
from = "videos.username"

[[stage]]
name = "comments"
collect = "research.comments"
items = [7201388525814961198,
  "5"]
limit = 10
items_per_shard = 3

[[stage]]
name = "people"
collect = "tikapi.public.search"
from = { file = "words.csv", column = "word" }
params = { category = "users" }

[[stage]]
name = "me"
collect = "tikapi.user.info"

[[stage]]
name = "more"
collect = "tikapi.public.hashtag by hashtag_id"
from = { job = "../other", stage = "tags", column = "id" }

[[output]]
format = "parquet"
stages = ["videos"]

[run]
concurrency = 20
on_quota = "wait"
on_outage = "wait"
sync_pages = 2
raw = true
profile = "work"
"""


def whole():
    return spec_from(WHOLE, "cats.toml", folder=Path("/data/specs"))


def test_every_key_is_read():
    fields = ("id", "username")
    assert whole() == Spec(
        name="cats-2023",
        stages=(
            Stage(
                name="videos",
                collect="research.videos",
                params=(("fields", fields), ("max_count", 50)),
                where="region_code in (US, CA) and keyword = 'cats'",
                span=Span(date(2023, 1, 1), date(2023, 3, 31), 10),
            ),
            Stage(
                name="authors", collect="research.user", source=FromStage("videos", "username")
            ),
            Stage(
                name="comments",
                collect="research.comments",
                source=Listed(("7201388525814961198", "5")),
                limit=10,
                items_per_shard=3,
            ),
            Stage(
                name="people",
                collect="tikapi.public.search",
                params=(("category", "users"),),
                source=FromFile(Path("/data/specs/words.csv"), "word"),
            ),
            Stage(name="me", collect="tikapi.user.info"),
            Stage(
                name="more",
                collect="tikapi.public.hashtag by hashtag_id",
                source=FromJob(Path("/data/other"), "tags", "id"),
            ),
        ),
        outputs=(Output(format="parquet", stages=("videos",)),),
        run=RunOptions(
            concurrency=20, on_quota="wait", on_outage="wait", sync_pages=2, raw=True,
            profile="work",
        ),
    )  # fmt: skip


def test_written_spec_reads_back_equal():
    spec = whole()
    again = spec_from(dump_spec(spec))
    assert again == spec
    assert again.fingerprint == spec.fingerprint
    assert dump_spec(again) == dump_spec(spec)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip),
)
def test_any_text_reads_back_equal(items, profile):
    stage = Stage(
        name="s",
        collect="tikapi.public.discover_keyword",
        source=Listed(tuple(filter(None, map(str.strip, items)))),
    )
    spec = Spec(name="x", stages=(stage,), run=RunOptions(profile=profile))
    assert spec_from(dump_spec(spec)) == spec


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        # the whole
        pytest.param(
            'name = "cats-2023"',
            'nme = "x"',
            None,
            "nme: there is no such key: write name",
            id="unknown-key",
        ),
        pytest.param('name = "cats-2023"', "", None, "name is missing", id="no-name"),
        pytest.param(
            'name = "cats-2023"',
            'name = "../x"',
            None,
            "name: '../x' is no name",
            id="name-no-folder",
        ),
        pytest.param("[run]", "[rn]", None, "rn: there is no such key: write run", id="section"),
        pytest.param("[[output]]", "[output]", None, "output: ", id="table-for-list"),
        pytest.param("raw = true", "raw = tru", None, "this is no TOML", id="syntax"),
        pytest.param(
            '"authors"', '"Videos"', None, "stage.name: Videos names a stage above", id="name-twice"
        ),
        # kinds
        pytest.param(
            '"research.videos"',
            '"research.video"',
            None,
            "write research.videos",
            id="collect-near",
        ),
        pytest.param(
            'collect = "research.videos"', "", 3, "stage: collect is missing", id="no-collect"
        ),
        pytest.param('"research.videos"', "7", None, "stage.collect: 7 is not a text", id="type"),
        # days
        pytest.param("where =", "#", 3, "where is missing", id="no-where"),
        pytest.param("and keyword", "und keyword", None, "stage.where: Expected", id="filter"),
        pytest.param(
            "start = 2023-01-01",
            'start = "2023-02-30"',
            None,
            "not in the calendar",
            id="no-such-day",
        ),
        pytest.param(
            "start = 2023-01-01", "start = 2023-01-01T00:00:00Z", None, "is no day", id="a-moment"
        ),
        pytest.param(
            "start = 2023-01-01",
            "start = 2024-01-01",
            8,
            "is before start 2024-01-01",
            id="end-before-start",
        ),
        pytest.param(
            "shard_days = 10",
            "shard_days = 31",
            None,
            "out of range: write 1 to 30",
            id="shard-days",
        ),
        pytest.param(
            "shard_days = 10",
            "limit = 5",
            None,
            "asked with where, start and end",
            id="limit-of-a-span",
        ),
        pytest.param(
            "shard_days = 10", 'from = "x.y"', None, "leave this out", id="from-of-a-span"
        ),
        # parameters
        pytest.param(
            "max_count = 50",
            "max_count = 5000",
            None,
            "stage.params.max_count: ",
            id="param-refused",
        ),
        pytest.param("max_count = 50", "max_count = true", None, "whole number", id="param-type"),
        pytest.param(
            "max_count = 50",
            "max_counts = 50",
            None,
            "no such parameter: write max_count",
            id="param-near",
        ),
        pytest.param(
            "max_count = 50", "cursor = 50", None, "pages are followed", id="param-paging"
        ),
        pytest.param(
            "max_count = 50", 'query = "x"', None, "write where, start and end", id="param-query"
        ),
        pytest.param(
            "max_count = 50", "max_count = 1.5", None, "is no parameter", id="param-float"
        ),
        pytest.param('"id", "username"', '"id", "name"', None, "stage.params.fields", id="fields"),
        pytest.param(
            'params = { category = "users" }', "", 27, "category is missing", id="param-missing"
        ),
        pytest.param('"users" }', '"usrs" }', None, "stage.params.category", id="param-inline"),
        # sources
        pytest.param(
            '"videos.username"',
            '"videos.user"',
            None,
            "no column user: write username",
            id="column-near",
        ),
        pytest.param(
            '"videos.username"',
            '"videos.like_count"',
            None,
            "come without like_count",
            id="column-not-among-fields",
        ),
        pytest.param('"videos.username"', '"comments.id"', None, "comes later", id="later-stage"),
        pytest.param('"videos.username"', '"authors.id"', None, "comes later", id="own-stage"),
        pytest.param('"videos.username"', '"vids.username"', None, "write videos", id="stage-near"),
        pytest.param('"videos.username"', '"videos"', None, "a column", id="no-column"),
        pytest.param('from = "videos.username"', "", 14, "from is missing", id="no-source"),
        pytest.param(
            '"videos.username"',
            '{ file = "a", job = "b" }',
            None,
            "stage.from: write",
            id="two-sources",
        ),
        pytest.param('"videos.username"', '{ fil = "a" }', None, "from.fil: ", id="from-key"),
        pytest.param('"videos.username"', "{}", None, "stage.from: write", id="from-nothing"),
        pytest.param(
            'from = "videos.username"',
            'items = ["@a"]',
            None,
            "write it without @",
            id="item-refused",
        ),
        pytest.param('  "5"]', '  "x"]', None, "write the id as digits", id="item-on-its-line"),
        pytest.param('  "5"]', "  1.5]", None, "is no text", id="item-type"),
        pytest.param(
            'items = [7201388525814961198,\n  "5"]',
            "items = [ ]",
            None,
            "list is empty",
            id="no-items",
        ),
        pytest.param("limit = 10", 'from = "videos.id"', 22, "write one of them", id="both"),
        pytest.param("limit = 10", "limit = 0", None, "out of range", id="limit"),
        pytest.param("limit = 10", "limit = true", None, "is not a whole number", id="flag"),
        pytest.param("limit = 10", "start = 2023-01-01", None, "leave this out", id="no-span"),
        pytest.param(
            "items_per_shard = 3", "items_per_shard = 0", None, "out of range", id="items"
        ),
        pytest.param(
            '{ job = "../other", stage = "tags", column',
            '{ job = "../other", column',
            None,
            "stage is missing",
            id="job-without-stage",
        ),
        # outputs and run
        pytest.param('"parquet"', '"parkett"', None, "write parquet", id="format"),
        pytest.param('stages = ["videos"]', 'stages = ["vids"]', None, "write videos", id="output"),
        pytest.param("concurrency = 20", "concurrency = 0", None, "out of range", id="concurrency"),
        pytest.param('on_quota = "wait"', 'on_quota = "wat"', None, "write wait", id="on-quota"),
        pytest.param("raw = true", 'raw = "yes"', None, "true or false", id="raw"),
        pytest.param('profile = "work"', 'profile = ""', None, "is empty", id="profile"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old, new, line, words):
    """`line` is where `old` stands, if it is None."""
    line = line or 1 + WHOLE[: WHOLE.index(old)].count("\n")
    with pytest.raises(InputError) as caught:
        spec_from(WHOLE.replace(old, new, 1), "cats.toml")
    message = str(caught.value)
    assert words in message
    assert message.startswith(f"cats.toml, line {line}: ")


def test_items_of_once_may_be_left_out():
    text = 'name = "x"\n[[stage]]\nname = "me"\ncollect = "tikapi.user.live.list"\n'
    assert spec_from(text).stages[0].source is None
    with pytest.raises(InputError, match="asked once, about nothing"):
        spec_from(f"{text}items = ['x']\n")


def minimal(stage):
    return f'name = "x"\n[[stage]]\nname = "s"\n{stage}\n'


def test_default_fields_that_lack_a_column_are_told():
    text = minimal('collect = "research.user"\nitems = ["a"]')
    more = '[[stage]]\nname = "t"\ncollect = "research.liked"\nfrom = "s.username"\n'
    with pytest.raises(InputError, match=r"line 9: .* come without username: write s\.of_username"):
        spec_from(text.rstrip() + "\n" + more, "x")
    spec_from(text + more.replace("s.username", "s.of_username"))


def test_files_and_today_are_looked_at_on_request(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(minimal('collect = "research.user"\nfrom = { file = "no.txt" }'))
    assert load_spec(path, here=False).stages[0].source == FromFile(tmp_path / "no.txt")
    with pytest.raises(InputError, match=r"x\.toml, line 5: stage\.from: .*no\.txt is not there"):
        load_spec(path)
    (tmp_path / "no.txt").write_text("a\n")
    load_spec(path)
    late = datetime.now(UTC).date() + timedelta(days=2)
    span = f'where = "region_code = US"\nstart = 2023-01-01\nend = {late}'
    path.write_text(minimal(f'collect = "research.videos"\n{span}'))
    load_spec(path, here=False)
    with pytest.raises(InputError, match=r"line 7: stage\.end: .* is after today"):
        load_spec(path)
    path.write_text(
        minimal('collect = "research.user"\nfrom = {job = ".", stage = "a", column = "b"}')
    )
    with pytest.raises(InputError, match=r"line 5: stage\.from: .* is no job"):
        load_spec(path)


@pytest.mark.parametrize(
    ("text", "module", "extra"),
    [
        pytest.param('[[output]]\nformat = "parquet"', "pyarrow", "parquet", id="parquet"),
        pytest.param('[[output]]\nformat = "duckdb"', "duckdb", "duckdb", id="duckdb"),
        pytest.param('[[output]]\nformat = "jsonl.zst"', "zstandard", "zstd", id="zst"),
        pytest.param("[run]\nraw = true", "zstandard", "zstd", id="raw"),
    ],
)
def test_missing_package_is_said_with_its_line(tmp_path, monkeypatch, text, module, extra):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == module else found(name)
    )
    path = tmp_path / "x.toml"
    path.write_text(minimal('collect = "research.user"\nitems = ["a"]') + text)
    load_spec(path, here=False)
    with pytest.raises(InputError, match=rf"line 7: .*tiktok-async\[{extra}\]"):
        load_spec(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "is not there; to begin with one: tiktok-async collect init", id="none"),
        pytest.param(b"\xff\xfe", "no text in UTF-8", id="utf-16"),
        pytest.param(b"", "name is missing", id="empty"),
        pytest.param(b'name = "x"', "there is no stage", id="no-stage"),
        pytest.param(b'name = "x"\nstage = ["y"]', r"write \[\[stage\]\]", id="no-table"),
        pytest.param(b'name = "x', "the last line: this is no TOML", id="open-quote"),
        pytest.param(b"\xef\xbb\xbfname = 3", "not a text", id="byte-order-mark"),
    ],
)
def test_file_that_is_no_spec_is_said(tmp_path, content, words):
    path = tmp_path / "x.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        load_spec(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_spec(tmp_path)


def test_template_is_a_spec_of_three_stages(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(template("a", "a.toml"))
    spec = load_spec(path)
    assert (spec.name, [one.name for one in spec.stages]) == (
        "a",
        ["videos", "authors", "comments"],
    )
    assert spec.run == RunOptions()
    commented = [
        line.removeprefix("# ") for line in path.read_text().splitlines()
        if line.startswith("# ") and " = " in line
    ]  # fmt: skip
    assert len(commented) > 5
    for line in commented:
        tomllib.loads(line)


# ---- lines


TRICKY = '''\
# [[stage]]
name = "a # [x]"
a.b."c.d" = 1
multi = """
[[stage]]
no = "q"
x\\\\\\""" # still
""""" # end
lit = \'\'\'it's
\\\'\'\'
arr = [ # comment ]
  "x", # one
  { k = 1, l = [2,
    3] },
]
when = 2023-01-01 00:00:00
[[stage]]
name = "one"
from = { file = "u.csv", column = "c" }
[stage.params]
fields = ["id",
 "x"]
[[stage]] # two
"na\\u006de" = 'two'
[a."e.f"]
g = 1'''


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_of_keys_are_found_among_strings_and_comments(newline):
    text = TRICKY.replace("\n", newline)
    tomllib.loads(text)
    lines = Lines(text)
    expected = {
        ("name",): 2, ("a", "b", "c.d"): 3, ("multi",): 4, ("lit",): 9, ("arr",): 11,
        ("arr", 0): 12, ("arr", 1, "k"): 13, ("arr", 1, "l", 1): 14, ("when",): 16,
        ("stage", 0): 17, ("stage", 0, "name"): 18, ("stage", 0, "from", "column"): 19,
        ("stage", 0, "params"): 20, ("stage", 0, "params", "fields", 1): 22, ("stage", 1): 23,
        ("stage", 1, "name"): 24, ("a", "e.f", "g"): 26,
        ("stage", 1, "nothing", "here"): 23, ("nowhere",): 1,
    }  # fmt: skip
    assert {path: lines.of(path) for path in expected} == expected


KEYS = st.from_regex(r"[a-z]{1,3}|\"[a-z .#=\[\]]{1,4}\"", fullmatch=True)
VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-2.5",
            "true",
            '"x # y"',
            "'a\"b'",
            "2023-01-01",
            '"""\n[t]\nk = 1\n"""',
            "'''a\n'''",
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda them: "[" + ", # c\n".join(them) + "\n]"),
        inner.map(lambda one: f"{{ k = {one}, j.k = 2 }}"),
    ),
    max_leaves=5,
)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=6, unique_by=lambda pair: pair[0].strip('"')))
def test_lines_of_any_document_are_where_its_keys_begin(pairs):
    text, expected = "", {}
    for key, value in pairs:
        text += "# c\n"
        expected[(tomllib.loads(f"{key} = 0").popitem()[0],)] = text.count("\n") + 1
        text += f"{key} = {value}\n"
    tomllib.loads(text)
    lines = Lines(text)
    assert {path: lines.of(path) for path in expected} == expected
