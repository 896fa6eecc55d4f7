"""What becomes of a reply on its way; called by the channel that carries it."""

from uuid import UUID

from conversations.enums import DeliveryState, MessageKind
from conversations.events import DeliveryChanged
from conversations.models import Message
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish


@action
def set_delivery_state(*, message_id: UUID, state: DeliveryState, error: str = "") -> None:
    """The reply shows this state; `error` is the mail server's word, or empty.

    Locks the message. Publishes: DeliveryChanged when the state is another one. System lines show none.
    """
    message = Message.objects.select_for_update().get(id=message_id)
    before = message.delivery_state
    # An automatic reply is a system line: whom it reached is told beside it.
    if (before, message.delivery_error) == (state, error[:300]) or message.kind != MessageKind.REPLY:
        return
    message.delivery_state = state
    message.delivery_error = error[:300]
    message.save(update_fields=["delivery_state", "delivery_error"])
    if before == state:
        return
    publish(
        DeliveryChanged(
            actor=Actor.system(),
            conversation_id=message.conversation_id,
            message_id=message.id,
            state_before=before,
            state=state,
        )
    )
