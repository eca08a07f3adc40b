"""Every section of an export, in every form and era, as typed rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from made_up_export import (
    DAY,
    ID,
    LINK,
    PROFILE,
    SECTIONS,
    Made,
    as_json,
    document,
    full,
    texts,
    zipped,
)

from tiktok_async.errors import InputError
from tiktok_async.portability.archive import Archive, rows
from tiktok_async.portability.archive.sections import BY_KEY, DECLARED

WATCHED = SECTIONS[0]
SAMPLES = Path(__file__).parents[1] / "samples" / "exports"


def each(which: Any = lambda _: True) -> Any:
    """Parametrise a test over sections."""
    found = [pytest.param(one, id=one.name) for one in SECTIONS if which(one)]
    return pytest.mark.parametrize("made", found)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("json")
    return Archive.open(
        zipped(folder / "export.zip", {"TikTok/user_data_tiktok.json": json.dumps(full())})
    )


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("text")
    files = {f"TikTok/Activity/{name}": content for name, content in texts().items()}
    return Archive.open(zipped(folder / "export.zip", files))


def test_made_up_export_has_every_section():
    assert sorted(one.name for one in SECTIONS) == sorted(one.name for one in DECLARED)


def test_no_name_is_of_two_sections():
    assert len(BY_KEY) == sum(len(one.names) for one in DECLARED)


@each()
def test_section_gives_its_rows(made: Made, archive: Archive):
    section = archive.section(made.name)
    assert section.present
    assert tuple(section) == made.rows
    assert (section.count(), section.skipped) == (len(made.rows), 0)


@each(lambda one: one.file)
def test_text_gives_the_rows_of_json(made: Made, text: Archive):
    section = text.section(made.name)
    assert tuple(section) == made.rows
    assert section.skipped == 0


def test_full_export_is_known_whole(archive: Archive):
    assert archive.unknown == ()
    assert (archive.form, archive.era, archive.language) == ("json", "C", None)
    assert {info.state for info in archive.inventory()} == {"present"}


def test_full_text_is_known_whole(text: Archive):
    assert text.unknown == ()
    assert (text.form, text.era, text.language) == ("text", "unknown", "en")
    absent = {info.name for info in text.inventory() if info.state == "absent"}
    assert absent == {one.name for one in SECTIONS if not one.file}


def test_attributes_are_the_sections(archive: Archive):
    assert archive.favorites.videos is archive.section("favorites.videos")
    assert [video.video_id for video in archive.watch_history] == [ID]
    assert archive.profile == rows.Profile(**PROFILE)
    assert archive.settings == {"Privacy": {"Who can see your following list::": "Friends"}}
    assert archive.autofill is not None
    assert archive.autofill.zip_code == "10115"


def test_section_can_be_read_again_and_in_part(archive: Archive):
    section = archive.direct_messages
    first = next(iter(section))
    assert section.first() == first
    assert list(section) == list(section)


def same_rows(one: Archive, other: Archive) -> bool:
    return all(list(one.section(made.name)) == list(other.section(made.name)) for made in DECLARED)


ERA_A_IN_C = {
    "Your Activity": {
        "Watch History": {
            "VideoList": [
                {
                    "Date": "2024-04-20 23:17:46",
                    "Link": "https://www.tiktokv.com/share/video/7359012345678901234/",
                },
                {
                    "Date": "2024-04-20 16:35:40",
                    "Link": "https://www.tiktokv.com/share/video/7358098765432109876/",
                },
            ]
        }
    },
    "Likes and Favorites": {
        "Like List": {
            "App": 1,
            "ItemFavoriteList": [
                {"date": "2024-05-10 14:00:00", "link": "https://tiktok.com/video/liked1"}
            ],
        }
    },
    "Direct Message": {
        "Direct Messages": {
            "ChatHistory": {
                "Chat History with alice:": [
                    {"Date": "2024-06-05 10:00:00", "From": "alice", "Content": "Hey!"}
                ]
            }
        }
    },
    "Profile And Settings": {
        "Profile Info": {"ProfileMap": {"userName": "testuser", "bioDescription": "Just testing"}}
    },
}
ERA_B_IN_C = {
    "Your Activity": {
        "Searches": {"SearchList": [{"Date": "1970-01-01 00:00:00", "SearchTerm": " Gardens "}]},
        "Hashtag": {"HashtagList": [{"HashtagName": "#plants", "HashtagLink": ""}]},
        "Watch History": {
            "VideoList": [
                {
                    "Date": "1970-01-01 00:00:00",
                    "Link": "https://www.tiktokv.com/share/video/1/",
                    "Title": "",
                }
            ]
        },
        "Ad Interests": {"AdInterestCategories": ["Gardening", "Gardening", "Cooking"]},
    },
    "Comment": {
        "Comments": {
            "CommentsList": [
                {
                    "date": "1970-01-01 00:00:00",
                    "comment": "Lovely flowers",
                    "photo": "N/A",
                    "video": "",
                    "sticker": "N/A",
                    "url": "",
                }
            ]
        }
    },
}


@pytest.mark.parametrize(
    ("fragment", "era", "in_c", "found"),
    [
        pytest.param("export_era_a_fragment.json", "A", ERA_A_IN_C, 5, id="A"),
        pytest.param("export_era_b_fragment.json", "B", ERA_B_IN_C, 7, id="B"),
    ],
)
def test_older_eras_give_the_rows_of_2026(
    fragment: str, era: str, in_c: Any, found: int, tmp_path: Path
):
    old = Archive.open(SAMPLES / fragment)
    new = Archive.open(as_json(tmp_path / "user_data_tiktok.json", in_c))
    assert old.era == era
    assert sum(section.count() for section in old.sections()) == found
    assert same_rows(old, new)
    assert old.unknown == new.unknown == ()


OLD_NAMES = {
    "watch_history": ("Activity", "Video Browsing History", "VideoList"),
    "likes": ("Activity", "Like List", "ItemFavoriteList"),
    "favorites.videos": ("Activity", "Favorite Videos", "FavoriteVideoList"),
    "followers": ("Activity", "Follower List", "FansList"),
    "following": ("Activity", "Following List", "Following"),
    "searches": ("Activity", "Search History", "SearchList"),
    "purchases.gifts_sent": ("Activity", "Purchase History", "SendGifts", "SendGifts"),
    "purchases.gifts_bought": ("Activity", "Purchase History", "BuyGifts", "BuyGifts"),
    "posts": ("Video", "Videos", "VideoList"),
    "direct_messages": ("Direct Messages", "Chat History", "ChatHistory"),
    "profile": ("Profile", "Profile Information", "ProfileMap"),
    "settings": ("App Settings", "Settings", "SettingsMap"),
    "blocked": ("App Settings", "Block", "BlockList"),
    "ads.interests": ("Ads and Data", "Ad Interests", "AdInterestCategories"),
    "coin_purchases": (
        *("Income Plus Wallet Transactions", "Coin Purchase History"),
        "CoinPurchaseHistoryList",
    ),
}


@each(lambda one: one.name in OLD_NAMES)
def test_section_is_found_under_its_old_names(made: Made, tmp_path: Path):
    old = attrs.evolve(made, path=OLD_NAMES[made.name])
    archive = Archive.open(as_json(tmp_path / "user_data.json", document(old)))
    assert tuple(archive.section(made.name)) == made.rows


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(("Something New", "Watch History", "VideoList"), id="unknown-parent"),
        pytest.param(("Watch History", "VideoList"), id="no-parent"),
        pytest.param(("Your Activity", "Watch History"), id="no-list-key"),
        pytest.param(("YOUR ACTIVITY", "watch_history", "Video List"), id="case-and-spaces"),
        pytest.param(("Your Activity", "Watch History", "Videos Watched"), id="new-list-key"),
    ],
)
def test_section_is_found_wherever_it_stands(path: tuple[str, ...], tmp_path: Path):
    made = attrs.evolve(WATCHED, path=path)
    archive = Archive.open(as_json(tmp_path / "export.json", document(made)))
    assert tuple(archive.watch_history) == made.rows
    assert archive.unknown == ()


@pytest.mark.parametrize(
    ("roots", "era"),
    [
        pytest.param(("Activity", "Comment"), "A", id="A"),
        pytest.param(("Your Activity", "App Settings"), "B", id="B"),
        pytest.param(("Your Activity", "Profile And Settings"), "C", id="C"),
        pytest.param(("Activity", "Likes and Favorites"), "mixed", id="A-and-C"),
        pytest.param(("Activity", "Ads and Data", "Something"), "A", id="case-and-unknown"),
        pytest.param(("Comment",), "unknown", id="in-every-era"),
        pytest.param(("Something",), "unknown", id="in-none"),
        pytest.param((), "unknown", id="nothing"),
    ],
)
def test_era_is_told_by_the_roots(roots: tuple[str, ...], era: str, tmp_path: Path):
    path = as_json(tmp_path / "user_data.json", {root: {} for root in roots})
    assert Archive.open(path).era == era


def test_parts_of_two_eras_are_one_archive(tmp_path: Path):
    likes = next(one for one in SECTIONS if one.name == "likes")
    watched = attrs.evolve(WATCHED, path=OLD_NAMES["watch_history"])
    archive = Archive.open(as_json(tmp_path / "user_data.json", document(likes, watched)))
    assert archive.era == "mixed"
    assert tuple(archive.likes) == likes.rows
    assert tuple(archive.watch_history) == watched.rows


def test_copies_of_a_section_count_once_and_others_all(tmp_path: Path):
    value = full()
    settings, activity = value["Profile And Settings"], value["Your Activity"]
    assert settings["Off TikTok Activity"] == activity["Off TikTok Activity"]
    once = Archive.open(as_json(tmp_path / "same.json", value))
    assert once.ads.off_tiktok.count() == 1
    more = {"TimeStamp": DAY, "Source": "other.example", "Event": "View"}
    settings["Off TikTok Activity"] = {"OffTikTokActivityDataList": [more]}
    both = Archive.open(as_json(tmp_path / "other.json", value))
    sources = [event.source for event in both.ads.off_tiktok]
    assert sorted(map(str, sources)) == ["other.example", "shop.example"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"Watch History": None}, id="section-null"),
        pytest.param({"Watch History": []}, id="section-list"),
        pytest.param({"Watch History": {}}, id="section-object"),
        pytest.param({"Watch History": ""}, id="section-text"),
        pytest.param({"Watch History": "N/A"}, id="section-not-available"),
        pytest.param({"Watch History": {"VideoList": None}}, id="list-null"),
        pytest.param({"Watch History": {"VideoList": []}}, id="list-list"),
        pytest.param({"Watch History": {"VideoList": {}, "App": 1}}, id="list-object"),
        pytest.param({"Watch History": {"App": 1, "IsFastLane": False}}, id="metadata-only"),
    ],
)
def test_empty_section_is_empty_in_every_form(content: dict[str, Any], tmp_path: Path):
    archive = Archive.open(as_json(tmp_path / "user_data.json", {"Your Activity": content}))
    section = archive.watch_history
    assert (section.state, section.empty, section.present, bool(section)) == (
        *("empty", True, False),
        False,
    )
    assert (list(section), section.count(), section.skipped) == ([], 0, 0)
    assert archive.likes.state == "absent"
    assert archive.unknown == ()


@pytest.mark.parametrize(
    ("bad", "skipped"),
    [
        pytest.param([1, "x", None, [], {}], 5, id="no-objects"),
        pytest.param([{"Colour": "red"}], 1, id="nothing-of-it"),
        pytest.param([{"Date": "", "Link": "N/A"}], 1, id="all-empty"),
        pytest.param("Sunday", 1, id="text"),
        pytest.param({"Date": DAY, "Link": LINK}, 0, id="lone-object"),
    ],
)
def test_what_is_no_row_is_counted(bad: Any, skipped: int, tmp_path: Path):
    made = attrs.evolve(WATCHED, content=bad)
    archive = Archive.open(as_json(tmp_path / "user_data.json", document(made)))
    section = archive.watch_history
    assert section.present
    assert section.skipped == skipped
    assert list(section) == ([] if skipped else list(made.rows))


def test_what_nobody_knows_is_kept(tmp_path: Path):
    value = {
        "Your Activity": {
            "Moon Phases": {"Phases": [1, 2]},
            "Watch History": {"VideoList": [], "Moods": ["x"], "Mood": "y"},
        },
        "Number": 7,
    }
    archive = Archive.open(as_json(tmp_path / "user_data.json", value))
    assert [(one.path, one.kind, one.value()) for one in archive.unknown] == [
        (("Your Activity", "Moon Phases"), "object", {"Phases": [1, 2]}),
        (("Your Activity", "Watch History", "Moods"), "list", ["x"]),
        (("Your Activity", "Watch History", "Mood"), "text", "y"),
        (("Number",), "number", 7),
    ]
    assert all(one.size > 0 for one in archive.unknown)


def test_settings_lose_the_colons_of_a_malformed_name(tmp_path: Path):
    settings = {"Who can see your following list::": "Friends", "Private account": "No"}
    value = {"App Settings": {"Settings": {"SettingsMap": settings}}}
    archive = Archive.open(as_json(tmp_path / "user_data.json", value))
    assert archive.settings == {
        "Who can see your following list": "Friends",
        "Private account": "No",
    }


def test_unknown_section_name_is_refused_with_the_names(archive: Archive):
    with pytest.raises(InputError, match=r"favorites\.videos"):
        archive.section("videos")
