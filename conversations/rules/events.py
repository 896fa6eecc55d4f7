"""What happens to automation rules, and by them."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hummdesk.events.event import Event, Scalar


@dataclass(frozen=True, kw_only=True)
class AutomationRuleSaved(Event):
    """A rule is new, or another one than before. The ids are of what it names in other apps, by their place in it.

    `gives_timers`: it waits for states that may last already.
    """

    object_field: ClassVar[str] = "rule_id"

    rule_id: UUID
    gives_timers: bool
    template_ids: dict[str, Scalar]
    mailbox_ids: dict[str, Scalar]


@dataclass(frozen=True, kw_only=True)
class AutomationRuleDeleted(Event):
    """A rule is gone."""

    object_field: ClassVar[str] = "rule_id"

    rule_id: UUID
    name: str
