"""The items of a stage: exact, each once, in order; what is no item is said with file and line."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import convert
from tiktok_async.errors import InputError, MissingExtraError
from tiktok_async.jobs.documents import write_manifest
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Manifest, StageEntry
from tiktok_async.jobs.sources import Tally, check_file, check_job, items_of
from tiktok_async.jobs.spec import FromFile, FromJob, FromStage, Listed, Span, Spec, Stage

ID = 7201388525814961198
USERS = "research.user"
COMMENTS = "research.comments"


def spec_of(source, collect=USERS):
    videos = Stage(
        name="videos", collect="research.videos", where="region_code = US", span=Span(None, None)
    )
    return Spec(name="x", stages=(videos, Stage(name="s", collect=collect, source=source)))


def items(source, root=".", *, collect=USERS, tally=None):
    spec = spec_of(source, collect)
    return list(items_of(spec, spec.stage("s"), Layout(root), tally))


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content", "column", "expected"),
    [
        pytest.param("a.txt", "\ufeffann\r\n\n bob \nann\n", None, ["ann", "bob"], id="text"),
        pytest.param("a.csv", 'id,user name\n1,ann\n2,"bo\nb2"\n', "id", ["1", "2"], id="csv"),
        pytest.param("a.csv", "\ufeffid\n1\n", "id", ["1"], id="csv-with-mark"),
        pytest.param("a.csv", "x,id\n1\n2,\n3,4\n", "id", ["4"], id="csv-short-row"),
        pytest.param("A.CSV", f"id\n{ID}\n", "id", [str(ID)], id="csv-in-capitals"),
        pytest.param("a.jsonl", f'{{"id":{ID}99}}\n\n{{"id":null}}', "id", [f"{ID}99"],
                     id="beyond-64-bits"),
        pytest.param("a.jsonl", '{"a":{"id":1}}\n{"a":{"id":"2"}}', "a.id", ["1", "2"], id="dot"),
        pytest.param("a.jsonl", '{"a.b":1}\n', "a.b", ["1"], id="a-dot-in-the-key"),
        pytest.param("a.jsonl", '{"t":[1,2]}\n{"t":[]}\n', "t", ["1", "2"], id="list"),
        pytest.param("a.jsonl", '"1"\n2\nnull\n', None, ["1", "2"], id="plain-values"),
    ],
)  # fmt: skip
def test_items_of_a_file(tmp_path, name, content, column, expected):
    path = written(tmp_path, name, content)
    assert items(FromFile(path, column), collect=COMMENTS if column else USERS) == expected


def test_items_of_parquet_are_exact(tmp_path, monkeypatch):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"id": [ID, None, ID + 1], "o": [{"n": "a"}, None, {"n": "b"}]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    source = FromFile(tmp_path / "a.parquet", "id")
    assert items(source, collect=COMMENTS) == [str(ID), str(ID + 1)]
    assert items(FromFile(tmp_path / "a.parquet", "o.n")) == ["a", "b"]
    pq.write_table(pa.table({"id": [float(ID), None]}), tmp_path / "f.parquet")
    with pytest.raises(InputError, match=r"f\.parquet, row 1: .* is a fraction"):
        items(FromFile(tmp_path / "f.parquet", "id"))
    with pytest.raises(InputError, match="no column ids: write id"):
        items(FromFile(tmp_path / "a.parquet", "ids"))
    monkeypatch.setattr("tiktok_async.jobs.item_files._BATCH", 1)
    pq.write_table(pa.table({"u": ["a", "b", "@c"]}), tmp_path / "u.parquet")
    with pytest.raises(InputError, match=r"u\.parquet, row 3: "):
        items(FromFile(tmp_path / "u.parquet", "u"))
    written(tmp_path, "no.parquet", "hello")
    with pytest.raises(InputError, match="no Parquet file"):
        items(FromFile(tmp_path / "no.parquet", "id"))


def test_items_of_packed_lines(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    lines = b'{"id":1}\n', b'{"id":2}\n'
    frames = b"".join(map(zstandard.compress, lines))
    path = written(tmp_path, "a.jsonl.zst", frames)
    assert items(FromFile(path, "id"), collect=COMMENTS) == ["1", "2"]
    path = written(tmp_path, "b.jsonl.zst", b"none")
    with pytest.raises(InputError, match="damaged"):
        items(FromFile(path, "id"))


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        pytest.param("a.parquet", "pyarrow", "parquet", id="parquet"),
        pytest.param("a.jsonl.zst", "zstandard", "zstd", id="zstd"),
    ],
)
def test_missing_package_is_named(tmp_path, monkeypatch, name, module, extra):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    path = written(tmp_path, name, b"")
    with pytest.raises(MissingExtraError, match=rf"tiktok-async\[{extra}\]"):
        check_file(FromFile(path, "id"))


@pytest.mark.parametrize(
    ("name", "content", "column", "words"),
    [
        pytest.param("a.txt", "ann\n@bob\n", None, r"a\.txt, line 2: username is '@bob'",
                     id="refused-by-the-endpoint"),
        pytest.param("a.csv", "id,u\n1,ann\n2,b b\n", "u", r"a\.csv, line 3: username",
                     id="refused-in-csv"),
        pytest.param("a.csv", "id,user\n1,a\n", "users", "no column users: write user", id="near"),
        pytest.param("a.csv", "id,user\n1,a\n", None, "one must be named: write one of id, user",
                     id="csv-without-column"),
        pytest.param("a.csv", "u,u\n1,2\n", "u", "more than once", id="column-twice"),
        pytest.param("a.csv", 'u\n"1\n', "u", "line 2: this is no CSV", id="open-quote"),
        pytest.param("a.csv", "", "u", "is empty", id="empty-csv"),
        pytest.param("a.csv", "u\n\n", "u", "holds no items", id="csv-of-a-header"),
        pytest.param("a.txt", "\n \n", None, "holds no items", id="blank-text"),
        pytest.param("a.txt", "ann", "u", "without columns", id="text-with-column"),
        pytest.param("a.txt", b"caf\xe9\n", None, "no text in UTF-8", id="latin"),
        pytest.param("a.jsonl", '{"u":"a"}\n{"u":\n', "u", "line 2: this is no JSON", id="cut"),
        pytest.param("a.jsonl", '{"u":7.0}', "u", "line 1: 7.0 is a fraction", id="fraction"),
        pytest.param("a.jsonl", '{"u":{"v":1}}', "u", "neither text nor", id="object"),
        pytest.param("a.jsonl", '{"u":true}', "u", "neither text nor", id="boolean"),
        pytest.param("a.jsonl", '{"u":1}\n[2]', "u", "line 2: this is no object", id="no-object"),
        pytest.param("a.jsonl", '{"u":1}', None, "one must be named", id="jsonl-without-column"),
        pytest.param("a.jsonl", '{"u":1}\n{"v":1}', "w", "no column w: write one of u", id="none"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_said(tmp_path, name, content, column, words):
    with pytest.raises(InputError, match=words):
        items(FromFile(written(tmp_path, name, content), column))


def test_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match=r"a\.txt is not there; a path is relative"):
        check_file(FromFile(tmp_path / "a.txt"))
    with pytest.raises(InputError, match="cannot be read"):
        check_file(FromFile(tmp_path))


def test_check_looks_at_the_beginning_alone(tmp_path):
    path = written(tmp_path, "a.jsonl", '{"u":"a"}\n{oops')
    check_file(FromFile(path, "u"))


def test_what_is_passed_over_is_counted():
    tally = Tally()
    assert items(Listed(("b", "", "a", "b", " a ")), tally=tally) == ["b", "a"]
    assert (tally.taken, tally.blank, tally.repeated) == (2, 1, 2)


@given(st.lists(st.from_regex(r"[a-z]{1,2}", fullmatch=True), min_size=1, max_size=60))
def test_each_item_comes_once_in_the_order_of_its_first(names):
    assert items(Listed(tuple(names))) == list(dict.fromkeys(names))


def part(layout, stage, shard, rows):
    path = layout.part(stage, shard)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(convert.dumps(row) + b"\n" for row in rows))


def test_items_of_a_stage_come_in_the_order_of_its_shards(tmp_path):
    layout = Layout(tmp_path)
    part(layout, "videos", "u001-00000", [{"username": "d"}])
    part(layout, "videos", "00001", [{"username": "a"}, {"id": 2}, {"username": "c d @"}])
    part(layout, "videos", "00000", [{"username": "b"}, {"username": "a"}])
    tally = Tally()
    found = items(FromStage("videos", "username"), tmp_path, tally=tally)
    assert found == ["b", "a", "c d @", "d"], "what rows hold is not the user's fault"
    assert (tally.blank, tally.repeated) == (1, 1)
    assert items(FromStage("videos", "id"), tmp_path, collect=COMMENTS) == ["2"]
    assert items(FromStage("videos", "id"), tmp_path / "none") == []


def test_damaged_part_is_said(tmp_path):
    layout = Layout(tmp_path)
    part(layout, "videos", "00000", [{"id": 1}])
    with layout.part("videos", "00000").open("ab") as file:
        file.write(b'{"id"')
    with pytest.raises(InputError, match="line 2: this is no row"):
        items(FromStage("videos", "id"), tmp_path)


def other_job(root, status):
    manifest = Manifest(
        job="other",
        spec_sha256="0",
        library="1",
        status=status,
        created_at="2026-01-01T00:00:00Z",
        updated_at="2026-01-01T00:00:00Z",
        stages=(StageEntry(name="posts", collect="research.videos", endpoint="e", status=status),),
    )
    write_manifest(Layout(root), manifest)
    part(Layout(root), "posts", "00000", [{"id": ID}])


def test_items_of_another_job_need_it_to_be_complete(tmp_path):
    source = FromJob(tmp_path, "posts", "id")
    with pytest.raises(InputError, match=r"is no job: there is no manifest\.json"):
        check_job(source)
    other_job(tmp_path, "stopped")
    with pytest.raises(InputError, match="is not complete: first run tiktok-async jobs resume"):
        check_job(source)
    other_job(tmp_path, "complete")
    check_job(source)
    assert items(source, collect=COMMENTS) == [str(ID)]
    with pytest.raises(InputError, match="no stage post: write posts"):
        check_job(FromJob(tmp_path, "post", "id"))
    with pytest.raises(InputError, match="no column ids: write id"):
        check_job(FromJob(tmp_path, "posts", "ids"))
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="no manifest of a job"):
        check_job(source)


def test_many_items_take_little_memory(tmp_path):
    many = 100_000
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{ID + 7 * n}\n" for n in range(many)))
    spec = spec_of(FromFile(path), COMMENTS)
    tracemalloc.start()
    found = sum(1 for _ in items_of(spec, spec.stage("s"), Layout(tmp_path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == many
    assert peak < 12 * 2**20, "a set of texts of this size takes 12 MiB and more"
