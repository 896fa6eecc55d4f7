"""What the palette finds."""

import json
from typing import Any

import pytest

from accounts.models import User
from conversations.enums import Sharing
from conversations.models import Macro
from tests.factories import agent_of, make_contact, make_conversation, make_tag, make_team
from tests.fixtures.cast import ClientOf


def label_of(option: dict[str, Any]) -> str:
    return str(option["choice"].label if "choice" in option else option["label"])


def found(client: Any, text: str) -> list[tuple[str, str]]:
    answer = client.get("/palette", {"q": text})
    assert answer.status_code == 200
    return [(group["name"], label_of(option)) for group in answer.context["groups"] for option in group["options"]]


def test_conversations_are_found_by_number_subject_and_name(client_of: ClientOf, agent: User) -> None:
    chair = make_conversation(subject="Broken chair", contact=make_contact(name="Marja Heikkinen"))
    make_conversation(subject="Other")
    client = client_of(agent)

    assert found(client, f"#{chair.display_id}") == [("Conversations", "Broken chair")]
    assert ("Conversations", "Broken chair") in found(client, "chair")
    assert ("Conversations", "Broken chair") in found(client, "heikki")
    assert ("Customers", "Marja Heikkinen") in found(client, "marja")
    assert ("Conversations", "Search for “chair”") in found(client, "chair")


def test_what_may_not_be_seen_is_not_found(client_of: ClientOf, agent: User, admin: User) -> None:
    secret = make_conversation(subject="Secret matter", team=make_team())
    Macro.objects.create(name="Secret macro", owner=agent_of(admin), visibility=Sharing.OWN)
    client = client_of(agent)

    assert found(client, f"#{secret.display_id}") == []
    assert found(client, "secret") == [("Conversations", "Search for “secret”")]


def test_macros_are_found_by_name(client_of: ClientOf, agent: User) -> None:
    Macro.objects.create(name="Refund", owner=agent_of(agent), visibility=Sharing.OWN)

    assert ("Macros", "Refund") in found(client_of(agent), "ref")


@pytest.mark.parametrize("text", ["", "x", " ", "\x00"])
def test_too_little_finds_nothing(client_of: ClientOf, agent: User, text: str) -> None:
    make_conversation(subject="xx")

    assert found(client_of(agent), text) == []


def test_verbs_take_arguments(client_of: ClientOf, agent: User) -> None:
    make_tag("returns")
    make_team("Billing")
    client = client_of(agent)

    assert found(client, "assign leader") == [("Assign", "Leader Of Acme")]
    assert found(client, "assign you") == [("Assign", "Agent Of Acme")]
    assert found(client, "tag ret") == [("Tag", "returns")]
    assert found(client, "team bill") == [("Team", "Billing")]
    assert found(client, "priority high") == [("Priority", "High")]
    assert found(client, "snooze 2h") == [("Snooze", "2h")]
    assert found(client, "snooze purple") == []


def test_snoozing_says_status_and_time(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)

    (option,) = client.get("/palette", {"q": "snooze 2h"}).context["groups"][0]["options"]

    assert set(json.loads(option["values"])) == {"status", "snoozed_until"}


def test_palette_costs_few_queries(client_of: ClientOf, agent: User, django_assert_max_num_queries: Any) -> None:
    make_conversation(subject="Broken chair")
    client = client_of(agent)
    client.get("/palette", {"q": "chair"})

    with django_assert_max_num_queries(10):
        client.get("/palette", {"q": "chair"})


def test_visitors_are_sent_to_sign_in(client_of: ClientOf) -> None:
    assert client_of(None).get("/palette?q=chair").status_code == 302
