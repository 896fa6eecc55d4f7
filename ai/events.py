"""What happens to knowledge."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hummdesk.events.event import Event


@dataclass(frozen=True, kw_only=True)
class ArticleChanged(Event):
    """An article is new, different or gone; `changed` names what: fields, "created" or "deleted"."""

    object_field: ClassVar[str] = "article_id"

    article_id: UUID
    changed: tuple[str, ...]
