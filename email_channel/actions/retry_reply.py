"""A reply that did not arrive is sent again; of one that may have arrived a person says whether it did."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import lock_message_for
from conversations.actions.set_delivery_state import set_delivery_state
from conversations.enums import DeliveryState
from conversations.models import Message
from email_channel.actions.queue_reply import queue_reply
from email_channel.enums import SendState
from email_channel.events import MailQueued
from email_channel.models import EmailMessage, OutgoingDelivery
from email_channel.queries import worst_state
from hummdesk.errors import Conflict
from hummdesk.events.publishing import action, publish
from teams.access import Viewer

_NOT_REACHED = (SendState.FAILED, SendState.BOUNCED, SendState.SUPPRESSED)


@action
def retry_reply(*, viewer: Viewer, message_id: UUID) -> Message:
    """The reply is queued for the recipients whom it did not reach, as a new try that the provider does not know.

    Locks the conversation, then the message.
    Raises: NotFound, PermissionDenied, Conflict for one that has not failed. Publishes: DeliveryChanged, MailQueued.
    """
    message = lock_message_for(viewer, message_id, need=Permission.REPLY)
    if message.delivery_state not in (DeliveryState.FAILED, DeliveryState.BOUNCED):
        raise Conflict(_("Only a reply that has failed can be sent again."))
    set_delivery_state(message_id=message.id, state=DeliveryState.QUEUED)
    email = EmailMessage.objects.filter(conversation_message=message).first()
    if email is None:
        queue_reply(message_id=message.id)
    else:
        _queue_anew(email, _NOT_REACHED)
        publish(MailQueued(actor=viewer.actor, email_id=email.id))
    message.refresh_from_db(fields=["delivery_state", "delivery_error"])
    return message


@action
def settle_delivery(*, viewer: Viewer, message_id: UUID, has_arrived: bool) -> Message:
    """The reply of which nobody knew whether it left has arrived, as the viewer says, or is sent again.

    Locks the conversation, then the message.
    Raises: NotFound, PermissionDenied, Conflict where nothing is unknown. Publishes: DeliveryChanged, MailQueued.
    """
    message = lock_message_for(viewer, message_id, need=Permission.REPLY)
    email = EmailMessage.objects.filter(conversation_message=message).first()
    unknown = OutgoingDelivery.objects.filter(email=email, state=SendState.UNKNOWN)
    if email is None or not unknown.exists():
        raise Conflict(_("It is known what became of this reply."))
    if has_arrived:
        unknown.update(state=SendState.DELIVERED, told_at=timezone.now(), error="")
    else:
        _queue_anew(email, [SendState.UNKNOWN])
        publish(MailQueued(actor=viewer.actor, email_id=email.id))
    state, error = worst_state(email)
    set_delivery_state(message_id=message.id, state=state, error=error)
    message.refresh_from_db(fields=["delivery_state", "delivery_error"])
    return message


def _queue_anew(email: EmailMessage, states: Collection[SendState]) -> None:
    """Other rows take the place of these: their ids are the keys under which the provider knows a try."""
    failed = OutgoingDelivery.objects.filter(email=email, state__in=states)
    recipients = list(failed.order_by("id").values_list("recipient", flat=True))
    failed.delete()
    OutgoingDelivery.objects.bulk_create(
        OutgoingDelivery(email=email, recipient=recipient) for recipient in recipients
    )
