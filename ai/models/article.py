"""What the company knows: articles, cut into chunks that can be found and cited."""

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.db import models
from pgvector.django import HnswIndex, VectorField

from ai.enums import ArticleStatus, Visibility
from teams.models import Agent

EMBEDDING_DIMENSIONS = 384


class Article(models.Model):
    """One article of the knowledge base."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    title = models.CharField(max_length=200)
    body_html = models.TextField()
    body_text = models.TextField()
    category = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=8, default="en")
    status = models.CharField(max_length=10, choices=ArticleStatus, default=ArticleStatus.DRAFT)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    author = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class ArticleChunk(models.Model):
    """A passage of an article with its embedding: float32, unit length, or none yet."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    text = models.TextField()
    content_hash = models.CharField(max_length=64)
    embedding = VectorField(dimensions=EMBEDDING_DIMENSIONS, null=True)
    embedding_model = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["article", "position"]
        constraints = [models.UniqueConstraint(fields=["article", "position"], name="one_chunk_per_position")]
        indexes = [
            HnswIndex(
                name="chunk_by_meaning",
                fields=["embedding"],
                opclasses=["vector_cosine_ops"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.position}"
