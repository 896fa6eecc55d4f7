"""What happens to accounts and their members; kept in the account's own log."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hummdesk.events.event import Event


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    """The account is there, with its schema."""

    object_field: ClassVar[str] = "account_id"

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    """Name, language, branding or settings are different; `fields` names them, comma-separated."""

    object_field: ClassVar[str] = "account_id"

    account_id: UUID
    fields: str


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Event):
    """A user belongs to the account, for the first time or again."""

    object_field: ClassVar[str] = "user_id"

    user_id: UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    """A user's membership has ended."""

    object_field: ClassVar[str] = "user_id"

    user_id: UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Event):
    """A member has another role."""

    object_field: ClassVar[str] = "user_id"

    user_id: UUID
    role_before: str
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberRenamed(Event):
    """A member goes by another name, in every account of theirs."""

    object_field: ClassVar[str] = "user_id"

    user_id: UUID
