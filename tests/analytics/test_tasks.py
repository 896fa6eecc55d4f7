from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Account
from analytics import tasks
from analytics.models import Survey
from email_channel.models import EmailMessage
from hummdesk.tenancy.context import platform_context
from teams.models import Agent
from tests.analytics.conftest import Resolve
from tests.factories import make_mailbox
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
    acme: Account, resolve: Resolve, resend: FakeResend, run_tasks: RunTasks
) -> None:
    first = resolve()
    second = resolve(sender="Bob <bob@customers.example>")
    now = timezone.now()
    Survey.objects.filter(conversation=first).update(due_at=now - timedelta(days=1))
    Survey.objects.filter(conversation=second).update(due_at=now - timedelta(hours=1))
    # No action adds a mailbox like this, for which there are no Message-IDs.
    broken = make_mailbox(acme, "support@two words.example")
    EmailMessage.objects.filter(conversation=first).update(mailbox=broken)

    with platform_context():
        assert tasks.sweep_surveys() == 1
    run_tasks()

    assert Survey.objects.get(conversation=first).sent_at is None
    assert Survey.objects.get(conversation=second).sent_at is not None


def test_old_answers_stop_counting(acme: Account, survey: Survey, run_tasks: RunTasks) -> None:
    old = timezone.now() - timedelta(days=91)
    Survey.objects.update(rating=5, answered_at=old, sent_at=old)
    Agent.objects.filter(pk=survey.agent_id).update(csat_score=Decimal("5.00"))

    with platform_context():
        assert tasks.age_scores() == 1
    run_tasks()

    assert Agent.objects.get(pk=survey.agent_id).csat_score is None
