"""Choices of knowledge, classification and drafts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ArticleStatus(models.TextChoices):
    """Whether an article is out."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class Visibility(models.TextChoices):
    """Who may read an article."""

    PUBLIC = "public", _("Everyone")
    INTERNAL = "internal", _("Agents only")


class Sentiment(models.TextChoices):
    """The mood of a message."""

    NEGATIVE = "negative", _("Negative")
    NEUTRAL = "neutral", _("Neutral")
    POSITIVE = "positive", _("Positive")


class DraftStatus(models.TextChoices):
    """What a person did with a draft."""

    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
