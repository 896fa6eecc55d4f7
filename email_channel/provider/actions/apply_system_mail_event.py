"""What the provider tells of sign-in mail, invitations and notifications."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from email_channel.delivery_states import is_heeded
from email_channel.enums import SendState
from email_channel.provider.models import SystemMail
from email_channel.provider_words import DELIVERY_TAG, delivery_word, provider_id_of, tag_of
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import platform_context

# These rows keep no time of the word that was heeded last, so that an outcome, once told, stays.
_ALWAYS_LATER = datetime.max.replace(tzinfo=UTC)


@action
def apply_system_mail_event(*, type: str, payload: Mapping[str, Any]) -> bool:
    """What the event says of a system mail is known; returns whether there is such a mail. Safe to run twice.

    One that was still to be sent has left, whoever lost the answer, and its words are gone.
    """
    word, provider_id = delivery_word(type, payload), provider_id_of(payload)
    if word is None:
        return False
    with platform_context():
        mail = SystemMail.objects.select_for_update().filter(_is_told_of(payload)).first()
        if mail is None:
            return False
        if is_heeded(SendState(mail.state), _ALWAYS_LATER, word):
            mail.state, mail.error = word.state, word.error
            mail.text = mail.html = ""
            mail.provider_id, mail.claimed_at = mail.provider_id or provider_id[:100], None
            mail.sent_at = mail.sent_at or word.at
            mail.save(update_fields=["state", "error", "text", "html", "provider_id", "claimed_at", "sent_at"])
    return True


def _is_told_of(payload: Mapping[str, Any]) -> Q:
    provider_id = provider_id_of(payload)
    told = Q(provider_id=provider_id) if provider_id else Q(pk__in=[])
    try:
        return told | Q(id=UUID(tag_of(payload, DELIVERY_TAG)))
    except ValueError:
        return told
