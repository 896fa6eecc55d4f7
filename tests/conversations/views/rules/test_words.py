"""Rules in words: rows by their names, and what is gone is said to be gone."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.models import Category, Company
from conversations.queries import rule_choices
from conversations.rules.actions import rule_actions
from conversations.views.rules.words import RuleWords
from email_channel.models import EmailTemplate
from teams.models import SlaPolicy
from tests.factories import agent_of, make_mailbox, make_team, make_webhook

GONE = str(uuid4())


def test_rows_are_called_by_their_names(acme: Account, agent: User) -> None:
    mailbox = make_mailbox(acme)
    template = EmailTemplate.objects.create(name="Hello", subject="Hello", body_html="<p>Hello</p>", language="en")
    company, policy = Company.objects.create(name="Lamps Inc"), SlaPolicy.objects.create(name="Gold")
    category, webhook = Category.objects.first(), make_webhook("https://hooks.example.com/a")
    assert category is not None
    words, name = RuleWords(), agent_of(agent).name

    leaves = [
        words.leaf({"field": field, "op": "is", "value": value})
        for field, value in (
            ("mailbox", str(mailbox.id)),
            ("contact.company", str(company.id)),
            ("category", category.slug),
        )
    ]
    actions = [
        words.action(one)
        for one in (
            {"type": "assign", "agent_id": str(agent.id)},
            {"type": "assign_team", "team_id": str(make_team("Returns").id)},
            {"type": "reply_template", "template_id": str(template.id)},
            {"type": "webhook", "webhook_id": str(webhook.id)},
            {"type": "set_sla", "policy_id": str(policy.id)},
            {"type": "notify", "agent_ids": [str(agent.id)], "text": "Look"},
            {"type": "notify"},
            {"type": "assign", "agent_id": None},
        )
    ]

    assert leaves == [
        f"mailbox is {mailbox.address}",
        "customer’s company is Lamps Inc",
        f"category is {category.name}",
    ]
    assert actions == [
        f"assign to {name}",
        "give to Returns",
        "reply with Hello",
        "call https://hooks.example.com/a",
        "promise as in Gold",
        f"tell {name}: “Look”",
        "tell whoever is responsible",
        "assign to no one",
    ]


@pytest.mark.parametrize(
    ("said", "one"),
    [
        ("assign to a deleted agent", {"type": "assign", "agent_id": GONE}),
        ("give to a deleted team", {"type": "assign_team", "team_id": GONE}),
        ("reply with a deleted template", {"type": "reply_template", "template_id": GONE}),
        ("call a deleted webhook", {"type": "webhook", "webhook_id": GONE}),
        ("promise as in a deleted SLA policy", {"type": "set_sla", "policy_id": GONE}),
        ("set category to a deleted category", {"type": "set_category", "category": "gone"}),
        ("tell a deleted agent", {"type": "notify", "agent_ids": [GONE]}),
        ("mailbox is a deleted mailbox", {"field": "mailbox", "op": "is", "value": GONE}),
        ("customer’s company is a deleted company", {"field": "contact.company", "op": "is", "value": GONE}),
    ],
)
def test_what_is_gone_is_said_to_be_deleted(acme: Account, said: str, one: dict[str, Any]) -> None:
    words = RuleWords()

    assert (words.action(one) if "type" in one else words.leaf(one)) == said


def test_agent_who_has_left_keeps_the_name(agent: User) -> None:
    row = agent_of(agent)
    row.is_active = False
    row.save()

    assert RuleWords().action({"type": "assign", "agent_id": str(agent.id)}) == f"assign to {row.name}"


def test_company_beyond_those_that_are_offered_has_its_name(acme: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_choices, "NAMES_MOST", 1)
    Company.objects.create(name="A")
    last = Company.objects.create(name="Z")

    assert (
        RuleWords().leaf({"field": "contact.company", "op": "is", "value": str(last.id)}) == "customer’s company is Z"
    )


def test_names_of_a_type_are_read_once(acme: Account) -> None:
    words, teams = RuleWords(), [make_team() for _number in range(3)]

    with CaptureQueriesContext(connection) as queries:
        for team in teams:
            words.action({"type": "assign_team", "team_id": str(team.id)})

    assert len(queries) == 1


def test_action_without_its_values_is_called_by_its_label(acme: Account) -> None:
    words = RuleWords()

    assert all(words.action({"type": kind}) for kind in rule_actions())


def test_what_was_found_of_a_yes_or_no_is_said_in_its_words() -> None:
    words = RuleWords()

    assert words.found("hours_open", False) == "business hours are closed"
    assert words.found("hours_open", None) == "it was none"
    assert words.found("priority", "high") == "it was high"
    assert words.found("nothing", "x") == ""


def test_long_text_is_cut_visibly() -> None:
    said = RuleWords().action({"type": "note", "text": "word " * 40})

    assert said.endswith("word…”")
    assert len(said) < 80
