from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from conversations.actions.save_category import change_category, create_category, delete_category
from conversations.errors import CategoryInUse
from conversations.models import Category
from hummdesk.errors import ChangedMeanwhile, NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.agent_fields import SkillLevel
from teams.errors import NameTaken
from tests.conversations.conftest import ViewerOf
from tests.factories import make_conversation, make_team


@pytest.fixture
def viewer(viewer_as: ViewerOf, admin: User) -> Viewer:
    return viewer_as(admin)


def needs_of(category: Category) -> dict[str, int]:
    return dict(category.skills.values_list("skill__name", "min_level"))


def test_category_has_a_team_and_skills_that_it_needs(viewer: Viewer) -> None:
    team = make_team()

    category = create_category(
        viewer=viewer, fields={"name": " Spare  parts ", "team_id": team.id, "skills": [SkillLevel("Parts", 2)]}
    )

    category.refresh_from_db()
    assert (category.name, category.slug, category.team_id, category.version) == (
        "Spare parts",
        "spare-parts",
        team.id,
        1,
    )
    assert needs_of(category) == {"Parts": 2}


def test_change_keeps_the_slug_by_which_clients_know_it(viewer: Viewer) -> None:
    category = Category.objects.get(slug="billing")

    change_category(
        viewer=viewer, category_id=category.id, changes={"name": "Money", "skills": [SkillLevel("Sums")]}, version=1
    )

    category.refresh_from_db()
    assert (category.name, category.slug, category.version) == ("Money", "billing", 2)
    assert LoggedEvent.objects.get(type="CategoryChanged").data["changed"] == ["name", "skills"]
    with pytest.raises(ChangedMeanwhile):
        change_category(viewer=viewer, category_id=category.id, changes={"name": "Cash"}, version=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"team_id": uuid4()}, "team_id"),
        ({"skills": [SkillLevel("A"), SkillLevel("a")]}, "skills"),
        ({"skills": [SkillLevel("A", 9)]}, "skills"),
        ({"skills": [SkillLevel("")]}, "skills"),
    ],
)
def test_what_makes_no_sense_changes_nothing(viewer: Viewer, changes: dict[str, Any], field: str) -> None:
    category = Category.objects.get(slug="billing")

    with pytest.raises(ValidationFailed) as refused:
        change_category(viewer=viewer, category_id=category.id, changes={"name": "Money", **changes})

    assert set(refused.value.errors) == {field}
    category.refresh_from_db()
    assert (category.name, category.version) == ("Billing", 1)


def test_name_is_one_categorys_only(viewer: Viewer) -> None:
    with pytest.raises(NameTaken):
        create_category(viewer=viewer, fields={"name": "billing"})


def test_category_that_conversations_have_stays(viewer: Viewer) -> None:
    used, unused = Category.objects.get(slug="billing"), Category.objects.get(slug="order")
    make_conversation(category=used, status="closed")

    delete_category(viewer=viewer, category_id=unused.id)
    with pytest.raises(CategoryInUse):
        delete_category(viewer=viewer, category_id=used.id)

    assert not Category.objects.filter(id=unused.id).exists()
    with pytest.raises(NotFound):
        delete_category(viewer=viewer, category_id=unused.id)


def test_only_those_who_manage_teams_may(viewer_as: ViewerOf, leader: User) -> None:
    category, viewer = Category.objects.get(slug="billing"), viewer_as(leader)

    with pytest.raises(PermissionDenied):
        create_category(viewer=viewer, fields={"name": "Mine"})
    with pytest.raises(PermissionDenied):
        change_category(viewer=viewer, category_id=category.id, changes={"name": "Mine"})
    with pytest.raises(PermissionDenied):
        delete_category(viewer=viewer, category_id=category.id)
