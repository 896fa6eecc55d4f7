"""Messages as the API shows them, and what it takes to write one."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from rest_framework import serializers

from conversations.actions.message_body import BODY_CHARS
from conversations.actions.recipients import RECIPIENTS_MOST
from conversations.attachment_links import content_url
from conversations.enums import DeliveryState, MessageKind, Status
from conversations.models import Attachment, Message, MessageMention
from conversations.queries.messages import is_read, message_author
from conversations.remote_images import remote_image_url
from conversations.serializers.attachments import AttachmentOutput, attachment_fields
from conversations.serializers.conversations import AuthorBrief
from conversations.shown_html import blocked_image_count, shown_html, shows_remote_images
from hummdesk.api.serializers import InputSerializer
from teams.access import Viewer

FILES_MOST, MENTIONS_MOST = 20, 50
_ONLY_REPLIES = ("cc", "bcc", "draft_id", "send_at", "status")


class BodyInput(InputSerializer):
    """What a message says: HTML, else plain text. HTML is made safe, and its text is derived."""

    body_html = serializers.CharField(required=False, allow_blank=True, max_length=BODY_CHARS)
    body_text = serializers.CharField(required=False, allow_blank=True, max_length=BODY_CHARS)


class AddressesField(serializers.ListField):
    """E-mail addresses."""

    child = serializers.CharField(max_length=320)

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=RECIPIENTS_MOST, **options)


class MessageInput(BodyInput):
    """A reply to the customer, or a note for the team."""

    kind = serializers.ChoiceField(choices=[MessageKind.REPLY, MessageKind.NOTE])
    attachments = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=FILES_MOST)
    cc = AddressesField(help_text="They see each other.")
    bcc = AddressesField(help_text="Nobody sees them.")
    mentions = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MENTIONS_MOST, help_text="Ids of agents or teams"
    )
    draft_id = serializers.UUIDField(required=False, help_text="The draft that it came from")
    seen_seq = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="The newest event that its author has seen: 409 with what is `new` if others wrote since",
    )
    force = serializers.BooleanField(required=False, help_text="Send it whatever was written since `seen_seq`")
    send_at = serializers.DateTimeField(required=False, help_text="Send it later, within a year")
    status = serializers.ChoiceField(choices=Status.choices, required=False, help_text="Set along with it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse for notes what only replies have."""
        if attrs["kind"] == MessageKind.NOTE:
            refused = {name: ["Only a reply can have this."] for name in _ONLY_REPLIES if attrs.get(name)}
            if refused:
                raise serializers.ValidationError(refused)
        return attrs


class MessageFilters(InputSerializer):
    """Which messages to list. With `before` the page ends right before that message."""

    kind = serializers.ChoiceField(choices=MessageKind.choices, required=False)
    before = serializers.UUIDField(required=False, help_text="Only messages before this one")
    after = serializers.UUIDField(required=False, help_text="Only messages after this one")


class MentionBrief(serializers.Serializer[Any]):
    """Whom a message calls."""

    type = serializers.ChoiceField(choices=["agent", "team"])
    id = serializers.UUIDField()
    name = serializers.CharField()


_UNKNOWN = DeliveryState.UNKNOWN.value


class DeliveryBrief(serializers.Serializer[Any]):
    """Where a reply stands on its way; `error` is the mail server's word.

    Where nobody knows whether it left it counts as failed: somebody has to say so (`settle_message`).
    """

    state = serializers.ChoiceField(choices=[each for each in DeliveryState.choices if each[0] != _UNKNOWN])
    error = serializers.CharField(allow_null=True)


class MessageOutput(serializers.Serializer[Any]):
    """A message. One that was deleted keeps its place, without what it said."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=MessageKind.choices)
    author = AuthorBrief()
    body_html = serializers.CharField(
        help_text="Sanitised. Pictures have addresses on this host that work for 5 minutes; those of the web only"
        " where the contact's `shows_remote_images` is on, else they have none."
    )
    body_text = serializers.CharField()
    quoted_html = serializers.CharField(allow_null=True, help_text="What was folded off: earlier mails, signatures")
    blocked_image_count = serializers.IntegerField(help_text="Pictures of the web in `body_html` without an address")
    attachments = AttachmentOutput(many=True)
    mentions = MentionBrief(many=True)
    to = serializers.ListField(
        child=serializers.CharField(), help_text="Whom a message was forwarded to, in place of the customer"
    )
    cc = serializers.ListField(child=serializers.CharField())
    bcc = serializers.ListField(child=serializers.CharField())
    delivery = DeliveryBrief(allow_null=True)
    read = serializers.BooleanField()
    send_at = serializers.DateTimeField(allow_null=True, help_text="Until then a reply is held and can be taken back")
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Message) -> dict[str, Any]:
        """Return the fields; `request`, `viewer` and `read_until` are in the context.

        So is `is_bare` where the message is known to have no files and to call nobody.
        """
        context = self.context
        return message_fields(
            instance,
            viewer=context["viewer"],
            read_until=context["read_until"],
            origin=context["request"].build_absolute_uri("/")[:-1],
            is_bare=context.get("is_bare", False),
        )


def message_fields(
    row: Message,
    *,
    viewer: Viewer,
    read_until: datetime | None,
    origin: str = "",
    is_bare: bool = False,
) -> dict[str, Any]:
    """Return the fields of MessageOutput.

    `origin` is put before the addresses of files, such as `https://acme.example`.
    No query where the row is out of `messages_in` or `load_parts`, or is known to have no files and to call nobody.
    """
    is_there = row.deleted_at is None
    files: Iterable[Attachment] = () if is_bare else row.attachments.all()
    called: Iterable[MessageMention] = () if is_bare else row.mentions.all()
    shown = partial(_with_pictures, row, files, origin)
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "kind": row.kind,
        "author": message_author(row),
        "body_html": shown(row.body_html) if is_there else "",
        "body_text": row.body_text if is_there else "",
        "quoted_html": (shown(row.quoted_html) or None) if is_there else None,
        "blocked_image_count": blocked_image_count(row) if is_there else 0,
        "attachments": [attachment_fields(file, origin) for file in files] if is_there else [],
        "mentions": [_mention(mention) for mention in called] if is_there else [],
        "to": row.to,
        "cc": row.cc,
        "bcc": row.bcc,
        "delivery": _delivery(row) if row.delivery_state else None,
        "read": is_read(row, viewer, read_until),
        "send_at": row.send_at,
        "edited_at": row.edited_at,
        "deleted_at": row.deleted_at,
        "created_at": row.created_at,
    }


def _delivery(row: Message) -> dict[str, Any]:
    state = DeliveryState.FAILED if row.delivery_state == _UNKNOWN else row.delivery_state
    return {"state": state, "error": row.delivery_error or None}


def _with_pictures(row: Message, files: Iterable[Attachment], origin: str, sanitised: str) -> str:
    remote_url = (lambda address: origin + remote_image_url(address)) if shows_remote_images(row) else None
    return shown_html(sanitised, files, lambda file: origin + content_url(file.id), remote_url)


def _mention(mention: MessageMention) -> dict[str, Any]:
    if mention.agent is not None:
        return {"type": "agent", "id": mention.agent_id, "name": mention.agent.name}
    return {"type": "team", "id": mention.team_id, "name": mention.team.name if mention.team else ""}
