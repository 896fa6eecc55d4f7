from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Account, User
from analytics.actions.answer_survey import answer_survey, score_anew, stop_surveys
from analytics.errors import SurveyClosed
from analytics.models import Survey, SurveyOptOut
from conversations.enums import NotificationKind
from conversations.models import Notification, Webhook, WebhookDelivery
from email_channel.enums import Rating
from hummdesk.errors import NotFound
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from teams.access import Viewer
from teams.enums import TeamRole
from teams.models import Agent, TeamMember
from tests.factories import make_conversation, make_webhook
from tests.fixtures.work import RunTasks


def score_of(agent_id: UUID) -> Decimal | None:
    return Agent.objects.get(pk=agent_id).csat_score


def answered(survey: Survey, rating: int, *, days_ago: int) -> Survey:
    """Another answer about the same agent."""
    at = timezone.now() - timedelta(days=days_ago)
    return Survey.objects.create(
        conversation=make_conversation(),
        agent_id=survey.agent_id,
        resolved_at=at,
        due_at=at,
        sent_at=at,
        answered_at=at,
        rating=rating,
    )


def test_answer_is_kept_told_and_scored_at_once(survey: Survey, token: str, viewer: Viewer) -> None:
    answer_survey(token=token, rating=Rating.GOOD, comment=" Fast.\r\nThanks! ")

    survey.refresh_from_db()
    assert (survey.rating, survey.comment) == (4, "Fast.\nThanks!")
    assert survey.answered_at == survey.changed_at
    assert score_of(viewer.id) == Decimal("4.00")
    event = LoggedEvent.objects.get(type="CsatAnswered")
    assert (event.object_id, event.actor_kind) == (survey.conversation_id, "contact")
    assert (event.data["rating"], event.data["rating_before"], event.data["is_low"]) == (4, None, False)
    assert "Fast" not in repr(event.data)


def test_webhooks_hear_of_it_without_the_comment(survey: Survey, token: str) -> None:
    make_webhook()

    answer_survey(token=token, rating=Rating.BAD, comment="Slow")

    payloads = WebhookDelivery.objects.values_list("payload", flat=True)
    [told] = [one for one in payloads if "rating" in one["data"]]
    assert told["type"] == "conversation.updated"
    assert (told["data"]["rating"], told["data"]["survey_id"]) == (2, str(survey.id))
    assert "Slow" not in repr(told)
    assert Webhook.objects.exists()


def test_score_is_the_mean_of_ninety_days(survey: Survey, token: str, viewer: Viewer) -> None:
    answered(survey, 5, days_ago=89)
    answered(survey, 1, days_ago=91)

    answer_survey(token=token, rating=Rating.OKAY)

    assert score_of(viewer.id) == Decimal("4.00")
    Survey.objects.update(answered_at=timezone.now() - timedelta(days=91))
    score_anew(agent_id=viewer.id)
    assert score_of(viewer.id) is None


def test_the_same_answer_twice_is_one(survey: Survey, token: str, published: Callable[[], list[str]]) -> None:
    for _number in range(2):
        answer_survey(token=token, rating=Rating.GOOD)

    assert published().count("CsatAnswered") == 1


def test_answer_can_change_for_seven_days(survey: Survey, token: str, viewer: Viewer) -> None:
    answer_survey(token=token, rating=Rating.VERY_GOOD)
    answer_survey(token=token, rating=Rating.VERY_BAD, comment="It broke again.")
    assert score_of(viewer.id) == Decimal("1.00")

    Survey.objects.update(answered_at=timezone.now() - timedelta(days=7))
    with pytest.raises(SurveyClosed):
        answer_survey(token=token, rating=Rating.GOOD)

    survey.refresh_from_db()
    assert (survey.rating, survey.comment) == (1, "It broke again.")
    assert LoggedEvent.objects.filter(type="CsatAnswered").last().data["rating_before"] == 5  # type: ignore[union-attr]


def test_question_is_open_for_thirty_days(survey: Survey, token: str, viewer: Viewer) -> None:
    Survey.objects.update(sent_at=timezone.now() - timedelta(days=30))

    with pytest.raises(SurveyClosed):
        answer_survey(token=token, rating=Rating.GOOD)

    assert score_of(viewer.id) is None


def test_tokens_are_of_one_account(token: str, nordhem: Account) -> None:
    with pytest.raises(NotFound):
        answer_survey(token=f"{token}x", rating=Rating.GOOD)
    with account_context(nordhem), pytest.raises(NotFound):
        answer_survey(token=token, rating=Rating.GOOD)
    assert not Survey.objects.exclude(rating=None).exists()


def test_what_was_not_sent_has_no_token(survey: Survey, token: str) -> None:
    Survey.objects.update(sent_at=None)

    with pytest.raises(NotFound):
        answer_survey(token=token, rating=Rating.GOOD)


def test_wish_not_to_be_asked_names_nobody(survey: Survey, token: str, published: Callable[[], list[str]]) -> None:
    for _number in range(2):
        stop_surveys(token=token)

    assert SurveyOptOut.objects.count() == 1
    assert "ada" not in SurveyOptOut.objects.get().address_hash
    assert published().count("CsatStopped") == 1


def test_low_rating_tells_the_leaders_of_the_team_once(
    survey: Survey, token: str, leader: User, agent: User, run_tasks: RunTasks
) -> None:
    assert survey.team_id is not None
    TeamMember.objects.create(team_id=survey.team_id, agent_id=leader.pk, role=TeamRole.LEADER)

    for rating in (Rating.BAD, Rating.VERY_BAD, Rating.GOOD):
        answer_survey(token=token, rating=rating)
    run_tasks()

    [told] = Notification.objects.filter(kind=NotificationKind.LOW_RATING)
    assert (told.agent_id, told.conversation_id) == (leader.pk, survey.conversation_id)


def test_good_rating_tells_nobody(survey: Survey, token: str, run_tasks: RunTasks) -> None:
    answer_survey(token=token, rating=Rating.OKAY)
    run_tasks()

    assert not Notification.objects.filter(kind=NotificationKind.LOW_RATING).exists()
