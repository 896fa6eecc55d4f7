from django.db import transaction

from accounts.models import Account, User
from conversations.models import Conversation
from hummdesk.events.tasks import sweep_account_events
from hummdesk.tenancy.context import account_context, current_schema
from teams.models import Agent
from tests import factories
from tests.fixtures.work import RunTasks


def test_cast_has_agent_rows_in_their_own_account_only(acme: Account, agent: User, stranger: User) -> None:
    assert Agent.objects.filter(user_id=agent.id).exists()
    assert not Agent.objects.filter(user_id=stranger.id).exists()


def test_acme_is_in_force(acme: Account) -> None:
    assert current_schema() == "account_acme"


def test_conversation_made_in_one_account_is_not_in_the_other(acme: Account, nordhem: Account) -> None:
    factories.make_conversation(messages=2)

    with account_context(nordhem):
        assert not Conversation.objects.exists()
    assert Conversation.objects.get().message_count == 2


def test_committed_starts_without_rows_of_other_tests(committed: None, acme: Account) -> None:
    assert not Conversation.objects.exists()
    factories.make_conversation(messages=1)


def test_committed_leaves_nothing_behind(committed: None, acme: Account, agent: User) -> None:
    assert not Conversation.objects.exists()
    assert Agent.objects.count() == 3


def test_run_tasks_runs_what_waited_for_the_commit_in_its_account(
    acme: Account, nordhem: Account, run_tasks: RunTasks
) -> None:
    with account_context(nordhem):
        sweep_account_events.delay()
    transaction.on_commit(sweep_account_events.delay)

    ran = run_tasks()

    assert ran == ["hummdesk.events.tasks.sweep_account_events"] * 2
    assert current_schema() == "account_acme"
