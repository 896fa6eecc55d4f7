"""The settings pages of mailboxes."""

import re
from typing import Any

import pytest

from accounts.models import Account, MailRoute, User
from conversations.models import Conversation
from email_channel.models import EmailTemplate, Mailbox, SendingDomain
from hummdesk.tenancy.context import platform_context
from tests.factories import make_conversation, make_mailbox, make_team
from tests.fixtures.cast import ClientOf

LIST, NEW = "/settings/mailboxes", "/settings/mailboxes/new"
HTMX = {"HX-Request": "true", "HX-Target": "settings-form"}
FIELDS = {"name": "Acme Help", "team_id": "", "signature": "", "auto_reply": "never", "hours_id": ""}


def page_of(mailbox: Mailbox, part: str = "") -> str:
    return f"{LIST}/{mailbox.id}{part}"


def fields(**given: Any) -> dict[str, Any]:
    return FIELDS | {"auto_reply_template_id": str(EmailTemplate.objects.first().id)} | given  # type: ignore[union-attr]


def test_only_who_manages_the_account_finds_the_pages(
    client_of: ClientOf, agent: User, leader: User, admin: User, mailbox: Mailbox
) -> None:
    for user in (agent, leader):
        for url in (LIST, NEW, page_of(mailbox), page_of(mailbox, "/remove")):
            assert client_of(user).get(url).status_code == 403
        assert client_of(user).post(page_of(mailbox, "/secret")).status_code == 403
        assert LIST.encode() not in client_of(user).get("/settings/profile").content

    assert LIST.encode() in client_of(admin).get("/settings/profile").content
    assert mailbox.address.encode() in client_of(admin).get(LIST).content


def test_a_new_mailbox_shows_its_secret_once(client_of: ClientOf, admin: User, acme: Account) -> None:
    team = make_team("Returns")

    answer = client_of(admin).post(
        NEW, fields(address=" Help@Acme.example", team_id=str(team.id), signature="The team")
    )

    mailbox = Mailbox.objects.get(address="help@acme.example")
    assert answer.status_code == 200
    assert mailbox.secret in answer.text
    assert (mailbox.name, mailbox.team, mailbox.signature) == ("Acme Help", team, "The team")
    assert SendingDomain.objects.filter(name="acme.example").exists()
    assert mailbox.secret not in client_of(admin).get(page_of(mailbox)).text


@pytest.mark.parametrize("address", ["", "help", "help@acme.example\r\nBcc: x@y.example"])
def test_what_is_no_address_is_told_beside_the_field(client_of: ClientOf, admin: User, address: str) -> None:
    answer = client_of(admin).post(NEW, fields(address=address))

    assert answer.status_code == 422
    assert 'id="id_address_error"' in answer.text
    assert not Mailbox.objects.exists()


def test_an_address_in_use_is_told_beside_the_field(client_of: ClientOf, admin: User, mailbox: Mailbox) -> None:
    answer = client_of(admin).post(NEW, fields(address=mailbox.address))

    assert answer.status_code == 422
    assert "This address is in use already." in answer.text


def test_settings_are_saved_as_they_change(client_of: ClientOf, admin: User, mailbox: Mailbox) -> None:
    given = fields(name=" Acme\tHelp ", auto_reply="outside", reply_to_token="on")
    answer = client_of(admin).post(page_of(mailbox), given, headers=HTMX)

    changed = Mailbox.objects.get(id=mailbox.id)
    assert answer.status_code == 200
    assert answer.text.strip().startswith("<form")
    assert "Saved" in answer.text
    assert (changed.name, changed.auto_reply, changed.address) == ("Acme Help", "outside", mailbox.address)
    assert changed.reply_to_token


def test_an_automatic_answer_needs_words(client_of: ClientOf, admin: User, mailbox: Mailbox) -> None:
    EmailTemplate.objects.all().delete()

    answer = client_of(admin).post(page_of(mailbox), FIELDS | {"auto_reply": "always"}, headers=HTMX)

    assert answer.status_code == 422
    assert "Choose what it answers with." in answer.text
    assert Mailbox.objects.get(id=mailbox.id).auto_reply == "never"


def test_a_new_secret_replaces_the_old_one(client_of: ClientOf, admin: User, mailbox: Mailbox) -> None:
    answer = client_of(admin).post(page_of(mailbox, "/secret"))

    secret = Mailbox.objects.get(id=mailbox.id).secret
    assert secret != mailbox.secret
    assert re.search(rf'data-copy="{re.escape(secret)}"', answer.text)


def test_a_removed_mailbox_leaves_its_conversations_to_another(
    client_of: ClientOf, admin: User, acme: Account, mailbox: Mailbox
) -> None:
    other = make_mailbox(acme, "other@acme.example")
    conversation = make_conversation(mailbox_id=mailbox.id)
    client = client_of(admin)

    asked = client.get(page_of(mailbox, "/remove"))
    answer = client.post(page_of(mailbox, "/remove"), {"move_to": str(other.id)})

    assert str(other.id) in asked.text
    assert (answer.status_code, answer["Location"]) == (303, LIST)
    assert Conversation.objects.get(id=conversation.id).mailbox_id == other.id
    assert client.get(page_of(mailbox)).status_code == 404
    assert page_of(mailbox) not in client.get(LIST).text
    with platform_context():
        assert not MailRoute.objects.filter(address=mailbox.address).exists()


def test_the_list_says_what_to_do_first(client_of: ClientOf, admin: User) -> None:
    answer = client_of(admin).get(LIST)

    assert "Connect a mailbox to start." in answer.text
    assert NEW in answer.text


def test_the_list_takes_as_many_queries_for_many(
    client_of: ClientOf, admin: User, acme: Account, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        make_mailbox(acme, team=make_team())
    client = client_of(admin)
    client.get(LIST)

    with django_assert_max_num_queries(20):
        client.get(LIST)
