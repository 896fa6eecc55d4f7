"""Surveys that wait, those of a conversation, and what agents are rated."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Avg, Q

from accounts.token_secrets import hash_of
from analytics.models import Survey, SurveyOptOut
from conversations.enums import MessageKind
from conversations.models import Contact, Conversation, Message
from email_channel.models import EmailMessage
from hummdesk.errors import NotFound
from hummdesk.tenancy.context import require_account_schema

# An agent's score is the mean of what customers answered in this time.
SCORE_COVERS = timedelta(days=90)
SHOWN_MOST = 5
# For `fan_out`: raw, since it looks into many schemas at once. The partial index `survey_to_send` answers it.
SURVEY_WAITS_SQL = (
    "EXISTS (SELECT FROM {schema}.analytics_survey WHERE sent_at IS NULL AND left_out_reason = '' AND due_at <= now())"
)
HAS_SCORES_SQL = "EXISTS (SELECT FROM {schema}.teams_agent WHERE csat_score IS NOT NULL)"


def surveys_due(now: datetime, limit: int) -> Sequence[UUID]:
    """Return the surveys whose time to be sent has come, the longest overdue first. One query."""
    due = Survey.objects.filter(sent_at=None, left_out_reason="", due_at__lte=now)
    return list(due.order_by("due_at").values_list("id", flat=True)[:limit])


def lock_waiting_survey(id: UUID) -> Survey | None:
    """Return a survey that waits, with its conversation, which nobody else sends until the commit; None for others."""
    waiting = Survey.objects.select_for_update(of=("self",), skip_locked=True).select_related("conversation")
    return waiting.filter(id=id, sent_at=None, left_out_reason="").first()


def survey_with(token: str, *, lock: bool = False) -> Survey:
    """Return the survey of a token of the account in force, with its conversation and contact. One query.

    Raises: NotFound, AccountRequired.
    """
    require_account_schema()
    rows = Survey.objects.select_related("conversation__contact").exclude(sent_at=None)
    if lock:
        rows = rows.select_for_update(of=("self",))
    survey = rows.filter(token_hash=hash_of(token)).first()
    if survey is None:
        raise NotFound
    return survey


def address_asked(survey: Survey) -> str:
    """Return the address that a survey went to, "" where the mail has gone. One query."""
    mail = EmailMessage.objects.filter(survey_id=survey.id, conversation=survey.conversation_id).first()
    return str(mail.to[0]["address"]) if mail and mail.to else ""


def was_asked_since(contact: Contact, moment: datetime) -> bool:
    """Return whether a survey went to the contact, in whatever conversation, after that moment. One query."""
    return Survey.objects.filter(conversation__contact=contact, sent_at__gt=moment).exists()


def wants_no_surveys(address: str) -> bool:
    """Return whether its owner has asked not to be asked. One query."""
    return SurveyOptOut.objects.filter(address_hash=hash_of(address.lower())).exists()


def rated_agent_id(conversation: Conversation) -> UUID | None:
    """Return whom a customer's answer is about: the assignee, else who replied last. One query at most."""
    if conversation.assignee_id is not None:
        return UUID(str(conversation.assignee_id))
    replies = Message.objects.filter(conversation=conversation, kind=MessageKind.REPLY, agent__isnull=False)
    return replies.order_by("-created_at").values_list("agent_id", flat=True).first()


def mean_rating(agent_id: UUID, now: datetime) -> Decimal | None:
    """Return the mean of the last 90 days' answers about an agent, two decimals, None without any. One query."""
    answers = Survey.objects.filter(agent_id=agent_id, rating__isnull=False, answered_at__gt=now - SCORE_COVERS)
    mean = answers.aggregate(mean=Avg("rating"))["mean"]
    return None if mean is None else Decimal(str(mean)).quantize(Decimal("0.01"))


def rated_agents() -> Sequence[UUID]:
    """Return the agents with a score, which may be of answers that count no more. One query."""
    rated = Survey.objects.filter(agent__csat_score__isnull=False)
    return list(rated.order_by().values_list("agent_id", flat=True).distinct())


def surveys_of(conversation: Conversation) -> Sequence[Survey]:
    """Return the newest surveys of a conversation and of those merged into it, without those to come. One query."""
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    told = Survey.objects.filter(here).exclude(sent_at=None, left_out_reason="")
    return list(told.select_related("agent").order_by("-due_at")[:SHOWN_MOST])
