"""What the values of rules are chosen from."""

from collections.abc import Callable, Mapping, Sequence

from conversations.models import Category, Company, Tag, Webhook
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
