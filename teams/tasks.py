"""What happens to agents by themselves."""

from django.utils import timezone

from hummdesk.live.here import seen_at
from hummdesk.tenancy.context import require_account_schema
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task
from teams.actions.follow_presence import follow_presence
from teams.queries.agents import PRESENCE_MATTERS_SQL


@platform_task("teams.tasks.watch_presence")
def watch_presence() -> int:
    """Each account with agents who are online, or away by themselves, gets a task; returns how many do."""
    return fan_out("teams.tasks.follow_account_presence", PRESENCE_MATTERS_SQL)


@account_task("teams.tasks.follow_account_presence")
def follow_account_presence() -> int:
    """The account's agents are online or away as their sockets say; returns how many statuses changed."""
    return follow_presence(seen=seen_at(require_account_schema()), now=timezone.now())
