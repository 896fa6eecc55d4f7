import email
import email.policy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from email_channel.catcher import catch_mail, caught_mail, caught_mails, caught_raw
from email_channel.composing import MailAddress, compose_mail
from hummdesk.errors import NotFound

AT = datetime(2026, 11, 23, 1, 6, 0, 123456, tzinfo=UTC)
KEY = "018f0000-0000-7000-8000-00000000000"


def raw(subject: str = "Hello", at: datetime = AT) -> bytes:
    return compose_mail(
        from_=MailAddress("Acme", "support@acme.example"),
        to=[MailAddress("Ädä", "ada@customers.example")],
        subject=subject,
        text="Hello",
        html="<p>Hello</p>",
        message_id="<1.2.3@acme.example>",
        date=at,
    )


def catch(number: int = 0, folder: str = "account_acme") -> str:
    at = AT + timedelta(minutes=number)
    return catch_mail(raw(f"Mail {number}", at), folder=folder, key=f"{KEY}{number}", at=at)


def test_a_caught_mail_is_a_well_formed_file(outbox: Path) -> None:
    caught_id = catch()

    path = outbox / f"{caught_id}.eml"
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert caught_id == f"account_acme/20261123T010600123456-{KEY}0"
    assert path.read_bytes() == raw("Mail 0")
    assert message["To"] == "Ädä <ada@customers.example>"
    assert message.get_content_type() == "multipart/alternative"
    assert not message.defects


def test_the_same_key_again_is_the_same_file(outbox: Path) -> None:
    assert catch() == catch()

    assert len(list(outbox.rglob("*"))) == 2  # the folder and the file


def test_mails_are_listed_newest_first_over_all_accounts(outbox: Path) -> None:
    ids = [catch(0), catch(1, "account_nordhem"), catch(2)]

    newest = caught_mails(limit=2)
    older = caught_mails(limit=2, before=newest[-1].id)

    assert [mail.id for mail in newest] == [ids[2], ids[1]]
    assert [mail.id for mail in older] == [ids[0]]
    assert newest[0].at == AT + timedelta(minutes=2)
    assert newest[0].message["Subject"] == "Mail 2"


def test_a_file_that_is_still_written_is_not_listed(outbox: Path) -> None:
    catch()
    (outbox / "account_acme" / f"20261123T010700123456-{KEY}1.part").write_bytes(b"From: half")

    assert len(caught_mails(limit=10)) == 1


def test_without_a_folder_the_list_is_empty(outbox: Path) -> None:
    assert caught_mails(limit=10) == []


def test_a_mail_is_found_by_its_id(outbox: Path) -> None:
    caught_id = catch()

    assert caught_mail(caught_id).message["Subject"] == "Mail 0"
    assert caught_raw(caught_id) == raw("Mail 0")


@pytest.mark.parametrize(
    "id",
    [
        f"account_acme/20261123T010600123456-{KEY}9",
        "../secret",
        f"../outside/20261123T010600123456-{KEY}0",
        f"account_acme/../../outside/20261123T010600123456-{KEY}0",
        "/etc/passwd",
        "account_acme/",
        "account_acme/x\x00",
        "",
    ],
)
def test_nothing_outside_is_reached_by_an_id(outbox: Path, id: str) -> None:
    catch()
    outside = outbox.parent / "outside"
    outside.mkdir()
    (outside / f"20261123T010600123456-{KEY}0.eml").write_bytes(raw())
    (outbox.parent / "secret.eml").write_bytes(raw())

    with pytest.raises(NotFound):
        caught_raw(id)
