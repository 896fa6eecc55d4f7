"""What the inbox says before anything has come to it: what to do, in order."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Permission
from conversations.queries.first_steps import SetupState
from conversations.views.shapes.shape import Shape
from teams.access import Viewer


def first_steps(viewer: Viewer, state: SetupState) -> Shape | None:
    """Return what an empty inbox says at first, with the way on for those who may go it, or None."""
    if viewer.can(Permission.MANAGE_ACCOUNT) and viewer.can(Permission.MANAGE_TEAMS):
        return {"icon": "inbox", "title": _title(state), "text": _text(state), "steps": _steps(state)}
    if state.address:
        return None
    return {
        "icon": "mail",
        "title": _("No mailbox is connected yet."),
        "text": _("Conversations come here once an admin has connected one."),
    }


def _title(state: SetupState) -> str:
    return _("Nothing has come yet.") if state.address else _("Connect a mailbox to start.")


def _text(state: SetupState) -> str:
    if not state.address:
        return _("Customers write to its address, and their mail comes here. Then go on in this order:")
    if not state.is_staffed:
        return _("What is left, in this order:")
    return _("Write to %(address)s from your own mail to see it arrive.") % {"address": state.address}


def _steps(state: SetupState) -> list[Shape]:
    return [
        _step(_("Mailbox"), "mail", *_mailbox(state), is_done=bool(state.address)),
        _step(_("People"), "user-plus", *_people(state), is_done=state.people_count > 1),
        _step(_("Team"), "users", *_team(state), is_done=bool(state.routing_team)),
        _step(_("Business hours"), "clock", *_there(state.hours, "settings-hours"), is_done=bool(state.hours)),
        _step(_("SLA policy"), "timer", *_there(state.policy, "settings-sla"), is_done=bool(state.policy)),
        _step(_("Rules"), "workflow", *_rules(state), is_done=bool(state.rule_count)),
        _step(_("Be online"), "user-check", *_online(state), is_done=state.is_staffed),
    ]


def _step(label: str, icon: str, text: str, url: str, *, is_done: bool) -> Shape:
    return {"label": label, "icon": icon, "text": text, "url": url, "is_done": is_done}


def _mailbox(state: SetupState) -> tuple[str, str]:
    if state.address:
        return state.address, reverse("settings-mailboxes")
    return _("The address that customers write to."), reverse("mailbox-create")


def _people(state: SetupState) -> tuple[str, str]:
    there = ngettext("%(count)d person", "%(count)d people", state.people_count) % {"count": state.people_count}
    text = _("Invite whoever else answers. This may wait.")
    return there if state.people_count > 1 else text, reverse("settings-people")


def _team(state: SetupState) -> tuple[str, str]:
    only: Any = state.only_team_id
    url = reverse("team-edit", args=[only]) if only else reverse("settings-teams")
    text = _("Put people in it, and let it give out conversations by itself.")
    return state.routing_team or text, url


def _there(name: str, page: str) -> tuple[str, str]:
    text = _("“%(name)s” is there. See whether it fits.") % {"name": name} if name else _("None yet.")
    return text, reverse(page)


def _rules(state: SetupState) -> tuple[str, str]:
    text = _("What is done by itself: tag, move, answer. This may wait.")
    return _("%(count)d there") % {"count": state.rule_count} if state.rule_count else text, reverse("settings-rules")


def _online(state: SetupState) -> tuple[str, str]:
    text = _("Only who is online is given conversations: set it here, or in the menu under your name.")
    return _("Somebody takes conversations.") if state.is_staffed else text, reverse("board")
