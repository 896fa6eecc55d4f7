"""Keeping automation rules, and what they use."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions.members import remove_member
from accounts.models import Account, User
from conversations.actions.rule_uses import refuse_used_team, require_unused_by_rules
from conversations.actions.save_company import delete_company
from conversations.actions.save_rule import RULES_MOST, change_rule, create_rule, delete_rule, move_rule
from conversations.actions.save_tag import delete_tag, rename_tag
from conversations.actions.save_webhook import delete_webhook
from conversations.enums import TimerState
from conversations.errors import TooManyRules, UsedByRules
from conversations.models import AutomationRule, Company, RuleTimer, Tag, Webhook
from conversations.queries.rules import rules_in_order
from conversations.rules.fields import FieldType
from email_channel.actions.save_mailbox import remove_mailbox
from email_channel.actions.save_template import delete_template
from email_channel.models import EmailTemplate
from hummdesk.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from teams.access import Viewer
from teams.models import SlaPolicy
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_mailbox, make_tag, make_team, make_webhook

URGENT = {"type": "set_priority", "priority": "urgent"}
MISSING = str(uuid4())


@pytest.fixture
def manager(viewer_as: ViewerOf, admin: User) -> Viewer:
    return viewer_as(admin)


def _fields(**fields: Any) -> dict[str, Any]:
    return {"name": "Rule", "trigger": "message_received", "actions": [URGENT], **fields}


def _refused(viewer: Viewer, **fields: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationFailed) as caught:
        create_rule(viewer=viewer, fields=_fields(**fields))
    return caught.value.errors


def test_rule_is_kept_last(manager: Viewer, published: Published) -> None:
    first = create_rule(viewer=manager, fields=_fields(name=" First  rule "))
    second = create_rule(viewer=manager, fields=_fields(name="Second", stops=True, is_active=False))

    assert [(rule.name, rule.position) for rule in rules_in_order()] == [("First rule", 0), ("Second", 1)]
    assert (first.stops, first.is_active, second.stops, second.is_active) == (False, True, True, False)
    assert published() == ["AutomationRuleSaved"] * 2


def test_rule_is_kept_by_those_who_manage_rules_only(viewer_as: ViewerOf, leader: User, published: Published) -> None:
    with pytest.raises(PermissionDenied):
        create_rule(viewer=viewer_as(leader), fields=_fields())

    assert not AutomationRule.objects.exists()
    assert published() == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("actions", {"actions": []}),
        ("conditions.all.0.value", {"conditions": {"all": [{"field": "team", "op": "is", "value": MISSING}]}}),
        ("conditions.value", {"conditions": {"field": "category", "op": "in", "value": ["nothing"]}}),
        ("conditions.value", {"conditions": {"field": "tags", "op": "contains", "value": "nothing"}}),
        ("conditions.value", {"conditions": {"field": "contact.company", "op": "is", "value": MISSING}}),
        ("conditions.value", {"conditions": {"field": "mailbox", "op": "is", "value": MISSING}}),
        ("actions.0.agent_id", {"actions": [{"type": "assign", "agent_id": MISSING}]}),
        ("actions.0.agent_ids", {"actions": [{"type": "notify", "agent_ids": [MISSING]}]}),
        ("actions.0.team_id", {"actions": [{"type": "assign_team", "team_id": MISSING}]}),
        ("actions.0.category", {"actions": [{"type": "set_category", "category": "nothing"}]}),
        ("actions.0.tags", {"actions": [{"type": "remove_tags", "tags": ["nothing"]}]}),
        ("actions.0.webhook_id", {"actions": [{"type": "webhook", "webhook_id": MISSING}]}),
        ("actions.0.policy_id", {"actions": [{"type": "set_sla", "policy_id": MISSING}]}),
        ("actions.0.template_id", {"actions": [{"type": "reply_template", "template_id": MISSING}]}),
    ],
)
def test_rule_that_names_nothing_is_refused(
    manager: Viewer, published: Published, path: str, fields: dict[str, Any]
) -> None:
    assert list(_refused(manager, **fields)) == [path]
    assert not AutomationRule.objects.exists()
    assert not Tag.objects.exists()
    assert published() == []


def test_rule_of_the_same_name_is_refused(manager: Viewer) -> None:
    create_rule(viewer=manager, fields=_fields())

    assert list(_refused(manager, name="rule")) == ["name"]


def test_rules_are_not_endless(manager: Viewer) -> None:
    rows = [AutomationRule(name=f"{n}", trigger="note_added", actions=[URGENT]) for n in range(RULES_MOST)]
    AutomationRule.objects.bulk_create(rows)

    with pytest.raises(TooManyRules):
        create_rule(viewer=manager, fields=_fields())


def test_rules_that_set_each_other_off_are_refused(manager: Viewer) -> None:
    by_status = _fields(name="By status", trigger="status_changed")
    by_priority = {"name": "By priority", "trigger": "priority_changed"}
    reopening = [{"type": "set_status", "status": "open"}]
    rule = create_rule(viewer=manager, fields=by_status)

    errors = _refused(manager, **by_priority, actions=reopening)
    by_people = {"field": "actor", "op": "is", "value": "agent"}
    kept = create_rule(
        viewer=manager, fields={**by_priority, "conditions": {"all": [by_people]}, "actions": reopening}
    )
    change_rule(viewer=manager, rule_id=rule.id, changes={"is_active": False})
    change_rule(viewer=manager, rule_id=kept.id, changes={"conditions": {}})

    assert "By status" in errors["actions"][0]
    with pytest.raises(ValidationFailed):
        change_rule(viewer=manager, rule_id=rule.id, changes={"is_active": True})


def test_rule_is_changed(manager: Viewer) -> None:
    rule = create_rule(viewer=manager, fields=_fields(trigger="customer_waits", delay_s=3600))
    timer = RuleTimer.objects.create(
        rule=rule, conversation=make_conversation(), episode_key="x", due_at="2030-01-01T00:00Z"
    )

    change_rule(viewer=manager, rule_id=rule.id, changes={"name": "Renamed"})
    kept = RuleTimer.objects.filter(id=timer.id, state=TimerState.WAITING).exists()
    changed = change_rule(viewer=manager, rule_id=rule.id, changes={"trigger": "note_added"}, version=2)

    assert kept
    assert not RuleTimer.objects.exists()
    assert (changed.name, changed.trigger, changed.delay_s, changed.version) == ("Renamed", "note_added", None, 3)
    with pytest.raises(Conflict):
        change_rule(viewer=manager, rule_id=rule.id, changes={"name": "Stale"}, version=1)


def test_rule_is_moved_and_deleted(manager: Viewer) -> None:
    a, b, c = (create_rule(viewer=manager, fields=_fields(name=name)) for name in "abc")

    order = move_rule(viewer=manager, rule_id=c.id, position=0)
    move_rule(viewer=manager, rule_id=a.id, position=99)
    delete_rule(viewer=manager, rule_id=b.id)

    assert [rule.name for rule in order] == ["c", "a", "b"]
    assert [rule.name for rule in rules_in_order()] == ["c", "a"]
    assert LoggedEvent.objects.filter(type="AutomationRuleDeleted", object_id=b.id).count() == 1
    with pytest.raises(NotFound):
        delete_rule(viewer=manager, rule_id=b.id)


def _template() -> EmailTemplate:
    return EmailTemplate.objects.create(name="Hello", subject="Hello", body_html="<p>Hello</p>", language="en")


def test_what_a_rule_uses_stays(manager: Viewer, acme: Account, agent: User) -> None:
    tag, template, webhook, mailbox = make_tag("vip"), _template(), make_webhook(), make_mailbox(acme)
    company, team = Company.objects.create(name="Company"), make_team()
    policy = SlaPolicy.objects.create(name="Gold")
    conditions = [
        {"field": "tags", "op": "contains", "value": "VIP"},
        {"field": "mailbox", "op": "is", "value": str(mailbox.id)},
        {"field": "contact.company", "op": "in", "value": [str(company.id)]},
    ]
    actions = [
        {"type": "reply_template", "template_id": str(template.id)},
        {"type": "webhook", "webhook_id": str(webhook.id)},
        {"type": "assign", "agent_id": str(agent.id)},
        {"type": "assign_team", "team_id": str(team.id)},
        {"type": "set_sla", "policy_id": str(policy.id)},
    ]
    rule = create_rule(viewer=manager, fields=_fields(conditions={"all": conditions}, actions=actions))
    deletions: list[Callable[[], object]] = [
        lambda: delete_tag(viewer=manager, tag_id=tag.id),
        lambda: remove_mailbox(viewer=manager, mailbox_id=mailbox.id),
        lambda: delete_company(viewer=manager, company_id=company.id),
        lambda: delete_template(viewer=manager, template_id=template.id),
        lambda: delete_webhook(viewer=manager, webhook_id=webhook.id),
        lambda: remove_member(account=acme, user_id=agent.id, actor=manager.actor),
        lambda: refuse_used_team(team_id=str(team.id)),
    ]

    for delete in deletions:
        with pytest.raises(UsedByRules) as caught:
            delete()
        assert caught.value.status == 409
        assert caught.value.more["rules"] == [{"id": rule.id, "name": "Rule"}]
    assert Webhook.objects.get().is_enabled
    delete_rule(viewer=manager, rule_id=rule.id)
    for delete in deletions:
        delete()


def test_renamed_tag_has_its_name_in_rules(manager: Viewer) -> None:
    tag = make_tag("vip")
    tree = {
        "any": [{"field": "tags", "op": "contains", "value": "VIP"}, {"field": "subject", "op": "is", "value": "vip"}]
    }
    actions = [{"type": "remove_tags", "tags": ["Vip"]}, {"type": "note", "text": "vip"}]
    create_rule(viewer=manager, fields=_fields(conditions=tree, actions=actions))

    rename_tag(viewer=manager, tag_id=tag.id, name="Gold")

    rule = AutomationRule.objects.get()
    assert [leaf["value"] for leaf in rule.conditions["any"]] == ["Gold", "vip"]
    assert rule.actions == [{"type": "remove_tags", "tags": ["Gold"]}, {"type": "note", "text": "vip"}]
    with pytest.raises(UsedByRules):
        delete_tag(viewer=manager, tag_id=tag.id)


def test_tag_that_a_rule_puts_on_is_made(manager: Viewer) -> None:
    create_rule(viewer=manager, fields=_fields(actions=[{"type": "add_tags", "tags": ["New one"]}]))

    assert Tag.objects.get().name == "New one"


def test_rule_names_rows_of_its_own_account_only(manager: Viewer, nordhem: Account) -> None:
    with account_context(nordhem):
        webhook, team = make_webhook(), make_team()

    assert _refused(manager, actions=[{"type": "webhook", "webhook_id": str(webhook.id)}])
    assert _refused(manager, actions=[{"type": "assign_team", "team_id": str(team.id)}])
    require_unused_by_rules(FieldType.TEAM, team.id)
