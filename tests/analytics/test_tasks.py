from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account
from analytics import tasks
from analytics.models import Survey
from hummdesk.tenancy.context import platform_context
from teams.models import Agent
from tests.analytics.conftest import Resolve
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend


def test_sweep_asks_those_whose_time_has_come(resolve: Resolve, resend: FakeResend, run_tasks: RunTasks) -> None:
    resolve()
    run_tasks()
    sent_before = len(resend.ledger)
    Survey.objects.update(due_at=timezone.now() + timedelta(hours=1))
    with platform_context():
        assert tasks.sweep_surveys() == 0

    Survey.objects.update(due_at=timezone.now() - timedelta(hours=1))
    with platform_context():
        assert tasks.sweep_surveys() == 1
    run_tasks()

    assert len(resend.ledger) == sent_before + 1
    with platform_context():
        assert tasks.sweep_surveys() == 0


def test_one_that_fails_does_not_hold_up_the_next(
    resolve: Resolve, resend: FakeResend, run_tasks: RunTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve()
    resolve(sender="Bob <bob@customers.example>")
    first = Survey.objects.order_by("due_at")[0]
    # A row that no action makes: its conversation can't be written to.
    Survey.objects.filter(id=first.id).update(due_at=timezone.now() - timedelta(days=1))
    ask = tasks.ask_customer

    def failing(*, survey_id: object) -> bool:
        if survey_id == first.id:
            raise ValueError
        return ask(survey_id=survey_id)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "ask_customer", failing)
    with platform_context():
        tasks.sweep_surveys()
    run_tasks()

    assert Survey.objects.exclude(sent_at=None).count() == 1


def test_old_answers_stop_counting(acme: Account, survey: Survey, run_tasks: RunTasks) -> None:
    old = timezone.now() - timedelta(days=91)
    Survey.objects.update(rating=5, answered_at=old, sent_at=old)
    Agent.objects.filter(pk=survey.agent_id).update(csat_score=Decimal("5.00"))

    with platform_context():
        assert tasks.age_scores() == 1
    run_tasks()

    assert Agent.objects.get(pk=survey.agent_id).csat_score is None
