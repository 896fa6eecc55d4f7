"""What the company knows: articles, and what each of them has said."""

import uuid7
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ai.enums import ArticleStatus, Visibility
from teams.models import Agent

TITLE_CHARS = 200
CATEGORY_CHARS = 60
TAG_CHARS = 50


class Article(models.Model):
    """One article of the knowledge base, in one language.

    `category` is the name under which the help center shows it, in the article's own language. `body_markdown` is
    empty where it was written as HTML; `body_html` is always there, and safe to show. `version` counts its words up.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    title = models.CharField(max_length=TITLE_CHARS)
    body_html = models.TextField()
    body_markdown = models.TextField(blank=True)
    body_text = models.TextField()
    category = models.CharField(max_length=CATEGORY_CHARS, blank=True)
    language = models.CharField(max_length=8, default="en", choices=settings.LANGUAGES)
    status = models.CharField(max_length=10, choices=ArticleStatus, default=ArticleStatus.DRAFT)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    tags = ArrayField(models.CharField(max_length=TAG_CHARS), default=list, blank=True)
    author = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    review_on = models.DateField(null=True, blank=True)
    # What an import knows it by, such as a path, so that the next import changes it instead of adding another.
    source = models.CharField(max_length=300, blank=True)
    helpful_count = models.PositiveIntegerField(default=0)
    unhelpful_count = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "language"], name="one_article_per_source", condition=~Q(source="")
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="published_articles_say_when"
            ),
        ]
        indexes = [models.Index(fields=["-updated_at", "-id"], name="article_newest")]

    def __str__(self) -> str:
        return self.title


class ArticleVersion(models.Model):
    """What an article said in this version; the newest says what the article does."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=TITLE_CHARS)
    body_html = models.TextField()
    body_markdown = models.TextField(blank=True)
    body_text = models.TextField()
    author_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["article", "-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="one_article_version_per_number")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.number}"
