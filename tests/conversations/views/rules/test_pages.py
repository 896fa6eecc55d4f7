import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, User
from conversations.enums import RuleOutcome
from conversations.models import AutomationRule, RuleRun
from teams.models import BusinessHours, Team
from tests.factories import make_conversation, make_tag, make_team
from tests.fixtures.cast import ClientOf

URGENT = {"field": "priority", "op": "is", "value": "urgent"}


@pytest.fixture
def team(acme: Account) -> Team:
    return make_team("Returns")


@pytest.fixture
def rule(team: Team) -> AutomationRule:
    return make_rule("Urgent", team)


def make_rule(name: str, team: Team, **fields: Any) -> AutomationRule:
    actions = [{"type": "assign_team", "team_id": str(team.id)}]
    return AutomationRule.objects.create(
        **{"name": name, "trigger": "message_received", "conditions": {"all": [URGENT]}, "actions": actions, **fields}
    )


def sent(**fields: Any) -> dict[str, Any]:
    """What the form sends of a rule that assigns urgent mail, with these fields besides."""
    typed = {
        "do": "save",
        "name": "Urgent mail",
        "trigger": "message_received",
        "c-mode": "all",
        "c-count": "1",
        "c-0-field": "priority",
        "c-0-op": "is",
        "c-0-value": "urgent",
        "a-count": "1",
        "a-0-type": "add_tags",
        "a-0-tags": "urgent",
    }
    return typed | {
        name.replace("_", "-") if name[:2] in ("a_", "c_") else name: value for name, value in fields.items()
    }


def posted(page: str) -> dict[str, Any]:
    """What a browser would send of the form in a page: every input as it stands."""
    form = page[page.index('id="rule-form"') : page.index("</form>", page.index('id="rule-form"'))]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "checkbox" or " checked" in tag:
            found[given["name"]] = given.get("value", "on").replace("&quot;", '"')
    for name, options in re.findall(r'<select [^>]*?name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        found[name] = chosen[0] if chosen else ""
    return {"do": "save"} | found | dict(re.findall(r'<textarea [^>]*?name="([^"]*)"[^>]*>([^<]*)<', form))


def test_list_says_what_rules_do_in_their_order(client_of: ClientOf, admin: User, team: Team) -> None:
    make_rule("Second", team, position=1, trigger="unassigned_for", delay_s=7200, conditions={}, is_active=False)
    first = make_rule("First", team, position=0)
    for outcome in (RuleOutcome.APPLIED, RuleOutcome.APPLIED, RuleOutcome.FAILED):
        RuleRun.objects.create(rule=first, conversation=make_conversation(), outcome=outcome)

    page = client_of(admin).get(reverse("settings-rules")).content.decode()

    assert "When the customer writes, if priority is urgent: give to Returns" in page
    assert "When nobody takes it for 2 hours: give to Returns" in page
    assert page.index(">First<") < page.index(">Second<")
    assert "Acted 2 times in 7 days" in page
    assert "Failed now" in page


def test_list_takes_as_many_queries_for_many_rules(client_of: ClientOf, admin: User, team: Team) -> None:
    client, url = client_of(admin), reverse("settings-rules")
    make_rule("0", team)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(1, 30):
        make_rule(str(number), team, position=number)

    with CaptureQueriesContext(connection) as many:
        client.get(url)

    assert len(many) == len(few)


@pytest.mark.parametrize("name", ["settings-rules", "rule-create"])
def test_agent_may_not_see_rules(client_of: ClientOf, agent: User, name: str) -> None:
    assert client_of(agent).get(reverse(name)).status_code == 403


def test_rule_is_made_from_rows(client_of: ClientOf, admin: User, team: Team) -> None:
    rows = {
        "c_count": "3",
        "c_1_kind": "group",
        "c_1_mode": "any",
        "c_1_count": "2",
        "c_1_0_field": "subject",
        "c_1_0_op": "contains",
        "c_1_0_value": "invoice",
        "c_1_1_field": "waiting_s",
        "c_1_1_op": "gt",
        "c_1_1_value": "1,5",
        "c_2_field": "",
    }
    actions = {"a_count": "3", "a_1_type": "", "a_2_type": "assign_team"}
    data = sent(**rows, **actions) | {"c-1-1-value_unit": "hours", "a-2-team_id": str(team.id), "stops": "on"}

    answer = client_of(admin).post(reverse("rule-create"), data)

    rule = AutomationRule.objects.get()
    assert answer.status_code == 303
    assert rule.conditions == {
        "all": [
            URGENT,
            {
                "any": [
                    {"field": "subject", "op": "contains", "value": "invoice"},
                    {"field": "waiting_s", "op": "gt", "value": 5400},
                ]
            },
        ]
    }
    assert rule.actions == [
        {"type": "add_tags", "tags": ["urgent"]},
        {"type": "assign_team", "team_id": str(team.id)},
    ]
    assert (rule.stops, rule.delay_s) == (True, None)


KEPT_VALUES: list[dict[str, Any]] = [
    {"field": "priority", "op": "in", "value": ["high", "urgent"]},
    {"field": "category", "op": "is_empty", "value": False},
    {"field": "hours_open", "op": "is", "value": False},
    {"field": "message_count", "op": "gt", "value": 3},
    {"field": "ai.priority_confidence", "op": "lt", "value": 0.75},
    {"field": "tags", "op": "contains", "value": "vip"},
    {"field": "subject", "op": "in", "value": ["one", "two"]},
    {"field": "custom.Plan", "op": "is", "value": 7},
    {"field": "contact.custom.Plan", "op": "contains", "value": "7"},
    {"field": "waiting_s", "op": "gt", "value": 172800},
]


@pytest.mark.parametrize("leaf", KEPT_VALUES, ids=lambda leaf: f"{leaf['field']} {leaf['op']}")
def test_form_sends_back_the_condition_that_it_shows(
    client_of: ClientOf, admin: User, team: Team, leaf: dict[str, Any]
) -> None:
    make_tag("vip")
    rule = make_rule("Kept", team, conditions={"none": [leaf]})
    url = reverse("rule-edit", args=[rule.id])
    data = posted(client_of(admin).get(url).content.decode())
    if leaf["op"] == "in" and leaf["field"] == "priority":
        data["c-0-value"] = leaf["value"]

    answer = client_of(admin).post(url, data)

    rule.refresh_from_db()
    assert answer.status_code == 303
    assert rule.conditions == {"none": [leaf]}


@pytest.mark.parametrize(
    "action",
    [
        {"type": "assign", "agent_id": None},
        {"type": "snooze", "hours": 4},
        {"type": "snooze", "hours": 5.5},
        {"type": "snooze", "until_reply": True},
        {"type": "note", "text": "Look\nhere"},
        {"type": "notify", "text": "Urgent"},
        {"type": "set_priority", "priority": "high"},
        {"type": "route"},
    ],
    ids=json.dumps,
)
def test_form_sends_back_the_action_that_it_shows(
    client_of: ClientOf, admin: User, team: Team, action: dict[str, Any]
) -> None:
    rule = make_rule("Kept", team, actions=[action])
    url = reverse("rule-edit", args=[rule.id])

    answer = client_of(admin).post(url, posted(client_of(admin).get(url).content.decode()))

    rule.refresh_from_db()
    assert answer.status_code == 303
    assert rule.actions == [action]


def test_what_lies_deeper_than_the_form_goes_is_shown_and_kept(client_of: ClientOf, admin: User, team: Team) -> None:
    tree = {"any": [URGENT, {"all": [URGENT, {"none": [{"any": [URGENT, URGENT]}]}]}]}
    rule = make_rule("Deep", team, conditions=tree)
    url = reverse("rule-edit", args=[rule.id])
    page = client_of(admin).get(url).content.decode()

    answer = client_of(admin).post(url, posted(page))

    rule.refresh_from_db()
    assert "none of these: (priority is urgent or priority is urgent)" in page
    assert answer.status_code == 303
    assert rule.conditions == tree


@pytest.mark.parametrize(
    ("fields", "at", "text"),
    [
        ({"name": " "}, "name", "A name has"),
        ({"trigger": ""}, "trigger", "Choose when it acts"),
        ({"trigger": "unassigned_for", "delay": "soon"}, "delay", "Say for how long"),
        ({"c_0_value": ""}, "c-0", "Choose one"),
        ({"c_0_field": "message_count", "c_0_op": "gt", "c_0_value": "many"}, "c-0", "Use a number"),
        ({"a_0_tags": ""}, "a-0", "Choose 1 to"),
        ({"a_0_type": ""}, "actions", "A rule does 1 to"),
        ({"a_0_type": "assign_team", "a-0-team_id": ""}, "a-0", "Choose one"),
    ],
)
def test_what_is_wrong_stands_beside_its_row(
    client_of: ClientOf, admin: User, fields: dict[str, str], at: str, text: str
) -> None:
    answer = client_of(admin).post(reverse("rule-create"), sent(**fields))

    page = answer.content.decode()
    errors = page.partition(f'id="{at}-errors">')[2].partition("</div>")[0]
    assert answer.status_code == 422
    assert text in errors
    assert 'value="urgent"' in page
    assert not AutomationRule.objects.exists()


def test_error_of_a_row_behind_an_empty_one_stands_beside_it(client_of: ClientOf, admin: User) -> None:
    data = sent(c_count="2", c_0_field="", c_1_field="message_count", c_1_op="gt", c_1_value="many")

    page = client_of(admin).post(reverse("rule-create"), data).content.decode()

    assert 'id="c-1-errors"' in page
    assert 'id="c-0-errors"' not in page


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ("add-c", "c-1-field"),
        ("add-group", "c-1-0-field"),
        ("remove-c-0", "add-c"),
        ("add-a", "a-1-type"),
    ],
)
def test_rows_change_without_script_and_nothing_is_kept(
    client_of: ClientOf, admin: User, order: str, rows: str
) -> None:
    answer = client_of(admin).post(reverse("rule-create"), sent(do=order))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(rf'id="{rows}"[^>]* autofocus', page)
    assert 'value="Urgent mail"' in page
    assert not AutomationRule.objects.exists()


def test_actions_move(client_of: ClientOf, admin: User) -> None:
    data = sent(a_count="2", a_1_type="route", do="up-a-1")

    page = client_of(admin).post(reverse("rule-create"), data).content.decode()

    assert posted(page)["a-0-type"] == "route"
    assert posted(page)["a-1-tags"] == "urgent"


def test_input_follows_the_field(client_of: ClientOf, admin: User, team: Team) -> None:
    data = sent(c_0_field="team", do="")

    page = (
        client_of(admin)
        .post(reverse("rule-create"), data, headers={"HX-Request": "true", "HX-Target": "rule-form"})
        .content.decode()
    )

    assert page.lstrip().startswith("<form")
    assert f'<option value="{team.id}">Returns</option>' in page


def test_stale_version_is_told_and_keeps_nothing(client_of: ClientOf, admin: User, rule: AutomationRule) -> None:
    answer = client_of(admin).post(reverse("rule-edit", args=[rule.id]), sent(version="7"))

    rule.refresh_from_db()
    assert answer.status_code == 422
    assert "Somebody else has changed this rule" in answer.content.decode()
    assert rule.name == "Urgent"


def test_rules_switch_and_move(client_of: ClientOf, admin: User, team: Team, rule: AutomationRule) -> None:
    other = make_rule("Other", team, position=1)
    client = client_of(admin)

    client.post(reverse("rule-switch", args=[other.id]), {"is_active": "0"})
    client.post(reverse("rule-move", args=[other.id]), {"up": "0"})

    assert [one.name for one in AutomationRule.objects.order_by("position")] == ["Other", "Urgent"]
    assert not AutomationRule.objects.get(name="Other").is_active


def test_list_comes_back_alone_after_a_move_by_htmx(
    client_of: ClientOf, admin: User, rule: AutomationRule, team: Team
) -> None:
    make_rule("Other", team, position=1)

    answer = client_of(admin).post(
        reverse("rule-move", args=[rule.id]), {"down": "1"}, headers={"HX-Request": "true", "HX-Target": "rules"}
    )

    page = answer.content.decode()
    assert page.lstrip().startswith("<ol")
    assert re.search(rf'id="up-{rule.id}"[^>]* autofocus', page)


def test_rule_is_deleted(client_of: ClientOf, admin: User, rule: AutomationRule) -> None:
    answer = client_of(admin).post(reverse("rule-delete", args=[rule.id]))

    assert answer["Location"] == reverse("settings-rules")
    assert not AutomationRule.objects.exists()


@pytest.mark.parametrize("start", ["urgent", "silence", "tag", "closed", "nowhere"])
def test_starting_points_show_a_form(client_of: ClientOf, admin: User, start: str) -> None:
    page = client_of(admin).get(f"{reverse('rule-create')}?start={start}").content.decode()

    assert posted(page)["trigger"] == {"urgent": "message_received", "silence": "customer_silent", "nowhere": ""}.get(
        start, "conversation_opened"
    )


def test_form_says_whose_hours_a_condition_asks_about(client_of: ClientOf, admin: User, rule: AutomationRule) -> None:
    AutomationRule.objects.update(conditions={"all": [{"field": "hours_open", "op": "is", "value": False}]})
    client, url = client_of(admin), reverse("rule-edit", args=[rule.id])
    hours = BusinessHours.objects.get(is_default=True)

    named = client.get(url).content.decode()
    BusinessHours.objects.update(is_default=False)
    nameless = client.get(url).content.decode()

    assert f"without a team, or where it has none: {hours.name}." in named
    assert "no calendar is the default" in nameless
