"""Who is in the account and who is invited, as the settings show them."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership
from email_channel.enums import SendState
from email_channel.provider.models import SystemMail
from email_channel.views.shapes import NOT_REACHED, Shape


def person_line(membership: Membership) -> Shape:
    """Return somebody who is or was in the account, fetched by `members_ever`."""
    state, look = _state(membership)
    return {
        "url": reverse("member-edit", args=[membership.user_id]),
        "off_url": reverse("member-switch-off", args=[membership.user_id]),
        "on_url": reverse("member-switch-on", args=[membership.user_id]),
        "agent_url": reverse("agent-edit", args=[membership.user_id]) if membership.is_active else "",
        "name": membership.user.name or membership.user.email,
        "email": membership.user.email,
        "role": membership.get_role_display(),
        "is_active": membership.is_active,
        "state": state,
        "look": look,
        "since": membership.created_at,
    }


def invited_line(invitation: Invitation, mail: SystemMail | None, now: datetime) -> Shape:
    """Return somebody who is invited, with what is known of the mail; `is_lost`: it did not arrive."""
    state = SendState(mail.state) if mail else None
    is_lost, is_over = state in NOT_REACHED, invitation.expires_at <= now
    label, look = str(state.label) if state else _("Invited"), "chip-danger" if is_lost else ""
    if is_over and not is_lost:
        label, look = _("Expired"), "chip-warn"
    return {
        "send_url": reverse("invitation-send", args=[invitation.id]),
        "withdraw_url": reverse("invitation-withdraw", args=[invitation.id]),
        "email": invitation.email,
        "role": invitation.get_role_display(),
        "state": label,
        "look": look,
        "is_lost": is_lost,
        "error": mail.error if mail and is_lost else "",
        "expires_at": None if is_over else invitation.expires_at,
    }


def _state(membership: Membership) -> tuple[str, str]:
    if not membership.is_active:
        return _("Switched off"), ""
    if not membership.user.is_active:
        return _("Blocked by the operator"), "chip-danger"
    return _("Active"), "chip-ok"
