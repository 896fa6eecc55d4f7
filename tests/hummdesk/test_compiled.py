"""Queries whose SQL is kept."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.db.models import Exists, Model, QuerySet, Value

from accounts.models import Account, Membership, TokenFamily, User
from conversations.models import Contact, ContactIdentity, Conversation, Message
from email_channel.models import EmailMessage, IncomingMail
from email_channel.queries.mailboxes import signing_mailboxes
from hummdesk.compiled import CompiledLookup, OftenInserted
from tests.factories import make_conversation, make_mailbox


def membership(user_id: UUID, slug: str) -> QuerySet[Membership]:
    families = TokenFamily.objects.filter(user_id=user_id)
    rows = Membership.objects.select_related("user", "account").annotate(has_tokens=Exists(families))
    return rows.filter(user_id=user_id, account__slug=slug, is_active=True)


def test_lookup_gives_the_row_that_the_queryset_gives(acme: Account, agent: User) -> None:
    lookup = CompiledLookup(membership, UUID, str)

    found = lookup.first(agent.id, "acme")

    assert found == membership(agent.id, "acme").get()
    assert found.user == agent
    assert found.account == acme
    assert found.account.settings == acme.settings
    assert vars(found)["has_tokens"] is False


def test_lookup_finds_by_a_number(acme: Account) -> None:
    wanted, _other = make_conversation(), make_conversation()

    found = CompiledLookup(lambda number: Conversation.objects.filter(display_id=number), int).first(wanted.display_id)

    assert found == wanted


def test_lookup_takes_other_values_each_time_in_one_query(
    acme: Account, agent: User, leader: User, django_assert_num_queries: object
) -> None:
    lookup = CompiledLookup(membership, UUID, str)
    lookup.first(agent.id, "acme")

    with django_assert_num_queries(1):  # type: ignore[operator]
        found = lookup.first(leader.id, "acme")

    assert found is not None
    assert found.user == leader


def test_lookup_finds_nothing(acme: Account, agent: User) -> None:
    lookup = CompiledLookup(membership, UUID, str)

    assert lookup.first(agent.id, "nordhem") is None
    assert lookup.first(uuid4(), "acme") is None
    assert lookup.first(agent.id, "acme' OR 'a'='a") is None


def test_object_of_a_lookup_can_be_saved(acme: Account, agent: User) -> None:
    found = CompiledLookup(membership, UUID, str).first(agent.id, "acme")
    assert found is not None

    found.user.name = "Another name"
    found.user.save(update_fields=["name"])

    agent.refresh_from_db()
    assert agent.name == "Another name"


def test_lookup_whose_parameter_is_changed_on_the_way_is_refused(acme: Account) -> None:
    lookup = CompiledLookup(lambda slug: Account.objects.filter(slug__startswith=Value(slug.upper())), str)

    with pytest.raises(ValueError, match="1 parameters"):
        lookup.first("a")


def columns_of(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("kind", OftenInserted.__subclasses__(), ids=lambda kind: kind.__name__)
def test_often_inserted_rows_are_as_django_inserts_them(acme: Account, kind: type[Model]) -> None:
    mailbox = make_mailbox(acme, "support@acme.example")
    contact = Contact.objects.create(name="Ada \u20ac %s", email="ada@c.example", custom_fields={"a": ["%s", None]})
    conversation = Conversation.objects.create(contact=contact, subject="It's %s", mailbox_id=mailbox.id)
    message = Message.objects.create(conversation=conversation, kind="incoming", contact=contact, cc=["a@b.example"])
    rows: list[Model] = [
        contact,
        conversation,
        message,
        ContactIdentity(contact=contact, kind="email", value="ada@c.example"),
        IncomingMail(mailbox=mailbox, source="smtp", size_bytes=1, sha256="0", raw=ContentFile(b"x", name="mail.eml")),
        EmailMessage(
            direction="in",
            mailbox=mailbox,
            conversation=conversation,
            conversation_message=message,
            dedupe_key="k",
            references=["<a>"],
            headers=[["A", "b"]],
            named_keys=[],
        ),
    ]
    (row,) = [row for row in rows if type(row) is kind]
    if row._state.adding:
        row.save(force_insert=True)

    stored = kind._default_manager.get(pk=row.pk)
    assert columns_of(stored) == columns_of(row)


def test_often_inserted_row_takes_what_it_is_given_in_place_of_a_default(acme: Account) -> None:
    contact = Contact.objects.create(email="ada@c.example")

    conversation = Conversation.objects.create(contact=contact, display_id=7_000)

    assert Conversation.objects.get(id=conversation.id).display_id == 7_000
    assert Conversation.objects.create(contact=contact).display_id != 7_000


def test_lookup_takes_all_rows_in_their_order(acme: Account) -> None:
    make_mailbox(acme, "b@acme.example")
    make_mailbox(acme, "a@acme.example")

    assert [mailbox.address for mailbox in signing_mailboxes()] == ["a@acme.example", "b@acme.example"]
