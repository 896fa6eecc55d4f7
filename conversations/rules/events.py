"""What happens to automation rules, and by them."""

from dataclasses import dataclass, field
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


@dataclass(frozen=True, kw_only=True)
class RuleApplied(Event):
    """A rule has done what stands next to this event in the log. `agent_ids` are to be told, `webhook_ids` called.

    `notices`: for each of these agents the places of the rule's actions that tell them, such as `0 2`.
    """

    conversation_id: UUID
    rule_id: UUID
    agent_ids: tuple[UUID, ...] = ()
    webhook_ids: tuple[UUID, ...] = ()
    notices: dict[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TemplateReplyAsked(Event):
    """A rule wants the customer to be answered with a template, as far as that is no risk."""

    conversation_id: UUID
    template_id: UUID
    rule_id: UUID


@dataclass(frozen=True, kw_only=True)
class RuleBacktestAsked(Event):
    """Somebody wants to know what a rule would have done."""

    object_field: ClassVar[str] = "rule_id"

    rule_id: UUID
