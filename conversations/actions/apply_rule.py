"""What a rule that matched does, all of it or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.actions.change_conversation import apply_changes
from conversations.enums import MessageKind
from conversations.events import NoteAdded
from conversations.models import AutomationRule, Conversation, Message
from conversations.queries.changes import checked_changes
from conversations.queries.rules import leaders_of
from conversations.rules.actions import action_changes, rule_actions
from conversations.rules.events import RuleApplied, TemplateReplyAsked
from conversations.rules.triggers import CHANGED_BY_EVENT
from hummdesk.events.actor import Actor
from hummdesk.events.event import Event
from hummdesk.events.publishing import action, publish
from hummdesk.markup import text_to_html
from teams.enums import RoutingStrategy


@dataclass(frozen=True)
class ActionResult:
    """What became of one action of a rule; `why` it did nothing, "" where it did something."""

    type: str
    done: bool
    why: str = ""


@dataclass
class _Work:
    """A rule at work on a locked conversation, at its action of this place; and by whom it tells, the places of what
    tells them."""

    rule: AutomationRule
    conversation: Conversation
    changed: frozenset[str]
    place: int = 0
    told: dict[UUID, list[int]] = field(default_factory=dict)
    webhook_ids: list[UUID] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        return Actor.rule(self.rule.id)


# An action, so that the events of a rule that fails go with what it did.
@action
def apply_rule(rule: AutomationRule, conversation: Conversation) -> Sequence[ActionResult]:
    """The locked conversation is as the rule wants it; return what each of its actions did.

    Raises: MergedAway, TransitionRefused, ValidationFailed, and then nothing is done.
    Publishes: RuleApplied when anything was done, TemplateReplyAsked, NoteAdded, and what `apply_changes` does.
    """
    changes = checked_changes(action_changes(rule.actions, now=timezone.now()))
    events = apply_changes(conversation, changes, actor=Actor.rule(rule.id)) if changes else []
    work = _Work(rule, conversation, frozenset(map(_field_of, events)))
    results = [_done(work, place, one) for place, one in enumerate(rule.actions)]
    if any(one.done for one in results):
        publish(
            RuleApplied(
                actor=work.actor,
                conversation_id=conversation.id,
                rule_id=rule.id,
                agent_ids=tuple(work.told),
                webhook_ids=tuple(dict.fromkeys(work.webhook_ids)),
                notices={str(agent_id): " ".join(map(str, places)) for agent_id, places in work.told.items()},
            )
        )
    return results


def _field_of(event: Event) -> str:
    name = event.type_name()
    return CHANGED_BY_EVENT[name][0] if name in CHANGED_BY_EVENT else name


def _done(work: _Work, place: int, one: Mapping[str, Any]) -> ActionResult:
    work.place = place
    do = _DO.get(one["type"])
    if do is not None:
        why = do(work, one)
        return ActionResult(one["type"], not why, why)
    is_changed = rule_actions()[one["type"]].sets in work.changed
    return ActionResult(one["type"], is_changed, "" if is_changed else _("It was so already."))


def _note(work: _Work, one: Mapping[str, Any]) -> str:
    message = Message.objects.create(
        conversation=work.conversation,
        kind=MessageKind.SYSTEM,
        is_automatic=True,
        body_text=one["text"],
        body_html=text_to_html(one["text"]),
    )
    publish(NoteAdded(actor=work.actor, conversation_id=work.conversation.id, message_id=message.id))
    return ""


def _reply(work: _Work, one: Mapping[str, Any]) -> str:
    publish(
        TemplateReplyAsked(
            actor=work.actor,
            conversation_id=work.conversation.id,
            template_id=UUID(one["template_id"]),
            rule_id=work.rule.id,
        )
    )
    return ""


def _tell(work: _Work, one: Mapping[str, Any]) -> str:
    wanted = [UUID(agent_id) for agent_id in one.get("agent_ids") or []]
    found = wanted or agents_to_tell(work.conversation)
    for agent_id in dict.fromkeys(found):
        work.told.setdefault(agent_id, []).append(work.place)
    return "" if found else _("There is nobody to tell: it has neither an assignee nor a team with leaders.")


def agents_to_tell(conversation: Conversation) -> Sequence[UUID]:
    """Return whom a rule tells that names nobody: the assignee, else the leaders of the team. One query at most."""
    if conversation.assignee_id is not None:
        return [conversation.assignee_id]
    return leaders_of(conversation.team_id) if conversation.team_id else []


def _call(work: _Work, one: Mapping[str, Any]) -> str:
    work.webhook_ids.append(UUID(one["webhook_id"]))
    return ""


def _route(work: _Work, _one: Mapping[str, Any]) -> str:
    """It waits for an agent, whom the router finds once this is done (`conversations.tasks.attend`)."""
    team = work.conversation.team
    if team is None or team.routing == RoutingStrategy.MANUAL:
        return _("It is in no team that finds an agent by itself.")
    if work.conversation.assignee_id is None:
        return _("It waits for an agent already.")
    apply_changes(work.conversation, {"assignee": None}, actor=work.actor)
    return ""


_DO: Mapping[str, Callable[[_Work, Mapping[str, Any]], str]] = {
    "note": _note,
    "reply_template": _reply,
    "notify": _tell,
    "webhook": _call,
    "route": _route,
}
