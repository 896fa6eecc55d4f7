from uuid import uuid4

import pytest

from conversations.models import Category, CategorySkill
from hummdesk.errors import NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.actions.save_skill import add_skill, delete_skill, rename_skill
from teams.errors import NameTaken, SkillInUse
from teams.models import AgentSkill, Skill
from tests.factories import make_agent


def test_skill_is_there_once_whatever_its_case(managing: Viewer) -> None:
    first, is_new = add_skill(viewer=managing, name=" Returns ")
    again, is_new_again = add_skill(viewer=managing, name="RETURNS")

    assert (first.name, is_new, is_new_again) == ("Returns", True, False)
    assert first == again


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_skill_needs_a_name(managing: Viewer, name: str) -> None:
    with pytest.raises(ValidationFailed):
        add_skill(viewer=managing, name=name)


def test_renamed_skill_keeps_who_has_it(managing: Viewer) -> None:
    skill, _new = add_skill(viewer=managing, name="Returns")
    other, _new = add_skill(viewer=managing, name="Orders")
    AgentSkill.objects.create(agent=make_agent(), skill=skill)

    rename_skill(viewer=managing, skill_id=skill.id, name="returns")
    with pytest.raises(NameTaken):
        rename_skill(viewer=managing, skill_id=other.id, name="Returns")

    assert AgentSkill.objects.get().skill.name == "returns"
    assert LoggedEvent.objects.get(type="SkillChanged").data["name_before"] == "Returns"


def test_deleted_skill_is_gone_from_agents_unless_a_category_needs_it(managing: Viewer) -> None:
    skill, _new = add_skill(viewer=managing, name="Returns")
    AgentSkill.objects.create(agent=make_agent(), skill=skill)
    need = CategorySkill.objects.create(category=Category.objects.get(slug="return"), skill=skill)

    with pytest.raises(SkillInUse):
        delete_skill(viewer=managing, skill_id=skill.id)
    assert AgentSkill.objects.exists()

    need.delete()
    delete_skill(viewer=managing, skill_id=skill.id)
    assert not Skill.objects.exists()
    assert not AgentSkill.objects.exists()
    with pytest.raises(NotFound):
        delete_skill(viewer=managing, skill_id=uuid4())


def test_only_those_who_manage_teams_may(leading: Viewer) -> None:
    skill = Skill.objects.create(name="Returns")
    with pytest.raises(PermissionDenied):
        add_skill(viewer=leading, name="Orders")
    with pytest.raises(PermissionDenied):
        rename_skill(viewer=leading, skill_id=skill.id, name="Orders")
    with pytest.raises(PermissionDenied):
        delete_skill(viewer=leading, skill_id=skill.id)

    assert list(Skill.objects.values_list("name", flat=True)) == ["Returns"]
