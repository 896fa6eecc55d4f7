"""What happens to conversations by themselves. The rows hold the truth; a task is a hint that a row waits."""

from django.utils import timezone

from conversations.actions.wake import wake_conversation
from conversations.queries.timeline import SNOOZE_IS_OVER_SQL, ids_due_to_wake
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task

WOKEN_AT_ONCE = 500


@platform_task("conversations.tasks.wake_snoozed")
def wake_snoozed() -> int:
    """Each account with a conversation whose snooze is over gets a task; returns how many do."""
    return fan_out("conversations.tasks.wake_due_conversations", SNOOZE_IS_OVER_SQL)


@account_task("conversations.tasks.wake_due_conversations")
def wake_due_conversations() -> int:
    """The account's conversations whose snooze is over are open, each for itself; returns how many were woken."""
    due = ids_due_to_wake(timezone.now(), WOKEN_AT_ONCE)
    return sum(wake_conversation(conversation_id=conversation_id) for conversation_id in due)
