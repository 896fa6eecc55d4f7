"""Tags by the API."""

import pytest

from accounts.models import Account, User
from conversations.models import ConversationTag, Tag
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.factories import make_conversation, make_tag
from tests.fixtures.cast import ApiOf

TAGS = "/api/v1/tags"


def test_create_tag_returns_the_one_that_is_there(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)

    new = api.post(TAGS, {"name": "  Refund  due "})
    again = api.post(TAGS, {"name": "REFUND due"})

    assert (new.status_code, again.status_code) == (201, 200)
    assert new.json() == again.json()
    assert new.json()["name"] == "Refund due"
    assert [row["name"] for row in api.get(TAGS).json()["results"]] == ["Refund due"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 51, None, "a\x00b"])
def test_create_tag_refuses(api_of: ApiOf, agent: User, name: str | None) -> None:
    assert problem(api_of(agent).post(TAGS, {"name": name})) == (422, "validation_error")
    assert not Tag.objects.exists()


def test_list_tags_finds_by_a_part_of_the_name(api_of: ApiOf, agent: User) -> None:
    for name in ("refund", "Return", "vip"):
        make_tag(name)

    answer = api_of(agent).get(f"{TAGS}?q=RE")

    assert {row["name"] for row in answer.json()["results"]} == {"refund", "Return"}


def test_rename_tag_keeps_names_apart(api_of: ApiOf, leader: User) -> None:
    tag, other = make_tag("vip"), make_tag("refund")
    api = api_of(leader)

    assert api.patch(f"{TAGS}/{tag.id}", {"name": "VIP"}).json()["name"] == "VIP"
    assert problem(api.patch(f"{TAGS}/{tag.id}", {"name": "Refund"})) == (409, "conflict")
    assert set(Tag.objects.values_list("name", flat=True)) == {"VIP", other.name}


def test_delete_tag_takes_it_off_conversations(api_of: ApiOf, leader: User) -> None:
    tag, conversation = make_tag(), make_conversation()
    ConversationTag.objects.create(conversation=conversation, tag=tag)

    assert api_of(leader).delete(f"{TAGS}/{tag.id}").status_code == 204

    assert not Tag.objects.exists()
    assert not conversation.tags.exists()


@pytest.mark.parametrize("call", ["patch", "delete"])
def test_tags_are_changed_by_whoever_manages_templates(api_of: ApiOf, agent: User, call: str) -> None:
    tag = make_tag("vip")

    answer = getattr(api_of(agent), call)(f"{TAGS}/{tag.id}", {"name": "other"})

    assert problem(answer) == (403, "permission_denied")
    assert Tag.objects.get().name == "vip"


@pytest.mark.parametrize("call", ["patch", "delete"])
def test_tag_of_another_account_is_not_there(api_of: ApiOf, admin: User, nordhem: Account, call: str) -> None:
    with account_context(nordhem):
        tag = make_tag("theirs")

    answer = getattr(api_of(admin), call)(f"{TAGS}/{tag.id}", {"name": "ours"})

    assert problem(answer) == (404, "not_found")
