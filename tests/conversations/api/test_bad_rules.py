"""What no rule may be, by the API: refused by its place, and nothing is half-saved."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from conversations.models import AutomationRule, RuleTimer, Tag, Webhook
from hummdesk.events.models import LoggedEvent
from teams.models import SlaPolicy
from tests.accounts.api.clients import problem
from tests.factories import make_team
from tests.fixtures.cast import ApiOf

RULES = "/api/v1/automation-rules"
NOTE = {"type": "note", "text": "Look"}
FIELDS: dict[str, Any] = {"name": "Rule", "trigger": "message_received", "conditions": {}, "actions": [NOTE]}
PRIVATE = ("http://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/")
ITSELF = {"trigger": "priority_changed", "actions": [{"type": "set_priority", "priority": "high"}]}
REGEX = {"conditions": {"all": [{"field": "subject", "op": "matches", "value": "(a+)+$"}]}}
TWICE = {"actions": [{"type": "add_tags", "tags": ["brand new"]}, {"type": "assign", "agent_id": str(uuid4())}]}


def _errors(answer: Any) -> dict[str, list[str]]:
    assert problem(answer) == (422, "validation_error")
    errors: dict[str, list[str]] = answer.json()["errors"]
    return errors


@pytest.mark.parametrize(
    ("path", "text", "fields"),
    [
        ("actions", "would set itself off", ITSELF),
        ("conditions.all.0.op", "Use one of", REGEX),
        ("actions.1.agent_id", "not there any more", TWICE),
        ("actions.0.webhook_id", "Choose one", {"actions": [{"type": "webhook", "webhook_id": "http://10.0.0.1/"}]}),
        ("actions.0", "no such field", {"actions": [{**NOTE, "url": "http://10.0.0.1/"}]}),
    ],
)
def test_rule_that_may_not_be_is_neither_made_nor_changed_to(
    api_of: ApiOf, admin: User, path: str, text: str, fields: dict[str, Any]
) -> None:
    api = api_of(admin)
    kept = api.post(RULES, {**FIELDS, "name": "Kept"}).json()
    events = LoggedEvent.objects.count()

    made = _errors(api.post(RULES, {**FIELDS, **fields}))
    changed = _errors(api.patch(f"{RULES}/{kept['id']}", {"name": "Other", **fields}))

    assert list(made) == list(changed) == [path]
    assert text in made[path][0]
    assert api.get(f"{RULES}/{kept['id']}").json() == kept
    assert AutomationRule.objects.count() == 1
    assert not Tag.objects.exists()
    assert LoggedEvent.objects.count() == events


def test_pair_that_plays_ping_pong_is_neither_made_nor_switched_on(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)
    by_status = {**FIELDS, "name": "By status", "trigger": "status_changed", "actions": ITSELF["actions"]}
    by_priority = {**FIELDS, "trigger": "priority_changed", "actions": [{"type": "set_status", "status": "open"}]}
    api.post(RULES, by_status)

    refused = _errors(api.post(RULES, by_priority))
    off = api.post(RULES, {**by_priority, "is_active": False}).json()
    switched = _errors(api.patch(f"{RULES}/{off['id']}", {"is_active": True}))

    assert "By status" in refused["actions"][0]
    assert list(switched) == ["actions"]
    assert api.get(f"{RULES}/{off['id']}").json() == off


def test_rule_of_time_that_is_refused_leaves_its_timers(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)
    rule = api.post(RULES, {**FIELDS, "trigger": "customer_waits", "delay_s": 3600}).json()
    before = list(RuleTimer.objects.values_list("id", flat=True))

    _errors(api.patch(f"{RULES}/{rule['id']}", {"delay_s": 1}))

    assert list(RuleTimer.objects.values_list("id", flat=True)) == before
    assert api.get(f"{RULES}/{rule['id']}").json() == rule


@pytest.mark.parametrize("url", PRIVATE)
def test_webhook_of_a_rule_is_never_at_a_private_address(api_of: ApiOf, admin: User, url: str) -> None:
    api = api_of(admin)

    refused = api.post("/api/v1/webhooks", {"url": url})
    named = api.post(RULES, {**FIELDS, "actions": [{"type": "webhook", "webhook_id": str(uuid4())}]})

    assert refused.status_code == 422
    assert "url" in refused.json()["errors"]
    assert list(_errors(named)) == ["actions.0.webhook_id"]
    assert not Webhook.objects.exists()
    assert not AutomationRule.objects.exists()


def _thing(api: Any, what: str) -> tuple[str, dict[str, Any]]:
    """Make what a rule uses; return where it is, and an action or a condition that names it."""
    if what == "teams":
        team = make_team()
        return f"/api/v1/teams/{team.id}", {"actions": [{"type": "assign_team", "team_id": str(team.id)}]}
    if what == "sla-policies":
        policy = SlaPolicy.objects.create(name="Gold")
        return f"/api/v1/sla-policies/{policy.pk}", {"actions": [{"type": "set_sla", "policy_id": str(policy.pk)}]}
    if what == "tags":
        tag = api.post("/api/v1/tags", {"name": "vip"}).json()
        return f"/api/v1/tags/{tag['id']}", {"actions": [{"type": "add_tags", "tags": ["vip"]}]}
    if what == "webhooks":
        webhook = api.post("/api/v1/webhooks", {"url": "https://hooks.example.com/a"}).json()
        return f"/api/v1/webhooks/{webhook['id']}", {"actions": [{"type": "webhook", "webhook_id": webhook["id"]}]}
    if what == "categories":
        made = api.post("/api/v1/categories", {"name": "Lamps"}).json()
        return f"/api/v1/categories/{made['id']}", {"actions": [{"type": "set_category", "category": made["slug"]}]}
    company = api.post("/api/v1/companies", {"name": "Lamps Inc"}).json()
    leaf = {"field": "contact.company", "op": "is", "value": company["id"]}
    return f"/api/v1/companies/{company['id']}", {"conditions": leaf}


@pytest.mark.parametrize("what", ["teams", "sla-policies", "tags", "webhooks", "categories", "companies"])
def test_what_a_rule_uses_is_not_deleted(api_of: ApiOf, admin: User, what: str) -> None:
    api = api_of(admin)
    url, uses = _thing(api, what)
    rule = api.post(RULES, {**FIELDS, "name": "Uses it", **uses})

    refused = api.delete(url)
    api.delete(f"{RULES}/{rule.json()['id']}")

    assert rule.status_code == 201, rule.content
    assert problem(refused)[0] == 409
    assert "Uses it" in refused.json()["detail"]
    assert api.delete(url).status_code == 204
