"""`POST /api/v1/email/webhook`, as Resend's webhooks come through Svix."""

import base64
import time
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Account
from email_channel.enums import ProviderEventState
from email_channel.models import Mailbox
from email_channel.provider.models import ProviderEvent
from hummdesk import broker
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.fixtures.cast import RestoringClient, host_of
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend
from tests.servers.resend_webhooks import SECRET, WebhookEvent

PATH = "/api/v1/email/webhook"
EVENT = WebhookEvent("msg_1", "contact.created", b'{"type": "contact.created", "data": {"id": "c"}}')

pytestmark = pytest.mark.usefixtures("acme")


@pytest.fixture(autouse=True)
def _secret(settings: Settings) -> None:
    settings.RESEND_WEBHOOK_SECRET = SECRET


def post(event: WebhookEvent, *, at: Account | None = None, body: bytes | None = None, **headers: Any) -> Any:
    """Post an event, with other headers or another body than those that were signed."""
    client = RestoringClient(headers={"host": host_of(at)})
    given = event.headers() | {name.replace("_", "-"): value for name, value in headers.items()}
    content_type = given.pop("Content-Type")
    return client.post(PATH, event.body if body is None else body, content_type=content_type, headers=given)


def test_received_mail_is_noted_and_not_fetched(resend: FakeResend, mailbox: Mailbox, acme: Account) -> None:
    mail = resend.receive(raw_mail(), SUPPORT)
    (event,) = resend.webhooks.take()

    answer = post(event)

    stored = ProviderEvent.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"is_new": True})
    assert (stored.event_id, stored.type, stored.object_id) == (event.id, "email.received", mail.id)
    assert (stored.account, stored.state) == (acme, ProviderEventState.WAITING)
    assert stored.payload["data"]["to"] == [SUPPORT]
    assert abs(stored.occurred_at.timestamp() - mail.at) < 0.001
    assert resend.request_count == 0


@pytest.mark.parametrize("times", [2, 5])
def test_an_event_that_comes_again_changes_nothing(resend: FakeResend, mailbox: Mailbox, times: int) -> None:
    resend.receive(raw_mail(), SUPPORT)
    (event,) = resend.webhooks.take()

    answers = [post(event).json() for _ in range(times)]

    assert answers == [{"is_new": True}] + [{"is_new": False}] * (times - 1)
    assert ProviderEvent.objects.count() == 1


def test_a_mail_that_is_announced_under_another_id_is_the_same(resend: FakeResend, mailbox: Mailbox) -> None:
    resend.receive(raw_mail(), SUPPORT)
    (event,) = resend.webhooks.take()
    post(event)

    answer = post(WebhookEvent("msg_other", event.type, event.body))

    assert (answer.status_code, answer.json()) == (200, {"is_new": False})
    assert ProviderEvent.objects.count() == 1


def test_any_host_of_ours_takes_it(resend: FakeResend, mailbox: Mailbox, nordhem: Account, acme: Account) -> None:
    resend.receive(raw_mail(), SUPPORT)
    (event,) = resend.webhooks.take()

    assert post(event, at=nordhem).status_code == 200
    assert ProviderEvent.objects.get().account == acme


def test_an_unknown_type_is_taken_and_nothing_is_done() -> None:
    answer = post(EVENT)

    assert answer.status_code == 200
    assert ProviderEvent.objects.get().state == ProviderEventState.IGNORED


def test_mail_for_nobody_here_is_kept_for_operators(resend: FakeResend, mailbox: Mailbox) -> None:
    resend.receive(raw_mail(to="nobody@acme.example"), "nobody@acme.example")
    (event,) = resend.webhooks.take()

    answer = post(event)

    stored = ProviderEvent.objects.get()
    assert answer.status_code == 200
    assert (stored.state, stored.account) == (ProviderEventState.IGNORED, None)
    assert "No open mailbox" in stored.error


@pytest.mark.parametrize(
    "recipients",
    [
        {"to": ["x@other.example"], "cc": [SUPPORT]},
        {"to": ["x@other.example"], "bcc": [SUPPORT]},
        {"to": ["x@other.example"], "received_for": [SUPPORT]},
        {"to": [f"Acme <{SUPPORT.upper()}>"]},
        {"to": ["support+42@acme.example"]},
    ],
)
def test_whoever_the_mail_is_for_gets_the_turn(
    resend: FakeResend, mailbox: Mailbox, acme: Account, recipients: dict[str, Any]
) -> None:
    to, *_rest = recipients.pop("to")
    resend.receive(raw_mail(), to, **recipients)
    (event,) = resend.webhooks.take()

    post(event)

    assert ProviderEvent.objects.get().account == acme


@pytest.mark.parametrize(
    "headers",
    [
        {"svix_id": "msg_2"},
        {"svix_id": ""},
        {"svix_timestamp": str(int(time.time()) - 10)},
        {"svix_timestamp": "now"},
        {"svix_timestamp": "nan"},
        {"svix_timestamp": "1e400"},
        {"svix_signature": ""},
        {"svix_signature": "v1"},
        {"svix_signature": "v1,"},
        {"svix_signature": "v1,%%%"},
        {"svix_signature": "v1,äö"},
        {"svix_signature": "v2,a v3,b"},
        {"svix_signature": "v1," + base64.b64encode(b"x" * 32).decode()},
    ],
)
def test_headers_that_were_not_signed_are_refused(headers: dict[str, Any]) -> None:
    answer = post(EVENT, **headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert not ProviderEvent.objects.exists()


def test_another_secret_is_refused() -> None:
    signed = EVENT.headers(secret="whsec_" + base64.b64encode(b"another secret").decode())

    assert post(EVENT, svix_signature=signed["svix-signature"]).status_code == 401


def test_a_body_that_was_touched_is_refused() -> None:
    assert post(EVENT, body=EVENT.body + b" ").status_code == 401
    assert post(EVENT, body=b"\xff\xfe").status_code == 401
    assert post(EVENT, body=b"").status_code == 401


@pytest.mark.parametrize(("age_s", "status"), [(290, 200), (310, 401), (-290, 200), (-310, 401)])
def test_a_signature_is_good_for_five_minutes(age_s: int, status: int) -> None:
    old = EVENT.headers(at=time.time() - age_s)

    answer = post(EVENT, svix_timestamp=old["svix-timestamp"], svix_signature=old["svix-signature"])

    assert answer.status_code == status


def test_one_good_signature_among_several_is_enough() -> None:
    good = EVENT.headers()["svix-signature"]

    assert post(EVENT, svix_signature=f"v1,{base64.b64encode(b'old').decode()} {good}").status_code == 200


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%"])
def test_without_a_secret_everything_is_refused(settings: Settings, secret: str) -> None:
    settings.RESEND_WEBHOOK_SECRET = secret

    assert post(EVENT).status_code == 401


@pytest.mark.parametrize("body", [b"[]", b"1", b"{", b'"text"', b"[" * 100_000])
def test_what_is_signed_and_no_object_cannot_be_read(body: bytes) -> None:
    answer = post(WebhookEvent("msg_1", "", body))

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"type": null, "data": null}',
        b'{"type": 5, "data": [], "created_at": 7}',
        b'{"type": "email.received", "data": {}}',
        b'{"type": "email.received", "data": {"email_id": 5, "to": "x", "cc": {"a": 1}}}',
        b'{"type": "email.received", "data": {"email_id": "a\\u0000b", "to": ["\\ud800@x.example", null, 1]}}',
        b'{"type": "email.received", "data": {"email_id": "z", "subject": "\\u0000\\ud83d"}, "x": NaN}',
        b'{"type": "email.bounced", "data": {"email_id": "z", "from": 1}, "created_at": "not a time"}',
        b'{"type": "email.sent", "data": {"email_id": "z", "tags": {"account": "nowhere"}}}',
        b'{"type": "' + b"x" * 500 + b'", "data": {"email_id": "' + b"y" * 500 + b'"}}',
        b'{"type": "a", "data": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}",
    ],
)
def test_odd_content_is_kept_and_breaks_nothing(body: bytes) -> None:
    answer = post(WebhookEvent("msg_" + "1" * 200, "", body))

    assert answer.status_code == 200
    assert ProviderEvent.objects.count() == 1


def test_a_body_that_is_too_large_is_refused() -> None:
    assert post(WebhookEvent("msg_1", "", b'{"a": "' + b"x" * 3_000_000 + b'"}')).status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", "x"])
def test_the_content_type_does_not_matter(content_type: str) -> None:
    assert post(EVENT, Content_Type=content_type).status_code == 200


def test_the_answer_comes_without_redis(resend: FakeResend, mailbox: Mailbox, settings: Settings) -> None:
    resend.receive(raw_mail(), SUPPORT)
    (event,) = resend.webhooks.take()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    broker._client.cache_clear()
    try:
        answer = post(event)
    finally:
        broker._client.cache_clear()

    assert answer.status_code == 200
    assert ProviderEvent.objects.get().state == ProviderEventState.WAITING


def test_only_post_is_offered() -> None:
    assert RestoringClient(headers={"host": host_of(None)}).get(PATH).status_code == 405


def test_the_answer_is_little_work(resend: FakeResend, mailbox: Mailbox) -> None:
    for _ in range(60):
        resend.receive(raw_mail(), SUPPORT)
    took = []
    for event in resend.webhooks.take():
        start = time.process_time()
        post(event)
        took.append(time.process_time() - start)

    assert sorted(took)[30] < 0.05


def test_many_events_are_one_hint_until_a_worker_begins(
    resend: FakeResend, mailbox: Mailbox, run_tasks: RunTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "HINT_LASTS_S", 60)
    broker.take_hint("fetch_received_mail")
    for _ in range(5):
        resend.receive(raw_mail(), SUPPORT)
    *first, last = resend.webhooks.take()
    for event in first:
        post(event)

    # One may queue itself again on a slow machine.
    assert run_tasks().count("email_channel.provider.tasks.fetch_received_mail") in (1, 2)
    post(last)

    assert "email_channel.provider.tasks.fetch_received_mail" in run_tasks()
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {ProviderEventState.DONE}


def test_a_hint_that_nobody_took_is_given_again(resend: FakeResend, mailbox: Mailbox) -> None:
    broker.take_hint("x")
    assert [broker.is_new_hint("x"), broker.is_new_hint("x")] == [True, False]

    broker.take_hint("x")

    assert broker.is_new_hint("x")
    broker.take_hint("x")
