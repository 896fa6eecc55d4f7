"""The embedder of this installation, for articles and questions alike."""

from django.conf import settings

from ai.local.embedding import Embedder, HashedGrams, load_embedder


def knowledge_embedder() -> Embedder:
    """Return the embedder in use; the first call of a process loads it (0.6 s, 180 MB with MiniLM)."""
    return load_embedder(settings.DATA_DIR / "ai")


def reads_english(embedder: Embedder) -> bool:
    """Return whether likeness of vectors is likeness of meaning, which hashed letters know nothing of."""
    return embedder.name != HashedGrams.name
