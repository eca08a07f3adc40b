"""The video of a post: its files, and the links to them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from typing import Any

import attrs

from tiktok_async.models import IdText, Number, wire
from tiktok_async.tikapi.models.keys import CamelModel, PascalModel


@attrs.frozen(kw_only=True)
class PlayAddr(PascalModel):
    """A file of a video, and where it lies.

    Source: TikTok web bodies; contract, TikAPI models, PlayAddr.
    """

    url_list: tuple[str, ...] | None = None
    """Signed and short-lived links to the same file."""
    data_size: int | None = None
    """Bytes; text on the wire in a post's own answer."""
    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
    file_cs: str | None = None
    file_hash: str | None = None
    uri: str | None = None
    url_key: str | None = None


@attrs.frozen(kw_only=True)
class Bitrate(PascalModel):
    """A video in one quality.

    Source: TikTok web bodies; contract, TikAPI models, BitrateInfo.
    """

    bitrate: int | None = None
    """Bits per second."""
    gear_name: str | None = None
    quality_type: int | None = None
    codec_type: str | None = None
    play_addr: PlayAddr | None = None
    bitrate_fps: int | None = attrs.field(default=None, metadata=wire("BitrateFPS"))
    format: str | None = None
    mvmaf: str | None = attrs.field(default=None, metadata=wire("MVMAF"))
    """JSON as text."""
    video_extra: str | None = None
    """JSON as text."""


@attrs.frozen(kw_only=True)
class Subtitle(PascalModel):
    """Subtitles of a video in one language.

    Source: TikTok web bodies; contract, TikAPI models, SubtitleInfo.
    """

    language_code_name: str | None = None
    language_id: IdText | None = attrs.field(default=None, metadata=wire("LanguageID"))
    format: str | None = None
    source: str | None = None
    url: str | None = None
    url_expire: int | None = None
    """Unix seconds."""
    size: int | None = None
    """Bytes."""
    version: str | None = None


@attrs.frozen(kw_only=True)
class Caption(CamelModel):
    """Captions of a video in one language.

    Source: TikTok web bodies; contract, TikAPI models, `claInfo.captionInfos`.
    """

    language: str | None = None
    language_code: str | None = None
    language_id: IdText | None = attrs.field(default=None, metadata=wire("languageID"))
    caption_format: str | None = None
    url: str | None = None
    url_list: tuple[str, ...] | None = None
    expire: str | None = None
    sub_id: IdText | None = attrs.field(default=None, metadata=wire("subID"))
    cla_subtitle_id: IdText | None = attrs.field(default=None, metadata=wire("claSubtitleID"))
    subtitle_type: str | None = None
    translation_type: str | None = None
    variant: str | None = None
    is_auto_gen: bool | None = None
    is_original_caption: bool | None = None


@attrs.frozen(kw_only=True)
class Captions(CamelModel):
    """The captions of a video."""

    caption_infos: tuple[Caption, ...] | None = None


@attrs.frozen(kw_only=True)
class Volume(PascalModel):
    """How loud a video is."""

    loudness: Number | None = None
    peak: Number | None = None


@attrs.frozen(kw_only=True)
class Video(CamelModel):
    """The video of a post; a post of photos has an empty one.

    Source: TikTok web bodies; contract, TikAPI models, Video.
    """

    id: IdText | None = None
    """The post's id."""
    duration: int | None = None
    """Seconds."""
    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
    download_addr: str | None = None
    """Signed and short-lived, as `play_addr`; wants the post's `link_headers`."""
    play_addr: str | None = None
    play_addr_struct: PlayAddr | None = attrs.field(
        default=None, metadata=wire("PlayAddrStruct", "playAddrStruct")
    )
    bitrate: int | None = None
    """Bits per second."""
    bitrate_info: tuple[Bitrate, ...] | None = None
    size: int | None = None
    """Bytes."""
    ratio: str | None = None
    """Such as 540p."""
    definition: str | None = None
    format: str | None = None
    codec_type: str | None = None
    encoded_type: str | None = None
    encode_user_tag: str | None = None
    video_quality: str | None = None
    vq_score: str | None = attrs.field(default=None, metadata=wire("VQScore"))
    """A decimal number as text."""
    video_id: IdText | None = attrs.field(default=None, metadata=wire("videoID"))
    cover: str | None = None
    dynamic_cover: str | None = None
    origin_cover: str | None = None
    reflow_cover: str | None = None
    share_cover: tuple[str, ...] | None = None
    zoom_cover: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """Widths, such as 240, to links."""
    subtitle_infos: tuple[Subtitle, ...] | None = None
    cla_info: Captions | None = None
    volume_info: Volume | None = None
    video_tags: tuple[Any, ...] | None = attrs.field(default=None, hash=False)

    @property
    def links(self) -> tuple[str, ...]:
        """The links to the video's files, the best first, each once.

        First the one for downloads, then those of the player, then those of the single qualities.
        """
        files = [self.play_addr_struct, *(each.play_addr for each in self.bitrate_info or ())]
        found = [self.download_addr, self.play_addr]
        found += [link for file in files if file for link in file.url_list or ()]
        return tuple(dict.fromkeys(link for link in found if link))
