"""What the provider tells of mail that went out reaches the mail."""

from email_channel.actions.apply_delivery_event import apply_delivery_event
from email_channel.enums import ProviderEventState
from email_channel.provider.actions.apply_system_mail_event import apply_system_mail_event
from email_channel.provider.actions.settle_event import postpone_event, settle_event
from email_channel.provider.models import ProviderEvent
from hummdesk.tenancy.context import account_context

# An event may overtake the answer to the call that sent the mail; after so many tries the mail is none of ours.
TRIES_FOR_UNKNOWN_MAIL = 5
_UNKNOWN_MAIL = "No mail that went out from here has this id."


def heed_event(event: ProviderEvent) -> None:
    """The mail that a claimed event is about stands as told, or the event waits for the mail to be known."""
    if _is_heeded(event):
        settle_event(event, ProviderEventState.DONE)
    elif event.attempt_count + 1 < TRIES_FOR_UNKNOWN_MAIL:
        postpone_event(event, _UNKNOWN_MAIL)
    else:
        settle_event(event, ProviderEventState.IGNORED, _UNKNOWN_MAIL)


def _is_heeded(event: ProviderEvent) -> bool:
    if event.account is None:
        return apply_system_mail_event(type=event.type, payload=event.payload)
    with account_context(event.account):
        is_reply = apply_delivery_event(type=event.type, payload=event.payload)
    return is_reply or apply_system_mail_event(type=event.type, payload=event.payload)
