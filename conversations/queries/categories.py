"""What conversations are about."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from conversations.models import Category, CategorySkill, Conversation
from hummdesk.errors import NotFound


def category_rows(filters: Mapping[str, Any] | None = None) -> QuerySet[Category]:
    """Return all categories with their teams and needed skills. Two queries. Filters: `q`, `team_id`."""
    given = filters or {}
    skills = CategorySkill.objects.select_related("skill").order_by("skill__name")
    rows = Category.objects.select_related("team").prefetch_related(Prefetch("skills", skills))
    if text := given.get("q"):
        rows = rows.filter(name__icontains=text)
    if team_id := given.get("team_id"):
        rows = rows.filter(team_id=team_id)
    return rows


def get_category(id: UUID, *, lock: bool = False) -> Category:
    """Return one category. Raises: NotFound."""
    rows = Category.objects.select_for_update() if lock else category_rows()
    category = rows.filter(id=id).first()
    if category is None:
        raise NotFound
    return category


def conversations_about(category_id: UUID) -> bool:
    """Return whether any conversation has the category. One query."""
    return Conversation.objects.filter(category_id=category_id).exists()
