from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from pytest_django import Settings

from email_channel.catcher import PLATFORM_FOLDER, caught_mails
from email_channel.errors import DeliveryPostponed, DeliveryRefused
from tests.servers.resend import FakeResend, Fault

SENDER = "HummDesk <no-reply@hummdesk.example>"
ADA = "Ada Byron <ada@customers.example>"


@pytest.fixture(autouse=True)
def _backend(settings: Settings, outbox: Path) -> None:
    # The test runner puts mail into memory; these tests are about the backend of the product.
    settings.EMAIL_BACKEND = "email_channel.system_mail.SystemMailBackend"


def test_a_system_mail_is_caught_under_the_platform() -> None:
    sent = send_mail("Welcome", "Hello,\n<b>Ada</b>", SENDER, [ADA])

    (mail,) = caught_mails(limit=10)
    text, html = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
    assert sent == 1
    assert mail.id.startswith(f"{PLATFORM_FOLDER}/")
    assert (mail.message["From"], mail.message["To"], mail.message["Subject"]) == (SENDER, ADA, "Welcome")
    assert mail.message["Message-ID"].endswith("@hummdesk.example>")
    assert text is not None
    assert html is not None
    assert text.get_content().split() == ["Hello,", "<b>Ada</b>"]
    assert "&lt;b&gt;Ada&lt;/b&gt;" in html.get_content()


def test_html_of_the_mail_is_kept() -> None:
    mail = EmailMultiAlternatives("Welcome", "Hello", SENDER, [ADA])
    mail.attach_alternative("<h1>Hello</h1>", "text/html")

    mail.send()

    html = caught_mails(limit=10)[0].message.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<h1>Hello</h1>"


def test_each_recipient_gets_a_mail_of_their_own() -> None:
    sent = EmailMessage(
        "Hi", "Hello", SENDER, [ADA], cc=["bob@customers.example"], bcc=["eve@customers.example"]
    ).send()

    mails = caught_mails(limit=10)
    assert sent == 1
    assert {str(mail.message["To"]) for mail in mails} == {ADA, "bob@customers.example", "eve@customers.example"}
    assert {mail.message["Bcc"] for mail in mails} == {None}


def test_a_system_mail_goes_through_resend_with_a_key(resend: FakeResend) -> None:
    send_mail("Welcome", "Hello", SENDER, [ADA])

    (sent,) = resend.ledger
    assert sent.body["from"] == '"HummDesk" <no-reply@hummdesk.example>'
    assert sent.key


def test_what_the_provider_refuses_is_raised(resend: FakeResend) -> None:
    with pytest.raises(DeliveryRefused):
        send_mail("Welcome", "Hello", SENDER, ["nobody@invalid"])


def test_a_provider_that_is_down_is_raised(resend: FakeResend) -> None:
    resend.fail(Fault.ERROR_500)

    with pytest.raises(DeliveryPostponed):
        send_mail("Welcome", "Hello", SENDER, [ADA])


def test_a_silent_mail_that_fails_is_counted_as_not_sent(resend: FakeResend) -> None:
    sent = send_mail("Welcome", "Hello", SENDER, ["nobody@invalid", ADA], fail_silently=True)

    assert sent == 0
    assert [mail.body["to"] for mail in resend.ledger] == [['"Ada Byron" <ada@customers.example>']]
