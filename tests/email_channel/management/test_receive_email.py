import io
import mailbox as standard_mailbox
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from conversations.models import Message
from email_channel.enums import MailSource
from email_channel.models import IncomingMail, Mailbox
from hummdesk.tenancy.context import account_context, platform_context
from tests.email_channel.mails import raw_mail


def run(*arguments: str) -> list[str]:
    """Return the lines that the command prints."""
    printed = io.StringIO()
    with platform_context():
        call_command("receive_email", *arguments, stdout=printed)
    return printed.getvalue().splitlines()


def run_and_fail(*arguments: str) -> tuple[list[str], CommandError]:
    """Return the lines that the command prints, and its failure."""
    printed = io.StringIO()
    with platform_context(), pytest.raises(CommandError) as failure:
        call_command("receive_email", *arguments, stdout=printed)
    return printed.getvalue().splitlines(), failure.value


def put(folder: Path, name: str, raw: bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return str(path)


def test_a_file_goes_to_the_account_that_its_header_names(mailbox: Mailbox, tmp_path: Path) -> None:
    file = put(tmp_path, "a.eml", raw_mail())

    lines = run(file)

    assert lines == [f"{file}: created (new)", "1 created (new)"]
    assert IncomingMail.objects.get().source == MailSource.FILE
    assert Message.objects.get().body_text == "It stopped turning."


def test_a_mail_that_names_two_accounts_goes_to_both(
    mailbox: Mailbox, nordhem_mailbox: Mailbox, nordhem: Account, tmp_path: Path
) -> None:
    file = put(tmp_path, "a.eml", raw_mail(to="support@acme.example, support+2@acme.example, support@nordhem.example"))

    lines = run(file)

    assert lines[-1] == "2 created (new)"
    assert Message.objects.count() == 1
    with account_context(nordhem):
        assert Message.objects.count() == 1


def test_a_mailbox_may_be_named_whatever_the_headers_say(mailbox: Mailbox, tmp_path: Path) -> None:
    file = put(tmp_path, "a.eml", raw_mail(to="list@elsewhere.example"))

    assert run("--mailbox", "support@acme.example", file)[-1] == "1 created (new)"


@pytest.mark.parametrize("arguments", [(), ("--mailbox", "nobody@acme.example")])
def test_a_mail_for_nobody_is_refused_and_leaves_nothing(
    mailbox: Mailbox, tmp_path: Path, stored_files: Path, arguments: tuple[str, ...]
) -> None:
    file = put(tmp_path, "a.eml", raw_mail(to="list@elsewhere.example"))

    lines, failure = run_and_fail(*arguments, file)

    assert lines[-1] == "1 refused (UnknownRecipient)"
    assert (str(failure), failure.returncode) == ("Mails refused: 1.", 1)
    assert not IncomingMail.objects.exists()
    assert not stored_files.exists()


def test_a_folder_is_read_with_all_that_is_in_it(mailbox: Mailbox, tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path, f"{number}/mail.eml", raw_mail())
    put(tmp_path, "noise", b"\x00\xff" * 100)
    put(tmp_path, "empty", b"")

    lines, failure = run_and_fail("--mailbox", "support@acme.example", str(tmp_path))

    summary = set(lines[-1].split(", "))
    assert (str(failure), failure.returncode) == ("Mails refused: 1.", 1)
    assert summary == {"3 created (new)", "1 refused (EmptyMail)", "1 quarantined (not_mail)"}


def test_an_mbox_is_many_mails(mailbox: Mailbox, tmp_path: Path) -> None:
    box = standard_mailbox.mbox(tmp_path / "box")
    for _ in range(4):
        box.add(raw_mail().replace(b"\r\n", b"\n"))
    box.close()

    assert run(str(tmp_path / "box"))[-1] == "4 created (new)"


def test_standard_input_is_one_mail(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw_mail())))

    assert run() == ["standard input: created (new)", "1 created (new)"]


@pytest.mark.parametrize(
    ("raw", "arguments", "returncode"),
    [
        (raw_mail(to="nobody@acme.example"), (), 67),
        (raw_mail(), ("--mailbox", "nobody@acme.example"), 67),
        (b"", ("--mailbox", "support@acme.example"), 1),
    ],
)
def test_a_mail_server_that_pipes_mail_learns_why_it_was_refused(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, raw: bytes, arguments: tuple[str, ...], returncode: int
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

    _lines, failure = run_and_fail(*arguments)

    assert (str(failure), failure.returncode) == ("Mails refused: 1.", returncode)


def test_a_second_run_doubles_nothing(mailbox: Mailbox, tmp_path: Path) -> None:
    file = put(tmp_path, "a.eml", raw_mail())
    run(file)

    assert run(file)[-1] == "1 duplicate (message_id)"
    assert Message.objects.count() == 1


def test_quiet_prints_the_summary_alone(mailbox: Mailbox, tmp_path: Path) -> None:
    assert run("--quiet", put(tmp_path, "a.eml", raw_mail())) == ["1 created (new)"]


def test_an_empty_folder_holds_no_mail(mailbox: Mailbox, tmp_path: Path) -> None:
    assert run(str(tmp_path)) == ["no mail"]


def test_a_file_that_is_not_there_is_named(mailbox: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.eml"):
        run(str(tmp_path / "nothing.eml"))
