"""What lists can be filtered by: people, teams and words, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from conversations.models import Category, Contact, Tag
from teams.access import Viewer
from teams.models import Agent, Team

TAGS_OFFERED = 200


@dataclass(frozen=True)
class FilterChoices:
    """The values of filters that are rows: pairs of value and name."""

    agents: Sequence[tuple[str, str]]
    teams: Sequence[tuple[str, str]]
    tags: Sequence[tuple[str, str]]
    categories: Sequence[tuple[str, str]]


def filter_choices(viewer: Viewer) -> FilterChoices:
    """Return what can be chosen, by name, the viewer first among the agents. Four queries."""
    agents = Agent.objects.filter(is_active=True).exclude(user_id=viewer.id).order_by("name")
    return FilterChoices(
        agents=[(str(id_), name) for id_, name in agents.values_list("user_id", "name")],
        teams=[(str(id_), name) for id_, name in Team.objects.order_by("name").values_list("id", "name")],
        tags=[(name, name) for name in Tag.objects.values_list("name", flat=True)[:TAGS_OFFERED]],
        categories=list(Category.objects.values_list("slug", "name")),
    )


def names_in_filters(filters: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the agent, team, customer and categories that filters hold, by value. A query for each."""
    names: dict[str, str] = {}
    for key, rows in (
        ("assignee_id", Agent.objects.values_list("user_id", "name")),
        ("team_id", Team.objects.values_list("id", "name")),
        ("contact_id", Contact.objects.values_list("id", "name")),
    ):
        id_ = _uuid(filters.get(key, ""))
        if id_ is not None:
            names |= {str(pk): name for pk, name in rows.filter(pk=id_)}
    if slugs := filters.get("category", ""):
        names |= dict(Category.objects.filter(slug__in=slugs.split(",")).values_list("slug", "name"))
    return names


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
