"""What happens in conversations."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from conversations import promise_events  # noqa: F401  # whoever asks for the app's events finds these, too
from hummdesk.events.event import Event, Scalar


@dataclass(frozen=True, kw_only=True)
class ConversationOpened(Event):
    """There is a new conversation; its first message follows."""

    conversation_id: UUID
    contact_id: UUID
    channel: str


@dataclass(frozen=True, kw_only=True)
class ConversationTakenBack(Event):
    """Its author took back the only message of a conversation before it left, and the conversation with it."""

    conversation_id: UUID
    assignee_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    """The customer has written.

    `has_files` and `is_followed` spare the tasks that would find nothing (`hummdesk.subscriptions.ONLY_IF`): there
    may be pictures, and agents who want to know. Nobody follows what is new. `is_later` is False for the message that
    a conversation begins with: what `conversations.tasks.attend` does about it follows from ConversationOpened.
    """

    conversation_id: UUID
    message_id: UUID
    has_files: bool = True
    is_followed: bool = True
    is_later: bool = True


@dataclass(frozen=True, kw_only=True)
class ReplyWritten(Event):
    """An agent has written an answer, which is held until `send_at`: the moment for undo, or a time of their choice.

    `draft_id` is the draft that it came from.
    """

    conversation_id: UUID
    message_id: UUID
    send_at: str
    draft_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ReplySent(Event):
    """An answer is on its way and can't be taken back; `draft_id` is the draft that it came from."""

    conversation_id: UUID
    message_id: UUID
    draft_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Event):
    """An agent has left a note for the team."""

    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryChanged(Event):
    """Something new is known of a reply on its way."""

    conversation_id: UUID
    message_id: UUID
    state_before: str
    state: str


@dataclass(frozen=True, kw_only=True)
class ConversationStatusChanged(Event):
    """Open, pending, snoozed, resolved, closed: it is another one now.

    `cause`: empty for a person's wish, `woken`, `customer_wrote`, `merged` or `unmerged`.
    """

    conversation_id: UUID
    status_before: str
    status: str
    snoozed_until: str | None = None
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(Event):
    """Somebody else, or nobody, is responsible now; `decision_id` is the routing decision behind it."""

    conversation_id: UUID
    assignee_before: UUID | None
    assignee_id: UUID | None
    decision_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationSeen(Event):
    """An agent has read up to a moment, or has put it back among what is unread."""

    conversation_id: UUID
    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class MessageEdited(Event):
    """A message says something else now; `version_id` is the row that keeps what it said."""

    conversation_id: UUID
    message_id: UUID
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class MessageReread(Event):
    """What a customer wrote could not be read when it came, and was read since."""

    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class MessageDeleted(Event):
    """A note is gone, or a reply was taken back before it left; the row stays for the audit."""

    conversation_id: UUID
    message_id: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class ConversationTeamChanged(Event):
    """Another team, or none, has the conversation in its queue."""

    conversation_id: UUID
    team_before: UUID | None
    team_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ConversationPriorityChanged(Event):
    """It is more or less urgent now."""

    conversation_id: UUID
    priority_before: str
    priority: str


@dataclass(frozen=True, kw_only=True)
class ConversationCategoryChanged(Event):
    """It is about something else; categories by id."""

    conversation_id: UUID
    category_before: UUID | None
    category_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ConversationSubjectChanged(Event):
    """An agent has given it another subject."""

    conversation_id: UUID
    subject_before: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class ConversationTagsChanged(Event):
    """It has other tags; names of those that came and went."""

    conversation_id: UUID
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConversationFieldsChanged(Event):
    """Custom fields have other values; both hold the fields that differ, None for one that is not there."""

    conversation_id: UUID
    fields_before: dict[str, Scalar]
    fields: dict[str, Scalar]


@dataclass(frozen=True, kw_only=True)
class ConversationFolderChanged(Event):
    """It went to spam or the trash, or came back."""

    conversation_id: UUID
    folder_before: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class ConversationMerged(Event):
    """Its messages, these, are in another conversation now; the log is what an undo reads."""

    conversation_id: UUID
    into_id: UUID
    message_ids: tuple[UUID, ...]
    status_before: str
    snoozed_until_before: str | None


@dataclass(frozen=True, kw_only=True)
class ConversationAbsorbed(Event):
    """Another conversation's messages have come into this one."""

    conversation_id: UUID
    source_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConversationReleased(Event):
    """A merge is undone: another conversation's messages have gone back to it."""

    conversation_id: UUID
    source_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConversationUnmerged(Event):
    """A merge is undone: the messages are back; `merge_seq` is the event that it takes back."""

    conversation_id: UUID
    from_id: UUID
    merge_seq: int


@dataclass(frozen=True, kw_only=True)
class MessagesSplit(Event):
    """These messages are in a new conversation now."""

    conversation_id: UUID
    new_conversation_id: UUID
    message_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class JoinQuestionChanged(Event):
    """An agent keeps a message apart from the conversation that it names, or wants to be asked again."""

    conversation_id: UUID
    message_id: UUID
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class SplitUndone(Event):
    """The messages of a split are back; `split_seq` is the event that it takes back."""

    conversation_id: UUID
    from_id: UUID
    split_seq: int


@dataclass(frozen=True, kw_only=True)
class ConversationFollowed(Event):
    """An agent wants to hear of it, or does not any more."""

    conversation_id: UUID
    agent_id: UUID
    is_following: bool


@dataclass(frozen=True, kw_only=True)
class MacroApplied(Event):
    """A macro did what stands next to this event in the log."""

    conversation_id: UUID
    macro_id: UUID


@dataclass(frozen=True, kw_only=True)
class NotificationAdded(Event):
    """An agent has something new to know of; only their own sockets hear it."""

    conversation_id: UUID | None
    notification_id: UUID
    agent_id: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class NotificationMailDue(Event):
    """An agent is to have a mail of what they were told and have not read."""

    object_field: ClassVar[str] = "agent_id"

    agent_id: UUID
    notification_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Event):
    """Something about a contact is different; `changed` names the fields."""

    object_field: ClassVar[str] = "contact_id"

    contact_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ContactMerged(Event):
    """One person was two: these identities and conversations belong to the other contact now.

    `filled` names the fields that were empty there and were taken over; `custom_fields.<name>` is one of those.
    """

    object_field: ClassVar[str] = "contact_id"

    contact_id: UUID
    into_id: UUID
    identity_ids: tuple[UUID, ...]
    conversation_ids: tuple[UUID, ...]
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContactUnmerged(Event):
    """They were two after all: what was moved by the merge `merge_seq` is back."""

    object_field: ClassVar[str] = "contact_id"

    contact_id: UUID
    from_id: UUID
    merge_seq: int


@dataclass(frozen=True, kw_only=True)
class CategoryChanged(Event):
    """A category is new, different or gone; `changed` names what."""

    object_field: ClassVar[str] = "category_id"

    category_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TagChanged(Event):
    """A tag has another name wherever it hangs, or is gone: then `name` is None."""

    object_field: ClassVar[str] = "tag_id"

    tag_id: UUID
    name_before: str
    name: str | None


@dataclass(frozen=True, kw_only=True)
class AttachmentUploaded(Event):
    """A file lies ready to be named in a message."""

    object_field: ClassVar[str] = "attachment_id"

    attachment_id: UUID


@dataclass(frozen=True, kw_only=True)
class AttachmentThumbnailMade(Event):
    """An image of a message has its small picture."""

    conversation_id: UUID
    message_id: UUID
    attachment_id: UUID


@dataclass(frozen=True, kw_only=True)
class WebhookDisabled(Event):
    """A webhook was switched off, since nobody took what it brings for days."""

    object_field: ClassVar[str] = "webhook_id"

    webhook_id: UUID
    reason: str
