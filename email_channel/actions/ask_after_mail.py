"""Mail that is silent is asked for at the provider: a webhook may have been lost, or never been set up."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from email_channel.actions.apply_delivery_event import apply_delivery_event
from email_channel.enums import SendState
from email_channel.provider.bucket import await_turn
from email_channel.provider.received import MailUnavailable, ProviderAway
from email_channel.provider.sent import sent_mail
from email_channel.provider_words import TOLD_STATES, event_about
from email_channel.queries import deliveries_with_provider_id
from email_channel.queries.silent import claim_silent, release_silent
from hummdesk.logs import logger
from hummdesk.tenancy.context import current_schema

# Longer than this no worker stands waiting for its turn at the provider.
TURN_WAIT_S = 2.0


def ask_after_mail(provider_id: str) -> bool:
    """What the provider knows of a silent mail of the account in force is heeded as if it had told of it.

    Returns whether to go on with others: not while the provider or its limit stands against it, and then nothing
    has changed. The provider is called outside of any transaction. Publishes: DeliveryChanged, AddressSuppressed.
    """
    if await_turn(current_schema(), most_s=TURN_WAIT_S):
        return False
    asked_at = timezone.now()
    if not claim_silent(provider_id, asked_at):
        return True
    try:
        mail = sent_mail(provider_id)
    except ProviderAway as error:
        release_silent(provider_id, asked_at)
        logger.warning("silent_mail_not_asked_for", error=str(error))
        return False
    except MailUnavailable:
        logger.warning("silent_mail_unknown_to_provider", provider_id=provider_id)
        return True
    event = event_about(mail, provider_id, asked_at)
    if event is not None and _is_telling(event, provider_id):
        apply_delivery_event(type=event["type"], payload=event)
    return True


def _is_telling(event: Mapping[str, Any], provider_id: str) -> bool:
    """Return whether the answer says something of a recipient.

    It is one for the whole mail: of several recipients nobody knows whose good news was the last, while after bad
    news a person is asked.
    """
    if TOLD_STATES[event["type"]] not in (SendState.DELIVERED, SendState.DELAYED):
        return True
    return len(deliveries_with_provider_id(provider_id)) == 1
