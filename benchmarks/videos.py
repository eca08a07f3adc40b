"""Pages of videos as the Research API writes them, with every field of the contract."""

from __future__ import annotations

import random
from typing import Any

from tiktok_async import convert

WORDS = ["summer", "dance", "recipe", "my", "friend", "said", "that", "nobody", "would", "notice"]
TAGS = ["fyp", "foryou", "viral", "comedy", "dance", "été", "café", "learnontiktok", "pov"]


def video(chance: random.Random) -> dict[str, Any]:
    tags = chance.sample(TAGS, 4)
    words = " ".join(chance.choices(WORDS, k=14))
    return {
        "id": 7_300_000_000_000_000_000 + chance.randrange(10**16),
        "create_time": 1_660_000_000 + chance.randrange(10**7),
        "username": f"user{chance.randrange(10**6)}",
        "region_code": chance.choice(["US", "CA", "DE"]),
        "video_description": f"{words} #{' #'.join(tags)}{chance.choice(['', ' 🥰🥰', ' 😂'])}",
        "music_id": 7_100_000_000_000_000_000 + chance.randrange(10**16),
        "like_count": chance.randrange(10**6),
        "comment_count": chance.randrange(10**4),
        "share_count": chance.randrange(10**4),
        "view_count": chance.randrange(10**7),
        "favorites_count": chance.randrange(10**4),
        "effect_ids": [str(chance.randrange(10**8)) for _ in range(chance.randrange(1, 4))],
        "hashtag_names": tags,
        "hashtag_info_list": [
            {
                "hashtag_id": chance.randrange(10**7),
                "hashtag_name": tag,
                "hashtag_description": f"about {tag}",
            }
            for tag in tags
        ],
        "sticker_info_list": [{"sticker_id": chance.randrange(10**7), "sticker_name": "sun"}],
        "effect_info_list": [
            {
                "effect_id": chance.randrange(10**7),
                "effect_name": "Green screen",
                "effect_photo_url": f"https://p16.example/obj/{chance.randrange(10**9)}.png",
            }
        ],
        "video_mention_list": ["someone", "other"][: chance.randrange(3)],
        "video_label": {"content": "", "sink": 0},
        "playlist_id": 7_200_000_000_000_000_000 + chance.randrange(10**16),
        "voice_to_text": " ".join(chance.choices(WORDS, k=40)),
        "is_stem_verified": False,
        "video_duration": chance.randrange(5, 180),
        "video_tag": {"type": "AIGC", "number": 1},
    }


def page(rows: int = 100, *, seed: int = 1, without: frozenset[str] = frozenset()) -> bytes:
    chance = random.Random(seed)  # noqa: S311  # data to measure with, not a secret
    videos = [
        {key: value for key, value in video(chance).items() if key not in without}
        for _ in range(rows)
    ]
    error = {"code": "ok", "message": "", "log_id": "20230113024658F0D7C5D6CA3A9B79C5B9"}
    data = {"videos": videos, "cursor": 100, "has_more": True, "search_id": "7201388525814961198"}
    return convert.dumps({"data": data, "error": error})
