import pytest
from django.db import connection

from accounts.models import Account, User
from conversations.actions.save_tag import delete_tag, rename_tag
from conversations.models import ConversationTag, Tag
from conversations.tasks import index_tag
from hummdesk.errors import Conflict
from hummdesk.events.models import LoggedEvent
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_searchable, make_tag


def found_count(words: str) -> int:
    """Return how many messages hold all of these lexemes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM conversations_searchentry WHERE vector @@ %s::tsquery", [words])
        return int(cursor.fetchone()[0])


def tagged(name: str) -> Tag:
    """Return a tag that hangs on one of two conversations with two messages each, all of which can be found."""
    tag, conversation = make_tag(name), make_conversation(messages=2)
    ConversationTag.objects.create(conversation=conversation, tag=tag)
    make_searchable(conversation, make_conversation(messages=2))
    return tag


def test_renamed_tag_is_found_by_its_new_name_alone(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    tag = tagged("Late\\ 'Parcel'")

    rename_tag(viewer=viewer_as(leader), tag_id=tag.id, name="Lost parcel")

    event = LoggedEvent.objects.get(type="TagChanged")
    assert event.object_id == tag.id
    assert event.data == {"tag_id": str(tag.id), "name_before": "Late\\ 'Parcel'", "name": "Lost parcel"}
    assert published() == ["TagChanged"]
    assert index_tag.run(**event.data) == 2
    assert found_count("'~lost' & '~parcel'") == 2
    assert found_count("'~late'") == 0


def test_deleted_tag_is_not_found_any_more(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    tag = tagged("vip")

    delete_tag(viewer=viewer_as(leader), tag_id=tag.id)

    event = LoggedEvent.objects.get(type="TagChanged")
    assert event.data == {"tag_id": str(tag.id), "name_before": "vip", "name": None}
    assert index_tag.run(**event.data) == 2
    assert found_count("'~vip'") == 0


def test_tag_that_keeps_its_name_is_told_of_to_nobody(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    tag, other = make_tag("vip"), make_tag("refund")

    rename_tag(viewer=viewer_as(leader), tag_id=tag.id, name=" vip ")
    with pytest.raises(Conflict):
        rename_tag(viewer=viewer_as(leader), tag_id=tag.id, name=other.name.upper())

    assert published() == []
    assert set(Tag.objects.values_list("name", flat=True)) == {"vip", "refund"}
