"""The question how a customer was helped, and the answer."""

from datetime import datetime, timedelta

import uuid7
from django.db import models
from django.db.models import Q

from conversations.models import Conversation
from email_channel.enums import Rating
from teams.models import Agent, Team

# For so long after it was sent a survey can be answered, and for so long after that the answer can change.
ANSWERABLE_FOR = timedelta(days=30)
CHANGEABLE_FOR = timedelta(days=7)
COMMENT_MAX_LENGTH = 2000
_WAITS = Q(sent_at=None, left_out_reason="")


class Survey(models.Model):
    """A conversation that was resolved, whose customer is asked at `due_at`; sent and answered are two things.

    `resolved_at` is the conversation's at that time: another one says that it was opened again meanwhile.
    `left_out_reason` says why nothing was sent, see `analytics.actions.ask_customer`. `agent` and `team` are frozen
    when it is sent. `token_hash` is that of `email_channel.survey_links.survey_token`, which is stored nowhere.
    `answered_at` is the first answer's, `changed_at` the last one's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(
        Agent, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    token_hash = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8, blank=True)
    resolved_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    left_out_reason = models.CharField(max_length=40, blank=True)
    rating = models.PositiveSmallIntegerField(choices=Rating, null=True, blank=True)
    comment = models.CharField(max_length=COMMENT_MAX_LENGTH, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=_WAITS, name="one_waiting_survey"),
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="one_survey_per_token"),
            models.CheckConstraint(
                condition=Q(rating=None, answered_at=None)
                | Q(rating__gte=1, rating__lte=5, answered_at__isnull=False, sent_at__isnull=False),
                name="answered_survey_has_a_rating",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=_WAITS, name="survey_to_send"),
            models.Index(
                fields=["agent", "answered_at"],
                condition=Q(rating__isnull=False),
                include=["rating"],
                name="survey_answers_by_agent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.rating or '-'}"

    def is_open_at(self, moment: datetime) -> bool:
        """Return whether the customer may answer at this moment, or change what they answered."""
        if self.sent_at is None:
            return False
        return moment < self.open_until

    @property
    def open_until(self) -> datetime:
        """The moment from which on a survey that was sent takes no answer."""
        if self.answered_at is not None:
            return self.answered_at + CHANGEABLE_FOR
        return (self.sent_at or self.due_at) + ANSWERABLE_FOR


class SurveyOptOut(models.Model):
    """An address that is asked no more, as its hash: it outlives the contact, and names nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    address_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)
