from uuid import uuid4

import pytest

from accounts.models import Account
from conversations.enums import Status
from conversations.errors import TeamHasWork
from conversations.models import Category, Conversation
from hummdesk.errors import ChangedMeanwhile, Conflict, NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.actions.save_team import change_team, create_team, delete_team
from teams.errors import NameTaken
from teams.models import BusinessHours, SlaPolicy, Team
from tests.factories import make_agent, make_conversation, make_mailbox, make_team


def events(kind: str) -> list[LoggedEvent]:
    return list(LoggedEvent.objects.filter(type=kind).order_by("seq"))


def test_team_is_made_with_what_it_is_to_have(managing: Viewer) -> None:
    hours, policy = BusinessHours.objects.get(), SlaPolicy.objects.get()
    category = Category.objects.get(slug="billing")

    team = create_team(
        viewer=managing,
        fields={
            "name": "  Billing   desk ",
            "routing": "least_loaded",
            "is_sticky": True,
            "hours_id": hours.id,
            "sla_policy_id": policy.id,
            "category_ids": [category.id],
        },
    )

    team.refresh_from_db()
    assert (team.name, team.slug, team.routing, team.is_sticky) == (
        "Billing desk",
        "billing-desk",
        "least_loaded",
        True,
    )
    assert (team.hours_id, team.sla_policy_id, team.version) == (hours.id, policy.id, 1)
    assert [one.slug for one in team.categories.all()] == ["billing"]
    assert events("TeamAdded")[0].object_id == team.id


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "A", "routing": "fastest"}, "routing"),
        ({"name": "A", "hours_id": uuid4()}, "hours_id"),
        ({"name": "A", "sla_policy_id": uuid4()}, "sla_policy_id"),
        ({"name": "A", "category_ids": [uuid4()]}, "category_ids"),
    ],
)
def test_team_that_makes_no_sense_is_not_made(managing: Viewer, fields: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        create_team(viewer=managing, fields=fields)

    assert set(refused.value.errors) == {field}
    assert Team.objects.count() == 1


def test_name_is_one_teams_only_whatever_its_case(managing: Viewer) -> None:
    with pytest.raises(NameTaken):
        create_team(viewer=managing, fields={"name": "SUPPORT"})

    assert create_team(viewer=managing, fields={"name": "Sup-port!"}).slug == "sup-port"


def test_other_name_with_the_same_letters_has_a_slug_of_its_own(managing: Viewer) -> None:
    made = [create_team(viewer=managing, fields={"name": name}).slug for name in ("Support!", "Support?")]

    assert made == ["support-2", "support-3"]


def test_change_counts_up_and_tells_what(managing: Viewer) -> None:
    team = make_team("Old")

    change_team(viewer=managing, team_id=team.id, changes={"name": "New", "is_sticky": False}, version=1)

    team.refresh_from_db()
    assert (team.name, team.version) == ("New", 2)
    assert events("TeamChanged")[0].data["changed"] == ["name"]


def test_change_on_an_old_version_is_refused(managing: Viewer) -> None:
    team = make_team("Old")
    change_team(viewer=managing, team_id=team.id, changes={"name": "New"})

    with pytest.raises(ChangedMeanwhile):
        change_team(viewer=managing, team_id=team.id, changes={"name": "Newer"}, version=1)


def test_categories_go_to_the_team_that_names_them(managing: Viewer) -> None:
    one, other = make_team(), make_team()
    billing, order = (Category.objects.get(slug=slug) for slug in ("billing", "order"))
    change_team(viewer=managing, team_id=one.id, changes={"category_ids": [billing.id, order.id]})

    change_team(viewer=managing, team_id=other.id, changes={"category_ids": [order.id]})
    assert list(one.categories.all()) == [billing]

    change_team(viewer=managing, team_id=one.id, changes={"category_ids": []})
    assert not one.categories.exists()


def test_only_those_who_manage_teams_may(leading: Viewer) -> None:
    team = make_team()
    for call in (
        lambda: create_team(viewer=leading, fields={"name": "Mine"}),
        lambda: change_team(viewer=leading, team_id=team.id, changes={"name": "Mine"}),
        lambda: delete_team(viewer=leading, team_id=team.id),
    ):
        with pytest.raises(PermissionDenied):
            call()

    assert Team.objects.filter(id=team.id, name=team.name).exists()


def test_team_with_open_conversations_stays_without_another_to_have_them(managing: Viewer) -> None:
    team = make_team()
    conversation = make_conversation(team=team, status=Status.SNOOZED)

    with pytest.raises(TeamHasWork) as refused:
        delete_team(viewer=managing, team_id=team.id)

    assert isinstance(refused.value, Conflict)
    assert refused.value.more == {"open_conversations": 1}
    conversation.refresh_from_db()
    assert conversation.team_id == team.id


def test_deleted_team_leaves_its_work_to_the_other(managing: Viewer, acme: Account) -> None:
    team, other, ana = make_team(), make_team(), make_agent()
    mailbox = make_mailbox(acme, team=team)
    Category.objects.filter(slug="billing").update(team=team)
    unfinished = [
        make_conversation(team=team, assignee=ana, status=status) for status in ("open", "pending", "snoozed")
    ]
    finished = make_conversation(team=team, status="resolved")

    delete_team(viewer=managing, team_id=team.id, move_to=other.id)

    assert not Team.objects.filter(id=team.id).exists()
    rows = Conversation.objects.filter(id__in=[one.id for one in unfinished])
    assert set(rows.values_list("team_id", "assignee_id", "version")) == {(other.id, ana.pk, 2)}
    finished.refresh_from_db()
    mailbox.refresh_from_db()
    assert (finished.team_id, mailbox.team_id) == (None, other.id)
    assert Category.objects.get(slug="billing").team_id == other.id
    moved = events("ConversationTeamChanged")
    assert {(event.object_id, event.actor_id) for event in moved} == {(one.id, managing.id) for one in unfinished}


def test_team_without_open_conversations_goes_alone(managing: Viewer, acme: Account) -> None:
    team = make_team()
    mailbox, finished = make_mailbox(acme, team=team), make_conversation(team=team, status="closed")

    delete_team(viewer=managing, team_id=team.id)

    mailbox.refresh_from_db()
    finished.refresh_from_db()
    assert (mailbox.team_id, finished.team_id) == (None, None)


@pytest.mark.parametrize("itself", [True, False])
def test_team_can_not_leave_its_work_to_nowhere(managing: Viewer, itself: bool) -> None:
    team = make_team()

    with pytest.raises(ValidationFailed) as refused:
        delete_team(viewer=managing, team_id=team.id, move_to=team.id if itself else uuid4())

    assert set(refused.value.errors) == {"move_to"}
    with pytest.raises(NotFound):
        delete_team(viewer=managing, team_id=uuid4())
