"""Passages get their vectors: computed outside of any transaction, kept in short ones."""

from ai.actions.index_article import keep_vectors
from ai.local.embedding import MOST_TOKENS, Embedder
from ai.queries.chunks import chunks_without_vector

# About 2 s of one core by MiniLM; whoever comes meanwhile finds the rest.
_AT_ONCE = 32


def embed_waiting_chunks(embedder: Embedder, *, most: int) -> int:
    """Passages without a vector by this model have one, some `most` of them; returns how many. Twice does no harm."""
    made_count = 0
    while made_count < most:
        waiting = chunks_without_vector(embedder.name, limit=_AT_ONCE)
        if not waiting:
            break
        vectors = embedder.encode([chunk.text for chunk in waiting], most_tokens=MOST_TOKENS)
        made_count += keep_vectors(waiting, list(vectors), model=embedder.name)
    return made_count
