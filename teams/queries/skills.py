"""What agents can be good at."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from hummdesk.errors import NotFound
from teams.models import AgentSkill, Skill


def skill_rows(filters: Mapping[str, Any] | None = None) -> QuerySet[Skill]:
    """Return all skills, each with `agent_count`. One query. Filters: `q`."""
    having = AgentSkill.objects.filter(skill=OuterRef("pk"), agent__is_active=True).order_by().values("skill")
    count = Coalesce(Subquery(having.annotate(count=Count("pk")).values("count")), 0)
    rows = Skill.objects.annotate(agent_count=count)
    if text := (filters or {}).get("q"):
        rows = rows.filter(name__icontains=text)
    return rows


def get_skill(id: UUID, *, lock: bool = False) -> Skill:
    """Return one skill. One query. Raises: NotFound."""
    rows = Skill.objects.select_for_update() if lock else skill_rows()
    skill = rows.filter(id=id).first()
    if skill is None:
        raise NotFound
    return skill


def skills_by_name() -> Sequence[Skill]:
    """Return all skills, by name. One query."""
    return list(Skill.objects.order_by(Lower("name")))


def skills_named(names: Iterable[str]) -> dict[str, Skill]:
    """Return those of these skills that there are, by their names in lower case, as given. One query."""
    wanted = {name.lower() for name in names}
    found = Skill.objects.annotate(key=Lower("name")).filter(key__in=wanted)
    return {skill.name.lower(): skill for skill in found}
