"""What models have made of messages."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ai.models import Classification

_FIELDS = ("category", "priority", "sentiment", "urgency")


def classified_values(*, conversation_id: UUID, at: datetime) -> Mapping[str, object]:
    """Return what the newest reading until then says, as automation rules name it, each with how sure the model was;
    nothing where there is none. A field that it left open is None. One query."""
    readings = Classification.objects.filter(conversation_id=conversation_id, created_at__lte=at)
    newest = readings.select_related("category").order_by("-created_at").first()
    if newest is None:
        return {}
    read = {
        "category": newest.category.slug if newest.category else None,
        "priority": newest.priority or None,
        "sentiment": newest.sentiment or None,
        "urgency": newest.urgency,
    }
    values: dict[str, object] = {}
    for name in _FIELDS:
        is_open = name in newest.abstained
        values[f"ai.{name}"] = None if is_open else read[name]
        values[f"ai.{name}_confidence"] = None if is_open else newest.confidence.get(name)
    return values
