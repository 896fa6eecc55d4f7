"""What happens to mail."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hummdesk.events.event import Event


@dataclass(frozen=True, kw_only=True)
class MailStored(Event):
    """The raw bytes of an incoming mail are safe; nothing has looked into them yet."""

    object_field: ClassVar[str] = "incoming_mail_id"

    incoming_mail_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailTakenIn(Event):
    """An incoming mail is done with; `outcome` and `reason` tell what became of it."""

    object_field: ClassVar[str] = "incoming_mail_id"

    incoming_mail_id: UUID
    outcome: str
    reason: str
    conversation_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class MailQueued(Event):
    """An outgoing mail waits to be sent to its recipients."""

    object_field: ClassVar[str] = "email_id"

    email_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailboxAdded(Event):
    """The account takes mail on a new address."""

    object_field: ClassVar[str] = "mailbox_id"

    mailbox_id: UUID


@dataclass(frozen=True, kw_only=True)
class AddressSuppressed(Event):
    """Nothing is sent to an address any more; `reason` is one of `SuppressionReason`."""

    object_field: ClassVar[str] = "suppression_id"

    suppression_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class SuppressionLifted(Event):
    """Mail to an address is sent again."""

    object_field: ClassVar[str] = "suppression_id"

    suppression_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailboxChanged(Event):
    """A mailbox has other settings; `changed` names them."""

    object_field: ClassVar[str] = "mailbox_id"

    mailbox_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class MailboxRemoved(Event):
    """The account takes no more mail on an address; its conversations go on in `moved_to`, if anywhere."""

    object_field: ClassVar[str] = "mailbox_id"

    mailbox_id: UUID
    moved_to: UUID | None


@dataclass(frozen=True, kw_only=True)
class DomainChecked(Event):
    """Somebody looked into the DNS of a domain of ours."""

    object_field: ClassVar[str] = "domain_id"

    domain_id: UUID
    is_right: bool


@dataclass(frozen=True, kw_only=True)
class AutoReplyAsked(Event):
    """A mail opened a conversation in a mailbox that answers by itself; whether this one is answered is open."""

    object_field: ClassVar[str] = "conversation_id"

    conversation_id: UUID
    email_id: UUID


@dataclass(frozen=True, kw_only=True)
class AutoReplySent(Event):
    """A customer is sent the mailbox's automatic reply, which the conversation shows as a system message."""

    object_field: ClassVar[str] = "conversation_id"

    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemoFilled(Event):
    """A new demo account has its people, its mailbox and its conversations."""

    conversation_count: int
