"""Every published body of Data Portability and of OAuth is what the client takes it for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tiktok_async.convert import decode, to_dict
from tiktok_async.errors import APIError, AuthError
from tiktok_async.models import NO_EXTRA
from tiktok_async.oauth.endpoints import (
    OAUTH,
    ClientToken,
    ExchangeCode,
    RevokeToken,
    grant_of,
    token_of,
)
from tiktok_async.portability import ExportRequest, ExportState, ExportStatus
from tiktok_async.portability.endpoints import (
    PORTABILITY,
    AddExport,
    CancelExport,
    CheckExport,
    DownloadExport,
)
from tiktok_async.sansio.retry import Kind
from tiktok_async.sansio.wire import Answer

if TYPE_CHECKING:
    from tiktok_async.models import Model
    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.retry import Verdict

SAMPLES = Path(__file__).parent.parent / "samples" / "official"
APP: dict[str, Any] = {"client_key": "app", "client_secret": "s"}
CODE = ExchangeCode(**APP, code="c", redirect_uri="http://127.0.0.1:1/callback/")


def verdict_of(name: str, request: Endpoint[object], status: int = 200) -> Verdict:
    """Return what the client makes of a sample."""
    body = (SAMPLES / f"{name}.json").read_bytes()
    dialect = OAUTH.dialect if request.api is OAUTH else PORTABILITY.dialect
    return dialect(request, Answer(status, {}, body))


@pytest.mark.parametrize(
    ("name", "request_value", "cls"),
    [
        pytest.param("doc_portability_add", AddExport(), ExportRequest, id="add"),
        pytest.param("doc_portability_check", CheckExport(7), ExportStatus, id="check"),
    ],
)
def test_sample_of_an_export_has_a_model_without_loss(
    name: str, request_value: Endpoint[object], cls: type[Model]
) -> None:
    verdict = verdict_of(name, request_value)
    assert verdict.kind is Kind.OK
    model = decode(cls, verdict.data)
    assert to_dict(model) == verdict.data
    assert model.extra is NO_EXTRA
    assert getattr(model, "request_id", None) == 123451234512345


def test_sample_of_a_status_is_ready() -> None:
    """The provider's word for it is `downloading`, and one category is spelt in its own way."""
    status = decode(ExportStatus, verdict_of("doc_portability_check", CheckExport(7)).data)
    assert status.state is ExportState.READY
    assert status.category_selection_list == ("profile", "video", "direct_messages")
    assert AddExport(status.category_selection_list).categories == (
        "video",
        "profile",
        "direct_message",
    )
    assert status.collected_at is not None
    assert status.collected_at.isoformat() == "2023-12-21T19:44:22+00:00"


def test_sample_of_a_cancel_is_good_without_data() -> None:
    verdict = verdict_of("doc_portability_cancel", CancelExport(7))
    assert (verdict.kind, verdict.data) == (Kind.OK, None)
    assert verdict.log_id == "2023242526272829300000000000001111"


@pytest.mark.parametrize("status", [200, 400])
def test_sample_of_a_refused_download_is_an_api_error_whatever_the_status(status: int) -> None:
    verdict = verdict_of("doc_portability_download_error", DownloadExport(7), status)
    assert isinstance(verdict.error, APIError)
    assert verdict.error.code == "invalid_params"
    assert "Incorrect `request_id`" in verdict.error.message
    assert not verdict.error.retryable


def test_sample_tokens_are_read_with_their_lives() -> None:
    token = token_of(verdict_of("doc_oauth_client_token", ClientToken(**APP)).data)
    assert (token.expires_in, token.access_token.reveal()[:4]) == (7200, "clt.")
    grant = grant_of(verdict_of("doc_oauth_user_token", CODE).data)
    assert (grant.expires_in, grant.refresh_expires_in) == (86400, 31536000)
    assert grant.scope == "user.info.basic,video.list"
    assert grant.open_id == "afd97af1-b87b-48b9-ac98-410aghda5344"
    assert grant.refresh_token is not None
    assert grant.refresh_token.reveal()[:4] == "rft."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("doc_oauth_error_client", "Client secret is missed", id="client"),
        pytest.param("doc_oauth_error_redirect", "Redirect_uri is not matched", id="redirect"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_sample_errors_of_oauth_are_refusals_whatever_the_status(
    name: str, words: str, status: int
) -> None:
    verdict = verdict_of(name, CODE, status)
    assert verdict.kind is Kind.REFUSED
    assert isinstance(verdict.error, AuthError)
    assert words in verdict.error.message
    assert verdict.error.log_id == "202206221854370101130062072500FFA2"


def test_sample_of_a_revoke_and_no_body_at_all_are_good() -> None:
    request = RevokeToken(**APP, token="act.x")
    assert verdict_of("doc2026_oauth_revoke", request).kind is Kind.OK
    assert OAUTH.dialect(request, Answer(200, {}, b"")).kind is Kind.OK
