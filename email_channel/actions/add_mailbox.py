"""Giving the account an address to take mail on."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.actions.route_mail import route_mail
from email_channel.errors import AddressTaken
from email_channel.events import MailboxAdded
from email_channel.models import Mailbox, SendingDomain
from email_channel.models.mailbox import new_secret
from hummdesk.errors import ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.models import Team


@action
def add_mailbox(*, address: str, name: str, actor: Actor, team: Team | None = None) -> Mailbox:
    """Mail to the address goes to this account; the route lies in the public schema, for all accounts to see.

    A mailbox that was removed comes back with its mail, and with a new secret.
    Raises: ValidationFailed, AddressTaken, DomainTaken. Publishes: MailboxAdded.
    """
    address, name = address.strip().lower(), " ".join(name.split())
    removed = Mailbox.objects.select_for_update().filter(address=address, is_active=False).first()
    mailbox = removed or Mailbox(address=address)
    mailbox.name, mailbox.team, mailbox.secret, mailbox.is_active = name, team, new_secret(), True
    try:
        mailbox.clean_fields()
    except ValidationError as error:
        raise ValidationFailed(errors=error.message_dict) from error
    try:
        with transaction.atomic():
            mailbox.save(force_insert=removed is None)
            route_mail(address=mailbox.address, mailbox_id=mailbox.id)
    except IntegrityError as error:
        raise AddressTaken(errors={"address": [AddressTaken.title]}) from error
    SendingDomain.objects.get_or_create(name=mailbox.domain)
    publish(MailboxAdded(actor=actor, mailbox_id=mailbox.id))
    return mailbox
