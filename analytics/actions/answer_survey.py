"""What customers say to a survey: a rating, something else, or to be left alone."""

from uuid import UUID

from django.utils import timezone

from accounts.token_secrets import hash_of
from analytics.errors import SurveyClosed
from analytics.events import CsatAnswered, CsatStopped
from analytics.models import Survey, SurveyOptOut
from analytics.models.survey import COMMENT_MAX_LENGTH
from analytics.queries.surveys import address_asked, mean_rating, survey_with
from email_channel.enums import Rating
from hummdesk.clean_text import clean_text
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.actions.score_agent import score_agent

# Up to this the team's leaders are told.
LOW_RATING_MOST = Rating.BAD


@action
def answer_survey(*, token: str, rating: Rating, comment: str = "") -> Survey:
    """The survey has this answer, and its agent the score that follows from it; the same answer changes nothing.

    Locks the survey and the agent. Raises: NotFound, SurveyClosed. Publishes: CsatAnswered.
    """
    survey = survey_with(token, lock=True)
    now = timezone.now()
    if not survey.is_open_at(now):
        raise SurveyClosed
    before, said = survey.rating, clean_text(comment, COMMENT_MAX_LENGTH).strip()
    if (before, survey.comment) == (rating, said):
        return survey
    survey.rating, survey.comment = rating, said
    survey.answered_at, survey.changed_at = survey.answered_at or now, now
    survey.save(update_fields=["rating", "comment", "answered_at", "changed_at"])
    if survey.agent_id is not None:
        score_anew(agent_id=survey.agent_id)
    publish(
        CsatAnswered(
            actor=Actor.contact(survey.conversation.contact_id),
            conversation_id=survey.conversation_id,
            survey_id=survey.id,
            agent_id=survey.agent_id,
            team_id=survey.team_id,
            rating=int(rating),
            rating_before=before,
            is_low=rating <= LOW_RATING_MOST and (before is None or before > LOW_RATING_MOST),
        )
    )
    return survey


@action
def stop_surveys(*, token: str) -> Survey:
    """The address that a survey went to is asked no more; a second time changes nothing.

    Raises: NotFound. Publishes: CsatStopped.
    """
    survey = survey_with(token, lock=True)
    address = address_asked(survey) or survey.conversation.contact.email
    _entry, is_new = SurveyOptOut.objects.get_or_create(address_hash=hash_of(address.lower()))
    if is_new:
        actor = Actor.contact(survey.conversation.contact_id)
        publish(CsatStopped(actor=actor, conversation_id=survey.conversation_id, survey_id=survey.id))
    return survey


@action
def score_anew(*, agent_id: UUID) -> None:
    """The agent's CSAT score is the mean of the last 90 days' answers, none without any. Locks the agent."""
    score_agent(agent_id=agent_id, mean=lambda: mean_rating(agent_id, timezone.now()))
