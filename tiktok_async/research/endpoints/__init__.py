"""Every endpoint of the Research API, declared once."""

from tiktok_async.research.endpoints.compliance import (
    MAX_IDS,
    CreateComplianceTask,
    DownloadComplianceResult,
    GetComplianceStatus,
)
from tiktok_async.research.endpoints.family import (
    DAILY,
    RESEARCH,
    SOCIAL,
    model_fields,
)
from tiktok_async.research.endpoints.playlists import (
    GetPlaylist,
    PlaylistRule,
)
from tiktok_async.research.endpoints.shops import (
    PRODUCT_FIELDS,
    REVIEW_FIELDS,
    SHOP_FIELDS,
    ListProducts,
    ListReviews,
    QueryShops,
)
from tiktok_async.research.endpoints.users import (
    LIST_VIDEO_FIELDS,
    USER_FIELDS,
    GetUser,
    ListFollowers,
    ListFollowing,
    ListLikedVideos,
    ListPinnedVideos,
    ListRepostedVideos,
)
from tiktok_async.research.endpoints.videos import (
    COMMENT_FIELDS,
    VIDEO_FIELDS,
    ListComments,
    QueryVideos,
)

__all__ = [
    "COMMENT_FIELDS",
    "DAILY",
    "LIST_VIDEO_FIELDS",
    "MAX_IDS",
    "PRODUCT_FIELDS",
    "RESEARCH",
    "REVIEW_FIELDS",
    "SHOP_FIELDS",
    "SOCIAL",
    "USER_FIELDS",
    "VIDEO_FIELDS",
    "CreateComplianceTask",
    "DownloadComplianceResult",
    "GetComplianceStatus",
    "GetPlaylist",
    "GetUser",
    "ListComments",
    "ListFollowers",
    "ListFollowing",
    "ListLikedVideos",
    "ListPinnedVideos",
    "ListProducts",
    "ListRepostedVideos",
    "ListReviews",
    "PlaylistRule",
    "QueryShops",
    "QueryVideos",
    "model_fields",
]
