"""What conditions may ask about: the one allow-list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.custom_fields import FIELD_NAME_MAX_LENGTH
from conversations.enums import Channel, Folder, Priority, RuleTrigger, SlaState, Status
from hummdesk.events.actor import ActorKind

CUSTOM, CONTACT_CUSTOM = "custom.", "contact.custom."
BEFORE, AFTER = "before.", "after."


class RuleOp(TextChoices):
    """How a field is compared. With `in` the value is a list, with `is_empty` true or false."""

    IS = "is", _("is")
    IS_NOT = "is_not", _("is not")
    IN = "in", _("is one of")
    CONTAINS = "contains", _("contains")
    NOT_CONTAINS = "not_contains", _("does not contain")
    STARTS_WITH = "starts_with", _("starts with")
    IS_EMPTY = "is_empty", _("is empty")
    GT = "gt", _("is more than")
    LT = "lt", _("is less than")


class FieldType(TextChoices):
    """Which values a field or a parameter of an action has, and so which input a page shows for it.

    `category` is a slug, `tag` and `tags` are names, `team` to `agents` ids, `duration` seconds, `share` 0 to 1.
    """

    STATUS = "status", _("Status")
    PRIORITY = "priority", _("Priority")
    CHANNEL = "channel", _("Channel")
    FOLDER = "folder", _("Folder")
    SLA = "sla", _("SLA state")
    ACTOR = "actor", _("Who does something")
    MOOD = "mood", _("Mood")
    CATEGORY = "category", _("Category")
    TEAM = "team", _("Team")
    AGENT = "agent", _("Agent")
    AGENTS = "agents", _("Agents")
    MAILBOX = "mailbox", _("Mailbox")
    COMPANY = "company", _("Company")
    TEMPLATE = "template", _("Template")
    WEBHOOK = "webhook", _("Webhook")
    SLA_POLICY = "sla_policy", _("SLA policy")
    TAG = "tag", _("Tag")
    TAGS = "tags", _("Tags")
    LANGUAGE = "language", _("Language")
    TEXT = "text", _("Text")
    ANY = "any", _("Text or number")
    NUMBER = "number", _("Number")
    DURATION = "duration", _("Duration")
    SHARE = "share", _("Share")
    FLAG = "flag", _("Yes or no")


class Mood(TextChoices):
    """What `ai` says of the mood of a message, in its words."""

    NEGATIVE = "negative", _("Negative")
    NEUTRAL = "neutral", _("Neutral")
    POSITIVE = "positive", _("Positive")


@dataclass(frozen=True)
class RuleField:
    """One field. `triggers`: only of these it is known, none means always. `is_private`: no log keeps its value."""

    name: str
    label: str | Promise
    type: FieldType
    ops: tuple[RuleOp, ...]
    triggers: tuple[RuleTrigger, ...] = ()
    is_private: bool = False

    @property
    def choices(self) -> Sequence[tuple[str, str | Promise]]:
        """The values with their labels, none where rows of the account are the choices, or anything."""
        known = CHOICES_OF_TYPE.get(self.type)
        return list(known.choices) if known else []


CHOICES_OF_TYPE: Mapping[FieldType, type[TextChoices]] = {
    FieldType.STATUS: Status,
    FieldType.PRIORITY: Priority,
    FieldType.CHANNEL: Channel,
    FieldType.FOLDER: Folder,
    FieldType.SLA: SlaState,
    FieldType.ACTOR: ActorKind,
    FieldType.MOOD: Mood,
}
# What an event changes → the field of the conversation that is different then.
FIELD_OF_TRIGGER: Mapping[RuleTrigger, str] = {
    RuleTrigger.STATUS_CHANGED: "status",
    RuleTrigger.PRIORITY_CHANGED: "priority",
    RuleTrigger.CATEGORY_CHANGED: "category",
    RuleTrigger.TEAM_CHANGED: "team",
    RuleTrigger.ASSIGNEE_CHANGED: "assignee",
    RuleTrigger.TAGS_CHANGED: "tags",
}
_ALWAYS_ONE = (RuleOp.IS, RuleOp.IS_NOT, RuleOp.IN)
_ONE_OR_NONE = (*_ALWAYS_ONE, RuleOp.IS_EMPTY)
_SET = (RuleOp.CONTAINS, RuleOp.NOT_CONTAINS, RuleOp.IS_EMPTY)
_TEXT = (*_ALWAYS_ONE, RuleOp.CONTAINS, RuleOp.NOT_CONTAINS, RuleOp.STARTS_WITH, RuleOp.IS_EMPTY)
_LONG_TEXT = (RuleOp.CONTAINS, RuleOp.NOT_CONTAINS, RuleOp.STARTS_WITH, RuleOp.IS_EMPTY)
_SIZE = (RuleOp.GT, RuleOp.LT)
_SIZE_OR_NONE = (*_SIZE, RuleOp.IS_EMPTY)
_ANYTHING = (*_TEXT, *_SIZE)
_FLAG = (RuleOp.IS,)

_PLAIN = (
    RuleField("status", _("Status"), FieldType.STATUS, _ALWAYS_ONE),
    RuleField("priority", _("Priority"), FieldType.PRIORITY, _ALWAYS_ONE),
    RuleField("channel", _("Channel"), FieldType.CHANNEL, _ALWAYS_ONE),
    RuleField("folder", _("Folder"), FieldType.FOLDER, _ALWAYS_ONE),
    RuleField("category", _("Category"), FieldType.CATEGORY, _ONE_OR_NONE),
    RuleField("team", _("Team"), FieldType.TEAM, _ONE_OR_NONE),
    RuleField("assignee", _("Assignee"), FieldType.AGENT, _ONE_OR_NONE),
    RuleField("tags", _("Tags"), FieldType.TAG, _SET),
    RuleField("language", _("Language"), FieldType.LANGUAGE, _ONE_OR_NONE),
    RuleField("mailbox", _("Mailbox"), FieldType.MAILBOX, _ONE_OR_NONE),
    RuleField("subject", _("Subject"), FieldType.TEXT, _TEXT, is_private=True),
    RuleField("first_message", _("First message of the customer"), FieldType.TEXT, _LONG_TEXT, is_private=True),
    RuleField("newest_message", _("Newest message"), FieldType.TEXT, _LONG_TEXT, is_private=True),
    RuleField("contact.email", _("Customer’s address"), FieldType.TEXT, _TEXT, is_private=True),
    RuleField("contact.domain", _("Domain of the customer’s address"), FieldType.TEXT, _TEXT),
    RuleField("contact.company", _("Customer’s company"), FieldType.COMPANY, _ONE_OR_NONE),
    RuleField("waiting_s", _("The customer has been waiting for"), FieldType.DURATION, _SIZE_OR_NONE),
    RuleField("age_s", _("Time since it began"), FieldType.DURATION, _SIZE),
    RuleField("message_count", _("Number of messages"), FieldType.NUMBER, (RuleOp.IS, *_SIZE)),
    RuleField("hours_open", _("Business hours are open"), FieldType.FLAG, _FLAG),
    RuleField("sla", _("SLA state"), FieldType.SLA, _ONE_OR_NONE),
    RuleField("actor", _("Who did it"), FieldType.ACTOR, _ONE_OR_NONE),
    RuleField("ai.category", _("AI: category"), FieldType.CATEGORY, _ONE_OR_NONE),
    RuleField("ai.category_confidence", _("AI: sure of the category"), FieldType.SHARE, _SIZE_OR_NONE),
    RuleField("ai.priority", _("AI: priority"), FieldType.PRIORITY, _ONE_OR_NONE),
    RuleField("ai.priority_confidence", _("AI: sure of the priority"), FieldType.SHARE, _SIZE_OR_NONE),
    RuleField("ai.sentiment", _("AI: mood"), FieldType.MOOD, _ONE_OR_NONE),
    RuleField("ai.sentiment_confidence", _("AI: sure of the mood"), FieldType.SHARE, _SIZE_OR_NONE),
    RuleField("ai.urgency", _("AI: urgency"), FieldType.SHARE, _SIZE_OR_NONE),
    RuleField("ai.urgency_confidence", _("AI: sure of the urgency"), FieldType.SHARE, _SIZE_OR_NONE),
)
_CHANGED_LABELS: Mapping[str, tuple[Promise, Promise]] = {
    "status": (_("Status before"), _("Status after")),
    "priority": (_("Priority before"), _("Priority after")),
    "category": (_("Category before"), _("Category after")),
    "team": (_("Team before"), _("Team after")),
    "assignee": (_("Assignee before"), _("Assignee after")),
    "tags": (_("Tags taken off"), _("Tags put on")),
}


@cache
def rule_fields() -> Mapping[str, RuleField]:
    """Return the fields by name, in the order in which pages offer them; custom fields, which go by prefix, are not
    among them."""
    return MappingProxyType({field.name: field for field in (*_PLAIN, *_changed_fields())})


def field_of(name: object) -> RuleField | None:
    """Return the field of this name, also of a custom one (`custom.<name>`, `contact.custom.<name>`), else None."""
    if not isinstance(name, str):
        return None
    for prefix in (CUSTOM, CONTACT_CUSTOM, BEFORE + CUSTOM, AFTER + CUSTOM):
        if name.startswith(prefix):
            return _custom_field(name, name.removeprefix(prefix))
    return rule_fields().get(name)


def _custom_field(name: str, own_name: str) -> RuleField | None:
    if not own_name.strip() or len(own_name) > FIELD_NAME_MAX_LENGTH:
        return None
    triggers = (RuleTrigger.FIELDS_CHANGED,) if name.startswith((BEFORE, AFTER)) else ()
    return RuleField(name, own_name, FieldType.ANY, _ANYTHING, triggers, is_private=True)


def _changed_fields() -> Sequence[RuleField]:
    plain = {field.name: field for field in _PLAIN}
    return [
        RuleField(prefix + name, label, plain[name].type, plain[name].ops, (trigger,))
        for trigger, name in FIELD_OF_TRIGGER.items()
        for prefix, label in zip((BEFORE, AFTER), _CHANGED_LABELS[name], strict=True)
    ]
