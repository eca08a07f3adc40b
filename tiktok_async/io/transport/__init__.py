"""One connection at a time: made, spoken on, and closed.

`Stream` moves bytes, `Dialer` makes it, a parser reads what came (h11, or the one of aiohttp, which
is written in C), and `Link` is the three together: what a session's pool is made of. `GivenLink` is
the same over a transport of httpx that the caller brought.

Rules: nothing here retries, pools or counts; a failure leaves as a `Fault`, which names its row of
the retry table.
"""
