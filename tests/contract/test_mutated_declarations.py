"""A comparison that finds nothing must be one that could: a changed declaration is caught."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from agreement import compare

from tiktok_async.models import Model
from tiktok_async.research import models
from tiktok_async.research.endpoints import DAILY, SOCIAL, model_fields
from tiktok_async.sansio.endpoint import (
    REGISTRY,
    Bucket,
    Operation,
    Place,
    between,
    field_names,
    known_fields,
    param,
)
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule
from tiktok_async.sansio.quota import DailyQuota

if TYPE_CHECKING:
    from collections.abc import Callable


def mutant(id_: str, **changes: Any) -> Any:
    """Return a declaration with other class attributes; it is not in the registry."""
    return type("Mutant", (REGISTRY[id_],), changes)


def rerouted(id_: str, **changes: str) -> Any:
    return mutant(id_, route=attrs.evolve(REGISTRY[id_].route, **changes))


def with_field(id_: str, name: str, field: Any) -> Any:
    """Return a declaration with one parameter replaced or added."""
    body = {"__annotations__": {name: "object"}, name: field}
    return attrs.frozen(kw_only=True)(type("Mutant", (REGISTRY[id_],), body))


def fields_of(id_: str, names: tuple[str, ...], where: Place = Place.QUERY) -> Any:
    field = attrs.field(
        default=names,
        converter=field_names,
        validator=known_fields(names),
        metadata=param("", where=where),
    )
    return with_field(id_, "fields", field)


def quoted_as(requests: int, records: int) -> Bucket:
    return Bucket("other", None, DailyQuota("other", requests, records))


@attrs.frozen(kw_only=True)
class ShortComment(Model):
    """A comment whose text was forgotten."""

    id: int | None = None
    video_id: int | None = None
    parent_comment_id: int | None = None
    like_count: int | None = None
    reply_count: int | None = None
    create_time: int | None = None
    display_name: str | None = None


@attrs.frozen(kw_only=True)
class LongUserRef(models.UserRef):
    """An account with a field that no page shows."""

    follower_count: int | None = None


@attrs.frozen(kw_only=True)
class TextTask(Model):
    """A task whose id is taken for a text."""

    task_id: str | None = None
    task_status: str | None = None


QUERY: Final = "research.video.query"
COMMENTS: Final = "research.video.comment.list"
REVIEW: Final = "research.tts.review"
CREATE: Final = "research.validation_task.create"
INFO: Final = "research.user.info"
VIDEO_FIELDS: Final = model_fields(models.Video)
USER_FIELDS: Final = model_fields(models.User, without=("username",))
REVIEW_FIELDS: Final = model_fields(models.Review, without=("display_name",))
BODY: Final = param("")


def number(value: Any) -> int | None:
    return None if value is None else int(value)


def count(low: int, high: int, default: Any = 100, **metadata: Any) -> Any:
    return attrs.field(
        default=default, validator=between(low, high), metadata=param("", **metadata)
    )


MUTANTS = [
    pytest.param(lambda: rerouted(QUERY, method="GET"), {"method"}, id="method"),
    pytest.param(
        lambda: rerouted(QUERY, path="/v2/research/video/search/"), {"path", "url"}, id="path"
    ),
    pytest.param(lambda: rerouted(QUERY, path="/v2/research/video/query"), {"path", "url"}, id="/"),
    pytest.param(lambda: rerouted(CREATE, encoding="json"), {"body"}, id="body-encoding"),
    pytest.param(lambda: rerouted(QUERY, answer="text"), {"answer"}, id="answer-kind"),
    pytest.param(lambda: mutant(QUERY, operation=Operation.ACT), {"operation"}, id="read-is-act"),
    pytest.param(lambda: mutant(CREATE, operation=Operation.READ), {"operation"}, id="act-is-read"),
    pytest.param(lambda: mutant(QUERY, bucket=SOCIAL), {"quota"}, id="quota-family"),
    pytest.param(lambda: mutant(QUERY, bucket=None), {"quota"}, id="no-quota"),
    pytest.param(
        lambda: mutant(QUERY, bucket=quoted_as(1_000, 10_000)), {"quota"}, id="quota-records"
    ),
    pytest.param(
        lambda: mutant(QUERY, bucket=quoted_as(10_000, 100_000)), {"quota"}, id="quota-requests"
    ),
    pytest.param(
        lambda: mutant("research.user.followers", bucket=DAILY), {"quota"}, id="not-social"
    ),
    pytest.param(
        lambda: mutant(QUERY, api=REGISTRY["oauth.token.client_credentials"].api),
        {"scopes"},
        id="family",
    ),
    pytest.param(
        lambda: fields_of(INFO, USER_FIELDS[:-1]),
        {"fields.asked", "fields.taken"},
        id="field-dropped",
    ),
    pytest.param(
        lambda: fields_of(INFO, (*USER_FIELDS, "username")),
        {"fields.asked", "fields.taken"},
        id="field-added",
    ),
    pytest.param(
        lambda: fields_of(INFO, (*USER_FIELDS[:-1], "videos_count")),
        {"fields.asked", "fields.taken"},
        id="field-misspelt",
    ),
    pytest.param(
        lambda: fields_of(INFO, USER_FIELDS, Place.BODY), {"fields.place"}, id="fields-in-the-body"
    ),
    pytest.param(
        lambda: fields_of(REVIEW, REVIEW_FIELDS), {"fields.place"}, id="fields-in-the-query-alone"
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 200)), {"max_count.limit"}, id="limit-high"
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(0, 100)), {"max_count.limit"}, id="limit-low"
    ),
    pytest.param(
        lambda: with_field(REVIEW, "page_size", count(1, 20, default=10)),
        {"page_size.limit"},
        id="limit-of-a-page",
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", attrs.field(default=100, metadata=BODY)),
        {"max_count.limit"},
        id="no-limit",
    ),
    pytest.param(
        lambda: mutant(QUERY, __attrs_post_init__=lambda _: None), {"end_date.limit"}, id="days"
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 100, default=50)),
        {"max_count.default"},
        id="default",
    ),
    pytest.param(
        lambda: with_field(REVIEW, "page_start", count(1, 1 << 31, default=2)),
        {"page_start.default"},
        id="first-page",
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 100, where=Place.QUERY)),
        {"max_count.place"},
        id="place",
    ),
    pytest.param(
        lambda: with_field(QUERY, "max_count", count(1, 100, name="count")),
        ("max_count.", "count."),
        id="name",
    ),
    pytest.param(
        lambda: with_field(QUERY, "search_id", attrs.field(metadata=BODY)),
        {"search_id.required"},
        id="required",
    ),
    pytest.param(
        lambda: with_field(INFO, "username", attrs.field(default="joe", metadata=BODY)),
        {"username.required", "username.default"},
        id="not-required",
    ),
    pytest.param(
        lambda: with_field(
            QUERY, "search_id", attrs.field(default=None, converter=number, metadata=BODY)
        ),
        {"search_id.type"},
        id="type-on-the-wire",
    ),
    pytest.param(
        lambda: with_field(CREATE, "category", attrs.field(default="video", metadata=BODY)),
        {"category.values"},
        id="values",
    ),
    pytest.param(
        lambda: with_field(INFO, "cursor", attrs.field(default=None, metadata=BODY)),
        ("cursor.",),
        id="parameter-that-is-not-there",
    ),
    pytest.param(lambda: mutant(QUERY, rule=CursorRule(("videos",))), {"pages"}, id="no-search"),
    pytest.param(lambda: mutant(QUERY, rule=OnePageRule(("videos",))), {"pages"}, id="one-page"),
    pytest.param(
        lambda: mutant(QUERY, rule=PageNumberRule(("videos",))), {"pages"}, id="page-numbers"
    ),
    pytest.param(
        lambda: mutant(QUERY, rule=CursorRule(("items",), searches=True)), {"rows"}, id="rows"
    ),
    pytest.param(
        lambda: mutant("research.user.reposted_videos", rule=CursorRule(("reposted_videos",))),
        {"rows"},
        id="rows-without-the-alias",
    ),
    pytest.param(
        lambda: mutant(COMMENTS, result=ShortComment), {"answer.text"}, id="model-lacks-a-field"
    ),
    pytest.param(
        lambda: mutant("research.user.followers", result=LongUserRef),
        {"answer.follower_count"},
        id="model-has-another",
    ),
    pytest.param(
        lambda: mutant(CREATE, result=TextTask), {"answer.task_id"}, id="type-in-the-answer"
    ),
]


@pytest.mark.parametrize(("make", "caught"), MUTANTS)
def test_mutated_declaration_is_caught_at_its_fact(
    make: Callable[[], Any], caught: set[str] | tuple[str, ...]
) -> None:
    """What was changed is what is reported, and nothing else."""
    found = {difference.fact for difference in compare(make())}
    if isinstance(caught, tuple):
        assert found
        assert all(fact.startswith(caught) for fact in found)
    else:
        assert found == caught
