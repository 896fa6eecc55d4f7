from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, User
from conversations.actions.reconcile_loads import reconcile_loads, reconcile_loads_for
from conversations.queries.loads import Correction
from conversations.tasks import reconcile_all_loads
from hummdesk.errors import PermissionDenied
from hummdesk.events.actor import Actor
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import platform_context
from teams.models import AgentLoad
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_agent, make_conversation
from tests.fixtures.cast import ApiOf
from tests.fixtures.work import RunTasks

pytestmark = pytest.mark.usefixtures("acme")


def test_load_that_is_wrong_is_right_again_and_told(published: Published) -> None:
    ana, idle, _right = make_agent(), make_agent(), make_agent()
    make_conversation(assignee=ana)
    make_conversation(assignee=ana, status="resolved")
    AgentLoad.objects.filter(agent=idle).update(current_load=3)

    corrections = reconcile_loads(actor=Actor.system())

    assert corrections == sorted([Correction(ana.pk, 0, 1), Correction(idle.pk, 3, 0)], key=lambda one: one.agent_id)
    assert published() == ["LoadCorrected", "LoadCorrected"]
    event = LoggedEvent.objects.get(object_id=ana.pk, type="LoadCorrected")
    assert event.data == {"agent_id": str(ana.pk), "load_before": 0, "load": 1}


def test_nothing_is_told_while_all_is_well(published: Published) -> None:
    assert reconcile_loads(actor=Actor.system()) == []
    assert published() == []


def test_only_who_manages_teams_may_ask(viewer_as: ViewerOf, admin: User, leader: User) -> None:
    assert reconcile_loads_for(viewer_as(admin)) == []

    with pytest.raises(PermissionDenied):
        reconcile_loads_for(viewer_as(leader))


def test_nightly_task_counts_every_account(run_tasks: RunTasks) -> None:
    ana = make_agent()
    make_conversation(assignee=ana)

    with platform_context():
        assert reconcile_all_loads() == 2
    run_tasks()

    assert AgentLoad.objects.get(agent=ana).current_load == 1


def test_command_says_whose_load_was_wrong(acme: Account) -> None:
    ana, out = make_agent(), StringIO()
    make_conversation(assignee=ana)

    with pytest.raises(CommandError, match="1 loads were wrong"):
        call_command("reconcile_loads", account="acme", stdout=out)
    call_command("reconcile_loads", stdout=out)

    assert out.getvalue().splitlines() == [f"acme: agent {ana.pk} had 1, not 0", "All loads are right (2 accounts)."]
    with pytest.raises(CommandError, match="no account"):
        call_command("reconcile_loads", account="nobody")


def test_api_counts_and_answers_what_was_wrong(api_of: ApiOf, admin: User, leader: User) -> None:
    ana = make_agent()
    make_conversation(assignee=ana)

    first, second = (api_of(admin).post("/api/v1/agents/reconcile-loads") for _time in range(2))

    assert first.json() == {"corrected": [{"agent_id": str(ana.pk), "load_before": 0, "load": 1}]}
    assert second.json() == {"corrected": []}
    assert api_of(leader).post("/api/v1/agents/reconcile-loads").status_code == 403
