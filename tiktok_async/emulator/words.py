"""What the inhabitants of the world say, and what things are called there.

Data only. Lists that are indexed by bits have a length that is a power of two.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = (
    "ana", "ben", "cleo", "dario", "elif", "farid", "grace", "hana",
    "ivo", "jun", "kofi", "lina", "mateo", "nadia", "omar", "priya",
    "quinn", "rosa", "sven", "tala", "uma", "viktor", "wanda", "xavi",
    "yuki", "zoe", "amara", "bjorn", "chidi", "dunja", "emeka", "frida",
)  # fmt: skip

PHRASES: Final = (
    "hello world", "good morning", "wait for it", "day in my life", "part two",
    "you asked for this", "so proud", "never again", "my cat again", "street food",
    "learn with me", "first try", "new recipe", "on the road", "behind the scenes",
    "story time", "this is art", "no words", "small wins", "late night thoughts",
    "election day", "climate march", "vaccine facts", "health tips", "book club",
    "garden tour", "city lights", "old photos", "dance practice", "guitar cover",
    "math trick", "science fair", "history lesson", "language hack", "travel diary",
    "football goals", "match day", "morning run", "yoga flow", "home office",
    "budget meal", "thrift finds", "makeup look", "hair routine", "outfit check",
    "unboxing", "repair guide", "wood work", "paint with me", "clay pots",
    "funny dog", "parrot talks", "horse ride", "sea waves", "mountain view",
    "snow day", "summer rain", "sunset walk", "night market", "train ride",
    "lol", "trust me", "watch until the end", "🎉 party time 🎉",
)  # fmt: skip

HASHTAGS: Final = (
    "fyp", "foryou", "viral", "avengers", "pov", "song", "dance", "comedy",
    "learnontiktok", "cooking", "travel", "catsoftiktok", "dogs", "music", "art", "football",
    "news", "history", "science", "booktok", "fitness", "health", "climate", "election",
    "fashion", "makeup", "diy", "garden", "gaming", "anime", "trainingseason", "newsong",
)  # fmt: skip

REMARKS: Final = (
    "so good", "first", "where is this?", "😂😂😂", "love it ❤️", "part 2 please", "same here",
    "who else came back", "this made my day", "call me at ***********", "no way", "true",
    "teach me", "write to ****@****", "underrated", "",
)  # fmt: skip

BIOS: Final = (
    "", "cooking and travel", "she/her 🌍", "music every day", "mail me: see link", "student",
    "dad of two", "official account",
)  # fmt: skip

SPOKEN: Final = (
    "hello world and welcome back to my channel", "today we are going to try something new",
    "tell me in the comments what you think", "so this happened on the way home",
    "here are three things that nobody tells you", "let us see how it turns out",
    "thank you all for ten thousand followers", "watch closely what happens next",
)  # fmt: skip

STICKERS: Final = ("poll", "question", "countdown", "captions")

WARES: Final = ("lamp", "mug", "scarf", "brush", "notebook", "speaker", "bottle", "backpack")

RATINGS: Final = ("FIVE", "FIVE", "FIVE", "FOUR", "FOUR", "THREE", "TWO", "ONE")

REGION_SHARES: Final = {
    "US": 740, "CA": 120, "GB": 190, "BR": 300, "ID": 330, "MX": 230, "DE": 110, "FR": 110,
    "IT": 90, "ES": 100, "PL": 60, "TR": 130, "VN": 160, "TH": 140, "PH": 170, "PK": 140,
    "JP": 110, "KR": 50, "NG": 60, "EG": 80, "SA": 80, "AU": 50, "AR": 90, "CO": 100,
}  # fmt: skip
"""Out of 4096 accounts; the remaining ones are shared out evenly over the other regions."""
