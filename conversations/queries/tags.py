"""The words that agents sort conversations by."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from conversations.models import Tag


def filtered_tags(filters: Mapping[str, Any]) -> QuerySet[Tag]:
    """Return the tags; with `q` those whose name has it as a part."""
    return Tag.objects.filter(name__icontains=filters["q"]) if "q" in filters else Tag.objects.all()
