"""Automation rules, and what they have done."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, Q, QuerySet

from accounts.permissions import Permission
from conversations.enums import RuleOutcome
from conversations.models import AutomationRule, Category, Company, Conversation, RuleRun, Tag, Webhook
from conversations.rules.fields import FieldType
from conversations.rules.mentions import Mention, mentions_in, tag_key
from conversations.rules.triggers import EVENT_OF_TRIGGER
from hummdesk.compiled import CompiledLookup
from hummdesk.errors import NotFound
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.enums import TeamRole
from teams.models import Agent, SlaPolicy, Team, TeamMember

# What email_channel has is checked there.
CHECKED_ELSEWHERE = (FieldType.TEMPLATE, FieldType.MAILBOX)


def all_rules() -> QuerySet[AutomationRule]:
    """Return the account's rules."""
    return AutomationRule.objects.all()


def rules_in_order() -> Sequence[AutomationRule]:
    """Return the rules in the order in which they look at an event. One query."""
    return list(AutomationRule.objects.order_by("position", "created_at"))


def get_rule(viewer: Viewer, id: UUID, *, lock: bool = False) -> AutomationRule:
    """Return one rule. One query. Raises: NotFound, PermissionDenied."""
    viewer.require(Permission.MANAGE_AUTOMATIONS)
    # Not the key, so that its log can be written meanwhile.
    rows = AutomationRule.objects.select_for_update(no_key=True) if lock else AutomationRule.objects.all()
    rule = rows.filter(id=id).first()
    if rule is None:
        raise NotFound
    return rule


def rule_runs(rule: AutomationRule, outcome: str = "") -> QuerySet[RuleRun]:
    """Return what a rule did, with each conversation, in no order; `outcome` is one of `RuleOutcome`, "" for all."""
    runs = RuleRun.objects.filter(rule=rule).select_related("conversation")
    return runs.filter(outcome=outcome) if outcome else runs


def lock_rules() -> None:
    """Nobody else saves a rule, or deletes what one may use, until the commit. One query.

    Raw, since there may be no row to lock and the ORM has no advisory locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('automation-rules'), hashtext(current_schema()))")


def rules_using(type: FieldType, value: str) -> Sequence[AutomationRule]:
    """Return the rules that name a row: by its id, a category by its slug, a tag by its name. One query."""
    wanted = tag_key(value) if type == FieldType.TAG else value
    return [
        rule
        for rule in rules_in_order()
        if any((one.type, one.value) == (type, wanted) for one in mentions_in(rule.conditions, rule.actions))
    ]


def mentions_of_nothing(mentions: Iterable[Mention]) -> Sequence[Mention]:
    """Return those mentions whose row is not there. One query for each type; `CHECKED_ELSEWHERE` is not looked at."""
    wanted = [one for one in mentions if one.type not in CHECKED_ELSEWHERE and not one.is_made]
    types = {one.type for one in wanted}
    found = {kind: _FIND[kind]({one.value for one in wanted if one.type == kind}) for kind in types}
    return [one for one in wanted if one.value not in found[one.type]]


def _agents(ids: Collection[str]) -> set[str]:
    rows = Agent.objects.filter(user_id__in=ids, is_active=True)
    return {str(one) for one in rows.values_list("user_id", flat=True)}


def _rows_of(model: type[Model]) -> Callable[[Collection[str]], set[str]]:
    rows = model._default_manager
    return lambda ids: {str(one) for one in rows.filter(pk__in=ids).values_list("pk", flat=True)}


def _slugs(slugs: Collection[str]) -> set[str]:
    return set(Category.objects.filter(slug__in=slugs).values_list("slug", flat=True))


def _tags(names: Collection[str]) -> set[str]:
    named = Q(pk__in=[])
    for name in names:
        named |= Q(name__iexact=name)
    found = {name.upper() for name in Tag.objects.filter(named).values_list("name", flat=True)}
    return {name for name in names if name.upper() in found}


_FIND: Mapping[FieldType, Callable[[Collection[str]], set[str]]] = {
    FieldType.AGENT: _agents,
    FieldType.TEAM: _rows_of(Team),
    FieldType.COMPANY: _rows_of(Company),
    FieldType.SLA_POLICY: _rows_of(SlaPolicy),
    FieldType.WEBHOOK: _rows_of(Webhook),
    FieldType.CATEGORY: _slugs,
    FieldType.TAG: _tags,
}


def active_rules() -> Sequence[AutomationRule]:
    """Return the rules that are on, in their order. One query."""
    return _active.all()


def _active_in_order() -> QuerySet[AutomationRule]:
    return AutomationRule.objects.filter(is_active=True).order_by("position", "created_at")


_active = CompiledLookup(_active_in_order, takes_all=True)


def begins_with_message(event: LoggedEvent) -> bool:
    """Return whether the conversation that an event opened began with a message of the customer. One query."""
    received = LoggedEvent.objects.filter(object_id=event.object_id, type="MessageReceived")
    return received.filter(data__is_later=False).exists()


def conversation_of_rule(conversation_id: UUID, *, lock: bool = False) -> Conversation | None:
    """Return a conversation for rules to look at, None where it has gone or was merged. One query."""
    rows = Conversation.objects.filter(id=conversation_id, merged_into=None)
    if lock:
        return rows.select_for_update(of=("self",)).select_related("contact", "team").first()
    return rows.select_related("contact", "team").first()


def runs_since(rule: AutomationRule, conversation: Conversation, since: datetime) -> tuple[int, int]:
    """Return how often the rule, and all rules together, have done something there since then. One query."""
    runs = RuleRun.objects.filter(conversation=conversation, at__gte=since, outcome=RuleOutcome.APPLIED)
    found = runs.aggregate(own=Count("id", filter=Q(rule=rule)), all=Count("id"))
    return found["own"], found["all"]


def leaders_of(team_id: UUID) -> Sequence[UUID]:
    """Return who leads a team. One query."""
    leaders = TeamMember.objects.filter(team_id=team_id, role=TeamRole.LEADER, agent__is_active=True)
    return list(leaders.values_list("agent_id", flat=True))


def newest_event_of_rule(rule: AutomationRule, conversation_id: UUID) -> LoggedEvent | None:
    """Return the last event of a conversation that the rule listens to. One query."""
    event_type = EVENT_OF_TRIGGER.get(rule.trigger)
    events = LoggedEvent.objects.filter(object_id=conversation_id, type=event_type or "")
    return events.order_by("-seq").first()
