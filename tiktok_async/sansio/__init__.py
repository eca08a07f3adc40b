"""The pure part: values and decisions, with no I/O, no clock and no randomness of their own.

What may live here: endpoint declarations, the wire form of requests and answers, page rules,
the retry table, rate and quota arithmetic. What it must not know: httpx, anyio, aiofiles,
files, sockets, the time. `now` and random numbers are arguments.
"""
