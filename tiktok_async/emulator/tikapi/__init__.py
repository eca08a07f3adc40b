"""TikAPI as the emulator plays it: all 74 endpoints, the media hosts and live chats.

Endpoints, parameters, patterns, limits, examples, codes and the keys around an answer come from
`contract/tikapi.json`. The world is that of the Research side: a user has the same videos in both,
with the same ids, counts, names and times. What accounts do with TikAPI (likes, follows, comments,
messages, live rooms, edits) is kept and seen in later answers of TikAPI, never on the other side.

TikAPI's demo keys are good here, and those that `Emulator.api_key` and `.account_key` give. The
documented example of every parameter stands for something that exists. The same public question in
the same minute has the same answer to the byte, log ids included: see `kept`.

What no source tells, and is as it seemed likely here: which calls cost a credit; what a missing
account key gives (400) and an unknown one (428); the lists of a private user (403, 10216); the
answers of discover by keyword, topics, permissions, past lives, transactions and a new comment;
chat messages other than ChatMessage; where the start of a live room puts its two objects (at the
top). Options of each kind are in `tiktok_async.emulator.tikapi.settings`.
"""
