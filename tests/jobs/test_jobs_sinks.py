from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations
from typing import Any

import attrs
import duckdb
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jobs.handmade import BIG, ran, video
from tiktok_async import convert
from tiktok_async.construct import is_model
from tiktok_async.errors import DiskError, InputError
from tiktok_async.io.output.columns import EXTRA, Column, breadth, columns_of
from tiktok_async.io.output.csv import CSVLines
from tiktok_async.jobs.kinds import kinds
from tiktok_async.jobs.sinks import ENDINGS, Batch, Table, format_of, make_sink, placed
from tiktok_async.jobs.sinks.canonical import canonical
from tiktok_async.models import Flag, IdText, Model, Number, Packed, wire
from tiktok_async.research.models import Comment, Video

TABLES = ("csv", "parquet", "sqlite", "duckdb")
STABLE = ("jsonl", "jsonl.zst", "csv", "parquet")
ASKED = Column("of_username", "id")


@attrs.frozen(kw_only=True)
class Inner(Model):
    """What is inside."""

    count: int | None = None
    name: str | None = attrs.field(default=None, metadata=wire("name", "inner_name"))


@attrs.frozen(kw_only=True)
class Odd(Model):
    """A model with a field of every sort."""

    id: int | None = attrs.field(default=None, metadata=wire("id", "odd_id"))
    ref: IdText | None = None
    flag: Flag | None = None
    plain: bool | None = None
    share: float | None = None
    number: Number | None = None
    size: int | None = None
    text: str | None = None
    tags: tuple[str, ...] | None = None
    sizes: tuple[int, ...] | None = None
    one: Inner | None = None
    many: tuple[Inner, ...] | None = attrs.field(default=None, metadata=wire(lone=True))
    packed: Packed[Inner] | None = None
    free: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    any: Any = None


def batch(rows, model=Video):
    lines = [convert.dumps(row) + b"\n" for row in rows]
    return Batch(lines, lambda given: canonical([convert.loads(one) for one in given], model))


def written(path, ending, rows, *, model=Video, columns=None, portion=1000):
    path.mkdir(exist_ok=True)
    target = path / f"rows.{ending}"
    sink = make_sink(target, ending)
    sink.begin(Table("rows", columns or columns_of(model), {"job": "it's */ a test"}))
    for start in range(0, len(rows), portion):
        sink.write(batch(rows[start : start + portion], model))
    sink.finish()
    return target


def read(path):
    ending = path.name.partition(".")[2]
    if ending == "csv":
        with path.open(newline="", encoding="utf-8") as file:
            return [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]
    if ending == "parquet":
        return pq.read_table(path).to_pylist()
    if ending == "sqlite":
        with sqlite3.connect(path) as base:
            base.row_factory = sqlite3.Row
            found = [dict(row) for row in base.execute("SELECT * FROM rows ORDER BY position")]
        base.close()
        return found
    with duckdb.connect(str(path), read_only=True) as base:
        return base.sql("FROM rows ORDER BY position").to_arrow_table().to_pylist()


def opened(value):
    """Return a nested value of a format that has it as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.parametrize("ending", TABLES)
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(7_201_388_525_814_961_198, id="nineteen-digits"),
        pytest.param(2**53 + 1, id="beyond-doubles"),
        pytest.param(BIG, id="beyond-64-bits"),
        pytest.param(str(BIG), id="digits"),
    ],
)
def test_ids_are_exact_as_text(tmp_path, ending, number):
    rows = [video(1), video(2, id=number, music_id=number, effect_ids=["0", str(BIG)])]
    found = read(written(tmp_path, ending, rows))[1]
    assert (found["id"], found["music_id"]) == (str(number), str(number))
    assert opened(found["effect_ids"]) == ["0", str(BIG)]


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.zst"])
def test_lines_are_the_rows_as_they_came(tmp_path, ending):
    rows = [{"video_id": BIG, "favourites_count": 2, "z": None, "a": [1.5]}, video(2)]
    path = written(tmp_path, ending, rows)
    content = path.read_bytes()
    if ending == "jsonl.zst":
        content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    assert content == b"".join(convert.dumps(row) + b"\n" for row in rows)


@pytest.mark.parametrize("ending", TABLES)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param('a "b", c', id="quotes"),
        pytest.param("line\none\rtwo\r\n", id="line-breaks"),
        pytest.param("one\rtwo", id="carriage-return"),
        pytest.param("nul \x00 here", id="nul"),
        pytest.param("🎵 ünïcode \u2028", id="unicode"),
        pytest.param("'; DROP TABLE rows; --", id="sql"),
        pytest.param("007", id="digits"),
    ],
)
def test_text_is_as_it_was(tmp_path, ending, text):
    rows = [video(1, username=text, hashtag_names=[text])]
    (found,) = read(written(tmp_path, ending, rows))
    assert found["username"] == text
    assert opened(found["hashtag_names"]) == [text]


@pytest.mark.parametrize("ending", TABLES)
def test_half_a_surrogate_pair_is_kept_as_its_escape(tmp_path, ending):
    rows = [video(1, username="a \ud83d b", hashtag_names=["\ud83d"]), video(2, username="b")]
    found = read(written(tmp_path, ending, rows))
    assert [row["username"] for row in found] == ["a \\ud83d b", "b"]
    assert opened(found[0]["hashtag_names"]) in (["\\ud83d"], ["\ud83d"])


@pytest.mark.parametrize("ending", TABLES)
def test_what_has_no_column_is_in_extra(tmp_path, ending):
    rows = [video(1, brand_new={"a": BIG}, other=None), video(2)]
    found = read(written(tmp_path, ending, rows))
    assert json.loads(found[0][EXTRA]) == {"brand_new": {"a": BIG}, "other": None}
    assert found[1][EXTRA] is None


@pytest.mark.parametrize("ending", ["parquet", "sqlite", "duckdb"])
@pytest.mark.parametrize(
    "misfit",
    [
        pytest.param({"view_count": 2**63}, id="beyond-64-bits"),
        pytest.param({"view_count": -(2**63) - 1}, id="below-64-bits"),
        pytest.param({"username": 5}, id="number-for-text"),
        pytest.param({"is_stem_verified": 1}, id="number-for-boolean"),
        pytest.param({"view_count": 1.5}, id="fraction"),
        pytest.param({"view_count": True}, id="boolean-for-number"),
    ],
)
def test_what_does_not_fit_is_in_extra(tmp_path, ending, misfit):
    (name,) = misfit
    good = {"view_count": 2**63 - 1, "username": "a", "is_stem_verified": True}
    found = read(written(tmp_path, ending, [video(1, **good), video(2, **misfit)]))
    assert found[0][name] == good[name]
    assert (found[1][name], json.loads(found[1][EXTRA])) == (None, misfit)


@pytest.mark.parametrize("ending", ["parquet", "duckdb"])
def test_a_list_with_a_misfit_is_in_extra(tmp_path, ending):
    rows = [video(1, effect_ids=["1"], hashtag_names=["a", {"b": 1}]), video(2, hashtag_names={})]
    rows.append(video(3, hashtag_names=["a", None], hashtag_info_list=[None]))
    found = read(written(tmp_path, ending, rows))
    assert [row["hashtag_names"] for row in found] == [None] * 3
    assert json.loads(found[2][EXTRA])["hashtag_names"] == ["a", None]
    (alone,) = read(written(tmp_path / "alone", ending, rows[2:]))
    assert json.loads(alone[EXTRA]) == json.loads(found[2][EXTRA])
    assert alone["hashtag_names"] is None
    assert json.loads(found[0][EXTRA]) == {"hashtag_names": ["a", {"b": 1}]}
    assert json.loads(found[1][EXTRA]) == {"hashtag_names": {}}
    assert found[0]["effect_ids"] == ["1"]


@pytest.mark.parametrize("ending", TABLES)
def test_nested_values_are_whole(tmp_path, ending):
    tags = [{"hashtag_id": BIG, "hashtag_name": "a", "odd": 1}, {"hashtag_name": None}]
    rows = [
        video(1, hashtag_info_list=tags, video_tag={"video_tag_type": "AIGC", "number": 1}),
        video(2, hashtag_info_list=[], video_label={"content": "x"}),
        video(3, hashtag_info_list={"hashtag_id": 5}),
    ]
    found = read(written(tmp_path, ending, rows))
    first = opened(found[0]["hashtag_info_list"])[0]
    assert str(first["hashtag_id"]) == str(BIG)
    odd = first["odd"] if "odd" in first else json.loads(first[EXTRA])["odd"]
    assert odd == 1
    assert opened(found[0]["video_tag"])["type"] == "AIGC"
    assert opened(found[1]["hashtag_info_list"]) == []
    assert opened(found[1]["video_label"]) == {"content": "x"}
    assert str(opened(found[2]["hashtag_info_list"])[0]["hashtag_id"]) == "5"
    assert found[2]["video_tag"] is None


@pytest.mark.parametrize("ending", TABLES)
def test_the_item_that_was_asked_for_has_its_column(tmp_path, ending):
    rows = [video(1, of_username="a"), video(2, of_username=BIG), video(3)]
    found = read(written(tmp_path, ending, rows, columns=(*columns_of(Video), ASKED)))
    assert [row["of_username"] for row in found] == ["a", str(BIG), None]
    assert list(found[0])[-2:] == ["of_username", EXTRA]


@pytest.mark.parametrize("ending", TABLES)
def test_no_rows_make_a_file_with_columns(tmp_path, ending):
    path = written(tmp_path, ending, [])
    assert read(path) == []
    if ending == "csv":
        assert path.read_bytes().startswith(b"id,create_time,")


@pytest.mark.parametrize("ending", STABLE)
def test_the_same_rows_make_the_same_bytes(tmp_path, ending, monkeypatch):
    monkeypatch.setattr("tiktok_async.jobs.sinks.files._CHUNK", 100)
    monkeypatch.setattr("tiktok_async.io.output.parquet.GROUP_ROWS", 7)
    rows = [video(number, view_count=number if number % 3 else str(number)) for number in range(50)]
    rows[5]["favourites_count"] = 2**70
    made = []
    for portion in (1000, 7, 3):
        (tmp_path / str(portion)).mkdir()
        made.append(written(tmp_path / str(portion), ending, rows, portion=portion).read_bytes())
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
def test_a_database_holds_a_table_for_each_stage_in_order(tmp_path, ending):
    path = tmp_path / f"all.{ending}"
    sink = make_sink(path, ending)
    for name, model in (("the-videos", Video), ("comments", Comment)):
        sink.begin(Table(name, columns_of(model), {"stage": name, "odd": "*/ it's"}))
        sink.write(batch([{"id": number} for number in (3, 1, 2)], model))
    sink.finish()
    connect = sqlite3.connect if ending == "sqlite" else duckdb.connect
    base = connect(str(path))
    for name in ("the-videos", "comments"):
        query = f'SELECT position, id FROM "{name}" ORDER BY position'  # noqa: S608  # our own
        assert base.execute(query).fetchall() == [(1, "3"), (2, "1"), (3, "2")]
    base.close()


def test_sqlite_has_an_index_on_ids_and_says_what_it_holds(tmp_path):
    base = sqlite3.connect(written(tmp_path, "sqlite", [video(1)]))
    plan = base.execute("EXPLAIN QUERY PLAN SELECT * FROM rows WHERE id = '1'").fetchall()
    assert "rows_id" in plan[0][-1]
    (made,) = base.execute("SELECT sql FROM sqlite_schema WHERE name = 'rows'").fetchone()
    facts = made[made.index("/*") + 2 : made.index("*/\n")]
    assert json.loads(facts) == {"job": "it's */ a test"}
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()


def test_duckdb_says_what_it_holds(tmp_path):
    with duckdb.connect(str(written(tmp_path, "duckdb", [video(1)]))) as base:
        (facts,) = base.execute("SELECT comment FROM duckdb_tables()").fetchone()
    assert convert.loads(facts.encode()) == {"job": "it's */ a test"}


def test_every_kind_has_columns_that_a_database_takes(tmp_path):
    for kind in kinds():
        if not is_model(kind.model):
            continue
        columns = columns_of(kind.model)
        names = [column.name.casefold() for column in (*columns, Column("extra", "json"))]
        assert len(set(names)) == len(names), kind.name
        assert "position" not in names, kind.name


def test_a_model_that_holds_its_own_kind_has_columns():
    replies = next(one for kind in kinds() for one in _all(columns_of(kind.model)) if _own(one))
    assert (replies.kind, replies.many) == ("json", True)
    assert breadth(columns_of(Video)) == 34


def _all(columns):
    for column in columns:
        yield column
        yield from _all(column.fields)


def _own(column):
    return column.kind == "json" and column.name == "reply_comment"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param("a.jsonl", "jsonl", id="jsonl"),
        pytest.param("a.b.JSONL.ZST", "jsonl.zst", id="zst"),
        pytest.param("a.sqlite", "sqlite", id="sqlite"),
    ],
)
def test_the_ending_is_the_format(tmp_path, name, wanted):
    assert format_of(tmp_path / name) == wanted


@pytest.mark.parametrize("name", ["a.txt", "a.zst", "jsonl", "a.db"])
def test_an_ending_that_is_no_format_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"end its name in one of \.jsonl, \.jsonl\.zst"):
        format_of(tmp_path / name)


@pytest.mark.parametrize(
    ("package", "ending", "extra"),
    [
        pytest.param("zstandard", "jsonl.zst", "zstd", id="zstd"),
        pytest.param("pyarrow", "parquet", "parquet", id="parquet"),
        pytest.param("duckdb", "duckdb", "duckdb", id="duckdb"),
    ],
)
def test_a_format_whose_package_is_not_there_is_told(tmp_path, package, ending, extra):
    code = f"""
import sys
from pathlib import Path
sys.modules[{package!r}] = None
from tiktok_async.errors import MissingExtraError
from tiktok_async.jobs.sinks import make_sink
try:
    make_sink(Path({str(tmp_path / "x")!r}), {ending!r})
except MissingExtraError as error:
    print(error)
"""
    assert f'pip install "tiktok-async[{extra}]"' in ran(code)
    assert not (tmp_path / "x").exists()


# What goes to its place.


def test_a_file_has_its_name_when_it_is_whole(tmp_path):
    target = tmp_path / "a.jsonl"
    with placed(target, overwrite=False) as working:
        working.write_bytes(b"x")
        assert not target.exists()
    assert target.read_bytes() == b"x"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def begin_and_fail(path, ending):
    with placed(path, overwrite=True) as working:
        sink = make_sink(working, ending)
        try:
            sink.begin(Table("rows", columns_of(Video)))
            sink.write(batch([video(1)]))
            raise RuntimeError
        finally:
            sink.abandon()


@pytest.mark.parametrize("ending", list(ENDINGS.values()))
def test_what_fails_leaves_what_was_there(tmp_path, ending):
    target = tmp_path / f"a.{ending}"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        begin_and_fail(target, ending)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("there.csv", "is there already", id="there"),
        pytest.param("folder", "is a folder", id="folder"),
        pytest.param("none/a.csv", "There is no folder", id="no-folder"),
    ],
)
def test_a_place_that_is_taken_is_refused(tmp_path, name, words):
    (tmp_path / "there.csv").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=words), placed(tmp_path / name, overwrite=False):
        pytest.fail("it was given a name")
    assert (tmp_path / "there.csv").read_bytes() == b"old"


def test_two_writers_of_one_file_are_one_too_many(tmp_path):
    with placed(tmp_path / "a", overwrite=True) as working:
        working.touch()
        with pytest.raises(InputError, match="Another"), placed(tmp_path / "a", overwrite=True):
            pytest.fail("it was given a name")


FULL = """
import resource, signal, sys
from pathlib import Path
from tests.jobs.handmade import video
from tests.jobs.test_jobs_sinks import batch
from tiktok_async.errors import DiskError
from tiktok_async.io.output.columns import columns_of
from tiktok_async.jobs.sinks import Table, make_sink, placed
from tiktok_async.research.models import Video

import random
chance = random.Random(1)
ending, folder = sys.argv[1], Path(sys.argv[2])
make_sink(folder / "first", ending).abandon()
(folder / "first").unlink()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    with placed(folder / f"a.{ending}", overwrite=False) as working:
        sink = make_sink(working, ending)
        try:
            sink.begin(Table("rows", columns_of(Video)))
            for number in range(1000):
                sink.write(batch([video(number, video_description=chance.randbytes(800).hex())]))
            sink.finish()
        finally:
            sink.abandon()
except DiskError as error:
    print(error.kind, [path.name for path in folder.iterdir()])
"""


@pytest.mark.parametrize("ending", list(ENDINGS.values()))
def test_a_full_disk_leaves_nothing(tmp_path, ending):
    kind, *left = ran(FULL, ending, str(tmp_path)).split()
    assert kind in {"full", "broken"}
    assert left == ["[]"]


def fill(path):
    with placed(path, overwrite=False) as working:
        sink = make_sink(working, "sqlite")
        sink._connection.execute("PRAGMA max_page_count = 8")
        sink.begin(Table("rows", columns_of(Video)))
        try:
            sink.write(batch([video(number, username="x" * 999) for number in range(100)]))
        finally:
            sink.abandon()


def test_a_full_database_is_told_as_a_full_disk(tmp_path):
    with pytest.raises(DiskError) as caught:
        fill(tmp_path / "a")
    assert (caught.value.kind, list(tmp_path.iterdir())) == ("full", [])


# Rows in their model's form.


WRONG = st.sampled_from([None, "x", 1.5, [], {}, [None], [{}]])
WHOLE = st.integers(-9, 9) | st.sampled_from(["7", "007"])
TEXT = st.sampled_from(["a", "7", ""])
INNER = st.fixed_dictionaries(
    {},
    optional={
        "count": WHOLE | st.none(),
        "name": TEXT | st.none(),
        "inner_name": TEXT,
        "odd": st.none() | WHOLE,
    },
)
FIELDS = {
    "id": WHOLE,
    "odd_id": WHOLE,
    "ref": WHOLE,
    "flag": st.booleans() | st.sampled_from([0, 1]),
    "plain": st.booleans(),
    "share": st.floats(-2, 2) | st.integers(-9, 9),
    "number": st.floats(-2, 2) | st.integers(-9, 9),
    "size": WHOLE,
    "text": TEXT,
    "tags": st.lists(TEXT, max_size=2),
    "sizes": st.lists(WHOLE, max_size=2),
    "one": INNER,
    "many": st.lists(INNER, max_size=2) | INNER,
    "packed": INNER | st.just('{"count":"4"}'),
    "free": INNER,
    "any": INNER | WHOLE,
    "new": INNER | st.none(),
}
GOOD = st.fixed_dictionaries({}, optional=FIELDS)
BAD = st.fixed_dictionaries({}, optional={name: WRONG | good for name, good in FIELDS.items()})
ODDS = GOOD | GOOD | GOOD | BAD


def expected(row):
    try:
        return convert.to_dict(convert.decode(Odd, row))
    except convert.DecodeError:
        return None


def given_(row):
    return {key: value for key, value in row.items() if value is not None or key in {"new", EXTRA}}


def ordered(row: dict[str, Any]) -> str:
    """Return the JSON of a row, by which 1, 1.0 and true differ; what is unknown may come first."""
    return json.dumps(row, sort_keys=True)


@settings(max_examples=150)
@given(st.lists(ODDS, max_size=6))
def test_rows_are_as_their_model_would_write_them(rows):
    before = convert.dumps(rows)
    found = canonical(rows, Odd)
    assert convert.dumps(rows) == before
    for row, made in zip(rows, found, strict=True):
        wanted = expected(row)
        if wanted is not None:
            assert convert.loads(convert.dumps(given_(made))) == given_(wanted)
            assert ordered(given_(made)) == ordered(given_(wanted))
        assert canonical([row], Odd) == [made]  # whatever stands beside it


@settings(max_examples=50)
@given(st.lists(ODDS, max_size=6), st.integers(1, 6))
def test_cells_do_not_depend_on_the_rows_beside_them(rows, portion):
    from tiktok_async.io.output.arrow import batch_of, schema_of
    from tiktok_async.jobs.sinks.cells import cells_of

    columns = columns_of(Odd)
    schema = schema_of(columns, {})
    good = canonical(rows, Odd)
    whole = batch_of(good, columns, schema).to_pylist()
    cells = list(zip(*cells_of(good, columns), strict=True))
    for start in range(0, len(good), portion):
        some = good[start : start + portion]
        assert batch_of(some, columns, schema).to_pylist() == whole[start : start + portion]
        some_cells = list(zip(*cells_of(some, columns), strict=True))
        assert repr(some_cells) == repr(cells[start : start + portion])


@given(st.lists(st.fixed_dictionaries({"text": st.text() | st.none(), "id": st.integers()})))
def test_csv_is_what_a_reader_of_csv_reads(rows):
    lines = CSVLines((Column("text", "text"), Column("id", "id")))
    content = (lines.head() + lines.lines(rows)).decode()
    found = list(csv.reader(io.StringIO(content, newline="")))
    assert found[0] == ["text", "id", EXTRA]
    assert found[1:] == [
        [(row["text"] or "").encode("utf-8", "backslashreplace").decode(), str(row["id"]), ""]
        for row in rows
    ]
