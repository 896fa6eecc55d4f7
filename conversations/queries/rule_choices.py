"""What the values of rules are chosen from, and what those are called that rules name."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.module_loading import import_string

from conversations.models import Category, Company, Tag, Webhook
from hummdesk.subscriptions import RULE_NAMES
from teams.models import Agent, SlaPolicy, Team

NAMES_MOST = 500


def rule_choices(type_: str) -> Sequence[tuple[str, str]]:
    """Return (value, name) of what an account has of a type, by name; nothing for types without rows. One query."""
    return [(str(value), name) for value, name in _ROWS[type_]()] if type_ in _ROWS else []


_ROWS: Mapping[str, Callable[[], Sequence[tuple[object, str]]]] = {
    "agent": lambda: list(Agent.objects.filter(is_active=True).order_by("name").values_list("pk", "name")),
    "team": lambda: list(Team.objects.order_by("name").values_list("pk", "name")),
    "company": lambda: list(Company.objects.order_by("name").values_list("pk", "name")[:NAMES_MOST]),
    "category": lambda: list(Category.objects.order_by("name").values_list("slug", "name")),
    "tag": lambda: list(Tag.objects.order_by("name").values_list("name", "name")[:NAMES_MOST]),
    "webhook": lambda: list(Webhook.objects.order_by("created_at").values_list("pk", "url")),
    "sla_policy": lambda: list(SlaPolicy.objects.order_by("name").values_list("pk", "name")),
}


def rule_names(type_: str) -> Mapping[str, str]:
    """Return what rows of a type are called, by their values in rules; those, too, that can't be chosen any more.

    Of companies, the first by name: `company_name` knows the others. One query.
    """
    if type_ in RULE_NAMES:
        return dict(import_string(RULE_NAMES[type_])())
    if type_ == "agent":
        return {str(pk): name for pk, name in Agent.objects.values_list("pk", "name")}
    return dict(rule_choices(type_))


def company_name(company_id: str) -> str:
    """Return the name of one company, "" for none. One query."""
    return Company.objects.filter(id=company_id).values_list("name", flat=True).first() or ""
