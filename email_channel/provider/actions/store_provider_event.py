"""What the provider tells is kept before anything looks into it, once."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Account
from accounts.queries import account_with_schema
from email_channel.enums import ProviderEventState
from email_channel.provider.models import ProviderEvent
from email_channel.provider.payloads import RECEIVED, incoming_recipients, names_forwarding, storable_payload
from email_channel.provider_words import ACCOUNT_TAG, TOLD_STATES, happened_at, provider_id_of, tag_of
from email_channel.recipients import routes_of
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import platform_context

NOBODY_HERE = "No open mailbox has one of its addresses."
_NO_ID = "The event names no mail."


@action
def store_provider_event(*, event_id: str, payload: Mapping[str, Any]) -> ProviderEvent | None:
    """The event is kept, and waits if there is something to do; None when it was here already.

    Nothing to do is of three kinds: an event of an unknown type, one that names no mail, and received mail for
    addresses that no mailbox has, which operators see and have looked at again.
    """
    payload = storable_payload(payload)
    event = ProviderEvent(
        event_id=event_id if len(event_id) <= 120 else hashlib.sha256(event_id.encode()).hexdigest(),
        type=str(payload.get("type", ""))[:60],
        object_id=provider_id_of(payload)[:100],
        payload=payload,
        occurred_at=happened_at(payload),
    )
    with platform_context():
        route_event(event)
        try:
            with transaction.atomic():
                event.save(force_insert=True)
        except IntegrityError:
            return None
    return event


def route_event(event: ProviderEvent) -> None:
    """The event has the account whose turn its work takes, and waits if there is something to do. Not saved."""
    event.state, event.error = ProviderEventState.WAITING, ""
    if event.type != RECEIVED and event.type not in TOLD_STATES:
        event.state = ProviderEventState.IGNORED
    elif not event.object_id:
        # Each mail comes once, and this one would stand for all that have no id.
        event.state, event.error, event.object_id = ProviderEventState.FAILED, _NO_ID, event.event_id[:100]
    elif event.type == RECEIVED:
        _route_received(event)
    else:
        event.account = _sender_of(event.payload)


def _route_received(event: ProviderEvent) -> None:
    routes = list(routes_of(incoming_recipients(event.payload)).values())
    event.account = routes[0].account if routes else None
    if not routes and names_forwarding(event.payload):
        event.state, event.error = ProviderEventState.IGNORED, NOBODY_HERE


def _sender_of(payload: Mapping[str, Any]) -> Account | None:
    """Return whose mail an event is about: by our tag, else by the address that it went out from."""
    schema = tag_of(payload, ACCOUNT_TAG)
    if schema:
        return account_with_schema(schema)
    data = payload.get("data")
    sender = str(data.get("from", "")) if isinstance(data, Mapping) else ""
    address = sender.rpartition("<")[2].rstrip("> ").lower()
    return next((route.account for route in routes_of([address]).values()), None)
