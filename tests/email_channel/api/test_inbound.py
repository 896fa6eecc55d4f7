"""`POST /api/v1/email/inbound/raw`, as another mail server calls it."""

import hmac
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.enums import AccountStatus
from accounts.models import Account
from conversations.models import Conversation, Message
from email_channel.enums import MailSource
from email_channel.models import IncomingMail, Mailbox
from hummdesk.tenancy.context import account_context
from tests.email_channel.mails import raw_mail
from tests.factories import make_mailbox
from tests.fixtures.cast import RestoringClient, host_of

PATH = "/api/v1/email/inbound/raw"


def signature(mailbox: Mailbox, body: bytes, *, at: float | None = None, secret: str = "") -> str:
    moment = int(time.time() if at is None else at)
    digest = hmac.new((secret or mailbox.secret).encode(), b"%d." % moment + body, "sha256").hexdigest()
    return f"t={moment},v1={digest}"


def hand_in(
    body: bytes,
    signed: str,
    *,
    at: Account | None = None,
    query: str = "",
    content_type: str = "message/rfc822",
) -> Any:
    """Post a mail to the host of an account, or to the platform's."""
    client = RestoringClient(headers={"host": host_of(at)})
    return client.post(PATH + query, body, content_type=content_type, headers={"X-HummDesk-Signature": signed})


def is_refused_alike(answer: Any) -> bool:
    """Whether the answer is the one that tells nothing of why."""
    problem = answer.json()
    return bool(
        answer.status_code == 401
        and answer.headers["Content-Type"].startswith("application/problem+json")
        and problem["code"] == "not_authenticated"
        and problem["title"] == "The signature is missing, wrong or older than five minutes."
    )


def test_a_signed_mail_on_the_accounts_host_opens_a_conversation(mailbox: Mailbox, acme: Account) -> None:
    raw = raw_mail()

    answer = hand_in(raw, signature(mailbox, raw), at=acme)

    message = Message.objects.get()
    mail = IncomingMail.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {
        "id": str(mail.id),
        "conversation_id": str(message.conversation_id),
        "message_id": str(message.id),
        "outcome": "created",
        "reason": "new",
    }
    assert (mail.source, mail.mailbox) == (MailSource.API, mailbox)


def test_a_signed_mail_on_the_platforms_host_finds_the_account_by_its_headers(
    mailbox: Mailbox, nordhem_mailbox: Mailbox, nordhem: Account
) -> None:
    raw = raw_mail(to="Nordhem <support+7@nordhem.example>")

    answer = hand_in(raw, signature(nordhem_mailbox, raw))

    assert answer.status_code == 202
    assert not Message.objects.exists()
    with account_context(nordhem):
        assert Message.objects.count() == 1


def test_the_mailbox_may_be_named_beside_a_mail_that_names_another(mailbox: Mailbox) -> None:
    raw = raw_mail(to="list@elsewhere.example")

    answer = hand_in(raw, signature(mailbox, raw), query="?mailbox=support%40acme.example")

    assert answer.json()["outcome"] == "created"


def test_the_secret_tells_the_mailbox_on_the_accounts_host(mailbox: Mailbox, acme: Account) -> None:
    other = make_mailbox(acme, "sales@acme.example")
    raw = raw_mail(to="support@acme.example")

    hand_in(raw, signature(other, raw), at=acme)

    assert IncomingMail.objects.get().mailbox == other


def test_a_mail_comes_as_the_field_of_a_form(mailbox: Mailbox, acme: Account) -> None:
    raw = raw_mail()
    client = RestoringClient(headers={"host": host_of(acme)})
    file = SimpleUploadedFile("mail.eml", raw, "message/rfc822")

    answer = client.post(PATH, {"email": file}, headers={"X-HummDesk-Signature": signature(mailbox, raw)})

    assert (answer.status_code, answer.json()["outcome"]) == (202, "created")


def test_a_form_may_be_signed_as_a_whole_and_hold_the_mail_as_text(mailbox: Mailbox, acme: Account) -> None:
    raw = raw_mail(text="Ääkköset")
    head = b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
    body = head + raw + b"\r\n--b--\r\n"

    answer = hand_in(body, signature(mailbox, body), at=acme, content_type="multipart/form-data; boundary=b")

    assert answer.json()["outcome"] == "created"
    assert Message.objects.get().body_text == "Ääkköset"


def test_outcomes_tell_what_became_of_each_mail(mailbox: Mailbox, acme: Account) -> None:
    first = raw_mail(message_id="<1@customers.example>")
    second = raw_mail(headers=(("In-Reply-To", "<1@customers.example>"),))
    foreign = raw_mail(sender="eve@elsewhere.example", headers=(("In-Reply-To", "<1@customers.example>"),))

    answers = [
        hand_in(raw, signature(mailbox, raw), at=acme).json() for raw in (first, second, first, foreign, b"no mail")
    ]

    assert [(answer["outcome"], answer["reason"]) for answer in answers] == [
        ("created", "new"),
        ("appended", "known_message_id"),
        ("duplicate", "message_id"),
        ("created", "foreign_sender"),
        ("quarantined", "not_mail"),
    ]
    assert answers[1]["conversation_id"] == answers[0]["conversation_id"]
    assert answers[2]["message_id"] == answers[0]["message_id"]


def test_a_signature_with_a_blank_after_the_comma_is_good(mailbox: Mailbox, acme: Account) -> None:
    raw = raw_mail()

    answer = hand_in(raw, signature(mailbox, raw).replace(",", ", "), at=acme)

    assert answer.status_code == 202


@pytest.mark.parametrize("age_s", [299, -299])
def test_a_signature_of_less_than_five_minutes_is_good(mailbox: Mailbox, acme: Account, age_s: int) -> None:
    raw = raw_mail()

    assert hand_in(raw, signature(mailbox, raw, at=time.time() - age_s), at=acme).status_code == 202


@pytest.mark.parametrize("age_s", [302, -302, 10**9])
def test_an_old_signature_is_refused(mailbox: Mailbox, acme: Account, age_s: int) -> None:
    raw = raw_mail()

    assert is_refused_alike(hand_in(raw, signature(mailbox, raw, at=time.time() - age_s), at=acme))
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize(
    "form",
    ["", "t=1", "v1=00", "t=,v1=", "t=x,v1=" + "0" * 64, "t={now},v1=" + "0" * 64, "t={now},v1=" + "g" * 64, "ä" * 9],
)
@pytest.mark.parametrize("is_on_account", [True, False])
def test_a_wrong_signature_is_refused(mailbox: Mailbox, acme: Account, form: str, is_on_account: bool) -> None:
    signed = form.replace("{now}", str(int(time.time())))

    assert is_refused_alike(hand_in(raw_mail(), signed, at=acme if is_on_account else None))
    assert not IncomingMail.objects.exists()


def test_a_signature_of_another_body_is_refused(mailbox: Mailbox, acme: Account) -> None:
    assert is_refused_alike(hand_in(raw_mail(text="b"), signature(mailbox, raw_mail(text="a")), at=acme))


def test_a_signature_of_another_moment_is_refused(mailbox: Mailbox, acme: Account) -> None:
    raw = raw_mail()
    digest = signature(mailbox, raw, at=time.time() - 60).partition(",")[2]

    assert is_refused_alike(hand_in(raw, f"t={int(time.time())},{digest}", at=acme))


def test_another_accounts_secret_is_worth_nothing_here(
    mailbox: Mailbox, nordhem_mailbox: Mailbox, acme: Account
) -> None:
    raw = raw_mail()
    signed = signature(nordhem_mailbox, raw)

    assert is_refused_alike(hand_in(raw, signed, at=acme))
    assert is_refused_alike(hand_in(raw, signed))
    assert is_refused_alike(hand_in(raw, signed, query="?mailbox=support@acme.example"))
    assert not IncomingMail.objects.exists()


def test_a_mailbox_of_another_account_is_not_reached_from_an_accounts_host(
    nordhem_mailbox: Mailbox, acme: Account
) -> None:
    raw = raw_mail(to="support@nordhem.example")

    answer = hand_in(raw, signature(nordhem_mailbox, raw), at=acme, query="?mailbox=support@nordhem.example")

    assert is_refused_alike(answer)


@pytest.mark.parametrize(
    "query", ["", "?mailbox=nobody@acme.example", "?mailbox=%ED%A0%80", "?mailbox=" + "x" * 2_000]
)
def test_an_unknown_mailbox_is_refused_like_a_wrong_secret(mailbox: Mailbox, acme: Account, query: str) -> None:
    raw = raw_mail(to="nobody@acme.example")

    assert is_refused_alike(hand_in(raw, signature(mailbox, raw), query=query))
    if query:
        assert is_refused_alike(hand_in(raw, signature(mailbox, raw), at=acme, query=query))


def test_a_closed_mailbox_is_refused_like_a_wrong_secret(mailbox: Mailbox, acme: Account) -> None:
    mailbox.is_active = False
    mailbox.save()
    raw = raw_mail()

    assert is_refused_alike(hand_in(raw, signature(mailbox, raw), at=acme))
    assert is_refused_alike(hand_in(raw, signature(mailbox, raw)))


def test_a_suspended_account_is_refused_on_the_platforms_host(mailbox: Mailbox, acme: Account) -> None:
    acme.status = AccountStatus.SUSPENDED
    acme.save()
    raw = raw_mail()

    assert is_refused_alike(hand_in(raw, signature(mailbox, raw)))


@pytest.mark.parametrize("is_on_account", [True, False])
def test_a_mail_of_30_mb_is_too_large(mailbox: Mailbox, acme: Account, is_on_account: bool) -> None:
    raw = raw_mail().ljust(30 * 1024 * 1024, b"x")

    answer = hand_in(raw, signature(mailbox, raw), at=acme if is_on_account else None)

    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert "at most" in answer.json()["detail"]
    assert not IncomingMail.objects.exists()


def test_a_mail_just_over_25_mb_is_too_large(mailbox: Mailbox, acme: Account) -> None:
    raw = raw_mail().ljust(25 * 1024 * 1024 + 1, b"x")

    answer = hand_in(raw, signature(mailbox, raw), at=acme)

    assert answer.status_code == 413
    assert "25 MB" in answer.json()["detail"]
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize("raw", [b"", b" \r\n\t"])
def test_an_empty_mail_is_not_acceptable(mailbox: Mailbox, acme: Account, raw: bytes) -> None:
    answer = hand_in(raw, signature(mailbox, raw), at=acme)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_error")
    assert not IncomingMail.objects.exists()


def test_a_form_without_the_mail_is_not_acceptable(mailbox: Mailbox, acme: Account) -> None:
    client = RestoringClient(headers={"host": host_of(acme)})

    answer = client.post(PATH, {"other": "x"}, headers={"X-HummDesk-Signature": signature(mailbox, b"")})

    assert answer.status_code == 422


def test_a_form_that_is_broken_cannot_be_read(mailbox: Mailbox, acme: Account) -> None:
    answer = hand_in(b"--b", signature(mailbox, b"--b"), at=acme, content_type="multipart/form-data")

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_another_content_type_is_not_taken(mailbox: Mailbox, acme: Account, content_type: str) -> None:
    raw = raw_mail()

    answer = hand_in(raw, signature(mailbox, raw), at=acme, content_type=content_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_binary_noise_is_quarantined(mailbox: Mailbox, acme: Account) -> None:
    raw = bytes(range(256)) * 100

    answer = hand_in(raw, signature(mailbox, raw), at=acme)

    assert (answer.status_code, answer.json()["outcome"]) == (202, "quarantined")
    assert Conversation.objects.count() == 1


def test_only_post_is_offered(mailbox: Mailbox, acme: Account) -> None:
    answer = RestoringClient(headers={"host": host_of(acme)}).get(PATH)

    assert answer.status_code == 405
