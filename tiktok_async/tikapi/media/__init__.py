"""Videos, sounds and pictures to disk: links from answers, followed with care.

```python
Path("clips").mkdir(exist_ok=True)                          # a folder that is there
async for post in tikapi.public.posts(sec_uid=...):
    saved = await tikapi.save_video(post, "clips")          # clips/<id>.mp4; else the file clips
    break

posts = tikapi.public.hashtag(name="catsoftiktok").limit(300)
async with tikapi.save_videos(posts, "clips", concurrency=8) as outcomes:
    async for outcome in outcomes:
        print(outcome.post.id, outcome.status, outcome.error or outcome.path)

await tikapi.save_media(post.music.play_url, "sound.mp3", headers=post.link_headers)
```

A link wants the headers of the very answer that gave it, and lives for hours only: save a post soon
after it was listed. An expired link is a `LinkExpiredError`; a broken one leads to the post's next
link, and is an error when there is none left. What is saved is whole by the length that the host
promised, and by the sizes inside the file; it is streamed, so memory does not grow with it.

No key of TikAPI is ever sent to a media host, nor are the client's own headers. Links are https to
TikTok's domains (`MediaRules.hosts`), or to another host on the public internet, whose address is
checked and then connected to; redirects are followed five times at most, each checked the same way.
"""

from tiktok_async.tikapi.media.arguments import check_link, check_post, path_of
from tiktok_async.tikapi.media.batch import (
    Batch,
    BatchProgress,
    Outcome,
    SavingBatch,
    file_name,
)
from tiktok_async.tikapi.media.rules import MEDIA_HOSTS, MediaRules
from tiktok_async.tikapi.media.saving import Errand, Link, Media, SavedMedia, video_errand

__all__ = [
    "MEDIA_HOSTS",
    "Batch",
    "BatchProgress",
    "Errand",
    "Link",
    "Media",
    "MediaRules",
    "Outcome",
    "SavedMedia",
    "SavingBatch",
    "check_link",
    "check_post",
    "file_name",
    "path_of",
    "video_errand",
]
