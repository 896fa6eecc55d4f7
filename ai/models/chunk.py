"""What articles are found by: passages, their words and their vectors."""

import uuid7
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from pgvector.django import HnswIndex, VectorField

from ai.models.article import Article

EMBEDDING_DIMENSIONS = 384


class ArticleChunk(models.Model):
    """A passage of a published article.

    `heading_path` is the title and the headings above it, parted by " › ". `words` are the stems of both, by the
    dictionary of `language`; `word_count` is how many there are. `language` and `is_public` repeat the article's, so
    that a search filters before it joins. `content_hash` is the sha256 of path and text.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    heading_path = models.TextField()
    text = models.TextField()
    language = models.CharField(max_length=8)
    is_public = models.BooleanField()
    content_hash = models.CharField(max_length=64)
    words = SearchVectorField()
    word_count = models.PositiveIntegerField()

    class Meta:
        ordering = ["article", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "position"], name="one_chunk_per_position", deferrable=models.Deferrable.DEFERRED
            )
        ]
        indexes = [GinIndex(fields=["words"], name="chunk_by_word", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.article_id} {self.position}"


class ChunkVector(models.Model):
    """What a passage means: float32, unit length, by `model`; only vectors of one model are compared.

    A table of its own, since an exact search reads all of it: wide rows would make that several times as slow.
    """

    chunk = models.OneToOneField(ArticleChunk, on_delete=models.CASCADE, primary_key=True, related_name="vector")
    language = models.CharField(max_length=8)
    is_public = models.BooleanField()
    model = models.CharField(max_length=80)
    embedding = VectorField(dimensions=EMBEDDING_DIMENSIONS)

    class Meta:
        indexes = [
            HnswIndex(
                name="chunk_by_meaning",
                fields=["embedding"],
                m=16,
                ef_construction=100,
                opclasses=["vector_cosine_ops"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.chunk_id} by {self.model}"


class LexemeTally(models.Model):
    """In how many passages of the account a stem occurs: what BM25 weighs it by.

    Two rows are no stems: "" counts the passages, " " all their words.
    """

    lexeme = models.CharField(max_length=2100, primary_key=True)
    chunk_count = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "lexeme tallies"

    def __str__(self) -> str:
        return self.lexeme
