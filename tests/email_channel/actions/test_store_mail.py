from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from accounts.enums import AccountStatus
from accounts.models import Account
from email_channel.actions.store_mail import StoredMail, store_mail, store_mail_for
from email_channel.enums import IntakeState, MailSource
from email_channel.errors import EmptyMail, MailTooLarge, UnknownRecipient
from email_channel.models import IncomingMail, Mailbox
from hummdesk.tenancy.context import account_context, current_schema
from tests.email_channel.mails import raw_mail


def store(address: str, raw: bytes | None = None, envelope_sender: str = "") -> StoredMail:
    raw = raw_mail() if raw is None else raw
    return store_mail_for(address=address, raw=raw, source=MailSource.FILE, envelope_sender=envelope_sender)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_stored_mail_keeps_every_byte_and_waits_for_a_worker(
    mailbox: Mailbox, acme: Account, published: Callable[[], list[str]]
) -> None:
    raw = b"From: a@b.example\r\n\r\n\x00\xff\xfe binary \r\r\n"

    stored = store("support@acme.example", raw, envelope_sender="a@b.example")

    mail = IncomingMail.objects.get(id=stored.id)
    with mail.raw.open("rb") as file:
        assert file.read() == raw
    assert stored.schema == acme.schema_name
    assert str(mail.raw.name).startswith(f"{acme.schema_name}/mail/")
    assert (mail.mailbox, mail.size_bytes, mail.envelope_sender) == (mailbox, len(raw), "a@b.example")
    assert (mail.state, mail.outcome) == (IntakeState.RECEIVED, "")
    assert published() == ["MailStored"]


@pytest.mark.parametrize(
    "address",
    ["support@acme.example", "SUPPORT@ACME.example", "support+order-7@acme.example", "support++@acme.example"],
)
def test_an_address_finds_its_mailbox_in_any_case_and_with_a_detail(mailbox: Mailbox, address: str) -> None:
    stored = store(address)

    assert IncomingMail.objects.get(id=stored.id).mailbox == mailbox


@pytest.mark.parametrize(
    "address",
    [
        "nobody@acme.example",
        "support@elsewhere.example",
        "support",
        "",
        "@acme.example",
        "+x@acme.example",
        "support@acme.example\x00",
        "\udcff@acme.example",
        "support@acme.example\r\nRCPT TO:<x@y.example>",
        "x" * 70_000 + "@acme.example",
    ],
)
def test_a_mail_for_an_unknown_address_is_refused_and_logged_and_leaves_nothing(
    mailbox: Mailbox, stored_files: Path, published: Callable[[], list[str]], address: str
) -> None:
    with capture_logs() as logs, pytest.raises(UnknownRecipient):
        store(address)

    assert [(line["event"], line["reason"]) for line in logs] == [("mail_refused", "unknown_recipient")]
    assert not IncomingMail.objects.exists()
    assert files_in(stored_files) == []
    assert published() == []


def test_a_refusal_is_logged_without_the_address(mailbox: Mailbox) -> None:
    with capture_logs() as logs, pytest.raises(UnknownRecipient):
        store("nobody@acme.example")

    assert "nobody" not in str(logs)


@pytest.mark.parametrize("raw", [b"", b"\r\n \t\r\n"])
def test_an_empty_mail_is_refused(mailbox: Mailbox, stored_files: Path, raw: bytes) -> None:
    with pytest.raises(EmptyMail):
        store("support@acme.example", raw)

    assert not IncomingMail.objects.exists()
    assert files_in(stored_files) == []


def test_a_mail_of_30_mb_is_refused_with_the_limit(mailbox: Mailbox, stored_files: Path) -> None:
    with pytest.raises(MailTooLarge) as refusal:
        store("support@acme.example", raw_mail(text="x" * (30 * 1024 * 1024)))

    assert "25 MB" in str(refusal.value.detail)
    assert not IncomingMail.objects.exists()
    assert files_in(stored_files) == []


def test_a_mail_of_just_25_mb_is_stored(mailbox: Mailbox, stored_files: Path) -> None:
    raw = raw_mail().ljust(25 * 1024 * 1024, b"x")

    stored = store("support@acme.example", raw)

    assert IncomingMail.objects.get(id=stored.id).size_bytes == len(raw)


def test_a_suspended_account_takes_no_mail(mailbox: Mailbox, acme: Account) -> None:
    acme.status = AccountStatus.SUSPENDED
    acme.save()

    with pytest.raises(UnknownRecipient):
        store("support@acme.example")

    assert not IncomingMail.objects.exists()


def test_a_closed_mailbox_takes_no_mail(mailbox: Mailbox) -> None:
    mailbox.is_active = False
    mailbox.save()

    with capture_logs() as logs, pytest.raises(UnknownRecipient):
        store("support@acme.example")

    assert logs[0]["reason"] == "mailbox_closed"
    assert not IncomingMail.objects.exists()


def test_a_mailbox_of_another_account_is_unknown_here(nordhem_mailbox: Mailbox) -> None:
    with pytest.raises(UnknownRecipient):
        store_mail(mailbox_id=nordhem_mailbox.id, raw=raw_mail(), source=MailSource.API)


def test_mail_goes_to_the_account_of_its_address_whatever_is_in_force(
    mailbox: Mailbox, nordhem_mailbox: Mailbox, nordhem: Account
) -> None:
    in_force = current_schema()

    stored = store("support@nordhem.example")

    assert stored.schema == nordhem.schema_name
    assert current_schema() == in_force
    assert not IncomingMail.objects.exists()
    with account_context(nordhem):
        assert IncomingMail.objects.get().id == stored.id


def test_an_envelope_sender_that_no_database_takes_is_cleaned(mailbox: Mailbox) -> None:
    stored = store("support@acme.example", envelope_sender="\x00\udcff" + "x" * 400)

    assert IncomingMail.objects.get(id=stored.id).envelope_sender == "?" + "x" * 319


def test_a_mailbox_that_never_was_is_unknown(acme: Account) -> None:
    with pytest.raises(UnknownRecipient):
        store_mail(mailbox_id=uuid4(), raw=raw_mail(), source=MailSource.API)


def test_mail_that_is_not_deferred_is_left_to_the_caller(mailbox: Mailbox, published: Callable[[], list[str]]) -> None:
    store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE, defer=False)

    assert published() == []
