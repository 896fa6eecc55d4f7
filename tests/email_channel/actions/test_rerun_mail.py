"""Reading a stored mail again. A mail that was unreadable is one whose file held something else when it came."""

from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Account, Membership, User
from conversations.models import Attachment, Conversation, MailPage, Message
from email_channel.actions.rerun_mail import rerun_mail
from email_channel.actions.take_in_mail import TakenIn
from email_channel.enums import IntakeState, Outcome
from email_channel.errors import MailInWork, MailWasRead
from email_channel.models import IncomingMail, Participant
from hummdesk.errors import Conflict, NotFound, PermissionDenied
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from teams.access import Viewer, viewer_of
from tests.email_channel.conftest import Receive, conversation_of, email_of, message_of
from tests.email_channel.mails import CUSTOMER, SUPPORT, raw_mail
from tests.fixtures.cast import ClientOf

BROKEN = b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 2_000
WITH_FILE = (
    f"From: {CUSTOMER}\r\nTo: {SUPPORT}, Bo <bo@customers.example>\r\nSubject: Drill\r\nMessage-ID: <1@c.example>\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nIt hums.\r\n"
    '--b\r\nContent-Type: text/csv; name="orders.csv"\r\nContent-Disposition: attachment; filename="orders.csv"'
    "\r\n\r\n1,2\r\n--b--\r\n"
).encode()
WITH_LOOK = (
    f"From: {CUSTOMER}\r\nTo: {SUPPORT}\r\nSubject: Sale\r\nMessage-ID: <2@c.example>\r\n"
    "Content-Type: text/html\r\n\r\n"
    '<table bgcolor="#1e40af" width="600"><tr><td style="color:#ffffff">Spring sale</td></tr></table>\r\n'
).encode()
Quarantine = Callable[[bytes], TakenIn]


@pytest.fixture
def manager(admin: User, acme: Account) -> Viewer:
    return viewer_of(Membership.objects.get(user=admin, account=acme))


@pytest.fixture
def quarantine(receive: Receive) -> Quarantine:
    """Make a function that has a mail come which cannot be read, and could be by the parser of today."""

    def come(now_reads_as: bytes) -> TakenIn:
        taken_in = receive(BROKEN)
        assert taken_in.outcome == Outcome.QUARANTINED
        with default_storage.open(str(IncomingMail.objects.get(id=taken_in.id).raw), "wb") as file:
            file.write(now_reads_as)
        return taken_in

    return come


def test_what_can_be_read_now_takes_the_place_of_the_notice(
    manager: Viewer, quarantine: Quarantine, published: Callable[[], list[str]]
) -> None:
    before = quarantine(WITH_FILE)
    known = len(published())

    after = rerun_mail(viewer=manager, incoming_mail_id=before.id)

    assert after is not None
    assert (after.outcome, after.message_id) == (Outcome.CREATED, before.message_id)
    message, conversation = message_of(before), conversation_of(before)
    assert (message.body_text, message.unreadable_reason) == ("It hums.", "")
    assert [file.name for file in message.attachments.all()] == ["orders.csv"]
    assert (message.contact.email, message.cc) == ("ada@customers.example", ["bo@customers.example"])  # type: ignore[union-attr]
    assert (conversation.subject, conversation.preview, conversation.contact) == ("Drill", "It hums.", message.contact)
    assert (conversation.message_count, Conversation.objects.count()) == (1, 1)
    email = email_of(before)
    assert (email.message_id, email.from_address, email.subject) == ("<1@c.example>", "ada@customers.example", "Drill")
    assert Participant.objects.get(conversation=conversation).address == "ada@customers.example"
    assert published()[known:] == ["MessageReread", "MailTakenIn"]
    assert LoggedEvent.objects.get(type="MessageReread").actor_id == manager.id
    mail = IncomingMail.objects.get(id=before.id)
    assert (mail.outcome, mail.rerun_count) == (Outcome.CREATED, 1)


def test_the_look_of_the_mail_is_there_and_nothing_of_a_look_before(
    manager: Viewer, quarantine: Quarantine, client_of: ClientOf, admin: User
) -> None:
    before = quarantine(WITH_LOOK)
    Message.objects.update(page_height_px=900)
    MailPage.objects.create(message=message_of(before), html="<p>Stale</p>")

    rerun_mail(viewer=manager, incoming_mail_id=before.id)

    message = message_of(before)
    assert message.page_height_px != 900
    assert "#1e40af" in MailPage.objects.get(message=message).html
    shown = client_of(admin).get(f"/messages/{message.id}/html")
    assert "Spring sale" in shown.text
    assert "Stale" not in shown.text


def test_the_file_of_the_notice_goes_with_unused_uploads(manager: Viewer, quarantine: Quarantine) -> None:
    before = quarantine(WITH_FILE)
    [notice] = message_of(before).attachments.all()

    rerun_mail(viewer=manager, incoming_mail_id=before.id)

    assert Attachment.objects.get(id=notice.id).message is None


def test_the_same_mail_once_more_is_a_duplicate_afterwards(
    manager: Viewer, quarantine: Quarantine, receive: Receive
) -> None:
    rerun_mail(viewer=manager, incoming_mail_id=quarantine(WITH_FILE).id)

    assert receive(WITH_FILE).outcome == Outcome.DUPLICATE


def test_a_mail_that_still_cannot_be_read_stays_as_it_is(
    manager: Viewer, quarantine: Quarantine, published: Callable[[], list[str]]
) -> None:
    before = quarantine(b"\x00" * 5_000)
    words, known = message_of(before).body_text, len(published())

    after = rerun_mail(viewer=manager, incoming_mail_id=before.id)

    assert after is not None
    assert after.outcome == Outcome.QUARANTINED
    assert message_of(before).body_text == words
    assert published()[known:] == []
    assert IncomingMail.objects.get(id=before.id).rerun_count == 1


def test_a_mail_that_was_read_is_not_read_again(manager: Viewer, receive: Receive) -> None:
    with pytest.raises(MailWasRead):
        rerun_mail(viewer=manager, incoming_mail_id=receive(raw_mail()).id)


def test_a_second_reading_changes_nothing(manager: Viewer, quarantine: Quarantine) -> None:
    before = quarantine(WITH_FILE)
    rerun_mail(viewer=manager, incoming_mail_id=before.id)

    with pytest.raises(MailWasRead):
        rerun_mail(viewer=manager, incoming_mail_id=before.id)

    assert Message.objects.count() == 1


def test_a_message_that_was_deleted_stays_deleted(manager: Viewer, quarantine: Quarantine) -> None:
    before = quarantine(WITH_FILE)
    Message.objects.update(deleted_at=timezone.now())

    with pytest.raises(Conflict):
        rerun_mail(viewer=manager, incoming_mail_id=before.id)

    assert IncomingMail.objects.get(id=before.id).outcome == Outcome.QUARANTINED


def test_a_mail_that_was_kept_out_is_taken_in(manager: Viewer, receive: Receive) -> None:
    taken_in = receive(raw_mail())
    Conversation.objects.all().delete()
    mails = IncomingMail.objects.filter(id=taken_in.id)
    mails.update(outcome=Outcome.SUPPRESSED, reason="bounce", email=None)

    after = rerun_mail(viewer=manager, incoming_mail_id=taken_in.id)

    assert after is not None
    assert after.outcome == Outcome.CREATED
    assert mails.get().rerun_count == 1
    assert Conversation.objects.count() == 1


def test_a_mail_that_waits_is_taken_in_unless_somebody_is_at_it(manager: Viewer, receive: Receive) -> None:
    taken_in = receive(raw_mail())
    Conversation.objects.all().delete()
    mails = IncomingMail.objects.filter(id=taken_in.id)
    mails.update(state=IntakeState.RECEIVED, outcome="", email=None, attempt_count=3, claimed_at=timezone.now())

    with pytest.raises(MailInWork):
        rerun_mail(viewer=manager, incoming_mail_id=taken_in.id)

    mails.update(claimed_at=None)
    after = rerun_mail(viewer=manager, incoming_mail_id=taken_in.id)
    assert after is not None
    assert after.outcome == Outcome.CREATED


def test_only_who_manages_the_account_has_mail_read_again(
    viewer: Viewer, manager: Viewer, nordhem: Account, quarantine: Quarantine
) -> None:
    before = quarantine(WITH_FILE)

    with pytest.raises(PermissionDenied):
        rerun_mail(viewer=viewer, incoming_mail_id=before.id)
    with account_context(nordhem), pytest.raises(NotFound):
        rerun_mail(viewer=manager, incoming_mail_id=before.id)

    assert message_of(before).unreadable_reason
