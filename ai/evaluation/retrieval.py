"""How well articles are found: the task's documents as an account's knowledge, in a schema that is never committed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.schema_template import create_schema, ensure_schema_template
from ai.actions.embed_chunks import embed_waiting_chunks
from ai.actions.index_article import index_article
from ai.enums import ArticleStatus
from ai.local.embedding import Embedder
from ai.models import Article
from ai.queries.knowledge_search import SearchMode, search_chunks
from conversations.language import detect_language
from hummdesk.markup import text_to_html
from hummdesk.tenancy.context import account_context

# Enough passages for ten documents, however many passages of one document are found.
_PASSAGES = 50
_ALL = 1_000_000


@contextmanager
def borrowed_knowledge(docs: Sequence[Mapping[str, Any]], embedder: Embedder) -> Iterator[Mapping[Any, str]]:
    """Within, an account that nobody else sees knows these documents; gives their ids by article."""
    ensure_schema_template()
    account = Account(slug="evaluation", schema_name=f"account_evaluation_{uuid4().hex[:12]}")
    with transaction.atomic():
        create_schema(account.schema_name)
        with account_context(account):
            yield _write(docs, embedder)
        transaction.set_rollback(True)


def retrieved(
    dataset: Any, embedder: Embedder, *, mode: SearchMode = SearchMode.HYBRID
) -> Iterable[Mapping[str, Any]]:
    """Yield for each query the documents of its passages, the best first."""
    with borrowed_knowledge(dataset.rows("docs"), embedder) as documents:
        yield from ranked_documents(dataset.rows("inputs"), documents, embedder, mode=mode)


def ranked_documents(
    queries: Sequence[Mapping[str, Any]], documents: Mapping[Any, str], embedder: Embedder, *, mode: SearchMode
) -> Iterator[Mapping[str, Any]]:
    """Yield the same in the account in force, whose articles are these documents."""
    for row in queries:
        found = search_chunks(row["query"], limit=_PASSAGES, public_only=False, mode=mode, embedder=embedder)
        yield {"id": row["id"], "ranked": list(dict.fromkeys(documents[one.article_id] for one in found))}


def _write(docs: Sequence[Mapping[str, Any]], embedder: Embedder) -> dict[Any, str]:
    """Write the articles in the language that most of them are in."""
    languages = Counter(detect_language(doc["body"]) for doc in docs)
    del languages[""]
    language = languages.most_common(1)[0][0] if languages else "en"
    documents: dict[Any, str] = {}
    for doc in docs:
        article = Article.objects.create(
            title=doc.get("title", "")[:200],
            body_html=text_to_html(doc["body"]),
            body_text=doc["body"],
            language=language,
            status=ArticleStatus.PUBLISHED,
            published_at=timezone.now(),
        )
        index_article(article)
        documents[article.id] = doc["id"]
    embed_waiting_chunks(embedder, most=_ALL)
    return documents
