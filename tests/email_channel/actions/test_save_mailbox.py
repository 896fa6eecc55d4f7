from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account, MailRoute, Membership, User
from conversations.models import Conversation
from email_channel.actions.save_mailbox import change_mailbox, create_mailbox, remove_mailbox, rotate_mailbox_secret
from email_channel.errors import NoOtherMailbox
from email_channel.models import EmailTemplate, Mailbox
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


def reply_template(body_html: str, language: str = "en") -> EmailTemplate:
    return EmailTemplate.objects.create(name="Reply", language=language, subject="Here", body_html=body_html)


@pytest.mark.parametrize(
    "body_html",
    [
        "<p>{{agent_name}} answers</p>",
        "<p>{{customer_first_name}}</p>",
        "<p>{% if agent_name %}{{order_number}}{% endif %}</p>",
        "<p>{{nonsense}}</p>",
        "<p>{{open</p>",
    ],
)
def test_a_reply_that_cannot_always_be_filled_in_is_refused(manager: Viewer, mailbox: Mailbox, body_html: str) -> None:
    changes = {"auto_reply": "always", "auto_reply_template_id": reply_template(body_html).id}

    with pytest.raises(ValidationFailed) as refused:
        change_mailbox(viewer=manager, mailbox_id=mailbox.id, changes=changes)

    assert refused.value.errors["auto_reply_template_id"][0].startswith("Reply (en): ")
    assert Mailbox.objects.get(id=mailbox.id).auto_reply == "never"


def test_a_reply_that_foresees_what_is_missing_is_taken(manager: Viewer, mailbox: Mailbox) -> None:
    template = reply_template(
        "<p>{{customer_first_name | default: 'you'}}{% if agent_name %}{{agent_name}}{% endif %}"
    )
    changes = {"auto_reply": "always", "auto_reply_template_id": template.id}

    assert change_mailbox(viewer=manager, mailbox_id=mailbox.id, changes=changes).auto_reply_template == template


def test_each_language_of_a_reply_is_looked_at(manager: Viewer, mailbox: Mailbox) -> None:
    template = reply_template("<p>Hello</p>")
    reply_template("<p>{{agent_name}}</p>", language="fi")

    with pytest.raises(ValidationFailed) as refused:
        change_mailbox(
            viewer=manager,
            mailbox_id=mailbox.id,
            changes={"auto_reply": "always", "auto_reply_template_id": template.id},
        )

    [text] = refused.value.errors["auto_reply_template_id"]
    assert text.startswith("Reply (fi): Not every automatic reply has agent_name.")


def test_a_mailbox_that_does_not_answer_takes_any_template(manager: Viewer, mailbox: Mailbox) -> None:
    changes = {"auto_reply_template_id": reply_template("<p>{{agent_name}}</p>").id}

    assert change_mailbox(viewer=manager, mailbox_id=mailbox.id, changes=changes).auto_reply_template is not None
