"""Mails are in the conversation in which their messages are."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from conversations.models import Message
from email_channel.models import EmailMessage


def follow_merge(*, message_ids: Sequence[UUID], into_id: UUID, **_rest: object) -> None:
    """The mails of these messages are where the merge brings them, in its transaction."""
    EmailMessage.objects.filter(conversation_message_id__in=message_ids).update(conversation_id=into_id)


def follow_split(*, message_ids: Sequence[UUID], new_conversation_id: UUID, **_rest: object) -> None:
    """The mails of these messages are in the new conversation, in the split's transaction."""
    EmailMessage.objects.filter(conversation_message_id__in=message_ids).update(conversation_id=new_conversation_id)


def follow_return(*, conversation_id: UUID, **_rest: object) -> None:
    """The mails of an undone merge or split are back with their messages, in that transaction."""
    back = EmailMessage.objects.filter(conversation_message__conversation_id=conversation_id)
    astray = back.exclude(conversation_id=F("conversation_message__conversation_id")).values("id")
    now = Message.objects.filter(id=OuterRef("conversation_message_id")).values("conversation_id")
    EmailMessage.objects.filter(id__in=astray).update(conversation_id=Subquery(now[:1]))
