"""What no rule may be, typed into the form: it says so beside the row, and nothing is half-saved."""

import time
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Account, User
from conversations.models import AutomationRule, Category, Company, RuleTimer, Tag
from conversations.rules.conditions import evaluate_conditions
from email_channel.models import EmailTemplate
from teams.models import SlaPolicy, Team
from tests.conversations.views.rules.test_pages import sent
from tests.factories import make_mailbox, make_team, make_webhook
from tests.fixtures.cast import ClientOf

# It takes minutes where patterns are tried one way after the other.
EXPLODING, BAIT = "(a+)+$", "a" * 40 + "!"


def _errors(page: str, at: str) -> str:
    return page.partition(f'id="{at}-errors">')[2].partition("</div>")[0]


@pytest.mark.parametrize(
    ("at", "text", "fields"),
    [
        (
            "actions",
            "would set itself off",
            {"trigger": "priority_changed", "a-0-type": "set_priority", "a-0-priority": "high", "c_count": "0"},
        ),
        ("a-0", "Choose one", {"a-0-type": "webhook", "a-0-webhook_id": "http://10.0.0.1/"}),
        ("c-0", "Use one of", {"c_0_field": "subject", "c_0_op": "matches", "c_0_value": EXPLODING}),
    ],
)
def test_rule_that_may_not_be_is_told_and_not_kept(
    client_of: ClientOf, admin: User, at: str, text: str, fields: dict[str, Any]
) -> None:
    answer = client_of(admin).post(reverse("rule-create"), sent(**fields))

    assert answer.status_code == 422
    assert text in _errors(answer.content.decode(), at)
    assert not AutomationRule.objects.exists()
    assert not Tag.objects.exists()


def _of_status() -> AutomationRule:
    return AutomationRule.objects.create(
        name="By status", trigger="status_changed", actions=[{"type": "set_priority", "priority": "high"}]
    )


_OF_PRIORITY = {"trigger": "priority_changed", "a-0-type": "set_status", "a-0-status": "open", "c_count": "0"}


def test_pair_that_plays_ping_pong_is_told_and_not_kept(client_of: ClientOf, admin: User, acme: Account) -> None:
    _of_status()

    answer = client_of(admin).post(reverse("rule-create"), sent(**_OF_PRIORITY))

    assert answer.status_code == 422
    assert "This rule and “By status” would set each other off" in _errors(answer.content.decode(), "actions")
    assert AutomationRule.objects.count() == 1


def test_pair_that_plays_ping_pong_is_not_switched_on(client_of: ClientOf, admin: User, acme: Account) -> None:
    _of_status()
    actions = [{"type": "set_status", "status": "open"}]
    other = AutomationRule.objects.create(
        name="By priority", trigger="priority_changed", actions=actions, is_active=False
    )
    client = client_of(admin)

    client.post(reverse("rule-switch", args=[other.id]), {"is_active": "1"})
    page = client.get(reverse("settings-rules")).content.decode()

    other.refresh_from_db()
    assert (other.is_active, other.version) == (False, 1)
    assert "would set each other off" in page


def test_change_that_is_refused_changes_nothing_of_the_rule(client_of: ClientOf, admin: User, acme: Account) -> None:
    rule = _of_status()
    before = AutomationRule.objects.filter(id=rule.id).values().get()
    fields = {"name": "Other", "trigger": "customer_waits", "delay": "2", "delay_unit": "hours", "version": "1"}

    answer = client_of(admin).post(
        reverse("rule-edit", args=[rule.id]),
        sent(**fields, a_count="2", **{"a-0-tags": "brand new", "a-1-type": "assign", "a-1-agent_id": "nobody"}),
    )

    assert answer.status_code == 422
    assert AutomationRule.objects.filter(id=rule.id).values().get() == before
    assert not Tag.objects.exists()
    assert not RuleTimer.objects.exists()


def test_pattern_is_no_pattern_but_words(acme: Account) -> None:
    tree = {"field": "subject", "op": "contains", "value": EXPLODING}
    start = time.perf_counter()

    as_pattern = evaluate_conditions(tree, {"subject": BAIT}).holds
    as_words = evaluate_conditions(tree, {"subject": f"What does {EXPLODING} mean?"}).holds

    assert (as_pattern, as_words) == (False, True)
    assert time.perf_counter() - start < 1


@pytest.fixture
def used(acme: Account) -> dict[str, str]:
    """Pages that would delete what the rule “Uses all” uses, by what that is."""
    company, team = Company.objects.create(name="Lamps Inc"), make_team("Returns")
    policy, mailbox = SlaPolicy.objects.create(name="Gold"), make_mailbox(acme)
    template = EmailTemplate.objects.create(name="Hello", subject="Hi", body_html="<p>Hi</p>", language="en")
    category = Category.objects.create(name="Lamps", slug="lamps")
    make_webhook()
    AutomationRule.objects.create(
        name="Uses all",
        trigger="message_received",
        conditions={
            "all": [
                {"field": "contact.company", "op": "is", "value": str(company.id)},
                {"field": "mailbox", "op": "is", "value": str(mailbox.id)},
                {"field": "category", "op": "is", "value": category.slug},
            ]
        },
        actions=[
            {"type": "assign_team", "team_id": str(team.id)},
            {"type": "set_sla", "policy_id": str(policy.id)},
            {"type": "reply_template", "template_id": str(template.id)},
        ],
    )
    return {
        "company": reverse("company-delete", args=[company.id]),
        "team": reverse("team-delete", args=[team.id]),
        "policy": reverse("sla-delete", args=[policy.pk]),
        "template": reverse("template-delete", args=[template.id]),
        "category": reverse("category-delete", args=[category.id]),
        "mailbox": reverse("mailbox-remove", args=[mailbox.id]),
    }


@pytest.mark.parametrize("what", ["company", "team", "policy", "template", "category", "mailbox"])
def test_what_a_rule_uses_is_not_deleted_and_the_rule_is_named(
    client_of: ClientOf, admin: User, used: dict[str, str], what: str
) -> None:
    models: dict[str, Any] = {"company": Company, "team": Team, "policy": SlaPolicy, "template": EmailTemplate}
    before = {name: model.objects.count() for name, model in models.items()}
    client = client_of(admin)

    answer = client.post(used[what], {"typed": "Lamps Inc"}, follow=True)

    assert "Uses all" in answer.content.decode()
    assert {name: model.objects.count() for name, model in models.items()} == before
