from pathlib import Path

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs

from accounts.enums import AccountStatus
from accounts.models import Account
from email_channel.enums import MailSource
from email_channel.models import IncomingMail, Mailbox
from email_channel.smtp_intake import accept_mail, is_known_address
from hummdesk.tenancy.context import account_context
from tests.email_channel.mails import raw_mail
from tests.factories import make_mailbox


def test_the_mail_is_stored_for_its_recipient(mailbox: Mailbox) -> None:
    raw = raw_mail()

    outcomes = accept_mail(raw, "ada@customers.example", ["support@acme.example"])

    mail = IncomingMail.objects.get()
    assert [(outcome.recipient, outcome.is_accepted) for outcome in outcomes] == [("support@acme.example", True)]
    assert (mail.mailbox, mail.source, mail.envelope_sender) == (mailbox, MailSource.SMTP, "ada@customers.example")
    with mail.raw.open("rb") as file:
        assert file.read() == raw


def test_two_accounts_each_get_the_mail(mailbox: Mailbox, nordhem_mailbox: Mailbox, nordhem: Account) -> None:
    outcomes = accept_mail(raw_mail(), "", ["support@acme.example", "support@nordhem.example"])

    assert [outcome.is_accepted for outcome in outcomes] == [True, True]
    assert IncomingMail.objects.count() == 1
    with account_context(nordhem):
        assert IncomingMail.objects.count() == 1


def test_two_mailboxes_of_one_account_each_get_the_mail(mailbox: Mailbox, acme: Account) -> None:
    other = make_mailbox(acme, "sales@acme.example")

    accept_mail(raw_mail(), "", ["support@acme.example", "sales@acme.example"])

    assert {mail.mailbox_id for mail in IncomingMail.objects.all()} == {mailbox.id, other.id}


def test_two_addresses_of_one_mailbox_store_the_mail_once(mailbox: Mailbox) -> None:
    outcomes = accept_mail(raw_mail(), "", ["support@acme.example", "support+7@acme.example", "SUPPORT@acme.example"])

    assert [outcome.is_accepted for outcome in outcomes] == [True, True, True]
    assert IncomingMail.objects.count() == 1


def test_one_unknown_recipient_does_not_keep_the_mail_from_the_other(mailbox: Mailbox) -> None:
    with capture_logs() as logs:
        outcomes = accept_mail(raw_mail(), "", ["nobody@acme.example", "support@acme.example"])

    assert [outcome.is_accepted for outcome in outcomes] == [False, True]
    assert outcomes[0].reason
    assert [(line["event"], line["reason"]) for line in logs] == [("mail_refused", "unknown_recipient")]
    assert IncomingMail.objects.count() == 1


def test_an_empty_mail_is_refused_with_the_reason(mailbox: Mailbox, stored_files: Path) -> None:
    (outcome,) = accept_mail(b"\r\n", "", ["support@acme.example"])

    assert (outcome.is_accepted, outcome.reason) == (False, "The mail is empty.")
    assert not IncomingMail.objects.exists()


def test_a_fault_of_ours_is_raised_so_that_the_sender_tries_again(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**_fields: object) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr("email_channel.smtp_intake.store_mail", break_down)

    with pytest.raises(OperationalError):
        accept_mail(raw_mail(), "", ["support@acme.example"])


@pytest.mark.parametrize(
    ("address", "is_known"),
    [
        ("support@acme.example", True),
        ("Support+7@ACME.example", True),
        ("nobody@acme.example", False),
        ("closed@acme.example", False),
        ("", False),
        ("\udcff@acme.example", False),
        ("support", False),
    ],
)
def test_an_address_is_known_while_its_mailbox_is_open(
    mailbox: Mailbox, acme: Account, address: str, is_known: bool
) -> None:
    make_mailbox(acme, "closed@acme.example", is_active=False)

    assert is_known_address(address) is is_known


def test_no_address_of_a_suspended_account_is_known(mailbox: Mailbox, acme: Account) -> None:
    acme.status = AccountStatus.SUSPENDED
    acme.save()

    assert not is_known_address("support@acme.example")
