from uuid import UUID, uuid4

import pytest

from hummdesk.errors import NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.actions.team_members import change_team_role, put_in_team, take_out_of_team
from teams.enums import TeamRole
from teams.models import TeamMember
from tests.factories import make_agent, make_team


def roles_in(team_id: UUID) -> dict[UUID, str]:
    return dict(TeamMember.objects.filter(team_id=team_id).values_list("agent_id", "role"))


def test_agent_joins_once_and_may_become_a_leader(managing: Viewer) -> None:
    team, ana = make_team(), make_agent()

    first = put_in_team(viewer=managing, team_id=team.id, agent_id=ana.pk, role=TeamRole.AGENT)
    again = put_in_team(viewer=managing, team_id=team.id, agent_id=ana.pk, role=TeamRole.AGENT)
    change_team_role(viewer=managing, team_id=team.id, agent_id=ana.pk, role=TeamRole.LEADER)

    assert (first[1], again[1]) == (True, False)
    assert roles_in(team.id) == {ana.pk: "leader"}
    joined = LoggedEvent.objects.filter(type="TeamJoined").order_by("seq")
    assert [(one.data["role_before"], one.data["role"]) for one in joined] == [(None, "agent"), ("agent", "leader")]


def test_agent_leaves(managing: Viewer) -> None:
    ana = make_agent()
    team = make_team(agents=[ana])

    take_out_of_team(viewer=managing, team_id=team.id, agent_id=ana.pk)

    assert roles_in(team.id) == {}
    assert LoggedEvent.objects.get(type="TeamLeft").data == {"team_id": str(team.id), "agent_id": str(ana.pk)}


def test_leader_of_the_team_puts_agents_in_and_out_but_makes_no_leaders(answering: Viewer) -> None:
    team, ana, boss = make_team(), make_agent(), make_agent()
    for agent_id in (answering.id, boss.pk):
        TeamMember.objects.create(team=team, agent_id=agent_id, role=TeamRole.LEADER)

    put_in_team(viewer=answering, team_id=team.id, agent_id=ana.pk, role=TeamRole.AGENT)

    assert roles_in(team.id)[ana.pk] == "agent"
    with pytest.raises(PermissionDenied):
        put_in_team(viewer=answering, team_id=team.id, agent_id=ana.pk, role=TeamRole.LEADER)
    with pytest.raises(PermissionDenied):
        take_out_of_team(viewer=answering, team_id=team.id, agent_id=boss.pk)
    take_out_of_team(viewer=answering, team_id=team.id, agent_id=ana.pk)
    assert ana.pk not in roles_in(team.id)


def test_others_change_nothing(leading: Viewer) -> None:
    ana = make_agent()
    team = make_team(agents=[ana, leading.agent])

    with pytest.raises(PermissionDenied):
        put_in_team(viewer=leading, team_id=team.id, agent_id=make_agent().pk, role=TeamRole.AGENT)
    with pytest.raises(PermissionDenied):
        take_out_of_team(viewer=leading, team_id=team.id, agent_id=ana.pk)

    assert set(roles_in(team.id)) == {ana.pk, leading.id}


def test_who_and_where_must_be_there(managing: Viewer) -> None:
    team, former = make_team(), make_agent(is_active=False)

    for agent_id in (uuid4(), former.pk):
        with pytest.raises(ValidationFailed) as refused:
            put_in_team(viewer=managing, team_id=team.id, agent_id=agent_id, role=TeamRole.AGENT)
        assert set(refused.value.errors) == {"user_id"}
    with pytest.raises(NotFound):
        put_in_team(viewer=managing, team_id=uuid4(), agent_id=managing.id, role=TeamRole.AGENT)
    with pytest.raises(NotFound):
        take_out_of_team(viewer=managing, team_id=team.id, agent_id=managing.id)
    with pytest.raises(NotFound):
        change_team_role(viewer=managing, team_id=team.id, agent_id=managing.id, role=TeamRole.LEADER)
