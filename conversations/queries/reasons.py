"""What changed a conversation by itself, and by what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from conversations.models import AutomationRule, Conversation, RoutingDecision
from conversations.queries.event_names import EventNames, event_names
from conversations.queries.routing import decided_names, decisions_of
from conversations.queries.timeline import timeline_of
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer

SHOWN_MOST = 100
_BY_ITSELF = (ActorKind.SYSTEM, ActorKind.RULE, ActorKind.AI)
# What machines report, which changes nothing about the conversation.
_REPORTS = ("DeliveryChanged", "AttachmentThumbnailMade", "MessageReread", "ReplySent")


@dataclass(frozen=True)
class Automation:
    """The newest events that nobody did by hand, newest first, and the newest decisions with the names of candidates.

    `rules` are the names of the rules behind them.
    """

    events: Sequence[LoggedEvent]
    names: EventNames
    decisions: Sequence[RoutingDecision]
    candidates: Mapping[UUID, str]
    rules: Mapping[UUID, str]


def automation_of(viewer: Viewer, conversation: Conversation) -> Automation:
    """Return what happened to the conversation by itself. Four or five queries."""
    by_itself = Q(actor_kind__in=_BY_ITSELF) | ~Q(data__cause="") & Q(data__has_key="cause")
    events = timeline_of(conversation).filter(by_itself).exclude(type__in=_REPORTS).order_by("-seq")[:SHOWN_MOST]
    decisions = list(decisions_of(conversation).order_by("-at")[:SHOWN_MOST])
    found = list(events)
    rule_ids = {event.actor_id for event in found if event.actor_kind == ActorKind.RULE and event.actor_id}
    rules = AutomationRule.objects.filter(id__in=rule_ids).values_list("id", "name") if rule_ids else []
    return Automation(found, event_names(viewer, found), decisions, decided_names(decisions), dict(rules))
