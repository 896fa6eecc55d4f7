"""The settings pages of SLA policies."""

from typing import Any

import pytest

from accounts.models import Account, User
from conversations.models import Company, SlaScope
from teams.models import BusinessHours, SlaPolicy
from tests.factories import make_conversation, make_team
from tests.fixtures.cast import ClientOf

LIST, NEW = "/settings/sla", "/settings/sla/new"
HTMX = {"HX-Request": "true", "HX-Target": "policy-form"}


def default_policy() -> SlaPolicy:
    return SlaPolicy.objects.get(is_default=True)


def page_of(policy: SlaPolicy, part: str = "") -> str:
    return f"{LIST}/{policy.pk}{part}"


def fields(**given: Any) -> dict[str, Any]:
    hours = str(BusinessHours.objects.get(is_default=True).pk)
    targets = {"first_response_s": "30 min", "next_response_s": "4 h", "resolution_s": ""}
    return {"name": "Gold", "hours_id": hours, "warn_percent": "75", **targets, **given}


def rows(*given: tuple[str, str, str]) -> dict[str, Any]:
    names = ("scope_company", "scope_team", "scope_priority")
    return {name: [row[place] for row in given] for place, name in enumerate(names)}


def test_only_who_manages_promises_finds_the_pages(client_of: ClientOf, agent: User, leader: User) -> None:
    for url in (LIST, NEW, page_of(default_policy())):
        assert client_of(agent).get(url).status_code == 403
        assert client_of(leader).get(url).status_code == 200
    assert client_of(agent).post(page_of(default_policy(), "/delete")).status_code == 403


def test_list_tells_promises_and_for_whom(client_of: ClientOf, leader: User) -> None:
    team = make_team("Returns")
    SlaScope.objects.create(policy=default_policy(), team=team, priority="urgent")

    text = client_of(leader).get(LIST).text

    assert "First reply 4 h, next reply 8 h, resolved 1 d · In Office hours" in text
    assert "Returns · Urgent" in text


def test_list_says_which_policy_a_conversation_has(client_of: ClientOf, leader: User, acme: Account) -> None:
    number = make_conversation().display_id

    text = client_of(leader).get(f"{LIST}?conversation=%23{number}").text
    none = client_of(leader).get(f"{LIST}?conversation=987654").text

    assert f"#{number} has “Standard”: the default." in text
    assert "There is no such conversation." in none


def test_policy_is_made_of_plain_times(client_of: ClientOf, leader: User, acme: Account) -> None:
    Company.objects.create(name="Virtanen Oy")
    team = make_team("Returns")
    given = fields(**rows(("virtanen oy", "", "urgent"), ("", str(team.pk), ""), ("", "", "")))

    answer = client_of(leader).post(NEW, given)

    policy = SlaPolicy.objects.get(name="Gold")
    assert (answer.status_code, answer["Location"]) == (303, page_of(policy))
    assert (policy.first_response_s, policy.next_response_s, policy.resolution_s) == (1800, 14400, None)
    assert SlaScope.objects.filter(policy=policy).count() == 2
    text = client_of(leader).get(page_of(policy)).text
    assert 'value="30 min"' in text
    assert 'value="Virtanen Oy"' in text
    assert "First reply:" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"first_response_s": "soon"}, "Write a time such as 30 min, 4 h or 2 d."),
        ({"first_response_s": "10 seconds"}, "Write a time such as 30 min, 4 h or 2 d."),
        ({"resolution_s": "400 d"}, "Promise a time from 1 minute to 365 days."),
        ({"name": "Standard"}, "There is another policy of this name."),
        ({"warn_percent": "100"}, "less than or equal to 99"),
        (rows(("Nobody", "", "")), "There is no company “Nobody”."),
        (rows(("", "x", "")), "There is no such team."),
        (rows(("", "", "dire")), "There is no such priority."),
        (rows(("", "", "high"), ("", "", "high")), "The same choice is there more than once."),
    ],
)
def test_what_is_wrong_is_told_in_place(
    client_of: ClientOf, leader: User, acme: Account, given: dict[str, Any], words: str
) -> None:
    answer = client_of(leader).post(NEW, fields(**given), headers=HTMX)

    assert answer.status_code == 422
    assert words in answer.text
    assert not SlaPolicy.objects.filter(name="Gold").exists()


def test_rows_come_and_go_without_saving(client_of: ClientOf, leader: User, acme: Account) -> None:
    client, given = client_of(leader), fields(**rows(("Virtanen", "", "")))

    more = client.post(NEW, given | {"do": "add"}).text
    fewer = client.post(NEW, given | {"do": "remove-0"}).text

    assert (more.count('name="scope_company"'), fewer.count('name="scope_company"')) == (2, 0)
    assert 'value="30 min"' in more
    assert not SlaPolicy.objects.filter(name="Gold").exists()


def test_preview_says_what_would_move_and_saves_nothing(client_of: ClientOf, leader: User, acme: Account) -> None:
    policy = default_policy()

    answer = client_of(leader).post(page_of(policy), fields(do="preview"), headers=HTMX)

    assert answer.status_code == 200
    assert "0 open conversations have this policy" in answer.text
    assert default_policy().name == policy.name


def test_stale_version_is_refused(client_of: ClientOf, leader: User, acme: Account) -> None:
    assert client_of(leader).post(page_of(default_policy()), fields(version="7")).status_code == 409


def test_used_policy_is_deleted_for_another(client_of: ClientOf, leader: User, acme: Account) -> None:
    before, other = default_policy(), SlaPolicy.objects.create(name="Other")
    client = client_of(leader)

    assert "team “Support”" in client.get(page_of(before)).text
    assert client.post(page_of(before, "/delete")).status_code == 409
    assert client.post(page_of(before, "/delete"), {"move_to": str(acme.pk)}).status_code == 404
    assert client.post(page_of(before, "/delete"), {"move_to": str(other.pk)}).status_code == 303
    assert default_policy() == other


def test_policy_is_picked_for_a_conversation_and_taken_back(client_of: ClientOf, agent: User) -> None:
    gold = SlaPolicy.objects.create(name="Gold", first_response_s=1800)
    team = make_team("Returns", agents=[agent], sla_policy=gold)
    conversation = make_conversation(team=team)
    client, standard = client_of(agent), SlaPolicy.objects.get(is_default=True)
    number = conversation.display_id

    picker = client.get(f"/inbox/pick/sla?conversation={number}", headers={"HX-Request": "true"}).text
    headers = {"HX-Request": "true", "HX-Target": "toasts"}
    told = client.post(f"/conversations/{number}/change", {"sla_policy": str(standard.pk)}, headers=headers)
    page = client.get(f"/conversations/{number}").text

    assert "Gold, its team&#x27;s" in picker
    assert "First reply 30 min" in picker
    assert "SLA policy set to Standard" in told.text
    assert "Set for this conversation" in page
    conversation.refresh_from_db()
    assert (conversation.sla_policy, conversation.sla_policy_is_set) == (standard, True)
    client.post(f"/conversations/{number}/change", {"sla_policy": "none"}, headers=headers)
    conversation.refresh_from_db()
    assert not conversation.sla_policy_is_set


@pytest.mark.parametrize(
    ("scope", "reason"),
    [({"priority": "normal"}, "Gold, for Normal"), ({"priority": "urgent"}, "Standard, the default")],
)
def test_picker_says_which_policy_applies_by_itself_and_why(
    client_of: ClientOf, admin: User, scope: dict[str, str], reason: str
) -> None:
    gold = SlaPolicy.objects.create(name="Gold", first_response_s=1800)
    SlaScope.objects.create(policy=gold, **scope)
    number = make_conversation().display_id

    assert reason in client_of(admin).get(f"/inbox/pick/sla?conversation={number}").text
