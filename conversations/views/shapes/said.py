"""What a change of conversations is called once it is done."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.enums import Folder, Priority, Status
from conversations.views.shapes.shape import moment
from teams.queries import active_agents, sla_policies_by_name, teams_by_name


def said(changes: Mapping[str, Any], count: int = 1) -> str:
    """Return what was done, in past tense: "Assigned to Jonas", "Resolved 3 conversations"."""
    for name, text_of in _TEXTS.items():
        if name in changes:
            return text_of(changes, count)
    return ngettext("Changed", "Changed %(count)d conversations", count) % {"count": count}


def said_with_failures(text: str, failed: Mapping[str, int]) -> str:
    """Return the text with how many were left as they are, and why."""
    if not failed:
        return text
    count = sum(failed.values())
    left = ngettext("%(count)d was left as it is", "%(count)d were left as they are", count) % {"count": count}
    return f"{text}. {left}: {' '.join(failed)}"


def _status(changes: Mapping[str, Any], count: int) -> str:
    if changes["status"] == Status.SNOOZED:
        return _snoozed(changes, count)
    texts = {
        Status.OPEN: ngettext("Opened", "Opened %(count)d conversations", count),
        Status.PENDING: ngettext("Set to pending", "Set %(count)d conversations to pending", count),
        Status.RESOLVED: ngettext("Resolved", "Resolved %(count)d conversations", count),
        Status.CLOSED: ngettext("Closed", "Closed %(count)d conversations", count),
    }
    return texts[Status(changes["status"])] % {"count": count}


def _snoozed(changes: Mapping[str, Any], count: int) -> str:
    at = changes["snoozed_until"]
    if at is None:
        text = ngettext(
            "Snoozed until the customer writes", "Snoozed %(count)d conversations until the customer writes", count
        )
        return text % {"count": count}
    text = ngettext("Snoozed until %(moment)s", "Snoozed %(count)d conversations until %(moment)s", count)
    return text % {"count": count, "moment": moment(at)}


def _assignee(changes: Mapping[str, Any], count: int) -> str:
    name = _name_in({agent.pk: agent.name for agent in active_agents()}, changes["assignee_id"])
    if not name:
        return ngettext("Assignee removed", "Assignee of %(count)d conversations removed", count) % {"count": count}
    text = ngettext("Assigned to %(name)s", "Assigned %(count)d conversations to %(name)s", count)
    return text % {"count": count, "name": name}


def _team(changes: Mapping[str, Any], count: int) -> str:
    name = _name_in({team.id: team.name for team in teams_by_name()}, changes["team_id"])
    if not name:
        return ngettext("Team removed", "Team of %(count)d conversations removed", count) % {"count": count}
    text = ngettext("Moved to %(name)s", "Moved %(count)d conversations to %(name)s", count)
    return text % {"count": count, "name": name}


def _name_in(names: Mapping[UUID, str], id: UUID | str | None) -> str:
    return {str(key): name for key, name in names.items()}.get(str(id), "")


def _priority(changes: Mapping[str, Any], count: int) -> str:
    text = ngettext("Priority set to %(name)s", "Priority of %(count)d conversations set to %(name)s", count)
    return text % {"count": count, "name": str(Priority(changes["priority"]).label).lower()}


def _add_tags(changes: Mapping[str, Any], count: int) -> str:
    text = ngettext("Tagged %(names)s", "Tagged %(count)d conversations %(names)s", count)
    return text % {"count": count, "names": ", ".join(changes["add_tags"])}


def _remove_tags(changes: Mapping[str, Any], count: int) -> str:
    text = ngettext("Tag %(names)s removed", "Tag %(names)s removed from %(count)d conversations", count)
    return text % {"count": count, "names": ", ".join(changes["remove_tags"])}


def _subject(_changes: Mapping[str, Any], _count: int) -> str:
    return _("Subject changed")


def _category(_changes: Mapping[str, Any], count: int) -> str:
    return ngettext("Category changed", "Category of %(count)d conversations changed", count) % {"count": count}


def _policy(changes: Mapping[str, Any], count: int) -> str:
    name = _name_in({policy.pk: policy.name for policy in sla_policies_by_name()}, changes["sla_policy_id"])
    if not name:
        text = ngettext(
            "SLA policy left to the scopes", "SLA policy of %(count)d conversations left to the scopes", count
        )
        return text % {"count": count}
    text = ngettext("SLA policy set to %(name)s", "SLA policy of %(count)d conversations set to %(name)s", count)
    return text % {"count": count, "name": name}


def _folder(changes: Mapping[str, Any], count: int) -> str:
    texts = {
        Folder.INBOX: ngettext("Moved to the inbox", "Moved %(count)d conversations to the inbox", count),
        Folder.SPAM: ngettext("Moved to spam", "Moved %(count)d conversations to spam", count),
        Folder.TRASH: ngettext("Moved to the trash", "Moved %(count)d conversations to the trash", count),
    }
    return texts[Folder(changes["folder"])] % {"count": count}


# The first of these that is among the changes names all of them.
_TEXTS: Mapping[str, Callable[[Mapping[str, Any], int], str]] = {
    "folder": _folder,
    "status": _status,
    "snoozed_until": _snoozed,
    "assignee_id": _assignee,
    "team_id": _team,
    "priority": _priority,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    "subject": _subject,
    "category": _category,
    "sla_policy_id": _policy,
}
