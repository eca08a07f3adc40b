"""What each format makes of rows, and what a file holds after each kind of end."""

from __future__ import annotations

import csv
import errno
import json
from itertools import pairwise

import attrs
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DiskError, InputError
from tiktok_async.io.output import OutputFile, columns_of, state_path
from tiktok_async.io.output import parquet as parquet_format
from tiktok_async.io.output.segments import Segments
from tiktok_async.models import Model
from tiktok_async.research.models import Comment, HashtagInfo, User, Video

BIG = 2**70 + 1
FORMATS = (".jsonl", ".csv", ".parquet")
STATE = {"version": 1, "request": "x", "todo": [[0, None]]}


@attrs.frozen(kw_only=True)
class Odd(Model):
    """A model with a fraction in it."""

    share: float | None = None
    size: int | None = None


def video(**fields):
    return convert.to_dict(Video(**fields))


def written(path, rows, model=Video, wanted=None):
    output = OutputFile(path)
    output.open(columns_of(model, wanted), {})
    output.write(rows, 0)
    output.complete()
    return path


def read(path):
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_bytes().splitlines()]
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    return pq.read_table(path).to_pylist()


def ids(path):
    return [int(row["id"]) for row in read(path)]


def test_columns_follow_the_model_and_the_wish():
    columns = columns_of(Comment)
    assert [column.name for column in columns][:3] == ["id", "video_id", "parent_comment_id"]
    assert [column.kind for column in columns][:5] == ["id", "id", "id", "text", "integer"]
    assert [column.name for column in columns_of(Comment, {"text", "id"})] == ["id", "text"]


def test_columns_take_any_spelling_of_a_wish():
    assert [column.name for column in columns_of(Video, {"favourites_count"})] == [
        "favorites_count"
    ]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(7_201_388_525_814_961_198, id="nineteen-digits"),
        pytest.param(BIG, id="beyond-64-bits"),
    ],
)
def test_output_keeps_ids_exact(tmp_path, ending, number):
    path = written(tmp_path / f"rows{ending}", [video(id=number), video(create_time=5)])
    assert str(read(path)[0]["id"]) == str(number)


def test_csv_writes_digits_json_and_empty_cells(tmp_path):
    tags = (HashtagInfo(hashtag_id=BIG, hashtag_name='a "b"'),)
    row = video(id=BIG, hashtag_info_list=tags, is_stem_verified=False, video_description="x,\r\ny")
    found = read(written(tmp_path / "rows.csv", [row]))[0]
    assert found["id"] == str(BIG)
    assert json.loads(found["hashtag_info_list"]) == [{"hashtag_id": BIG, "hashtag_name": 'a "b"'}]
    assert found["is_stem_verified"] == "false"
    assert found["video_description"] == "x,\r\ny"
    assert found["music_id"] == ""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('a "b", c', id="quotes"),
        pytest.param("line\none\rtwo", id="line-breaks"),
        pytest.param("nul \x00 here", id="nul"),
        pytest.param("🎵 ünïcode \u2028", id="unicode"),
    ],
)
@pytest.mark.parametrize("ending", FORMATS)
def test_output_keeps_text_as_it_is(tmp_path, ending, text):
    path = written(tmp_path / f"rows{ending}", [video(id=1, video_description=text)])
    assert read(path)[0]["video_description"] == text


@pytest.mark.parametrize("ending", FORMATS)
def test_output_bears_half_a_surrogate_pair(tmp_path, ending):
    path = written(tmp_path / f"rows{ending}", [video(id=1, video_description="a \ud83d b")])
    assert read(path)[0]["video_description"] in {"a \ud83d b", "a \\ud83d b"}


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_output_puts_what_has_no_column_into_extra(tmp_path, ending):
    row = {**video(id=1, like_count=3), "brand_new": {"a": BIG}}
    path = written(tmp_path / f"rows{ending}", [row], wanted={"id"})
    found = read(path)[0]
    assert list(found) == ["id", "extra"]
    assert json.loads(found["extra"]) == {"like_count": 3, "brand_new": {"a": BIG}}


def test_parquet_puts_what_does_not_fit_into_extra(tmp_path):
    path = written(tmp_path / "rows.parquet", [video(id=1, view_count=2**63)])
    found = read(path)[0]
    assert found["view_count"] is None
    assert json.loads(found["extra"]) == {"view_count": 2**63}


def test_parquet_has_the_types_of_the_model_whatever_comes(tmp_path):
    schema = pq.read_schema(written(tmp_path / "none.parquet", []))
    assert str(schema.field("id").type) == "string"
    assert str(schema.field("like_count").type) == "int64"
    assert str(schema.field("hashtag_names").type) == "list<element: string>"
    fields = schema.field("hashtag_info_list").type.value_type
    assert [field.name for field in fields] == [
        "hashtag_id",
        "hashtag_name",
        "hashtag_description",
        "extra",
    ]
    odd = pq.read_schema(written(tmp_path / "odd.parquet", [], model=Odd))
    assert str(odd.field("share").type) == "double"


def test_parquet_keeps_nested_values_and_unknown_keys(tmp_path):
    row = video(id=1, video_label={"content": "x", "type": 2})
    row["hashtag_info_list"] = [{"hashtag_id": 5, "odd": 1}]
    found = read(written(tmp_path / "rows.parquet", [row]))[0]
    assert json.loads(found["video_label"]) == {"content": "x", "type": 2}
    (tag,) = found["hashtag_info_list"]
    assert tag["hashtag_id"] == "5"
    assert json.loads(tag["extra"]) == {"odd": 1}


@pytest.mark.parametrize("ending", FORMATS)
def test_output_has_its_name_only_when_whole(tmp_path, ending):
    path = tmp_path / f"rows{ending}"
    output = OutputFile(path)
    output.open(columns_of(Video), {})
    output.write([video(id=1)], 0)
    assert not path.exists()
    output.complete()
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", FORMATS)
def test_output_leaves_nothing_when_discarded(tmp_path, ending):
    output = OutputFile(tmp_path / f"rows{ending}")
    output.open(columns_of(Video), {})
    output.discard()
    assert list(tmp_path.iterdir()) == []


def runs_of(path, pieces, model=Video):
    """Write rows, given as (part, id) pairs, in as many runs as there are pieces."""
    for number, piece in enumerate(pieces, 1):
        output = OutputFile(path, resume=number > 1)
        output.open(columns_of(model), {})
        for part, one in piece:
            output.write([video(id=one)], part)
        if number < len(pieces):
            output.keep(STATE, "interrupted")
            assert output.resumable
        else:
            output.complete()
    return path.read_bytes()


@pytest.mark.parametrize("ending", FORMATS)
def test_output_of_several_runs_has_the_bytes_of_one(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(parquet_format, "GROUP_ROWS", 3)
    plan = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (2, 6), (2, 7), (2, 8)]
    # The first run stops with rows of part 1 and 2 at hand; their parts go on behind them.
    pieces = [[plan[0], plan[3], plan[5], plan[6]], [plan[1]], [plan[2], plan[4], plan[7]]]
    broken = runs_of(tmp_path / f"broken{ending}", pieces)
    assert broken == runs_of(tmp_path / f"whole{ending}", [plan])
    assert ids(tmp_path / f"broken{ending}") == list(range(1, 9))
    assert not state_path(tmp_path / f"broken{ending}").exists()


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_output_cuts_what_a_crash_left_behind_the_state(tmp_path, ending):
    path = tmp_path / f"rows{ending}"
    output = OutputFile(path)
    output.open(columns_of(Video), {})
    output.write([video(id=1)], 0)
    output.keep(STATE, "interrupted")
    with path.open("ab") as file:
        file.write(b"half a li")
    again = OutputFile(path, resume=True)
    again.open(columns_of(Video), {})
    again.write([video(id=2)], 0)
    again.complete()
    assert ids(path) == [1, 2]


@pytest.mark.parametrize("ending", FORMATS)
def test_output_resumed_in_vain_is_as_before(tmp_path, ending):
    path = tmp_path / f"rows{ending}"
    output = OutputFile(path)
    output.open(columns_of(Video), {})
    output.write([video(id=1)], 0)
    output.keep(STATE, "interrupted")
    before = {found.name: found.read_bytes() for found in tmp_path.iterdir()}
    again = OutputFile(path, resume=True)
    again.open(columns_of(Video), {})
    again.discard()
    assert {found.name: found.read_bytes() for found in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", FORMATS)
def test_output_refuses_a_file_that_does_not_fit_its_state(tmp_path, ending):
    path = tmp_path / f"rows{ending}"
    output = OutputFile(path)
    output.open(columns_of(Video), {})
    output.write([video(id=1)], 0)
    output.keep(STATE, "interrupted")
    path.write_bytes(b"")
    with pytest.raises(CheckpointMismatchError, match="does not hold the rows"):
        OutputFile(path, resume=True).open(columns_of(Video), {})


def test_output_refuses_a_state_that_is_none(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.touch()
    state_path(path).write_text('{"version": 99}')
    with pytest.raises(CheckpointMismatchError, match="cannot be read as a state"):
        OutputFile(path, resume=True)


def test_output_writes_all_rows_of_a_page_or_none(tmp_path):
    path = tmp_path / "rows.jsonl"
    output = OutputFile(path)
    output.open(columns_of(Video), {})
    output.write([video(id=1)], 0)
    with pytest.raises(InputError):
        output.write([video(id=2), {"id": float("nan")}], 0)
    output.keep(STATE, "output")
    assert ids(path) == [1]


@pytest.mark.parametrize(
    ("there", "options", "words"),
    [
        pytest.param(["a.csv"], {}, "exists", id="whole-file"),
        pytest.param(["a.csv", "a.csv.state.json"], {}, "partial", id="partial-file"),
        pytest.param(["a.csv"], {"resume": True}, "whole already", id="nothing-to-resume"),
    ],
)
def test_output_refuses_to_touch_what_is_there(tmp_path, there, options, words):
    for name in there:
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=words):
        OutputFile(tmp_path / "a.csv", **options)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("rows.txt", "does not say its format", id="unknown-ending"),
        pytest.param("no/rows.csv", "There is no folder", id="no-folder"),
    ],
)
def test_output_refuses_a_place_that_cannot_be(tmp_path, name, words):
    with pytest.raises(InputError, match=words):
        OutputFile(tmp_path / name)


def test_output_into_a_folder_that_is_closed_says_what_to_do(tmp_path, monkeypatch):
    def closed(path, *_):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    output = OutputFile(tmp_path / "a.csv")
    monkeypatch.setattr("tiktok_async.io.output.lock.os.open", closed)
    with pytest.raises(DiskError) as caught:
        output.open(columns_of(Video), {})
    assert caught.value.kind == "permission"
    said = str(caught.value)
    assert "a.csv cannot be written: Permission denied. Make room, or write to another" in said
    assert ".lock" not in said


def test_output_overwrites_a_partial_file_and_its_state(tmp_path):
    path = tmp_path / "rows.csv"
    runs_of(path, [[(0, 1)]])
    state_path(path).write_text("{}")
    output = OutputFile(path, overwrite=True)
    output.open(columns_of(Video), {})
    output.complete()
    assert ids(path) == []
    assert not state_path(path).exists()


def test_output_names_the_columns_of_other_models(tmp_path):
    path = written(tmp_path / "users.csv", [{"username": "joe"}], model=User)
    assert path.read_text().splitlines()[0].startswith("username,display_name")


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=20))
def test_segments_give_every_row_once_in_the_order_of_the_plan(runs):
    segments = Segments()
    for part, rows in runs:
        segments.add(part, rows, rows * 10)
    ranges = segments.ranges()
    covered = sorted((one.row, one.row + one.rows) for one in ranges)
    assert all(before[1] == after[0] for before, after in pairwise(covered))
    assert sum(one.rows for one in ranges) == segments.rows == sum(rows for _, rows in runs)
    assert [one.rows for one in ranges] == [one.rows for one in segments.ordered()]
    if segments.in_order:
        assert ranges == sorted(ranges, key=lambda one: one.row)


@pytest.mark.parametrize("ending", FORMATS)
def test_output_has_one_writer(tmp_path, ending):
    path = tmp_path / f"rows{ending}"
    first, second = OutputFile(path), OutputFile(path)
    first.open(columns_of(Video), {})
    with pytest.raises(InputError, match="Another process is writing"):
        second.open(columns_of(Video), {})
    first.write([video(id=1)], 0)
    first.complete()
    assert ids(path) == [1]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_output_resumed_twice_at_once_goes_on_once(tmp_path):
    path = tmp_path / "rows.jsonl"
    output = OutputFile(path)
    output.open(columns_of(Video), {})
    output.write([video(id=1)], 0)
    output.keep(STATE, "stopped")
    late, early = OutputFile(path, resume=True), OutputFile(path, resume=True)
    early.open(columns_of(Video), {})
    early.write([video(id=2)], 0)
    early.keep(STATE, "stopped")
    with pytest.raises(CheckpointMismatchError):
        late.open(columns_of(Video), {})
    assert [row["id"] for row in read(path)] == [1, 2]
