"""Why a mail is where it is, and who takes part in a conversation."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from email_channel.enums import ParticipantRole, SenderStanding
from email_channel.models import EmailMessage
from email_channel.queries import mail_of_message
from email_channel.queries.threads import named_conversation, part_takers
from email_channel.views.shapes import Shape, because
from hummdesk.errors import NotFound
from teams.access import Viewer, viewer_of

_METHODS = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC"}


@member_required
@require_GET
def message_why(request: MemberRequest, id: Any) -> HttpResponse:
    """Show why a mail is in its conversation, and the ways out of it."""
    viewer = viewer_of(request.membership)
    mail = mail_of_message(viewer, id)
    if mail is None or not mail.landed_because:
        raise NotFound
    name = "_message_why" if request.htmx else "message_why"
    back_url = reverse("message-detail", args=[id])
    context = {"why": _why(mail, viewer), "subject": mail.subject, "back_url": back_url}
    return render(request, f"email_channel/{name}.html", context)


@member_required
@require_GET
def conversation_participants(request: MemberRequest, display_id: int) -> HttpResponse:
    """List who takes part in a conversation, and who has written without."""
    conversation = get_conversation_for(viewer_of(request.membership), display_id)
    people = [_person(each.name, each.address, each.role) for each in part_takers(conversation)]
    name = "_participants" if request.htmx else "participants"
    back_url = reverse("conversation-detail", args=[display_id])
    context = {"people": people, "subject": conversation.subject, "back_url": back_url}
    return render(request, f"email_channel/{name}.html", context)


def _person(name: str, address: str, role: str) -> Shape:
    label = str(ParticipantRole(role).label) if role else _("Unverified")
    return {"name": name or address, "address": address if name else "", "label": label, "is_verified": bool(role)}


def _why(mail: EmailMessage, viewer: Viewer) -> Shape:
    named = named_conversation(viewer, mail)
    message = mail.conversation_message
    may_write = viewer.can(Permission.REPLY)
    is_alone = message.conversation.message_count <= 1 or message.conversation.merged_into_id is not None
    return {
        "id": message.id,
        "text": because(mail),
        "facts": [{"label": label, "value": value} for label, value in _facts(mail) if value],
        "named_number": named.display_id if named else 0,
        "named_url": reverse("conversation-detail", args=[named.display_id]) if named else "",
        "may_join": may_write and named is not None,
        "may_split": may_write and not is_alone,
    }


def _facts(mail: EmailMessage) -> list[tuple[str, str]]:
    landing = mail.landing
    sender = mail.from_address or _("No address")
    if landing.get("sender"):
        sender = f"{sender}: {SenderStanding(landing['sender']).label}"
    return [
        (landing.get("header") or _("Named"), landing.get("value") or _("Nothing that is here")),
        (_("From"), sender),
        (_("Mailbox"), landing.get("mailbox", "")),
        (_("Checks"), _checks(mail.authentication)),
    ]


def _checks(found: dict[str, str]) -> str:
    """Return what our receiver found, such as "SPF pass, DMARC fail (mx.acme.example)"."""
    results = ", ".join(f"{label} {found[name]}" for name, label in _METHODS.items() if name in found)
    return f"{results} ({found['server']})" if results else _("Not checked by our mail server")
