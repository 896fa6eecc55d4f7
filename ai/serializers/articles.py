"""Articles and what is found in them, as the API reads and shows them."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from ai.actions.save_article import BODY_CHARS, TAGS_MOST
from ai.enums import ArticleStatus, Visibility
from ai.models import Article, ArticleVersion
from ai.models.article import CATEGORY_CHARS, TAG_CHARS, TITLE_CHARS
from ai.queries.knowledge_search import QUERY_CHARS, FoundChunk, SearchMode
from hummdesk.api.serializers import InputSerializer

SNIPPET_CHARS = 300
RESULTS_MOST = 50
VERSION_MOST = 2**31 - 1


class ArticleInput(InputSerializer):
    """An article, its text as HTML or as Markdown."""

    title = serializers.CharField(max_length=TITLE_CHARS)
    body_html = serializers.CharField(max_length=BODY_CHARS, required=False)
    body_markdown = serializers.CharField(max_length=BODY_CHARS, required=False)
    category = serializers.CharField(max_length=CATEGORY_CHARS, required=False, allow_blank=True)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, help_text="Without it, the one that the text is in."
    )
    status = serializers.ChoiceField(
        choices=ArticleStatus.choices, required=False, help_text="A draft, unless it is given."
    )
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_CHARS), max_length=TAGS_MOST, required=False
    )
    review_on = serializers.DateField(required=False, allow_null=True, help_text="When to look at it again.")


class ArticleChangesInput(ArticleInput):
    """What is to be different in an article; `version` guards against lost updates."""

    version = serializers.IntegerField(min_value=1, max_value=VERSION_MOST, required=False)


class ArticleFilters(InputSerializer):
    """Which articles to list."""

    status = serializers.ChoiceField(choices=ArticleStatus.choices, required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    category = serializers.CharField(max_length=CATEGORY_CHARS, required=False)
    tag = serializers.CharField(max_length=TAG_CHARS, required=False)
    q = serializers.CharField(max_length=200, required=False, help_text="Words of the title or the text.")
    needs_review = serializers.BooleanField(required=False, help_text="Those whose day of review has come.")


class ArticleSummaryOutput(serializers.Serializer[Article]):
    """An article without its text."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    category = serializers.CharField()
    language = serializers.CharField()
    status = serializers.ChoiceField(choices=ArticleStatus.choices)
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    tags = serializers.ListField(child=serializers.CharField())
    review_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField(help_text="Counts up with its words")
    author = serializers.SerializerMethodField(help_text="Who wrote it first; null when they are gone")
    published_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_author(self, article: Article) -> str | None:
        return article.author.name if article.author else None


class ArticleOutput(ArticleSummaryOutput):
    """An article. `body_html` is safe to show; `body_markdown` is empty where it was written as HTML."""

    body_html = serializers.CharField()
    body_markdown = serializers.CharField()
    body_text = serializers.CharField()


class ArticleVersionOutput(serializers.Serializer[ArticleVersion]):
    """What an article said."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    body_html = serializers.CharField()
    body_markdown = serializers.CharField()
    author = serializers.CharField(source="author_name")
    created_at = serializers.DateTimeField()


class ArticleRestoreInput(InputSerializer):
    """Which version is to hold again."""

    number = serializers.IntegerField(min_value=1, max_value=VERSION_MOST)


class KnowledgeSearchInput(InputSerializer):
    """A question, as people ask it."""

    query = serializers.CharField(max_length=QUERY_CHARS)
    limit = serializers.IntegerField(min_value=1, max_value=RESULTS_MOST, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    mode = serializers.ChoiceField(choices=[mode.value for mode in SearchMode], required=False)


class MatchOutput(serializers.Serializer[Any]):
    """The places within each half, from 1; null where that half did not find it."""

    keyword_rank = serializers.IntegerField(allow_null=True)
    semantic_rank = serializers.IntegerField(allow_null=True)


class FoundChunkOutput(serializers.Serializer[FoundChunk]):
    """A passage; `score` 0..1 says how well it answers."""

    article_id = serializers.UUIDField()
    title = serializers.CharField()
    heading_path = serializers.CharField()
    snippet = serializers.SerializerMethodField()
    chunk_id = serializers.UUIDField()
    score = serializers.FloatField(source="ranked.score")
    match = MatchOutput(source="ranked")

    def get_snippet(self, found: FoundChunk) -> str:
        return " ".join(found.text.split())[:SNIPPET_CHARS]


class KnowledgeSearchOutput(serializers.Serializer[Any]):
    """What was found, the best first, and how long that took."""

    results = FoundChunkOutput(many=True)
    took_ms = serializers.IntegerField()
