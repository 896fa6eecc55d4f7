"""A conversation is resolved: its customer will be asked."""

from datetime import timedelta
from uuid import UUID

from accounts.account_settings import number_setting, switch_setting
from analytics.models import Survey
from conversations.enums import Status
from conversations.models import Conversation
from hummdesk.events.publishing import action


@action
def plan_survey(*, conversation_id: UUID | str, status: str, cause: str = "", **_rest: object) -> None:
    """A survey waits for the time that the account has set, if the account asks at all and this is a resolution.

    Together with ConversationStatusChanged. One that waits already waits anew; whether the customer is asked in the
    end is decided then. No query while the account does not ask.
    """
    if status != Status.RESOLVED or cause or not switch_setting("csat_asks"):
        return
    resolved_at = Conversation.objects.values_list("resolved_at", flat=True).get(id=conversation_id)
    if resolved_at is None:
        return
    due_at = resolved_at + timedelta(hours=number_setting("csat_delay_h"))
    Survey.objects.update_or_create(
        conversation_id=conversation_id,
        sent_at=None,
        left_out_reason="",
        defaults={"resolved_at": resolved_at, "due_at": due_at},
    )
