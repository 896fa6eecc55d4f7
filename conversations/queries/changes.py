"""Whether what is asked to change can be, before any conversation is looked at."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypedDict, TypeVar, cast
from uuid import UUID

from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.custom_fields import changed_custom_fields
from conversations.enums import Folder, Priority, Status
from conversations.errors import SnoozeInPast, UnknownAssignee
from conversations.models import Category, Conversation
from hummdesk.errors import ValidationFailed
from hummdesk.events.event import Scalar
from teams.models import Agent, SlaPolicy, Team

TAG_MAX_LENGTH, MOST_TAGS = 50, 30
# Conversations in one bulk change.
BULK_MOST = 200
LONGEST_SNOOZE = timedelta(days=366)
SUBJECT_MAX_LENGTH = int(Conversation._meta.get_field("subject").max_length or 0)

C = TypeVar("C", bound=TextChoices)


class CheckedChanges(TypedDict, total=False):
    """What is to change, with rows for ids; a key that is not there stays as it is."""

    status: Status
    snoozed_until: datetime | None
    priority: Priority
    assignee: Agent | None
    team: Team | None
    subject: str
    tags: list[str]
    add_tags: list[str]
    remove_tags: list[str]
    custom_fields: dict[str, Scalar]
    category: Category | None
    folder: Folder
    sla_policy: SlaPolicy | None


def checked_changes(changes: Mapping[str, Any]) -> CheckedChanges:
    """Return the changes with their rows. One query each for what is named by an id or slug.

    Raises: ValidationFailed, which names every field that is at fault.
    """
    checked: dict[str, Any] = {}
    faults: list[ValidationFailed] = []
    for name, value in changes.items():
        try:
            key, check = _check_of(name)
            checked[key] = check(value)
        except ValidationFailed as fault:
            faults.append(fault)
    if checked.get("status") == Status.SNOOZED and "snoozed_until" not in changes:
        faults.append(SnoozeInPast())
    if checked.get("snoozed_until") and checked.get("status", Status.SNOOZED) != Status.SNOOZED:
        faults.append(fault_in("snoozed_until", _("Only a snoozed conversation has a time to wake up.")))
    if faults:
        raise _all_in_one(faults)
    return cast(CheckedChanges, checked)  # its keys are those of the table below


def fault_in(name: str, text: str) -> ValidationFailed:
    """Return the error that a field is at fault."""
    return ValidationFailed(errors={name: [text]})


def _all_in_one(faults: list[ValidationFailed]) -> ValidationFailed:
    if len(faults) == 1:
        return faults[0]
    return ValidationFailed(errors={name: texts for fault in faults for name, texts in fault.errors.items()})


def _check_of(name: str) -> tuple[str, Callable[[Any], Any]]:
    if name not in _CHECKS:
        raise fault_in(
            name, _("There is no such field. There are: %(names)s.") % {"names": ", ".join(sorted(_CHECKS))}
        )
    return _CHECKS[name]


def _status(value: Any) -> Status:
    return _choice("status", Status, value)


def _priority(value: Any) -> Priority:
    return _choice("priority", Priority, value)


def _folder(value: Any) -> Folder:
    return _choice("folder", Folder, value)


def _choice(name: str, choices: type[C], value: Any) -> C:
    try:
        return choices(value)
    except ValueError:
        raise fault_in(name, _("Use one of: %(names)s.") % {"names": ", ".join(choices.values)}) from None


def checked_waking(value: datetime | None) -> datetime | None:
    """Return the moment in UTC: not every offset from it can be kept. Raises: ValidationFailed."""
    if value is None:
        return None
    now = timezone.now()
    if value <= now:
        raise SnoozeInPast
    if value > now + LONGEST_SNOOZE:
        raise fault_in("snoozed_until", _("Choose a time within a year."))
    return value.astimezone(UTC)


def _assignee(value: Any) -> Agent | None:
    if value is None:
        return None
    agent_id = _uuid(value)
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first() if agent_id else None
    if agent is None:
        raise UnknownAssignee
    return agent


def _team(value: Any) -> Team | None:
    if value is None:
        return None
    team_id = _uuid(value)
    team = Team.objects.filter(pk=team_id).first() if team_id else None
    if team is None:
        raise fault_in("team_id", _("There is no such team."))
    return team


def _category(value: Any) -> Category | None:
    if value is None:
        return None
    category_id = _uuid(value)
    named = Q(pk=category_id) if category_id else Q(slug=str(value).replace("\x00", ""))
    category = Category.objects.filter(named).first()
    if category is None:
        raise fault_in("category", _("There is no such category."))
    return category


def _sla_policy(value: Any) -> SlaPolicy | None:
    if value is None:
        return None
    policy_id = _uuid(value)
    policy = SlaPolicy.objects.filter(pk=policy_id).first() if policy_id else None
    if policy is None:
        raise fault_in("sla_policy_id", _("There is no such policy."))
    return policy


def _uuid(value: Any) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None


def checked_subject(value: Any) -> str:
    """Return the subject on one line. Raises: ValidationFailed when it is empty or too long."""
    subject = " ".join(str(value).replace("\x00", "").split())
    if not subject or len(subject) > SUBJECT_MAX_LENGTH:
        raise fault_in("subject", _("Use 1 to %(count)d characters.") % {"count": SUBJECT_MAX_LENGTH})
    return subject


def _tags_in(name: Literal["tags", "add_tags", "remove_tags"]) -> Callable[[Any], list[str]]:
    def check(value: Any) -> list[str]:
        return checked_tag_names(value, name=name)

    return check


def checked_tag_names(value: Any, *, name: str = "tags") -> list[str]:
    """Return the words trimmed, each once whatever its case. Raises: ValidationFailed."""
    words = {
        word.lower(): word for word in reversed([" ".join(str(one).replace("\x00", "").split()) for one in value])
    }
    if len(words) > MOST_TAGS:
        raise fault_in(name, _("Use at most %(count)d tags.") % {"count": MOST_TAGS})
    if any(not word or len(word) > TAG_MAX_LENGTH for word in words.values()):
        raise fault_in(name, _("A tag has 1 to %(count)d characters.") % {"count": TAG_MAX_LENGTH})
    return list(words.values())[::-1]


def _custom_fields(value: Any) -> dict[str, Scalar]:
    changed_custom_fields({}, value)
    return dict(value)


# What a client may name → the key of `CheckedChanges`, and what makes its value.
_CHECKS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "status": ("status", _status),
    "snoozed_until": ("snoozed_until", checked_waking),
    "priority": ("priority", _priority),
    "assignee_id": ("assignee", _assignee),
    "team_id": ("team", _team),
    "subject": ("subject", checked_subject),
    "tags": ("tags", _tags_in("tags")),
    "add_tags": ("add_tags", _tags_in("add_tags")),
    "remove_tags": ("remove_tags", _tags_in("remove_tags")),
    "custom_fields": ("custom_fields", _custom_fields),
    "category": ("category", _category),
    "folder": ("folder", _folder),
    "sla_policy_id": ("sla_policy", _sla_policy),
}
