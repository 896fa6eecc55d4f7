from datetime import timedelta

from accounts.models import Account
from analytics.models import Survey
from conversations.actions.change_conversation import change_conversation
from teams.access import Viewer
from tests.analytics.conftest import Resolve, set_up


def test_nothing_is_planned_while_the_account_does_not_ask(acme: Account, resolve: Resolve) -> None:
    set_up(acme, csat_asks=False)

    resolve()

    assert not Survey.objects.exists()


def test_a_resolution_waits_for_the_time_that_is_set(acme: Account, resolve: Resolve) -> None:
    set_up(acme, csat_delay_h=24)

    conversation = resolve()

    survey = Survey.objects.get()
    assert conversation.resolved_at is not None
    assert survey.due_at == conversation.resolved_at + timedelta(hours=24)
    assert (survey.sent_at, survey.token_hash, survey.agent_id) == (None, "", None)


def test_the_next_resolution_waits_anew(resolve: Resolve, viewer: Viewer) -> None:
    conversation = resolve()
    first = Survey.objects.get()

    for status in ("open", "resolved", "closed"):
        change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"status": status})

    again = Survey.objects.get()
    assert again.id == first.id
    assert again.due_at > first.due_at
