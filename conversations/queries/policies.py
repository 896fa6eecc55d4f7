"""SLA policies: which there are, for whom, and what uses one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.models import Company, Conversation, SlaScope
from conversations.queries.promises import matching_scopes, promised_conversations
from conversations.queries.rules import rules_using
from conversations.rules.fields import FieldType
from hummdesk.errors import NotFound
from teams.models import SlaPolicy, Team


def listed_policies() -> QuerySet[SlaPolicy]:
    """Return all policies with their hours, and their `sla_scopes` in the order they were given. Two queries."""
    scopes = SlaScope.objects.select_related("company", "team").order_by("pk")
    return SlaPolicy.objects.select_related("hours").prefetch_related(Prefetch("sla_scopes", scopes))


def get_policy(policy_id: UUID, *, lock: bool = False) -> SlaPolicy:
    """Return the policy with its hours and scopes; the row locked, without them, if asked. Raises: NotFound."""
    rows = SlaPolicy.objects.select_for_update() if lock else listed_policies()
    policy = rows.filter(pk=policy_id).first()
    if policy is None:
        raise NotFound
    return policy


def policy_uses(policy: SlaPolicy) -> Sequence[str]:
    """Return what names a policy besides its own scopes, in words. Three queries."""
    uses = [_("team “%(name)s”") % {"name": team.name} for team in Team.objects.filter(sla_policy=policy)]
    rules = rules_using(FieldType.SLA_POLICY, str(policy.pk))
    uses += [_("rule “%(name)s”") % {"name": rule.name} for rule in rules]
    count = Conversation.objects.filter(sla_policy=policy, sla_policy_is_set=True).count()
    text = ngettext("%(count)d conversation it was set for", "%(count)d conversations it was set for", count)
    return [*uses, *([text % {"count": count}] if count else [])]


@dataclass(frozen=True)
class AppliedPolicy:
    """Which policy a conversation has: set for it, by a scope, or else its team's or the default."""

    conversation: Conversation
    policy: SlaPolicy | None
    is_set: bool
    scope: SlaScope | None = None


def policy_applying_to(conversation: Conversation) -> AppliedPolicy:
    """Return the policy that is a conversation's now. Two queries."""
    row = promised_conversations().get(pk=conversation.pk)
    policy = SlaPolicy.objects.filter(pk=row.chosen_policy_id).first() if row.chosen_policy_id else None
    return AppliedPolicy(conversation, policy, row.sla_policy_is_set)


def policy_by_scopes(conversation: Conversation) -> AppliedPolicy:
    """Return the policy that a conversation has where none is set for it, and why. Two or three queries."""
    company_id = conversation.contact.company_id
    scopes = matching_scopes(company_id, conversation.team_id, conversation.priority)
    scope = scopes.select_related("policy", "company", "team").first()
    if scope is not None:
        return AppliedPolicy(conversation, scope.policy, is_set=False, scope=scope)
    own = conversation.team.sla_policy if conversation.team else None
    policy = own or SlaPolicy.objects.filter(is_default=True).first()
    return AppliedPolicy(conversation, policy, is_set=False)


def companies_named(names: Collection[str]) -> Mapping[str, Company]:
    """Return the companies of these names, whatever their case, by their names in lower case. One query."""
    wanted = Q()
    for name in names:
        wanted |= Q(name__iexact=name)
    rows = Company.objects.filter(wanted) if names else Company.objects.none()
    return {company.name.lower(): company for company in rows}


def company_names(limit: int) -> Sequence[str]:
    """Return the names of companies, by name. One query."""
    return list(Company.objects.order_by("name").values_list("name", flat=True)[:limit])
