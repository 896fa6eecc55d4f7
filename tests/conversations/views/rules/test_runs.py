from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Account, User
from conversations.enums import RuleOutcome
from conversations.models import AutomationRule, Conversation, RuleRun
from tests.factories import make_conversation
from tests.fixtures.cast import ClientOf


@pytest.fixture
def rule(acme: Account) -> AutomationRule:
    return AutomationRule.objects.create(
        name="Urgent",
        trigger="message_received",
        conditions={"all": [{"field": "priority", "op": "is", "value": "urgent"}]},
        actions=[{"type": "set_priority", "priority": "high"}],
    )


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(subject="Broken lamp", messages=1)


def make_run(rule: AutomationRule, conversation: Conversation, outcome: RuleOutcome, **details: Any) -> RuleRun:
    seq = RuleRun.objects.count()
    return RuleRun.objects.create(
        rule=rule, conversation=conversation, outcome=outcome, event_seq=seq, details=details
    )


def found(field: str, wanted: Any, value: Any, *, op: str = "is") -> dict[str, Any]:
    return {
        "path": "conditions.all.0",
        "field": field,
        "op": op,
        "wanted": wanted,
        "found": value,
        "holds": wanted == value,
    }


def test_log_says_what_was_done_and_why_not(
    client_of: ClientOf, admin: User, rule: AutomationRule, conversation: Conversation
) -> None:
    make_run(rule, conversation, RuleOutcome.NO_MATCH, conditions=[found("priority", "urgent", "low")], actions=[])
    actions = [{"type": "set_priority", "done": True, "why": ""}, {"type": "note", "done": False, "why": "It was so."}]
    make_run(rule, conversation, RuleOutcome.APPLIED, conditions=[found("priority", "urgent", "urgent")], actions=actions)
    private = found("subject", "lamp", None, op="contains")
    make_run(rule, conversation, RuleOutcome.FAILED, conditions=[private], actions=[], why="Nobody answered.")

    page = client_of(admin).get(reverse("rule-log", args=[rule.id])).content.decode()

    assert "Priority is urgent: it was low" in page
    assert "Set the priority to</summary>" in page
    assert "It was so." in page
    assert "Nobody answered." in page
    assert "what it was is not kept" in page
    assert f"/conversations/{conversation.display_id}?view=all" in page


def test_log_shows_one_outcome_alone(
    client_of: ClientOf, admin: User, rule: AutomationRule, conversation: Conversation
) -> None:
    make_run(rule, conversation, RuleOutcome.NO_MATCH)
    url = reverse("rule-log", args=[rule.id])

    failed = client_of(admin).get(f"{url}?outcome=failed")
    missed = client_of(admin).get(f"{url}?outcome=no_match")

    assert "Nothing here." in failed.content.decode()
    assert len(missed.context["rows"]) == 1


def test_log_goes_on_where_it_ended(
    client_of: ClientOf, admin: User, rule: AutomationRule, conversation: Conversation
) -> None:
    for _number in range(60):
        make_run(rule, conversation, RuleOutcome.NO_MATCH)
    client = client_of(admin)
    first = client.get(reverse("rule-log", args=[rule.id]))

    rest = client.get(first.context["next_url"], headers={"HX-Request": "true", "HX-Target": "more-rows"})

    assert len(first.context["rows"]) == 50
    assert rest.content.decode().count("<tr>") == 10


def test_agent_may_not_see_the_log(client_of: ClientOf, agent: User, rule: AutomationRule) -> None:
    assert client_of(agent).get(reverse("rule-log", args=[rule.id])).status_code == 403
