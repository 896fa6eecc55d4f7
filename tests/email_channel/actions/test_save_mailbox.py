from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account, MailRoute, Membership, User
from conversations.models import Conversation
from email_channel.actions.save_mailbox import change_mailbox, create_mailbox, remove_mailbox, rotate_mailbox_secret
from email_channel.errors import NoOtherMailbox
from email_channel.models import Mailbox
from hummdesk.errors import NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context, platform_context
from teams.access import Viewer, viewer_of
from tests.factories import make_conversation, make_mailbox

Published = Callable[[], list[str]]


@pytest.fixture
def manager(admin: User, acme: Account) -> Viewer:
    return viewer_of(Membership.objects.get(user=admin, account=acme))


def test_changes_are_told_by_name(manager: Viewer, mailbox: Mailbox, published: Published) -> None:
    change_mailbox(viewer=manager, mailbox_id=mailbox.id, changes={"name": mailbox.name, "signature": "The team"})
    change_mailbox(viewer=manager, mailbox_id=mailbox.id, changes={"signature": "The team"})

    assert published() == ["MailboxChanged"]
    event = LoggedEvent.objects.get(type="MailboxChanged")
    assert (event.data["changed"], event.actor_id) == (["signature"], manager.id)


def test_a_refused_change_changes_nothing(manager: Viewer, mailbox: Mailbox, published: Published) -> None:
    with pytest.raises(ValidationFailed):
        change_mailbox(viewer=manager, mailbox_id=mailbox.id, changes={"name": "New", "auto_reply": "always"})

    assert Mailbox.objects.get(id=mailbox.id).name == mailbox.name
    assert published() == []


def test_refused_fields_leave_no_mailbox_behind(manager: Viewer, acme: Account, published: Published) -> None:
    with pytest.raises(ValidationFailed):
        create_mailbox(viewer=manager, address="a@acme.example", name="A", fields={"auto_reply": "always"})

    assert not Mailbox.objects.exists()
    with platform_context():
        assert not MailRoute.objects.filter(address="a@acme.example").exists()
    assert published() == []


def test_a_secret_stands_in_no_event(manager: Viewer, mailbox: Mailbox) -> None:
    rotated = rotate_mailbox_secret(viewer=manager, mailbox_id=mailbox.id)

    assert rotated.secret != mailbox.secret
    assert rotated.secret not in str(LoggedEvent.objects.get(type="MailboxChanged").data)


def test_a_removed_mailbox_has_no_route_and_keeps_its_conversations(
    manager: Viewer, mailbox: Mailbox, published: Published
) -> None:
    conversation = make_conversation(mailbox_id=mailbox.id)

    remove_mailbox(viewer=manager, mailbox_id=mailbox.id)

    assert Conversation.objects.get(id=conversation.id).mailbox_id == mailbox.id
    with platform_context():
        assert not MailRoute.objects.filter(address=mailbox.address).exists()
    assert published() == ["MailboxRemoved"]
    with pytest.raises(NotFound):
        remove_mailbox(viewer=manager, mailbox_id=mailbox.id)


def test_conversations_move_to_a_mailbox_that_takes_mail_only(
    manager: Viewer, acme: Account, mailbox: Mailbox
) -> None:
    closed = make_mailbox(acme, is_active=False)

    for move_to in (closed.id, mailbox.id):
        with pytest.raises(NoOtherMailbox):
            remove_mailbox(viewer=manager, mailbox_id=mailbox.id, move_to=move_to)

    assert Mailbox.objects.get(id=mailbox.id).is_active


@pytest.mark.parametrize(
    "deed",
    [
        lambda viewer, mailbox_id: create_mailbox(viewer=viewer, address="a@acme.example", name="A"),
        lambda viewer, mailbox_id: change_mailbox(viewer=viewer, mailbox_id=mailbox_id, changes={"name": "A"}),
        lambda viewer, mailbox_id: rotate_mailbox_secret(viewer=viewer, mailbox_id=mailbox_id),
        lambda viewer, mailbox_id: remove_mailbox(viewer=viewer, mailbox_id=mailbox_id),
    ],
)
def test_only_who_manages_the_account_may(viewer: Viewer, mailbox: Mailbox, published: Published, deed: Any) -> None:
    with pytest.raises(PermissionDenied):
        deed(viewer, mailbox.id)

    assert published() == []
    assert Mailbox.objects.get() == mailbox


def test_a_mailbox_of_another_account_is_not_there(manager: Viewer, nordhem: Account, mailbox: Mailbox) -> None:
    with account_context(nordhem), pytest.raises(NotFound):
        change_mailbox(viewer=manager, mailbox_id=mailbox.id, changes={"name": "Ours"})
