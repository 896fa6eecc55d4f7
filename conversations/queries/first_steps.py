"""How far a new account is with what it needs before mail finds its way."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.queries import first_mail_address
from conversations.models import AutomationRule, Conversation
from hummdesk.tenancy.context import require_account_schema
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import Agent, BusinessHours, SlaPolicy, Team, TeamMember


@dataclass(frozen=True)
class SetupState:
    """What there is: `address`, `hours` and `policy` are names, "" for none; `only_team_id` where there is one team.

    `routing_team` is one that gives out conversations by itself and has somebody in it; `is_staffed`: one of them is
    online.
    """

    address: str
    only_team_id: UUID | None
    routing_team: str
    is_staffed: bool
    people_count: int
    hours: str
    policy: str
    rule_count: int


def has_had_conversations() -> bool:
    """Return whether anything ever came to the account. One query."""
    return Conversation.objects.exists()


def setup_state() -> SetupState:
    """Return how far the account in force is. Eight queries."""
    teams = list(Team.objects.values_list("id", flat=True)[:2])
    places = TeamMember.objects.filter(agent__is_active=True).exclude(team__routing=RoutingStrategy.MANUAL)
    staffed = places.filter(agent__status=AgentStatus.ONLINE)
    in_it = Team.objects.filter(Exists(places.filter(team=OuterRef("pk"))))
    return SetupState(
        address=first_mail_address(require_account_schema()),
        only_team_id=teams[0] if len(teams) == 1 else None,
        routing_team=in_it.order_by("name").values_list("name", flat=True).first() or "",
        is_staffed=staffed.exists(),
        people_count=Agent.objects.filter(is_active=True).count(),
        hours=BusinessHours.objects.order_by("-is_default").values_list("name", flat=True).first() or "",
        policy=SlaPolicy.objects.order_by("-is_default").values_list("name", flat=True).first() or "",
        rule_count=AutomationRule.objects.count(),
    )
