"""What a new account starts with: hours, a promise, a team."""

from uuid import UUID

from accounts.models import Account
from hummdesk.events.publishing import action
from teams.models import BusinessHours, BusinessPeriod, SlaPolicy, Team

WORKDAYS = range(5)  # Monday to Friday
OPENS_MINUTE, CLOSES_MINUTE = 9 * 60, 17 * 60
FIRST_RESPONSE_S, NEXT_RESPONSE_S, RESOLUTION_S = 4 * 3600, 8 * 3600, 24 * 3600


@action
def provision_teams(*, account_id: str | UUID, **_rest: object) -> None:
    """The account has office hours in its own time zone, a default promise, and one team."""
    account = Account.objects.get(id=account_id)
    hours = BusinessHours.objects.create(name="Office hours", timezone=account.timezone, is_default=True)
    BusinessPeriod.objects.bulk_create(
        BusinessPeriod(hours=hours, weekday=weekday, opens_minute=OPENS_MINUTE, closes_minute=CLOSES_MINUTE)
        for weekday in WORKDAYS
    )
    policy = SlaPolicy.objects.create(
        name="Standard",
        hours=hours,
        first_response_s=FIRST_RESPONSE_S,
        next_response_s=NEXT_RESPONSE_S,
        resolution_s=RESOLUTION_S,
        is_default=True,
    )
    Team.objects.create(name="Support", slug="support", hours=hours, sla_policy=policy)
