from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from hummdesk.errors import ChangedMeanwhile, NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.actions.change_agent import change_agent
from teams.agent_fields import SkillLevel
from teams.models import Agent, AgentSkill, Skill
from tests.factories import make_agent


def levels_of(agent: Agent) -> dict[str, int]:
    return dict(AgentSkill.objects.filter(agent=agent).values_list("skill__name", "level"))


def test_all_that_an_agent_has_is_set_at_once(managing: Viewer) -> None:
    ana, bo = make_agent(), make_agent()
    changes = {
        "status": "online",
        "max_capacity": 5,
        "skills": [SkillLevel("Returns", 5), SkillLevel(" Billing  questions ")],
        "languages": ["FI", "sv", "fi"],
        "out_from_on": date(2026, 12, 24),
        "out_until_on": date(2026, 12, 26),
        "substitute_id": bo.pk,
    }

    change_agent(viewer=managing, agent_id=ana.pk, changes=changes, version=1)

    ana.refresh_from_db()
    assert (ana.status, ana.max_capacity, ana.languages, ana.version) == ("online", 5, ["fi", "sv"], 2)
    assert (ana.out_from_on, ana.out_until_on) == (date(2026, 12, 24), date(2026, 12, 26))
    assert ana.substitute_id == bo.pk
    assert levels_of(ana) == {"Returns": 5, "Billing questions": 3}
    event = LoggedEvent.objects.get(type="AgentChanged")
    assert set(event.data["changed"]) == set(changes) - {"status"}
    assert LoggedEvent.objects.get(type="AgentStatusChanged").data["status"] == "online"


def test_skills_are_replaced_as_a_whole_and_made_once_whatever_their_case(managing: Viewer) -> None:
    ana = make_agent()
    change_agent(
        viewer=managing, agent_id=ana.pk, changes={"skills": [SkillLevel("Returns"), SkillLevel("Orders", 1)]}
    )

    change_agent(viewer=managing, agent_id=ana.pk, changes={"skills": [SkillLevel("returns", 4)]})

    assert levels_of(ana) == {"Returns": 4}
    assert Skill.objects.count() == 2


def test_nothing_new_tells_nothing(managing: Viewer) -> None:
    ana = make_agent(max_capacity=5)

    change_agent(viewer=managing, agent_id=ana.pk, changes={"max_capacity": 5, "skills": [], "status": "offline"})

    assert not LoggedEvent.objects.filter(object_id=ana.pk).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"max_capacity": 0}, "max_capacity"),
        ({"max_capacity": -3}, "max_capacity"),
        ({"max_capacity": 100_000}, "max_capacity"),
        ({"skills": [SkillLevel("")]}, "skills"),
        ({"skills": [SkillLevel("x" * 61)]}, "skills"),
        ({"skills": [SkillLevel("A"), SkillLevel("a")]}, "skills"),
        ({"skills": [SkillLevel("A", 6)]}, "skills"),
        ({"skills": [SkillLevel("A", 0)]}, "skills"),
        ({"skills": [SkillLevel(f"S{number}") for number in range(51)]}, "skills"),
        ({"languages": ["english please"]}, "languages"),
        ({"out_from_on": date(2026, 12, 24)}, "out_until_on"),
        ({"out_until_on": date(2026, 12, 24)}, "out_from_on"),
        ({"out_from_on": date(2026, 12, 24), "out_until_on": date(2026, 12, 23)}, "out_until_on"),
        ({"substitute_id": uuid4()}, "substitute_id"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_else_saved(
    managing: Viewer, changes: dict[str, Any], field: str
) -> None:
    ana = make_agent()

    with pytest.raises(ValidationFailed) as refused:
        change_agent(viewer=managing, agent_id=ana.pk, changes={"languages": ["en"], **changes})

    assert set(refused.value.errors) == {field}
    ana.refresh_from_db()
    assert (ana.languages, ana.max_capacity, ana.version) == ([], 12, 1)


def test_nobody_stands_in_for_themselves(managing: Viewer) -> None:
    ana = make_agent()

    with pytest.raises(ValidationFailed):
        change_agent(viewer=managing, agent_id=ana.pk, changes={"substitute_id": ana.pk})


def test_agents_set_some_of_it_for_themselves_and_nothing_for_others(answering: Viewer) -> None:
    changes = {"status": "busy", "languages": ["sv"], "out_from_on": None, "out_until_on": None}

    change_agent(viewer=answering, agent_id=answering.id, changes=changes)

    assert Agent.objects.get(pk=answering.id).languages == ["sv"]
    for agent_id, refused in ((answering.id, {"max_capacity": 99}), (make_agent().pk, {"status": "online"})):
        with pytest.raises(PermissionDenied):
            change_agent(viewer=answering, agent_id=agent_id, changes=refused)


def test_old_version_and_unknown_agents_are_refused(managing: Viewer) -> None:
    ana = make_agent()
    change_agent(viewer=managing, agent_id=ana.pk, changes={"max_capacity": 3})

    with pytest.raises(ChangedMeanwhile):
        change_agent(viewer=managing, agent_id=ana.pk, changes={"max_capacity": 4}, version=1)
    for agent_id in (uuid4(), make_agent(is_active=False).pk):
        with pytest.raises(NotFound):
            change_agent(viewer=managing, agent_id=agent_id, changes={"max_capacity": 4})
