"""What a part keeps of an answer: the text of each row, as the provider wrote it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tiktok_async import convert
from tiktok_async.jobs.pages import lines_as_they_came, with_lines
from tiktok_async.portability.endpoints import PORTABILITY
from tiktok_async.research import F
from tiktok_async.research.endpoints import QueryVideos
from tiktok_async.sansio.wire import Answer
from tiktok_async.tikapi.endpoints.public import ListComments, ListPosts

VIDEOS = QueryVideos(
    query=F.region_code == "US", start_date=date(2024, 1, 1), end_date=date(2024, 1, 2)
)
COMMENTS = ListComments(media_id="7")
POSTS = ListPosts(
    sec_uid="MS4wLjABAAAAbJTnvlhAVoEGk799eGLPoljtc-40TDh1iSJQVmHsd6C2SIbHpU1hPs2o7Xk-AwG8"
)
ROWS = ['{"id": 1, "like_count":2,"new":{"b":1e2,"a":"\\u00e9"}}', '{"id":2}']


@pytest.fixture(params=[True, False], ids=["with-msgspec", "without"], autouse=True)
def backend(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr(convert, "msgspec", None)


def kept(request, body):
    """Return the lines that a job keeps of an answer."""
    api = with_lines(request.api)
    data = api.dialect(request, Answer(200, {}, body)).data
    return lines_as_they_came(request, data, body)


def videos(text):
    return f'{{"data":{{"videos":[{text}],"has_more":false}},"error":{{"code":"ok"}}}}\n'.encode()


def test_rows_are_kept_as_they_were_written():
    assert kept(VIDEOS, videos(", ".join(ROWS))) == [row.encode() for row in ROWS]
    body = f'{{"status":"success","comments":[{",".join(ROWS)}],"has_more":0}}'.encode()
    assert kept(COMMENTS, body) == [row.encode() for row in ROWS]


def test_rows_over_several_lines_become_one_line_each():
    whole = [json.loads(row) for row in ROWS]
    body = videos(",".join(json.dumps(row, indent=1) for row in whole))
    assert kept(VIDEOS, body) == [convert.dumps(row) for row in whole]
    body = json.dumps({"comments": whole, "has_more": 0}, indent=1).encode()
    assert kept(COMMENTS, body) == [convert.dumps(row) for row in whole]


def test_posts_are_kept_with_the_headers_that_their_links_want():
    body = b'{"itemList": [{"id": "1"}], "hasMore": false, "$other": {"videoLinkHeaders": {}}}'
    assert kept(POSTS, body) == [b'{"id":"1","$other":{"videoLinkHeaders":{}}}']


def test_api_whose_answers_have_no_rows_stays_as_it_is():
    assert with_lines(PORTABILITY).dialect is PORTABILITY.dialect
