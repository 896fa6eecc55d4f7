"""What customers of a demo account have said of how they were helped."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from analytics.actions.answer_survey import score_anew
from analytics.models import Survey
from conversations.enums import FINISHED
from conversations.models import Conversation
from hummdesk.events.publishing import action

DEMO_SURVEYS = 60
_SENT_AFTER, _ANSWERED_AFTER = timedelta(hours=24), timedelta(hours=27)
# One after the other; None has not answered.
_RATINGS: Sequence[int | None] = (5, None, 4, 5, None, 5, 3, None, 5, 4, 2, None, 5, 1, None, 4)
_COMMENTS: Mapping[str, Mapping[int, str]] = {
    "en": {5: "Quick and friendly, thank you.", 3: "It took a few days.", 1: "Nobody understood what I asked."},
    "fi": {5: "Nopea ja ystävällinen palvelu, kiitos.", 3: "Vastausta sai odottaa.", 1: "Kysymykseeni ei vastattu."},
    "sv": {5: "Snabbt och vänligt, tack.", 3: "Det tog några dagar.", 1: "Ingen förstod min fråga."},
}


@action
def make_demo_surveys(**_rest: object) -> None:
    """The newest conversations that are done have surveys, of which two in three are answered; agents have scores.

    Together with DemoFilled. The links of these surveys are nobody's: no mail of theirs was sent.
    """
    now = timezone.now()
    done = Conversation.objects.filter(
        status__in=FINISHED,
        resolved_at__lt=now - _ANSWERED_AFTER,
        assignee__isnull=False,
        first_replied_at__isnull=False,
    )
    surveys = [_survey(one, number) for number, one in enumerate(done.order_by("-resolved_at", "id")[:DEMO_SURVEYS])]
    Survey.objects.bulk_create(surveys)
    for agent_id in {survey.agent_id for survey in surveys if survey.agent_id}:
        score_anew(agent_id=agent_id)


def _survey(conversation: Conversation, number: int) -> Survey:
    at, rating = conversation.resolved_at or conversation.created_at, _RATINGS[number % len(_RATINGS)]
    survey = Survey(
        conversation=conversation,
        agent_id=conversation.assignee_id,
        team_id=conversation.team_id,
        language=conversation.language,
        resolved_at=at,
        due_at=at + _SENT_AFTER,
        sent_at=at + _SENT_AFTER,
    )
    if rating:
        survey.rating = rating
        survey.comment = _COMMENTS.get(conversation.language, _COMMENTS["en"]).get(rating, "")
        survey.answered_at = survey.changed_at = at + _ANSWERED_AFTER
    return survey
