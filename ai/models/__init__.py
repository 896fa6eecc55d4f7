"""Rows of what models read, write and know."""

from ai.models.article import Article, ArticleVersion
from ai.models.chunk import ArticleChunk, ChunkVector, LexemeTally
from ai.models.classification import Classification
from ai.models.draft import AiDraft

__all__ = ["AiDraft", "Article", "ArticleChunk", "ArticleVersion", "ChunkVector", "Classification", "LexemeTally"]
