"""Drafts: of one agent, on every device, until they are sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.attach_files import purge_unused_uploads, upload_attachment
from conversations.models import Attachment, Conversation, MessageDraft
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_mailbox, make_team
from tests.fixtures.cast import ApiOf

DRAFTS = "/api/v1/drafts"


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


def draft_url(conversation: Conversation) -> str:
    return f"/api/v1/conversations/{conversation.id}/draft"


def test_draft_survives_a_reload(api_of: ApiOf, agent: User, conversation: Conversation, published: Published) -> None:
    fields = {"kind": "reply", "body_html": "<p>Dear<script>x()</script></p>", "cc": ["B@x.example"], "seen_seq": 7}

    saved = api_of(agent).put(draft_url(conversation), fields)
    read = api_of(agent).get(draft_url(conversation))

    assert saved.status_code == 200, saved.content
    body = read.json()
    assert body == saved.json()
    assert (body["body_html"], body["body_text"], body["cc"]) == ("<p>Dear</p>", "Dear", ["b@x.example"])
    assert (body["seen_seq"], body["version"], body["subject"]) == (7, 1, conversation.subject)
    assert published() == []


def test_draft_is_seen_by_its_author_only(
    api_of: ApiOf, agent: User, leader: User, conversation: Conversation
) -> None:
    api_of(agent).put(draft_url(conversation), {"body_text": "Mine"})

    assert api_of(leader).get(draft_url(conversation)).status_code == 404
    assert api_of(leader).get(DRAFTS).json()["results"] == []
    assert [row["body_text"] for row in api_of(agent).get(DRAFTS).json()["results"]] == ["Mine"]


def test_stale_draft_is_refused(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    client, url = api_of(agent), draft_url(conversation)
    client.put(url, {"body_text": "One"})

    second = client.put(url, {"body_text": "Two", "version": 1})
    stale = client.put(url, {"body_text": "Three", "version": 1})
    anyway = client.put(url, {"body_text": "Four"})

    assert second.json()["version"] == 2
    assert stale.status_code == 409
    assert (anyway.json()["body_text"], anyway.json()["version"]) == ("Four", 3)


def test_draft_that_was_sent_elsewhere_does_not_come_back(
    api_of: ApiOf, agent: User, conversation: Conversation
) -> None:
    client, url = api_of(agent), draft_url(conversation)
    version = client.put(url, {"body_text": "Hi"}).json()["version"]
    client.post(f"/api/v1/conversations/{conversation.id}/messages", {"kind": "reply", "body_text": "Hi"})

    late = client.put(url, {"body_text": "Hi!", "version": version})

    assert late.status_code == 409
    assert client.get(url).status_code == 404


def test_note_leaves_the_draft_of_a_reply(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    client, url = api_of(agent), draft_url(conversation)
    client.put(url, {"body_text": "Dear"})

    client.post(f"/api/v1/conversations/{conversation.id}/messages", {"kind": "note", "body_text": "Hm"})

    assert client.get(url).json()["body_text"] == "Dear"


def test_draft_can_be_discarded(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    client, url = api_of(agent), draft_url(conversation)
    client.put(url, {"body_text": "Dear"})

    assert client.delete(url).status_code == 204
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "incoming"}, "kind"),
        ({"body_text": "x" * 500_001}, "body_text"),
        ({"cc": ["nobody"]}, "cc"),
        ({"version": 0}, "version"),
        ({"subject": "x"}, "subject"),
    ],
)
def test_draft_that_cannot_be_is_refused(
    api_of: ApiOf, agent: User, conversation: Conversation, fields: dict[str, Any], named: str
) -> None:
    answer = api_of(agent).put(draft_url(conversation), fields)

    assert list(answer.json()["errors"]) == [named]
    assert not MessageDraft.objects.exists()


def test_draft_in_a_conversation_that_is_not_seen_is_not_found(
    api_of: ApiOf, agent: User, stranger: User, nordhem: Account, conversation: Conversation
) -> None:
    hidden = make_conversation(team=make_team())

    assert api_of(agent).put(draft_url(hidden), {"body_text": "x"}).status_code == 404
    assert api_of(stranger, at=nordhem).put(draft_url(conversation), {"body_text": "x"}).status_code == 404
    assert not MessageDraft.objects.exists()


def test_draft_of_a_conversation_that_was_given_away_is_gone_from_the_list(
    api_of: ApiOf, agent: User, conversation: Conversation
) -> None:
    client = api_of(agent)
    client.put(draft_url(conversation), {"body_text": "Mine"})
    Conversation.objects.filter(id=conversation.id).update(team=make_team())

    assert client.get(DRAFTS).json()["results"] == []


def test_file_of_a_draft_is_kept_until_it_is_sent(
    api_of: ApiOf, agent: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    kept, _unused = (
        upload_attachment(viewer=viewer_as(agent), file=ContentFile(b"x", name="a"), name="a.txt") for _ in range(2)
    )
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=2))
    api_of(agent).put(draft_url(conversation), {"body_text": "Dear", "attachments": [str(kept.id)]})

    purge_unused_uploads(100)

    assert list(Attachment.objects.values_list("id", flat=True)) == [kept.id]
