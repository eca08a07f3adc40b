"""The video of a post: links, qualities, captions.

Source: contract, TikAPI models, Video, BitrateInfo, PlayAddr and SubtitleInfo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.tikapi.links import size_of

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.scene import Scene
    from tiktok_async.emulator.videos import Video

_PICTURES: Final = "https://p16.example.org"
_GEARS: Final = (
    ("normal_720_0", 10, 720, 1280),
    ("normal_540_0", 20, 576, 1024),
    ("lower_540_0", 24, 576, 1024),
    ("lowest_540_0", 25, 576, 1024),
)
"""Name, code, width and height of each quality."""
_LANGUAGES: Final = (("eng-US", "2", "ASR"), ("spa-ES", "9", "MT"), ("deu-DE", "10", "MT"))


def is_photo(video: Video) -> bool:
    """Whether a post is of photos: one in thirty-two is."""
    return video.draw(44) & 31 == 0


def film(scene: Scene, video: Video, *, detail: bool = False) -> dict[str, Any]:
    """Return the video of a post; in the detail some numbers are texts."""
    photo = is_photo(video)
    bits = video.draw(45)
    size = 0 if photo else size_of(scene.settings, video.bits)
    duration = 0 if photo else video.video_duration()
    cover = f"{_PICTURES}/{video.index}"
    shown: dict[str, Any] = {
        "VQScore": f"{50 + bits % 3000 / 100:.2f}",
        "bitrate": 0 if photo else size * 8 // max(duration, 1),
        "bitrateInfo": [] if photo else [_gear(scene, video, gear, detail) for gear in _GEARS],
        "claInfo": _captions(video) if duration else {},
        "codecType": "" if photo else "h264",
        "cover": f"{cover}~cover.jpeg",
        "definition": "" if photo else "720p",
        "duration": duration,
        "dynamicCover": f"{cover}~dynamic.jpeg",
        "encodeUserTag": "",
        "encodedType": "" if photo else "normal",
        "format": "" if photo else "mp4",
        "height": 1280,
        "id": str(video.id()),
        "originCover": f"{cover}~origin.jpeg",
        "playAddr": "" if photo else scene.links.of(video.index, "play"),
        "ratio": "" if photo else "720p",
        "size": size,
        "videoID": f"v{video.bits:016x}",
        "videoQuality": "" if photo else "normal",
        "volumeInfo": {} if photo else {"Loudness": -(bits >> 12 & 255) / 10, "Peak": 1},
        "width": 720,
        "zoomCover": {size: f"{cover}~{size}.jpeg" for size in ("240", "480", "720", "960")},
    }
    if not photo:
        shown |= _sometimes(scene, video, bits, detail)
    return shown


def _sometimes(scene: Scene, video: Video, bits: int, detail: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if bits >> 20 & 15:
        shown["downloadAddr"] = scene.links.of(video.index, "download")
    if bits >> 24 & 3 == 0:
        shown["PlayAddrStruct"] = _address(scene, video, "play", (720, 1280), detail)
    if bits >> 26 & 15 == 0:
        shown["videoTags"] = [{"id": str(bits % 1000), "name": "made up"}]
    if _speaks(video):
        size = video.draw(47) % 9000
        shown["subtitleInfos"] = [
            {
                "Format": "webvtt",
                "LanguageCodeName": code,
                "LanguageID": number,
                "Size": str(size) if detail else size,
                "Source": source,
                "Url": f"https://v16.example.org/{video.index}/{code}.vtt",
                "UrlExpire": str(scene.links.expire) if detail else scene.links.expire,
                "Version": "1:whisper_lid" if source == "ASR" else "4",
            }
            for code, number, source in _LANGUAGES
        ]
    if detail:
        cover = f"{_PICTURES}/{video.index}"
        shown |= {"reflowCover": f"{cover}~reflow.jpeg", "shareCover": ["", f"{cover}~share.jpeg"]}
    return shown


def _gear(
    scene: Scene, video: Video, gear: tuple[str, int, int, int], detail: bool
) -> dict[str, Any]:
    name, code, width, height = gear
    size = size_of(scene.settings, video.bits, name)
    shown: dict[str, Any] = {
        "Bitrate": size * 8 // max(video.video_duration(), 1),
        "CodecType": "h264",
        "GearName": name,
        "MVMAF": "",
        "PlayAddr": _address(scene, video, name, (width, height), detail),
        "QualityType": code,
    }
    if video.bits >> 30 & 7 == 0:
        shown |= {"BitrateFPS": 30, "Format": "mp4", "VideoExtra": "{}"}
    return shown


def _address(
    scene: Scene, video: Video, quality: str, sides: tuple[int, int], detail: bool
) -> dict[str, Any]:
    size = size_of(scene.settings, video.bits, quality)
    key = f"v{video.bits:016x}"
    return {
        "DataSize": str(size) if detail else size,
        "FileCs": f"c:0-{video.index}",
        "FileHash": f"{video.bits ^ size:016x}",
        "Height": sides[1],
        "Uri": key,
        "UrlKey": f"{key}_{quality}",
        "UrlList": [scene.links.of(video.index, quality)],
        "Width": sides[0],
    }


def _speaks(video: Video) -> bool:
    # Research has `voice_to_text` for the same videos.
    return video.traits >> 19 & 7 == 0


def _captions(video: Video) -> dict[str, Any]:
    if not _speaks(video):
        return {"captionInfos": [], "enableAutoCaption": False, "hasOriginalAudio": False}
    url = f"https://v16.example.org/{video.index}/eng-US.vtt"
    caption = {
        "captionFormat": "webvtt",
        "claSubtitleID": str(video.draw(49) >> 1),
        "expire": str(video.create_time() + 10**8),
        "isAutoGen": True,
        "isOriginalCaption": True,
        "language": "English",
        "languageCode": "en",
        "languageID": "2",
        "subID": str(video.draw(50) >> 1),
        "subtitleType": "1",
        "translationType": "0",
        "url": url,
        "urlList": [url],
        "variant": "default",
    }
    return {"captionInfos": [caption], "enableAutoCaption": True, "hasOriginalAudio": True}
