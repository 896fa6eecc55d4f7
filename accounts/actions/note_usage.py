"""What accounts use, day by day."""

from datetime import date

from accounts.models import Account, PlatformUsage
from hummdesk.events.publishing import action


@action
def note_usage(
    *, schema_name: str, day: date, conversation_count: int, message_count: int, active_agent_count: int
) -> PlatformUsage:
    """The platform's row for this account and day (UTC) has these counts."""
    account = Account.objects.get(schema_name=schema_name)
    usage, _is_new = PlatformUsage.objects.update_or_create(
        account=account,
        day_on=day,
        defaults={
            "conversation_count": conversation_count,
            "message_count": message_count,
            "active_agent_count": active_agent_count,
        },
    )
    return usage
