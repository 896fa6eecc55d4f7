"""Figures that are kept in the background."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from accounts.actions.note_usage import note_usage
from analytics.actions.measure import measure_first_response as measure
from analytics.queries import usage_on
from hummdesk.tenancy.context import require_account_schema
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task


@account_task("analytics.tasks.measure_first_response")
def measure_first_response(conversation_id: str, message_id: str, event_seq: int, **_rest: object) -> None:
    """A reply that was the first one is measured."""
    measure(conversation_id=UUID(conversation_id), message_id=UUID(message_id), event_seq=event_seq)


@platform_task("analytics.tasks.roll_up_usage")
def roll_up_usage() -> int:
    """Each account that was busy since yesterday gets a task; returns how many were."""
    return fan_out(
        "analytics.tasks.roll_up_account_usage",
        "EXISTS (SELECT FROM {schema}.conversations_message WHERE created_at > now() - interval '2 days')",
    )


@account_task("analytics.tasks.roll_up_account_usage")
def roll_up_account_usage() -> None:
    """The platform knows what the account did yesterday and today (UTC)."""
    schema = require_account_schema()
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=1), today):
        _roll_up(schema, day)


def _roll_up(schema: str, day: date) -> None:
    usage = usage_on(day)
    note_usage(
        schema_name=schema,
        day=day,
        conversation_count=usage.conversation_count,
        message_count=usage.message_count,
        active_agent_count=usage.active_agent_count,
    )
