"""Whoever asked to be forgotten takes part nowhere."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from email_channel.enums import ParticipantRole
from email_channel.models import EmailMessage, Participant


def forget_participant(*, contact_id: UUID, changed: Sequence[str], **_rest: object) -> None:
    """Under no address that the erased contact wrote from, nor as a customer; in the transaction that erases."""
    if "erased_at" not in changed:
        return
    own = EmailMessage.objects.filter(conversation_message__contact_id=contact_id)
    addresses = own.annotate(address=Lower("from_address")).values("address")
    customer = Q(conversation__contact_id=contact_id, role=ParticipantRole.CUSTOMER)
    Participant.objects.filter(customer | Q(address__in=addresses)).delete()
