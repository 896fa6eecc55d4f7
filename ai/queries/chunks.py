"""Passages that wait for a vector."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from ai.models import ArticleChunk


@dataclass(frozen=True)
class ChunkToEmbed:
    """A passage and the text that is embedded: its heading path, then what it says."""

    id: UUID
    text: str


def chunks_without_vector(model: str, *, limit: int) -> Sequence[ChunkToEmbed]:
    """Return passages that have no vector by this model, the oldest first. One query."""
    waiting = ArticleChunk.objects.filter(Q(vector__isnull=True) | ~Q(vector__model=model))
    rows = waiting.order_by("id").values_list("id", "heading_path", "text")[:limit]
    return [ChunkToEmbed(chunk_id, f"{path}\n{text}".strip()) for chunk_id, path, text in rows]


def chunks_wait_sql(model: str) -> str:
    """Return the condition of an account that such passages wait in it; `model` is one of our own names."""
    return f"""EXISTS (
      SELECT FROM {{schema}}.ai_articlechunk chunk
      LEFT JOIN {{schema}}.ai_chunkvector vector ON vector.chunk_id = chunk.id
      WHERE vector.chunk_id IS NULL OR vector.model <> '{model}'
    )"""  # of our own words
