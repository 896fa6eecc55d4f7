"""Adding, changing and removing mailboxes: for those who manage the account."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.actions.route_mail import stop_routing
from accounts.permissions import Permission
from conversations.actions.rule_uses import require_unused_by_rules
from conversations.models import Conversation
from conversations.rules.fields import FieldType
from email_channel.actions.add_mailbox import add_mailbox
from email_channel.enums import AutoReplyWhen
from email_channel.errors import NoOtherMailbox
from email_channel.events import MailboxChanged, MailboxRemoved
from email_channel.models import EmailTemplate, Mailbox
from email_channel.models.mailbox import new_secret
from email_channel.queries.mailboxes import get_mailbox
from email_channel.queries.templates import all_languages_of
from email_channel.template_variables import faults_in_auto_reply
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from teams.access import Viewer
from teams.models import BusinessHours, Team

SIGNATURE_MAX_LENGTH = 2000
# What can be set: the ids of rows, and values.
_ROWS: Mapping[str, type[Model]] = {
    "team_id": Team,
    "hours_id": BusinessHours,
    "auto_reply_template_id": EmailTemplate,
}
_VALUES = ("name", "signature", "auto_reply", "reply_to_token")


@action
def create_mailbox(*, viewer: Viewer, address: str, name: str, fields: Mapping[str, Any] | None = None) -> Mailbox:
    """The account takes mail on the address. `fields` are those of `change_mailbox`.

    Raises: PermissionDenied, ValidationFailed, AddressTaken. Publishes: MailboxAdded.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    mailbox = add_mailbox(address=address, name=name, actor=viewer.actor)
    if fields:
        _set(mailbox, fields)
    logger.info("mailbox_added", mailbox_id=str(mailbox.id), agent_id=str(viewer.id))
    return mailbox


@action
def change_mailbox(*, viewer: Viewer, mailbox_id: UUID, changes: Mapping[str, Any]) -> Mailbox:
    """The mailbox is as the changes say: name, team_id, signature, hours_id, auto_reply, auto_reply_template_id,
    reply_to_token.

    The address stays: another one is another mailbox.
    Locks the mailbox. Raises: PermissionDenied, NotFound, ValidationFailed. Publishes: MailboxChanged.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    mailbox = get_mailbox(mailbox_id, lock=True)
    changed = _set(mailbox, changes)
    if changed:
        publish(MailboxChanged(actor=viewer.actor, mailbox_id=mailbox.id, changed=changed))
    return mailbox


@action
def rotate_mailbox_secret(*, viewer: Viewer, mailbox_id: UUID) -> Mailbox:
    """What is handed in must be signed with a new secret from now on; the old one opens nothing any more.

    Locks the mailbox. Raises: PermissionDenied, NotFound. Publishes: MailboxChanged.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    mailbox = get_mailbox(mailbox_id, lock=True)
    mailbox.secret = new_secret()
    mailbox.save(update_fields=["secret"])
    publish(MailboxChanged(actor=viewer.actor, mailbox_id=mailbox.id, changed=["secret"]))
    logger.info("mailbox_secret_rotated", mailbox_id=str(mailbox.id), agent_id=str(viewer.id))
    return mailbox


@action
def remove_mailbox(*, viewer: Viewer, mailbox_id: UUID, move_to: UUID | None = None) -> None:
    """Mail to the address is refused from now on; the mail that came stays, and so does its conversation.

    With `move_to` answers go out from that mailbox, and what customers write back joins there; without, answers in
    the mailbox's conversations fail visibly. Locks both mailboxes.
    Raises: PermissionDenied, NotFound, NoOtherMailbox, UsedByRules. Publishes: MailboxRemoved.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    mailbox = get_mailbox(mailbox_id, lock=True)
    require_unused_by_rules(FieldType.MAILBOX, mailbox.id)
    if move_to is not None:
        _move_conversations(mailbox, move_to)
    # Hours that only a removed mailbox names can be deleted.
    mailbox.is_active, mailbox.hours = False, None
    mailbox.save(update_fields=["is_active", "hours"])
    stop_routing(mailbox_id=mailbox.id)
    publish(MailboxRemoved(actor=viewer.actor, mailbox_id=mailbox.id, moved_to=move_to))
    logger.info("mailbox_removed", mailbox_id=str(mailbox.id), agent_id=str(viewer.id))


def _move_conversations(mailbox: Mailbox, move_to: UUID) -> None:
    other = Mailbox.objects.select_for_update().filter(id=move_to, is_active=True).exclude(id=mailbox.id).first()
    if other is None:
        raise NoOtherMailbox(errors={"move_to": [NoOtherMailbox.title]})
    Conversation.objects.filter(mailbox_id=mailbox.id).update(mailbox_id=other.id)


def _set(mailbox: Mailbox, changes: Mapping[str, Any]) -> list[str]:
    """The mailbox has the new values; returns the names of those that differ. Raises: ValidationFailed."""
    before = {name: getattr(mailbox, name) for name in (*_ROWS, *_VALUES)}
    for name, value in before.items():
        setattr(mailbox, name, changes.get(name, value))
    errors = {name: [_("There is no such choice.")] for name in changes if not _is_there(name, changes[name])}
    mailbox.name, mailbox.signature = " ".join(mailbox.name.split()), mailbox.signature.strip()
    if mailbox.auto_reply != AutoReplyWhen.NEVER and mailbox.auto_reply_template_id is None:
        errors.setdefault("auto_reply_template_id", [_("Choose what it answers with.")])
    elif mailbox.auto_reply != AutoReplyWhen.NEVER and (faults := _faults_in_reply(mailbox)):
        errors.setdefault("auto_reply_template_id", faults)
    try:
        mailbox.clean_fields(exclude={"team", "hours", "auto_reply_template"})
    except ValidationError as error:
        errors |= error.message_dict
    if errors:
        raise ValidationFailed(errors=errors)
    changed = [name for name, value in before.items() if getattr(mailbox, name) != value]
    mailbox.save(update_fields=changed)
    return changed


def _faults_in_reply(mailbox: Mailbox) -> list[str]:
    """Return what keeps the automatic reply from being sent in some case, in any of its languages. One query."""
    templates = all_languages_of(mailbox.auto_reply_template_id) if mailbox.auto_reply_template_id else []
    return [
        f"{template}: {text}"
        for template in templates
        for texts in faults_in_auto_reply(template.parts).values()
        for text in texts
    ]


def _is_there(name: str, value: Any) -> bool:
    return name not in _ROWS or value is None or _ROWS[name]._default_manager.filter(pk=value).exists()
