"""A webhook is believed only with one valid, fresh signature over its very bytes."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import ConfigError, DecodeError, InputError, Secret, TikTokError, WebhookError
from tiktok_async.webhooks import (
    EVENTS,
    AuthorizationRemoved,
    PortabilityReady,
    PostPubliclyAvailable,
    RemovalReason,
    VideoPublishCompleted,
    VideoUploadFailed,
    Webhook,
    sign,
    verify,
)

SAMPLES = Path(__file__).parent.parent / "samples" / "official"
SECRET = "made-up-secret"
NOW = 1_700_000_000
MARK = "planted-marker"


def body_of(event: str = "portability.download.ready", content: Any = None, **more: Any) -> bytes:
    """Return a body as TikTok writes it; `content` is put into a string."""
    text = json.dumps({"request_id": 1} if content is None else content)
    whole = {"client_key": "key", "event": event, "create_time": NOW, "content": text, **more}
    return json.dumps(whole).encode()


BODY = body_of()
GOOD = sign(BODY, SECRET, at=NOW)


def signed(body: bytes, *, now: float = NOW, **more: Any) -> Webhook:
    """Verify a body that is signed well."""
    return verify({"TikTok-Signature": sign(body, SECRET, at=NOW)}, body, SECRET, now=now, **more)


def test_signature_is_the_documented_construction() -> None:
    # Made with: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac made-up-secret
    expected = "49c9035fc9c00a65e81778123588b36d85f8583291210d922ffdc4557ef5b553"
    assert sign(b'{"a":1}', SECRET, at=NOW) == f"t=1700000000,s={expected}"


def test_documented_header_is_well_formed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "tiktok_async.webhooks")
    header = (SAMPLES / "doc_webhook_signature_header.txt").read_text().strip()
    with pytest.raises(WebhookError):
        verify({"TikTok-Signature": header}, BODY, SECRET, now=1633174587)
    assert [record.getMessage() for record in caplog.records] == [
        "webhook refused: wrong signature"
    ]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"TikTok-Signature": GOOD}, id="mapping"),
        pytest.param({"Tiktok-Signature": GOOD}, id="the-other-spelling"),
        pytest.param({"tiktok-signature": GOOD, "host": "a"}, id="lower-case"),
        pytest.param({b"TIKTOK-SIGNATURE": GOOD.encode()}, id="bytes"),
        pytest.param([("Host", "a"), ("TikTok-Signature", GOOD)], id="pairs"),
        pytest.param([(b"tiktok-signature", GOOD.encode())], id="pairs-of-bytes"),
        pytest.param({"TikTok-Signature": GOOD.replace(",", " , ")}, id="spaces"),
        pytest.param({"TikTok-Signature": f"{GOOD},v=2"}, id="a-part-nobody-knows"),
        pytest.param(
            {"TikTok-Signature": ",".join(reversed(GOOD.split(",")))}, id="in-other-order"
        ),
    ],
)
def test_verify_takes_headers_of_any_framework(headers: Any) -> None:
    assert isinstance(verify(headers, BODY, SECRET, now=NOW), PortabilityReady)


T, S = GOOD.split(",")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        pytest.param(None, "no signature header", id="no-header"),
        pytest.param("", "not one t", id="empty"),
        pytest.param(S, "not one t", id="no-t"),
        pytest.param(T, "not one s", id="no-s"),
        pytest.param(f"{T},{T},{S}", "not one t", id="two-t"),
        pytest.param(f"{T},{S},{S}", "not one s", id="two-s"),
        pytest.param(f"t=+{NOW},{S}", "not one t", id="signed-number"),
        pytest.param(f"t={NOW}.0,{S}", "not one t", id="fraction"),
        pytest.param(f"t=\u0661\u0662,{S}", "not one t", id="digits-of-another-script"),
        pytest.param(f"t={'9' * 5000},{S}", "not one t", id="a-number-without-end"),
        pytest.param(f"{T},{S.upper()}", "not one s", id="upper-case-names"),
        pytest.param(f"{T},s={S[2:].upper()}", "not one s", id="upper-case-hex"),
        pytest.param(f"{T},{S[:-1]}", "not one s", id="cut"),
        pytest.param(f"{T},s=\ud800", "not one s", id="no-text"),
        pytest.param(f"{T},s={'0' * 64}", "wrong signature", id="forged"),
        pytest.param(f"t={NOW + 1},{S}", "wrong signature", id="another-time"),
    ],
)
def test_bad_header_is_refused_in_the_same_words(
    header: str | None, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tiktok_async.webhooks")
    headers = {} if header is None else {"TikTok-Signature": header}
    with pytest.raises(WebhookError) as caught:
        verify(headers, BODY, SECRET, now=NOW)
    assert caught.value.message == "This is no webhook with a valid and fresh signature."
    assert told in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY + b" ", id="a-byte-more"),
        pytest.param(BODY.replace(b": ", b":"), id="parsed-and-written-anew"),
        pytest.param(b"", id="empty"),
    ],
)
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(WebhookError):
        verify({"TikTok-Signature": GOOD}, body, SECRET, now=NOW)


def test_two_signature_headers_are_refused() -> None:
    forged = f"t={NOW},s={'0' * 64}"
    with pytest.raises(WebhookError):
        verify([("TikTok-Signature", GOOD), ("TikTok-Signature", forged)], BODY, SECRET, now=NOW)


@pytest.mark.parametrize(
    ("age", "tolerance", "fresh"),
    [
        pytest.param(300, 300.0, True, id="just-within"),
        pytest.param(301, 300.0, False, id="too-old"),
        pytest.param(-300, 300.0, True, id="ahead-within"),
        pytest.param(-301, 300.0, False, id="from-the-future"),
        pytest.param(6, 5.0, False, id="a-tight-setting"),
        pytest.param(72 * 3600, None, True, id="any-age"),
    ],
)
def test_tolerance_holds_both_ways(age: float, tolerance: float | None, fresh: bool) -> None:
    try:
        signed(BODY, now=NOW + age, tolerance=tolerance)
    except WebhookError:
        assert not fresh
    else:
        assert fresh


def test_verify_takes_the_machines_time_by_default() -> None:
    with pytest.raises(WebhookError):
        verify({"TikTok-Signature": GOOD}, BODY, SECRET)


def test_body_above_a_mebibyte_is_refused_though_signed() -> None:
    edge = body_of(note="")
    edge = edge.replace(b'"note": ""', b'"note": "' + b"x" * (1024 * 1024 - len(edge)) + b'"')
    assert len(edge) == 1024 * 1024
    assert isinstance(signed(edge), PortabilityReady)
    with pytest.raises(WebhookError):
        signed(edge + b" ")


@pytest.mark.parametrize(
    ("secret", "body", "options", "error"),
    [
        pytest.param("", BODY, {}, ConfigError, id="empty-secret"),
        pytest.param("  \n", BODY, {}, ConfigError, id="blank-secret"),
        pytest.param(SECRET, BODY.decode(), {}, InputError, id="text-for-a-body"),
        pytest.param(SECRET, json.loads(BODY), {}, InputError, id="a-parsed-body"),
        pytest.param(SECRET, BODY, {"tolerance": 0}, InputError, id="no-tolerance"),
        pytest.param(SECRET, BODY, {"tolerance": float("nan")}, InputError, id="nan"),
    ],
)
def test_bad_argument_is_told(
    secret: str, body: Any, options: dict[str, Any], error: type[TikTokError]
) -> None:
    with pytest.raises(error):
        verify({"TikTok-Signature": GOOD}, body, secret, now=NOW, **options)


def test_secret_may_be_hidden_and_body_a_view() -> None:
    event = verify({"TikTok-Signature": GOOD}, memoryview(BODY), Secret(SECRET), now=NOW)
    assert event.event == "portability.download.ready"


def test_every_documented_sample_has_its_class() -> None:
    bodies = json.loads((SAMPLES / "doc_webhooks.json").read_text())
    events = [signed(json.dumps(body).encode()) for body in bodies]
    removed, failed, published, ready = events
    assert isinstance(removed, AuthorizationRemoved)
    assert removed.reason == RemovalReason.USER_DISCONNECTED
    assert removed.user_openid == "act.example12345Example12345Example"
    assert isinstance(failed, VideoUploadFailed)
    assert isinstance(published, VideoPublishCompleted)
    assert published.share_id == "video.6974245311675353080.VDCxrcMJ"
    assert isinstance(ready, PortabilityReady)
    assert (ready.request_id, ready.user_openid) == (123123123123123, None)
    assert [event.content for event in events] == [json.loads(b["content"]) for b in bodies]


def test_classes_are_those_of_the_contract() -> None:
    contract = Path(__file__).parents[2] / "tiktok_async" / "emulator" / "contract"
    documented = json.loads((contract / "official.json").read_text())["webhook"]["events"]
    assert documented.keys() == EVENTS.keys()
    for name, content in documented.items():
        assert content.keys() <= {field.name for field in EVENTS[name].__attrs_attrs__}


def test_ids_are_exact() -> None:
    content = {"publish_id": "p", "post_id": 7359012345678901234567, "publish_type": "INBOX_SHARE"}
    event = signed(body_of("post.publish.publicly_available", content))
    assert isinstance(event, PostPubliclyAvailable)
    assert event.post_id == 7359012345678901234567


def test_what_nobody_knows_is_kept() -> None:
    event = signed(body_of("tomorrow.came", {"a": [1]}, nonce="n"))
    assert type(event) is Webhook
    assert (event.event, event.content, event.extra) == (
        "tomorrow.came",
        {"a": [1]},
        {"nonce": "n"},
    )
    removed = signed(body_of("authorization.removed", {"reason": 17, "by": "x"}))
    assert isinstance(removed, AuthorizationRemoved)
    assert (removed.reason, removed.content["by"]) == (17, "x")


@pytest.mark.parametrize("content", ["", None])
def test_absent_details_are_empty(content: str | None) -> None:
    event = signed(
        body_of("tomorrow.came").replace(b'"{\\"request_id\\": 1}"', json.dumps(content).encode())
    )
    assert event.content == {}


def raw(**changes: Any) -> bytes:
    """Return a body with some fields changed, or left out where None."""
    whole = {**json.loads(BODY), **changes}
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f'{{"{MARK}": '.encode(), id="cut"),
        pytest.param(f"<html>{MARK}".encode(), id="html"),
        pytest.param(f'["{MARK}"]'.encode(), id="a-list"),
        pytest.param(b"\xff" + MARK.encode(), id="no-utf8"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(raw(event=None), id="no-event"),
        pytest.param(raw(event=[MARK]), id="event-is-a-list"),
        pytest.param(raw(client_key=None), id="no-client-key"),
        pytest.param(raw(create_time=MARK), id="time-is-text"),
        pytest.param(raw(create_time=1.5), id="time-is-a-fraction"),
        pytest.param(raw(user_openid={MARK: 1}), id="user-is-an-object"),
        pytest.param(raw(content={MARK: 1}), id="content-is-an-object"),
        pytest.param(raw(content=f"{{{MARK}"), id="content-is-no-json"),
        pytest.param(raw(content=f'["{MARK}"]'), id="content-is-a-list"),
        pytest.param(raw(content='{"a": "\ud800"}'), id="content-is-no-text"),
        pytest.param(raw(content='{"a": ' * 50_000), id="content-is-deep"),
        pytest.param(raw(content=f'{{"request_id": "{MARK}"}}'), id="id-is-a-word"),
        pytest.param(raw(content='{"request_id": 1e3}'), id="id-is-a-fraction"),
    ],
)
def test_genuine_nonsense_is_a_typed_error_that_quotes_nothing(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(DecodeError) as caught:
        signed(body)
    assert MARK not in f"{caught.value} {caught.value!r} {caught.value.__dict__} {caplog.text}"
    assert caught.value.__cause__ is None
    assert "client.raw" not in caught.value.hint


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(MARK),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([MARK, "reason"]), inner),
    max_leaves=8,
)
bodies = st.binary().map(lambda junk: junk + MARK.encode()) | st.fixed_dictionaries(
    {},
    optional={
        "client_key": json_values,
        "event": st.sampled_from([*EVENTS, MARK]) | json_values,
        "create_time": st.integers() | json_values,
        "user_openid": json_values,
        "content": json_values.map(json.dumps) | json_values,
        MARK: json_values,
    },
).map(lambda whole: json.dumps(whole).encode())
header_texts = st.text() | st.builds(
    "{}t={}{}s={}".format,
    st.text(),
    st.integers() | st.text(),
    st.sampled_from([",", ";"]),
    st.text(),
)


def outcome(body: bytes) -> Webhook | DecodeError:
    """Return what comes of a signed body."""
    try:
        return signed(body)
    except DecodeError as error:
        return error


@given(bodies)
def test_any_signed_body_is_an_event_or_a_decode_error(body: bytes) -> None:
    came = outcome(body)
    if isinstance(came, DecodeError):
        assert MARK not in f"{came} {came.__dict__}"
    else:
        assert isinstance(came.event, str)
        assert isinstance(came.create_time, int)


@given(header_texts | header_texts.map(lambda text: text.encode("utf-8", "replace")), st.binary())
def test_any_unsigned_message_is_a_webhook_error(header: Any, body: bytes) -> None:
    with pytest.raises(WebhookError) as caught:
        verify([("TikTok-Signature", header)], body, SECRET, now=NOW)
    assert caught.value.message == "This is no webhook with a valid and fresh signature."


def test_secret_is_in_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(WebhookError) as caught:
        verify({"TikTok-Signature": f"{T},s={'0' * 64}"}, BODY, SECRET, now=NOW)
    assert SECRET not in f"{caught.value!r} {caplog.text}"
