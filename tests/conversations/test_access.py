import pytest

from accounts.models import Account, User
from conversations.access import get_conversation_for, visible_conversations
from conversations.models import Conversation
from hummdesk.errors import NotFound
from teams.access import Viewer
from tests.conversations.conftest import ViewerOf
from tests.factories import agent_of, make_conversation, make_team


@pytest.fixture
def rows(acme: Account, agent: User, leader: User) -> dict[str, Conversation]:
    return {
        "own team": make_conversation(team=make_team(agents=[agent])),
        "other team": make_conversation(team=make_team()),
        "other team, assigned": make_conversation(team=make_team(), assignee=agent_of(agent)),
        "no team": make_conversation(),
        "no team, a colleague's": make_conversation(assignee=agent_of(leader)),
    }


def seen(viewer: Viewer, rows: dict[str, Conversation]) -> set[str]:
    ids = set(visible_conversations(viewer).values_list("id", flat=True))
    return {name for name, row in rows.items() if row.id in ids}


def test_visible_conversations_follow_the_role(
    rows: dict[str, Conversation], viewer_as: ViewerOf, admin: User, leader: User, agent: User
) -> None:
    assert seen(viewer_as(admin), rows) == set(rows)
    assert seen(viewer_as(leader), rows) == set(rows)
    assert seen(viewer_as(agent), rows) == set(rows) - {"other team"}


def test_visible_conversations_are_none_without_permissions(rows: dict[str, Conversation], agent: User) -> None:
    assert seen(Viewer(agent_of(agent), frozenset()), rows) == set()


def test_get_conversation_for_takes_both_kinds_of_ids(
    rows: dict[str, Conversation], viewer_as: ViewerOf, admin: User
) -> None:
    conversation = rows["no team"]
    viewer = viewer_as(admin)

    assert get_conversation_for(viewer, conversation.id).id == conversation.id
    assert get_conversation_for(viewer, str(conversation.display_id), lock=True).id == conversation.id


@pytest.mark.parametrize(
    "id", ["", "x", "0", "-1", "99999999999999999999", "²", "00000000-0000-0000-0000-000000000000"]
)
def test_get_conversation_for_answers_nonsense_with_not_found(
    rows: dict[str, Conversation], viewer_as: ViewerOf, admin: User, id: str
) -> None:
    with pytest.raises(NotFound):
        get_conversation_for(viewer_as(admin), id)


def test_get_conversation_for_tells_hidden_and_missing_alike(
    rows: dict[str, Conversation], viewer_as: ViewerOf, agent: User
) -> None:
    hidden = rows["other team"]

    with pytest.raises(NotFound) as first:
        get_conversation_for(viewer_as(agent), hidden.id)
    Conversation.objects.filter(id=hidden.id).delete()
    with pytest.raises(NotFound) as second:
        get_conversation_for(viewer_as(agent), hidden.id)

    assert first.value.detail == second.value.detail
