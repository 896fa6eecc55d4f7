"""The way out through Resend, with the provider's own SDK on a server that speaks its protocol."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import parseaddr

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from email_channel.composing import MailAddress, OutgoingFile
from email_channel.errors import DeliveryPostponed, DeliveryRefused, NotYourTurn
from email_channel.outgoing import OutgoingMail
from email_channel.transports import CatcherTransport, ResendTransport, refuse_uncomposable, send_parameters, transport
from tests.servers.resend import FakeResend, Fault

MAIL = OutgoingMail(
    sender=MailAddress("Acme", "support@acme.example"),
    to=(MailAddress("Ada", "ada@customers.example"),),
    subject="Re: The drill",
    text="Hello",
    html="<p>Hello</p>",
    message_id="<1@acme.example>",
    in_reply_to="<0@customers.example>",
    references=("<a@customers.example>", "<0@customers.example>"),
    at=timezone.now(),
)


def send(mail: OutgoingMail = MAIL, key: str = "key-1") -> str:
    return ResendTransport().send(mail, key=key, folder="account_acme")


def test_the_settings_choose_the_way_out(settings: Settings) -> None:
    settings.RESEND_API_KEY = ""
    without_key = transport()
    settings.RESEND_API_KEY = "re_1"

    assert isinstance(without_key, CatcherTransport)
    assert isinstance(transport(), ResendTransport)


def test_threading_headers_go_along(resend: FakeResend) -> None:
    provider_id = send()

    (sent,) = resend.ledger
    assert provider_id == sent.id
    assert sent.body["headers"] == {
        "Message-ID": "<1@acme.example>",
        "In-Reply-To": "<0@customers.example>",
        "References": "<a@customers.example> <0@customers.example>",
    }
    assert (sent.body["text"], sent.body["html"]) == ("Hello", "<p>Hello</p>")


def test_the_same_mail_with_the_same_key_gets_the_first_answer(resend: FakeResend) -> None:
    first = send()

    assert send() == first
    assert len(resend.ledger) == 1


def test_the_same_key_with_other_words_means_that_the_mail_has_left(resend: FakeResend) -> None:
    send()

    assert send(replace(MAIL, text="Other words")) == ""
    assert len(resend.ledger) == 1


def test_a_key_is_forgotten_after_24_hours(resend: FakeResend) -> None:
    first = send()
    resend.advance(24 * 3600 + 1)

    assert send() != first
    assert len(resend.ledger) == 2


def test_a_second_request_while_the_first_is_on_its_way_is_postponed(resend: FakeResend) -> None:
    resend.delay_s = 1
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(send)
        while not resend.request_count:
            time.sleep(0.01)
        time.sleep(0.1)

        with pytest.raises(DeliveryPostponed):
            send()

        assert first.result(5) == resend.ledger[0].id
    assert len(resend.ledger) == 1


@pytest.mark.parametrize("name", ['Ada "the first" Byron', "Ada\\", "Byron, Ada <x@y.example>", "Ää 東京"])
def test_a_name_with_signs_stays_a_name(resend: FakeResend, name: str) -> None:
    send(replace(MAIL, to=(MailAddress(name, "ada@customers.example"),)))

    (recipient,) = resend.ledger[0].body["to"]
    assert recipient.endswith('" <ada@customers.example>')
    assert recipient.count('"') == 2


@pytest.mark.parametrize("address", ["unknown@invalid", "not an address", "a@b.example\r\nBcc: c@d.example", ""])
def test_an_address_that_is_none_is_refused(resend: FakeResend, address: str) -> None:
    with pytest.raises(DeliveryRefused, match="to"):
        send(replace(MAIL, to=(MailAddress("", address),)))


def test_a_header_with_a_line_break_is_refused(resend: FakeResend) -> None:
    with pytest.raises(DeliveryRefused, match="no Message-ID"):
        send(replace(MAIL, in_reply_to="<a@b.example>\r\nBcc: <c@d.example>"))


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.NOT_JSON_502, Fault.DROPPED])
def test_a_fault_of_the_provider_is_postponed(resend: FakeResend, fault: Fault) -> None:
    resend.fail(fault)

    with pytest.raises(DeliveryPostponed):
        send()


def test_a_wrong_key_is_postponed(resend: FakeResend) -> None:
    resend.api_key = "re_another"

    with pytest.raises(DeliveryPostponed) as postponed:
        send()
    assert "invalid" in str(postponed.value.detail)


def test_a_request_over_the_limit_is_postponed(resend: FakeResend) -> None:
    resend.limit_per_s = 0

    with pytest.raises(NotYourTurn) as postponed:
        send()
    assert (postponed.value.wait_s, postponed.value.may_have_left) == (1, False)


def test_an_address_of_the_api_may_end_with_a_slash(resend: FakeResend, settings: Settings) -> None:
    settings.RESEND_API_URL += "/"

    assert send() == resend.ledger[0].id


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_what_the_provider_gets_never_breaks_a_header(subject: str, name: str, file: str, reference: str) -> None:
    """Whatever is refused is refused here; what goes out has no line break where a header will be made of it."""
    mail = replace(
        MAIL,
        sender=MailAddress(name, "help@y.example"),
        to=(MailAddress(name, "ada@customers.example"),),
        subject=subject,
        references=(reference,) if reference else (),
        files=(OutgoingFile(file or "a", "text/plain", b""),),
    )
    try:
        refuse_uncomposable(mail)
    except DeliveryRefused:
        return

    sent = send_parameters(mail)
    fields = [sent["from"], *sent["to"], sent["subject"], *sent["headers"].values(), file]
    assert not [field for field in fields if set(field) & set("\r\n\x00\x0b\x0c\x85\u2028\u2029")]
    assert [parseaddr(box)[1] for box in (sent["from"], *sent["to"])] == ["help@y.example", "ada@customers.example"]
