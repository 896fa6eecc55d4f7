"""What happens to knowledge by itself."""

from ai.actions.index_article import keep_vectors
from ai.queries.chunks import chunks_wait_sql, chunks_without_vector
from ai.retrieval.vectors import knowledge_embedder
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task

# About 2 s of one core by MiniLM; whoever comes meanwhile finds the rest.
_EMBEDDED_AT_ONCE = 32
# A task ends after these, and the sweep goes on, so that one account's import does not keep a worker for an hour.
_EMBEDDED_PER_TASK = 1_600


@account_task("ai.tasks.embed_chunks")
def embed_chunks(**_event: object) -> int:
    """Passages without a vector by the model in use have one; returns how many were made. Twice does no harm."""
    embedder = knowledge_embedder()
    made_count = 0
    while made_count < _EMBEDDED_PER_TASK:
        waiting = chunks_without_vector(embedder.name, limit=_EMBEDDED_AT_ONCE)
        if not waiting:
            break
        vectors = embedder.encode([chunk.text for chunk in waiting])
        made_count += keep_vectors(waiting, list(vectors), model=embedder.name)
    return made_count


@platform_task("ai.tasks.sweep_chunks")
def sweep_chunks() -> int:
    """Each account with passages that wait for a vector gets a task: after a crash, and when the model changes."""
    return fan_out("ai.tasks.embed_chunks", chunks_wait_sql(knowledge_embedder().name))
