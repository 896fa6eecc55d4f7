"""The words that agents sort conversations by."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from conversations.models import Category, Tag


def filtered_tags(filters: Mapping[str, Any]) -> QuerySet[Tag]:
    """Return the tags; with `q` those whose name has it as a part."""
    return Tag.objects.filter(name__icontains=filters["q"]) if "q" in filters else Tag.objects.all()


def categories_by_name() -> Sequence[Category]:
    """Return all categories, by name. One query."""
    return list(Category.objects.order_by("name"))
