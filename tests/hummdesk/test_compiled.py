"""Queries whose SQL is kept."""

from uuid import UUID, uuid4

import pytest
from django.db.models import Exists, QuerySet, Value

from accounts.models import Account, Membership, TokenFamily, User
from conversations.models import Conversation
from hummdesk.compiled import CompiledLookup
from tests.factories import make_conversation


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
