from typing import Any

import pytest

from accounts.models import Account, User
from conversations.actions.save_policy import (
    change_policy,
    create_policy,
    delete_policy,
    preview_policy_change,
)
from conversations.models import AutomationRule, Company, SlaScope
from conversations.queries.policies import policy_applying_to
from hummdesk.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.models import BusinessHours, SlaPolicy, Team
from tests.conversations.conftest import ViewerOf
from tests.factories import make_contact, make_conversation, make_team

FIELDS: dict[str, Any] = {"name": " Gold  customers ", "first_response_s": 3600, "resolution_s": 86400}


@pytest.fixture
def leading(viewer_as: ViewerOf, leader: User) -> Viewer:
    return viewer_as(leader)


def default_policy() -> SlaPolicy:
    return SlaPolicy.objects.get(is_default=True)


def stored() -> tuple[list[Any], ...]:
    return tuple(list(model.objects.order_by("pk").values()) for model in (SlaPolicy, SlaScope))


def test_create_policy_keeps_targets_and_scopes(acme: Account, leading: Viewer) -> None:
    team = make_team()

    policy = create_policy(
        viewer=leading, fields={**FIELDS, "scopes": [{"team_id": team.pk, "priority": "urgent"}, {"team_id": team.pk}]}
    )

    assert (policy.name, policy.first_response_s, policy.next_response_s) == ("Gold customers", 3600, None)
    assert (policy.hours_id, policy.warn_percent, policy.is_default, policy.version) == (None, 75, False, 1)
    assert {(one.team_id, one.priority) for one in policy.sla_scopes.all()} == {(team.pk, "urgent"), (team.pk, "")}
    assert LoggedEvent.objects.get(type="SlaPolicyChanged").data["policy_id"] == str(policy.pk)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "Gold"}),
        ("first_response_s", {"first_response_s": 0}),
        ("first_response_s", {"first_response_s": 59}),
        ("resolution_s", {"resolution_s": 366 * 86400}),
        ("warn_percent", {"warn_percent": 100}),
        ("hours_id", {"hours_id": "00000000-0000-7000-8000-000000000000"}),
        ("scopes", {"scopes": [{}]}),
        ("scopes", {"scopes": [{"priority": "high"}, {"priority": "high"}]}),
        ("scopes", {"scopes": [{"priority": "dire"}]}),
        ("scopes", {"scopes": [{"priority": "urgent"}]}),
        ("scopes", {"scopes": [{"team_id": "00000000-0000-7000-8000-000000000000"}]}),
        ("scopes", {"scopes": [{"company_id": "00000000-0000-7000-8000-000000000000"}]}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(
    acme: Account, leading: Viewer, field: str, changes: dict[str, Any]
) -> None:
    create_policy(viewer=leading, fields={"name": "Gold", "scopes": [{"priority": "urgent"}]})
    before = stored()

    with pytest.raises(ValidationFailed) as refused:
        change_policy(viewer=leading, policy_id=default_policy().pk, changes={"warn_percent": 60, **changes})

    assert list(refused.value.errors) == [field]
    assert stored() == before


def test_hours_that_never_open_promise_nothing(acme: Account, leading: Viewer) -> None:
    hours = BusinessHours.objects.create(name="Never", timezone="UTC")

    with pytest.raises(ValidationFailed) as refused:
        create_policy(viewer=leading, fields={**FIELDS, "hours_id": hours.pk})

    assert refused.value.errors == {"hours_id": ["These business hours have no open time."]}


def test_change_policy_counts_the_version_up_and_tells_what_changed(acme: Account, leading: Viewer) -> None:
    policy = default_policy()

    changed = change_policy(viewer=leading, policy_id=policy.pk, changes={"warn_percent": 80, "name": policy.name})
    again = change_policy(viewer=leading, policy_id=policy.pk, changes={"warn_percent": 80}, version=2)

    assert (changed.version, again.version) == (2, 2)
    assert LoggedEvent.objects.get(type="SlaPolicyChanged").data["changed"] == ["warn_percent"]
    with pytest.raises(Conflict):
        change_policy(viewer=leading, policy_id=policy.pk, changes={}, version=1)


def test_one_policy_at_most_is_the_default(acme: Account, leading: Viewer) -> None:
    before = default_policy()

    policy = create_policy(viewer=leading, fields={**FIELDS, "is_default": True})
    assert default_policy() == policy
    change_policy(viewer=leading, policy_id=policy.pk, changes={"is_default": False})

    assert not SlaPolicy.objects.filter(is_default=True).exists()
    assert SlaPolicy.objects.filter(pk=before.pk).exists()


def test_policy_in_use_is_not_deleted_and_says_by_what(acme: Account, leading: Viewer) -> None:
    policy = create_policy(viewer=leading, fields=FIELDS)
    make_team(name="Returns", sla_policy=policy)
    make_conversation(sla_policy=policy, sla_policy_is_set=True)
    set_policy = {"type": "set_sla", "policy_id": str(policy.pk)}
    AutomationRule.objects.create(name="Fast lane", trigger="conversation_opened", actions=[set_policy])

    with pytest.raises(Conflict) as refused:
        delete_policy(viewer=leading, policy_id=policy.pk)

    assert refused.value.more["used_by"] == ["team “Returns”", "rule “Fast lane”", "1 conversation it was set for"]
    assert SlaPolicy.objects.filter(pk=policy.pk).exists()


def test_default_policy_is_deleted_only_for_another(acme: Account, leading: Viewer) -> None:
    before = default_policy()
    policy = create_policy(viewer=leading, fields={**FIELDS, "scopes": []})
    SlaScope.objects.create(policy=before, priority="urgent")
    conversation = make_conversation(sla_policy=before, sla_policy_is_set=True)
    with pytest.raises(Conflict):
        delete_policy(viewer=leading, policy_id=before.pk)
    with pytest.raises(ValidationFailed):
        delete_policy(viewer=leading, policy_id=before.pk, move_to=before.pk)

    delete_policy(viewer=leading, policy_id=before.pk, move_to=policy.pk)

    conversation.refresh_from_db()
    assert default_policy() == policy
    assert conversation.sla_policy == policy
    assert SlaScope.objects.get().policy == policy
    assert not Team.objects.filter(sla_policy=None).exists()


def test_the_narrowest_scope_applies(acme: Account, leading: Viewer) -> None:
    company = Company.objects.create(name="Virtanen")
    gold = create_policy(viewer=leading, fields={"name": "Gold", "scopes": [{"company_id": company.pk}]})
    create_policy(viewer=leading, fields={"name": "Urgent", "scopes": [{"priority": "urgent"}]})
    theirs = make_conversation(contact=make_contact(company=company), priority="urgent")
    others = make_conversation()

    assert policy_applying_to(theirs).policy == gold
    assert policy_applying_to(others).policy == default_policy()


def test_preview_changes_nothing_and_checks_what_is_given(acme: Account, leading: Viewer) -> None:
    before = stored()

    preview = preview_policy_change(
        viewer=leading, policy_id=default_policy().pk, changes={"first_response_s": 60, "hours_id": None}
    )

    assert (preview.conversation_count, preview.moved_count, preview.is_whole) == (0, 0, True)
    with pytest.raises(ValidationFailed):
        preview_policy_change(viewer=leading, policy_id=default_policy().pk, changes={"first_response_s": 1})
    assert stored() == before


def test_agents_leave_policies_alone(acme: Account, viewer_as: ViewerOf, agent: User, leading: Viewer) -> None:
    answering, policy = viewer_as(agent), default_policy()

    for refused in (
        lambda: create_policy(viewer=answering, fields=FIELDS),
        lambda: change_policy(viewer=answering, policy_id=policy.pk, changes={}),
        lambda: preview_policy_change(viewer=answering, policy_id=policy.pk, changes={}),
        lambda: delete_policy(viewer=answering, policy_id=policy.pk),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    with pytest.raises(NotFound):
        change_policy(viewer=leading, policy_id=acme.pk, changes={})
