"""Automation rules, and what they have done."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet

from accounts.permissions import Permission
from conversations.models import AutomationRule, Category, Company, RuleRun, Tag, Webhook
from conversations.rules.fields import FieldType
from conversations.rules.mentions import Mention, mentions_in, tag_key
from hummdesk.errors import NotFound
from teams.access import Viewer
from teams.models import Agent, SlaPolicy, Team

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
    rows = AutomationRule.objects.select_for_update() if lock else AutomationRule.objects.all()
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
