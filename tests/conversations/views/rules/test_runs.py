from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Account, User
from conversations.enums import BacktestState, RuleOutcome
from conversations.models import AutomationRule, Conversation, RuleBacktest, RuleRun
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
    actions = [
        {"type": "set_priority", "priority": "high", "done": True, "why": ""},
        {"type": "note", "done": False, "why": "It was so."},
    ]
    make_run(
        rule, conversation, RuleOutcome.APPLIED, conditions=[found("priority", "urgent", "urgent")], actions=actions
    )
    private = found("subject", "lamp", None, op="contains")
    make_run(rule, conversation, RuleOutcome.FAILED, conditions=[private], actions=[], why="Nobody answered.")

    page = client_of(admin).get(reverse("rule-log", args=[rule.id])).content.decode()

    assert "Priority is urgent: it was low" in page
    assert "Set priority to high</summary>" in page
    assert "It was so." in page
    assert "Nobody answered." in page
    assert "The log does not keep what people wrote." in page
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


def test_try_says_what_would_be_and_changes_nothing(
    client_of: ClientOf, admin: User, rule: AutomationRule, conversation: Conversation
) -> None:
    Conversation.objects.update(priority="urgent")
    url = reverse("rule-try", args=[rule.id])

    page = client_of(admin).get(f"{url}?conversation=%23{conversation.display_id}").content.decode()

    conversation.refresh_from_db()
    assert "It would act" in page
    assert "it was urgent" in page
    assert "Set priority to high" in page
    assert conversation.priority == "urgent"
    assert not RuleRun.objects.exists()


def test_try_says_which_condition_is_false(
    client_of: ClientOf, admin: User, rule: AutomationRule, conversation: Conversation
) -> None:
    url = reverse("rule-try", args=[rule.id])

    page = client_of(admin).get(f"{url}?conversation={conversation.display_id}").content.decode()

    assert "It would not act" in page
    assert "it was normal" in page


@pytest.mark.parametrize("number", ["987654", "nothing", "-1", "%00", "9" * 40])
def test_try_of_no_conversation_is_422_and_says_so(
    client_of: ClientOf, admin: User, rule: AutomationRule, number: str
) -> None:
    answer = client_of(admin).get(f"{reverse('rule-try', args=[rule.id])}?conversation={number}")

    assert answer.status_code == 422
    assert "There is no conversation with this number" in answer.content.decode()


def test_backtest_is_started_and_asks_for_itself_while_it_runs(
    client_of: ClientOf, admin: User, rule: AutomationRule
) -> None:
    url = reverse("rule-backtest", args=[rule.id])

    answer = client_of(admin).post(url)
    page = client_of(admin).get(url).content.decode()

    assert answer.status_code == 303
    assert 'hx-trigger="load delay:1s"' in page


def test_backtest_lists_what_people_did_otherwise(
    client_of: ClientOf, admin: User, rule: AutomationRule, conversation: Conversation
) -> None:
    common = {"conversation_id": str(conversation.id), "event_seq": 1, "at": "2026-11-20T08:00:00+00:00"}
    differing = [
        common | {"field": "priority", "set": "high", "did": "low"},
        common | {"field": "tags", "set": ["vip"], "did": "removed"},
        common | {"field": "team", "set": None, "did": "00000000-0000-0000-0000-000000000000"},
    ]
    result = {"seen": 10, "total": 12, "matched": 412, "differing_count": 31, "is_cut": True, "differing": differing}
    RuleBacktest.objects.create(rule=rule, state=BacktestState.DONE, version=7, result=result)

    page = client_of(admin).get(reverse("rule-backtest", args=[rule.id])).content.decode()

    assert "412 match; 31 would differ from what people did" in page
    assert "Events looked at: 10." in page
    assert "There are more; these are the newest." in page
    assert "The newest 3 are listed." in page
    assert "The rule has changed since." in page
    assert ">take off vip</td>" in page
    assert "Broken lamp" in page


def test_backtest_lists_where_it_would_have_acted(
    client_of: ClientOf, admin: User, rule: AutomationRule, conversation: Conversation
) -> None:
    place = {"conversation_id": str(conversation.id), "event_seq": None, "at": "2026-11-20T08:00:00+00:00"}
    gone = {**place, "conversation_id": str(uuid4()), "differs": True}
    result: dict[str, Any] = {"seen": 9, "total": 9, "matched": 2, "differing_count": 0, "begun": 5, "ended_early": 3}
    result |= {"matching": [{**place, "differs": False}, gone], "differing": []}
    RuleBacktest.objects.create(rule=rule, state=BacktestState.DONE, version=1, result=result)
    url = reverse("rule-backtest", args=[rule.id])

    page = client_of(admin).get(url).content.decode()
    none = client_of(admin).get(f"{url}?show=differences").content.decode()

    assert "Conversations looked at: 9." in page
    assert "How often the state began: 5. How often it was over in time: 3." in page
    assert f"/conversations/{conversation.display_id}?view=all" in page
    assert "A conversation that is gone" in page
    assert "Did otherwise" in page
    assert "All matches (2)" in page
    assert "Broken lamp" not in none


def test_backtest_shows_how_far_it_is_and_is_stopped(client_of: ClientOf, admin: User, rule: AutomationRule) -> None:
    result = {"seen": 200, "total": 1000}
    RuleBacktest.objects.create(rule=rule, state=BacktestState.RUNNING, version=1, result=result)
    client, url = client_of(admin), reverse("rule-backtest", args=[rule.id])

    running = client.get(url).content.decode()
    stopped = client.post(url, {"do": "stop"}, headers={"HX-Request": "true", "HX-Target": "backtest"})

    assert "Looked at 200 of 1000" in running
    assert 'value="200" max="1000"' in running
    assert "Stopped after 200 of 1000" in stopped.content.decode()
    assert "hx-trigger" not in stopped.content.decode()
    assert RuleBacktest.objects.get().state == BacktestState.STOPPED


def test_rule_of_time_has_a_backtest(client_of: ClientOf, admin: User, rule: AutomationRule) -> None:
    AutomationRule.objects.update(trigger="unassigned_for", delay_s=3600)
    url = reverse("rule-backtest", args=[rule.id])

    assert client_of(admin).post(url).status_code == 303
    assert RuleBacktest.objects.get().state == BacktestState.QUEUED
