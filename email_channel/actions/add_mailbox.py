"""Giving the account an address to take mail on."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.route_mail import route_mail
from email_channel.errors import AddressTaken
from email_channel.events import MailboxAdded
from email_channel.models import Mailbox
from hummdesk.errors import ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.models import Team


@action
def add_mailbox(*, address: str, name: str, actor: Actor, team: Team | None = None) -> Mailbox:
    """Mail to the address goes to this account; the route lies in the public schema, for all accounts to see.

    Raises: ValidationFailed, AddressTaken. Publishes: MailboxAdded.
    """
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationFailed(errors={"address": [_("Give a full address, such as support@example.com.")]}) from error
    try:
        with transaction.atomic():
            mailbox = Mailbox.objects.create(address=address, name=name, team=team)
            route_mail(address=address, mailbox_id=mailbox.id)
    except IntegrityError as error:
        raise AddressTaken(errors={"address": [AddressTaken.title]}) from error
    publish(MailboxAdded(actor=actor, mailbox_id=mailbox.id))
    return mailbox
