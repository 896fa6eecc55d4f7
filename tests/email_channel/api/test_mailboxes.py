from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, MailRoute, User
from conversations.models import Conversation
from email_channel.models import EmailTemplate, Mailbox
from hummdesk.tenancy.context import account_context, platform_context
from tests.factories import make_conversation, make_mailbox, make_team
from tests.fixtures.cast import ApiOf

LIST = "/api/v1/email/mailboxes"
ADDRESS = "help@acme.example"
FIELDS = {
    "id",
    "address",
    "name",
    "team_id",
    "signature",
    "hours_id",
    "auto_reply",
    "auto_reply_template_id",
    "reply_to_token",
    "created_at",
}


def test_mailbox_is_added_changed_and_removed(acme: Account, admin: User, api_of: ApiOf) -> None:
    api, team = api_of(admin), make_team()

    made = api.post(LIST, {"address": " Help@acme.example ", "name": "Help", "team_id": str(team.id)})

    assert made.status_code == 201
    given = made.json()
    secret = given.pop("secret")
    assert set(given) == FIELDS
    assert (given["address"], given["team_id"], given["auto_reply"]) == (ADDRESS, str(team.id), "never")
    one = f"{LIST}/{given['id']}"
    assert api.get(one).json() == given
    assert api.get(LIST).json()["results"] == [given]
    assert given["reply_to_token"] is False
    changes = {"name": "Helpers", "signature": "The team\n", "team_id": None, "reply_to_token": True}
    changed = api.patch(one, changes)
    assert (changed.status_code, changed.json()["signature"], changed.json()["team_id"]) == (200, "The team", None)
    assert changed.json()["reply_to_token"] is True
    rotated = api.post(f"{one}/rotate-secret")
    assert (rotated.status_code, set(rotated.json())) == (200, FIELDS | {"secret"})
    assert rotated.json()["secret"] != secret
    assert api.delete(one).status_code == 204
    assert [api.get(one).status_code, api.patch(one, {}).status_code, api.delete(one).status_code] == [404] * 3
    assert api.get(LIST).json()["results"] == []


def test_mailbox_without_a_name_is_called_by_its_address(acme: Account, admin: User, api_of: ApiOf) -> None:
    assert api_of(admin).post(LIST, {"address": ADDRESS}).json()["name"] == ADDRESS


def test_secret_is_not_kept_with_the_idempotency_key(acme: Account, admin: User, api_of: ApiOf) -> None:
    api = api_of(admin)

    again = [api.post(LIST, {"address": ADDRESS}, headers={"Idempotency-Key": "same"}).status_code for _time in "ab"]

    assert again == [201, 422]


def test_removed_mailbox_comes_back_with_its_mail_and_a_new_secret(acme: Account, admin: User, api_of: ApiOf) -> None:
    api, mailbox = api_of(admin), make_mailbox(acme, ADDRESS)
    api.delete(f"{LIST}/{mailbox.id}")

    back = api.post(LIST, {"address": ADDRESS, "name": "Again"}).json()

    assert (back["id"], back["name"]) == (str(mailbox.id), "Again")
    assert back["secret"] != mailbox.secret
    with platform_context():
        assert MailRoute.objects.get(address=ADDRESS).mailbox_id == mailbox.id


def test_address_of_a_removed_mailbox_is_free_for_other_accounts(
    acme: Account, nordhem: Account, admin: User, stranger: User, api_of: ApiOf
) -> None:
    mailbox = make_mailbox(acme, ADDRESS)
    api_of(admin).delete(f"{LIST}/{mailbox.id}")
    with account_context(nordhem):
        make_mailbox(nordhem, ADDRESS)

    assert api_of(admin).post(LIST, {"address": ADDRESS}).status_code == 422
    assert not Mailbox.objects.get(id=mailbox.id).is_active


def test_conversations_of_a_removed_mailbox_move(acme: Account, admin: User, api_of: ApiOf) -> None:
    api, mailbox, other = api_of(admin), make_mailbox(acme), make_mailbox(acme)
    conversation = make_conversation(mailbox_id=mailbox.id)
    one = f"{LIST}/{mailbox.id}"

    refused = [api.delete(f"{one}?move_to={other_id}").status_code for other_id in (uuid4(), mailbox.id)]
    moved = api.delete(f"{one}?move_to={other.id}")

    assert (refused, moved.status_code) == ([422, 422], 204)
    assert Conversation.objects.get(id=conversation.id).mailbox_id == other.id


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "address"),
        ({"address": "help"}, "address"),
        ({"address": f"{'x' * 250}@acme.example"}, "address"),
        ({"address": "a@acme.example\r\nBcc: x@y.example"}, "address"),
        ({"address": ADDRESS, "name": "x" * 121}, "name"),
        ({"address": ADDRESS, "team_id": str(uuid4())}, "team_id"),
        ({"address": ADDRESS, "hours_id": str(uuid4())}, "hours_id"),
        ({"address": ADDRESS, "auto_reply": "always"}, "auto_reply_template_id"),
        ({"address": ADDRESS, "auto_reply": "often"}, "auto_reply"),
        ({"address": ADDRESS, "signature": "x" * 2001}, "signature"),
        ({"address": ADDRESS, "secret": "mine"}, "secret"),
    ],
)
def test_bad_mailbox_is_refused_with_the_field(
    acme: Account, admin: User, api_of: ApiOf, body: dict[str, Any], field: str
) -> None:
    answer = api_of(admin).post(LIST, body)

    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {field}
    assert not Mailbox.objects.exists()


def test_ids_of_another_account_are_no_choices(
    acme: Account, nordhem: Account, admin: User, api_of: ApiOf, mailbox: Mailbox
) -> None:
    with account_context(nordhem):
        team, template = make_team(), EmailTemplate.objects.earliest("created_at")

    answer = api_of(admin).patch(
        f"{LIST}/{mailbox.id}", {"team_id": str(team.id), "auto_reply_template_id": str(template.id)}
    )

    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"team_id", "auto_reply_template_id"}


@pytest.mark.parametrize("path", ["", "/{id}"])
def test_agents_and_leaders_see_no_mailboxes(
    agent: User, leader: User, api_of: ApiOf, mailbox: Mailbox, path: str
) -> None:
    for user in (agent, leader):
        assert api_of(user).get(LIST + path.format(id=mailbox.id)).status_code == 403
        assert api_of(user).post(f"{LIST}/{mailbox.id}/rotate-secret").status_code == 403


def test_mailbox_of_another_account_is_not_there(admin: User, api_of: ApiOf, nordhem_mailbox: Mailbox) -> None:
    one = f"{LIST}/{nordhem_mailbox.id}"

    answers = [api_of(admin).get(one), api_of(admin).patch(one, {"name": "Ours"}), api_of(admin).delete(one)]

    assert [answer.status_code for answer in answers] == [404] * 3
