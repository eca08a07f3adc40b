"""The TikTok Research API: a guide.

Every call goes through `ResearchClient`. What comes in pages is one object with three faces:

```python
from datetime import date
from tiktok_async import ResearchClient
from tiktok_async.research import F

where = F.region_code.in_("US", "CA") & (F.keyword == "hello world") & ~(F.username == "spam")

async with ResearchClient() as research:            # TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET
    query = research.videos.query(where, start=date(2022, 6, 15), end=date(2022, 12, 28))
    page = await query                              # the first page
    async for video in query:                       # every video, each id once
        print(video.id, video.view_count)
    async for page in query.pages():                # page by page
        print(len(page.items), page.has_more)
```

## Whole, or it says why not

`async for` ends normally only when the whole answer was given. Otherwise it raises, and the error
carries `reason` and `state`; `query.resume_from(error.state)` goes on there, also days later and in
another process (the state is plain JSON). `await query.collect()` never raises for that: it
returns a `Collection` with `items`, `complete`, `stopped`, `holes` and `state`.

## Spans of days

`start` and `end` are UTC days, both inclusive, as far apart as you like. The provider takes at most
30 days a query and does not say whether its `end_date` is inclusive, so the span is cut into
windows, each asked for up to the first day of the next and keeping only its own videos.
Windows run side by side on request, still in order and without losing what was paid for:

```python
    async with query.concurrent(windows=8, buffer_pages=16) as rows:
        async for video in rows:
            ...
```

The last day is asked for as far as it has come: a video appears up to 48 hours late, and its
numbers up to 10 days late.

## The filter

Fields of `F`: `create_date username region_code video_id hashtag_name keyword music_id effect_id
video_length view_count comment_count`. Operators: `==`, `.in_(...)`, `>`, `>=`, `<`, `<=`, joined
by `&`, `|`, `~`. The provider's grammar is flat: conditions that all hold, one group of which at
least one holds, and conditions of which none holds. An expression that this cannot carry, such as
`(a & b) | c`, is refused with the reason. Values are checked before any call is spent.
`query.to_dict()` is the wire object, `Query.from_dict()` reads it back, and `parse_where` reads
the command line's text form.

## Quotas

1,000 requests and 100,000 records a day; followers and following 20,000 and 2,000,000, counted
apart. A request is counted before it is sent, failed ones included (the provider counts them too),
in a file that all your processes share. When the quota is spent, `QuotaExhaustedError.reset_at`
says when it starts anew. `await research.quota(DAILY)` tells what is left. Calls to a loopback
address, such as the emulator's, are counted in memory only.

A search id may die while a collection waits for the next day; its window then starts anew, and the
rows that are known are paid for again. So for a query with very many rows choose `window_days` such
that one window fits well into one day's quota.

## What the provider does, and what is done about it

| what happens | what is done |
| --- | --- |
| short or empty pages with has_more | goes on, up to 10 empty pages in a row |
| 500, 504 in HTML, a cut body, a reset | the same page again, at most 5 attempts, growing waits |
| `Search Id ... is invalid` | the page again, 5 times from 5 s; then the window anew |
| 429 `rate_limit_exceeded` | all calls wait; then one probe, then half the rate |
| 429 `daily_quota_limit_exceeded` | ends as `quota_exhausted`, no further call |
| the token dies | one renewal for all callers, one replay |
| a cursor stands, a page repeats, a search id lacks | asked again twice, then ends so named |
| a requested field is missing in a row | the model's field is None |
| a field that nobody knows | kept in `model.extra` |

Every error class is drawn in `tiktok_async.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.research.client import ResearchClient
    from tiktok_async.research.endpoints import DAILY, SOCIAL
    from tiktok_async.research.query import F, Query
    from tiktok_async.research.where import parse_where

_load = lazy_names(
    __name__,
    {
        "DAILY": "endpoints",
        "SOCIAL": "endpoints",
        "F": "query",
        "Query": "query",
        "ResearchClient": "client",
        "parse_where": "where",
    },
)


def __getattr__(name: str) -> object:
    return _load(name)


__all__ = ["DAILY", "SOCIAL", "F", "Query", "ResearchClient", "parse_where"]
