"""What happens to knowledge by itself."""

from ai.actions.embed_chunks import embed_waiting_chunks
from ai.queries.chunks import chunks_wait_sql
from ai.retrieval.vectors import knowledge_embedder
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task

# A task ends after these, and the sweep goes on, so that one account's import does not keep a worker for an hour.
_EMBEDDED_PER_TASK = 1_600


@account_task("ai.tasks.embed_chunks")
def embed_chunks(**_event: object) -> int:
    """Passages without a vector by the model in use have one; returns how many were made."""
    return embed_waiting_chunks(knowledge_embedder(), most=_EMBEDDED_PER_TASK)


@platform_task("ai.tasks.sweep_chunks")
def sweep_chunks() -> int:
    """Each account with passages that wait for a vector gets a task: after a crash, and when the model changes."""
    return fan_out("ai.tasks.embed_chunks", chunks_wait_sql(knowledge_embedder().name))
