from datetime import timedelta

from django.utils import timezone

from accounts.models import Account, User
from analytics.actions.make_demo_surveys import make_demo_surveys
from analytics.models import Survey
from tests.factories import agent_of, make_conversation


def test_demo_has_answers_and_scores(acme: Account, agent: User) -> None:
    ago = timezone.now() - timedelta(days=3)
    for language in ("fi", "en", "xx", "sv"):
        make_conversation(
            status="resolved", resolved_at=ago, assignee=agent_of(agent), first_replied_at=ago, language=language
        )
    make_conversation(status="resolved", resolved_at=ago)

    make_demo_surveys()

    answers = Survey.objects.exclude(rating=None).order_by("rating")
    assert list(answers.values_list("rating", flat=True)) == [4, 5, 5]
    assert Survey.objects.filter(rating=None).exclude(sent_at=None).count() == 1
    assert str(agent_of(agent).csat_score) == "4.67"
