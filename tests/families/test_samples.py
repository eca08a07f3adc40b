"""Every published Research body decodes, and is written again without loss."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from tiktok_async import convert
from tiktok_async.construct import parts
from tiktok_async.models import NO_EXTRA, Model
from tiktok_async.research import models

SAMPLES = Path(__file__).parent.parent / "samples" / "official"


def body(name: str) -> Any:
    return convert.loads((SAMPLES / f"{name}.json").read_bytes())


LISTS = [
    pytest.param("doc_video_query", "videos", models.Video, id="video-query"),
    pytest.param("doc_video_query_paging", "videos", models.Video, id="video-query-paging"),
    pytest.param("doc_liked_videos", "user_liked_videos", models.Video, id="liked"),
    pytest.param("doc_pinned_videos", "pinned_videos_list", models.Video, id="pinned"),
    pytest.param("doc_reposted_videos", "reposted_videos", models.Video, id="reposted"),
    pytest.param("doc_comments_by_video", "comments", models.Comment, id="comments"),
    pytest.param("doc_comments_replies", "comments", models.Comment, id="replies"),
    pytest.param("doc_followers", "user_followers", models.UserRef, id="followers"),
    pytest.param("doc_following", "user_following", models.UserRef, id="following"),
    pytest.param("doc_tts_shop", "shop_data", models.Shop, id="shop"),
    pytest.param("doc_tts_product", "product_data", models.Product, id="product"),
    pytest.param("doc_tts_review", "review_data", models.Review, id="review"),
]
OBJECTS = [
    pytest.param("doc_user_info", models.User, id="user"),
    pytest.param("doc_user_info_with_username", models.User, id="user-with-username"),
    pytest.param("doc_playlist", models.Playlist, id="playlist"),
    pytest.param("doc_validation_create", models.ComplianceTask, id="compliance-create"),
    pytest.param("doc_validation_status", models.ComplianceTask, id="compliance-status"),
]


def renamed(raw: dict[str, Any], cls: type[Model]) -> dict[str, Any]:
    """Return `raw` with each alias as the key that is written."""
    first = {key: part.keys[0] for part in parts(cls) for key in part.keys}
    return {first[key]: value for key, value in raw.items()}


@pytest.mark.parametrize(("name", "key", "cls"), LISTS)
def test_sample_list_has_a_model_without_loss(name: str, key: str, cls: type[Model]) -> None:
    raws = body(name)["data"][key]
    found = convert.decode_list(cls, raws, f"$.data.{key}")
    assert [convert.to_dict(model) for model in found] == [renamed(raw, cls) for raw in raws]
    assert all(model.extra is NO_EXTRA for model in found)


@pytest.mark.parametrize(("name", "cls"), OBJECTS)
def test_sample_object_has_a_model_without_loss(name: str, cls: type[Model]) -> None:
    raw = body(name)["data"]
    model = convert.decode(cls, raw, "$.data")
    assert convert.to_dict(model) == renamed(raw, cls)
    assert model.extra is NO_EXTRA


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_sample_text_survives_both_readers(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = path.read_bytes()
    expected = json.loads(raw)
    assert convert.loads(raw) == expected
    monkeypatch.setattr(convert, "msgspec", None)
    assert convert.loads(raw) == expected
    assert convert.loads(convert.dumps(expected)) == expected


def test_samples_are_all_named_in_their_sources() -> None:
    named = {line for line in (SAMPLES / "SOURCES.txt").read_text().splitlines() if line}
    assert {path.name for path in SAMPLES.glob("*.json")} <= named


def test_video_ids_stay_exact_beyond_64_bits() -> None:
    video = convert.decode(models.Video, body("doc_liked_videos")["data"]["user_liked_videos"][0])
    assert video.id == 123123123123123123123
    task = convert.decode(models.ComplianceTask, body("doc_validation_create")["data"])
    assert task.task_id == 12345678910987654321


def test_video_takes_every_spelling_of_the_contract() -> None:
    raw = {
        "video_id": "7",
        "favourites_count": 1,
        "hashtag_info_list": {"hashtag_id": 1, "hashtag_description": "d"},
        "sticker_info_list": [{"sticker_id": 2, "sticker_name": "s"}],
        "effect_info_list": [{"effect_id": "3", "effect_name": "e", "effect_photo_url": "u"}],
        "effect_ids": ["0"],
        "video_label": {"content": "x"},
        "video_tag": {"video_tag_type": "AIGC", "video_tag_number": 1},
        "username": "a\x00",
    }
    video = convert.decode(models.Video, raw)
    assert video == models.Video(
        id=7,
        favorites_count=1,
        hashtag_info_list=(models.HashtagInfo(hashtag_id=1, hashtag_description="d"),),
        sticker_info_list=(models.StickerInfo(sticker_id=2, sticker_name="s"),),
        effect_info_list=(models.EffectInfo(effect_id=3, effect_name="e", effect_photo_url="u"),),
        effect_ids=("0",),
        video_label={"content": "x"},
        video_tag=models.VideoTag(type="AIGC", number=1),
        username="a\x00",
    )
    assert convert.to_dict(video)["hashtag_info_list"] == [
        {"hashtag_id": 1, "hashtag_description": "d"}
    ]
    assert hash(video)


@pytest.mark.parametrize(
    ("model", "when"),
    [
        pytest.param(models.Video(create_time=1633823999), "2021-10-09T23:59:59Z", id="video"),
        pytest.param(models.Comment(create_time=1671491598), "2022-12-19T23:13:18Z", id="comment"),
        pytest.param(
            models.Review(create_time=1722879716021),
            "2024-08-05T17:41:56.021Z",
            id="review-milliseconds",
        ),
    ],
)
def test_created_is_utc(model: Any, when: str) -> None:
    assert model.created == datetime.fromisoformat(when)
    assert model.created.tzinfo is UTC
    assert attrs.evolve(model, create_time=None).created is None
