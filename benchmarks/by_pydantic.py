"""A page of videos as pydantic's models: what a script writes that wants types of its own."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Hashtag(BaseModel):
    """The fields of `HashtagInfo`."""

    hashtag_id: int | None = None
    hashtag_name: str | None = None
    hashtag_description: str | None = None


class Sticker(BaseModel):
    """The fields of `StickerInfo`."""

    sticker_id: int | None = None
    sticker_name: str | None = None


class Effect(BaseModel):
    """The fields of `EffectInfo`."""

    effect_id: int | None = None
    effect_name: str | None = None
    effect_photo_url: str | None = None


class Tag(BaseModel):
    """The fields of `VideoTag`."""

    type: str | None = None
    number: int | None = None


class Video(BaseModel):
    """The fields of our `Video`."""

    id: int | None = None
    create_time: int | None = None
    username: str | None = None
    region_code: str | None = None
    video_description: str | None = None
    music_id: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    view_count: int | None = None
    favorites_count: int | None = None
    effect_ids: list[str] | None = None
    hashtag_names: list[str] | None = None
    hashtag_info_list: list[Hashtag] | None = None
    sticker_info_list: list[Sticker] | None = None
    effect_info_list: list[Effect] | None = None
    video_mention_list: list[str] | None = None
    video_label: dict[str, Any] | None = None
    playlist_id: int | None = None
    voice_to_text: str | None = None
    is_stem_verified: bool | None = None
    video_duration: int | None = None
    video_tag: Tag | None = None


class Data(BaseModel):
    """A page."""

    videos: list[Video]
    cursor: int
    has_more: bool
    search_id: str


class Answer(BaseModel):
    """The envelope."""

    data: Data
    error: dict[str, Any]
