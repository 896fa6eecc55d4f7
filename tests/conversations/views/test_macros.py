import pytest
from django.urls import reverse

from accounts.models import Account, User
from conversations.models import Conversation, Macro
from tests.factories import agent_of, make_contact, make_conversation, make_mailbox, make_team
from tests.fixtures.cast import ClientOf

REPLY = {"type": "reply", "text": "Dear {{contact.first_name}}"}


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    contact = make_contact(name="Marja Heikkinen")
    return make_conversation(contact=contact, messages=1, mailbox_id=make_mailbox(acme).id)


@pytest.fixture
def macro(admin: User) -> Macro:
    actions = [REPLY, {"type": "assign", "agent_id": "me"}, {"type": "snooze", "hours": 4}]
    return Macro.objects.create(name="Say sorry", owner=agent_of(admin), visibility="account", actions=actions)


def sent(*rows: dict[str, str], **fields: str) -> dict[str, str]:
    steps = {f"steps-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    head = {"name": "Returns", "visibility": "own", "steps-TOTAL_FORMS": str(len(rows)), "steps-INITIAL_FORMS": "0"}
    return head | steps | fields


def test_list_says_what_macros_do(client_of: ClientOf, agent: User, macro: Macro) -> None:
    page = client_of(agent).get(reverse("macro-list")).content.decode()

    assert "Say sorry" in page
    assert "Reply · Assign to me · Snooze for 4 hours" in page


def test_macro_is_made_from_rows(client_of: ClientOf, agent: User) -> None:
    rows = (
        {"type": "reply", "text": "Hello"},
        {"type": ""},
        {"type": "add_tags", "tags": "returns, oak ,"},
        {"type": "snooze", "snooze": "until-reply"},
        {"type": "assign", "agent": "none"},
    )

    answer = client_of(agent).post(reverse("macro-create"), sent(*rows))

    assert answer.status_code == 303
    assert Macro.objects.get(name="Returns").actions == [
        {"type": "reply", "text": "Hello"},
        {"type": "add_tags", "tags": ["returns", "oak"]},
        {"type": "snooze", "until_reply": True},
        {"type": "assign", "agent_id": None},
    ]


def test_macro_that_is_wrong_is_422_and_says_where(client_of: ClientOf, agent: User) -> None:
    rows = ({"type": ""}, {"type": "reply", "text": "Dear {{contact.shoe}}"})

    answer = client_of(agent).post(reverse("macro-create"), sent(*rows))

    assert answer.status_code == 422
    assert "“contact.shoe” is not known" in answer.content.decode()
    assert not Macro.objects.exists()


@pytest.mark.parametrize(
    ("order", "texts"), [("up-1", ["two", "one"]), ("remove-0", ["two"]), ("add", ["one", "two", ""])]
)
def test_rows_move_without_script_and_nothing_is_kept(
    client_of: ClientOf, agent: User, order: str, texts: list[str]
) -> None:
    rows = ({"type": "note", "text": "one"}, {"type": "note", "text": "two"})

    answer = client_of(agent).post(reverse("macro-create"), sent(*rows, do=order))

    assert answer.status_code == 200
    assert [row.initial.get("text", "") for row in answer.context["steps"]] == texts
    assert not Macro.objects.exists()


def test_change_keeps_the_rows_that_a_macro_has(client_of: ClientOf, admin: User, macro: Macro) -> None:
    url = reverse("macro-edit", args=[macro.id])
    rows = [row.initial for row in client_of(admin).get(url).context["steps"]]

    answer = client_of(admin).post(url, sent(*rows, name="Sorry", visibility="account", version="1"))

    macro.refresh_from_db()
    assert answer.status_code == 303
    assert macro.name == "Sorry"
    assert macro.actions == [REPLY, {"type": "assign", "agent_id": "me"}, {"type": "snooze", "hours": 4}]


def test_agent_may_not_change_or_delete_what_is_for_everybody(client_of: ClientOf, agent: User, macro: Macro) -> None:
    form = sent({"type": "note", "text": "x"}, visibility="own")

    assert client_of(agent).post(reverse("macro-edit", args=[macro.id]), form).status_code == 403
    assert client_of(agent).post(reverse("macro-delete", args=[macro.id])).status_code == 403
    assert Macro.objects.filter(name="Say sorry").exists()


def test_macro_of_another_agent_is_404(client_of: ClientOf, agent: User, macro: Macro) -> None:
    Macro.objects.update(visibility="own")

    assert client_of(agent).get(reverse("macro-edit", args=[macro.id])).status_code == 404


def test_preview_fills_in_the_values_and_does_nothing(
    client_of: ClientOf, admin: User, macro: Macro, conversation: Conversation
) -> None:
    url = f"{reverse('macro-edit', args=[macro.id])}?conversation={conversation.display_id}"

    page = client_of(admin).get(url).content.decode()

    assert "Dear Marja" in page
    assert "Assign to me · Snooze for 4 hours" in page
    assert conversation.messages.count() == 1


def test_apply_tells_in_how_many(client_of: ClientOf, admin: User, macro: Macro, conversation: Conversation) -> None:
    macro.actions = [{"type": "priority", "priority": "urgent"}]
    macro.save(update_fields=["actions"])
    ids = [str(conversation.id), "00000000-0000-0000-0000-000000000000"]

    answer = client_of(admin).post(
        reverse("macro-apply", args=[macro.id]), {"ids": ids}, headers={"HX-Request": "true", "HX-Target": "toasts"}
    )

    conversation.refresh_from_db()
    assert conversation.priority == "urgent"
    assert "“Say sorry” applied to 1 · 1 not changed" in answer.content.decode()


def test_delete_goes_back_to_the_list(client_of: ClientOf, admin: User, macro: Macro) -> None:
    answer = client_of(admin).post(reverse("macro-delete", args=[macro.id]))

    assert answer["Location"] == reverse("macro-list")
    assert not Macro.objects.exists()


def test_menu_names_macros_and_values(
    client_of: ClientOf, agent: User, admin: User, macro: Macro, conversation: Conversation
) -> None:
    answer = client_of(admin).get(reverse("conversation-macros", args=[conversation.display_id])).json()

    assert [one["name"] for one in answer["macros"]] == ["Say sorry"]
    assert {"name": "contact.first_name", "label": "Customer's first name", "value": "Marja"} in answer["variables"]


def test_macro_in_the_editor_is_its_text_and_changes_for_the_form(
    client_of: ClientOf, admin: User, macro: Macro, conversation: Conversation
) -> None:
    url = reverse("conversation-macro", args=[conversation.display_id, macro.id])

    answer = client_of(admin).get(url).json()

    assert answer["html"] == "<p>Dear Marja</p>"
    assert answer["changes"] == ["Assign to me", "Snooze for 4 hours"]
    assert answer["values"]["assignee"] == str(agent_of(admin).pk)
    change = client_of(admin).post(reverse("conversation-change", args=[conversation.display_id]), answer["values"])
    conversation.refresh_from_db()
    assert change.status_code == 303
    assert (conversation.status, conversation.assignee_id) == ("snoozed", agent_of(admin).pk)


def test_mentions_offer_agents_and_teams_of_the_account(client_of: ClientOf, agent: User, stranger: User) -> None:
    make_team("Returns desk")

    found = client_of(agent).get(reverse("mention-candidates")).json()["candidates"]

    assert [one["name"] for one in found if one["kind"] == "team"] == ["Returns desk", "Support"]
    assert len([one for one in found if one["kind"] == "agent"]) == 3


def test_menus_of_a_conversation_one_may_not_see_are_404(
    client_of: ClientOf, stranger: User, nordhem: Account, conversation: Conversation, macro: Macro
) -> None:
    client = client_of(stranger, at=nordhem)

    for url in ("conversation-macros", "conversation-macro"):
        ids = [conversation.display_id, macro.id] if url == "conversation-macro" else [conversation.display_id]
        assert client.get(reverse(url, args=ids)).status_code == 404
