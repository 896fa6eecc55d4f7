"""What the templates of customers and companies read: ready values, no queries, no models."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.enums import Folder, IdentityKind, Status
from conversations.models import Company, Contact, ContactIdentity, Conversation
from conversations.queries.contacts import identities_by_kind
from conversations.queries.people import Tally
from conversations.views.people.forms import language_name
from conversations.views.shapes.shape import Shape
from teams.access import Viewer

_KIND_ICONS = {IdentityKind.EMAIL: "mail", IdentityKind.PHONE: "phone", IdentityKind.EXTERNAL: "hash"}
_KIND_LINKS = {IdentityKind.EMAIL: "mailto:", IdentityKind.PHONE: "tel:"}
_STATUS_ICONS = {
    Status.OPEN: "circle-dot",
    Status.PENDING: "hourglass",
    Status.SNOOZED: "alarm-clock",
    Status.RESOLVED: "circle-check",
    Status.CLOSED: "archive",
}


def contact_url(contact_id: UUID, name: str = "contact-detail", **query: str) -> str:
    """Return the address of a customer, or of something done to one."""
    return reverse(name, args=[contact_id]) + (f"?{urlencode(query)}" if query else "")


def contact_row(contact: Contact, tally: Tally) -> Shape:
    """Return a customer in a table."""
    return {
        "name": shown_name(contact),
        "tint": contact.id,
        "url": contact_url(contact.id),
        "address": contact.email or contact.phone,
        "company": contact.company.name if contact.company else "",
        "is_blocked": contact.is_blocked,
        "total": tally.total,
        "unfinished": tally.unfinished,
        "at": tally.last_at,
    }


def company_row(company: Company, customer_count: int) -> Shape:
    """Return a company in a table."""
    return {
        "name": company.name,
        "tint": company.id,
        "url": reverse("company-detail", args=[company.id]),
        "domain": company.domain,
        "customer_count": customer_count,
        "at": company.created_at,
    }


def history_row(conversation: Conversation, *, with_customer: bool = False) -> Shape:
    """Return a conversation in somebody's history."""
    status = Status(conversation.status)
    folder = Folder(conversation.folder)
    return {
        "url": reverse("conversation-detail", args=[conversation.display_id]) + "?view=all",
        "display_id": conversation.display_id,
        "subject": conversation.subject or _("(no subject)"),
        "preview": conversation.preview,
        "status": status.label if folder == Folder.INBOX else folder.label,
        "icon": _STATUS_ICONS[status],
        "is_done": status in (Status.RESOLVED, Status.CLOSED),
        "customer": shown_name(conversation.contact) if with_customer else "",
        "assignee": conversation.assignee.name if conversation.assignee else "",
        "assignee_tint": conversation.assignee_id or "",
        "message_count": conversation.message_count,
        "at": conversation.last_activity_at,
    }


def contact_shape(
    contact: Contact, viewer: Viewer, tally: Tally, *, merged: Sequence[tuple[Contact, datetime]] = ()
) -> Shape:
    """Return a customer's page."""
    known_by = identities_by_kind(contact)
    urls = {name: contact_url(contact.id, f"contact-{name}") for name in _DEEDS}
    return {
        "id": contact.id,
        "name": shown_name(contact),
        "tint": contact.id,
        "url": contact_url(contact.id),
        "urls": urls | ({} if viewer.can(Permission.DELETE_MESSAGES) else {"erase": ""}),
        "email": contact.email,
        "is_blocked": contact.is_blocked,
        "identities": [_identity(row, contact, rows) for rows in known_by.values() for row in rows],
        "company": _company(contact.company),
        "facts": _facts(contact),
        "tally": tally,
        "merged": [
            {"name": shown_name(source), "at": at, "url": contact_url(source.id, "contact-unmerge")}
            for source, at in merged
        ],
    }


_DEEDS = ("edit", "identity", "block", "unblock", "merge", "erase")


def compared(contact: Contact, other: Contact, tallies: Mapping[UUID, Tally]) -> Shape:
    """Return two customers side by side; the one with more conversations is the one to keep."""
    pair = [contact, other]
    totals = [tallies.get(one.id, Tally()).total for one in pair]
    keep = other if totals[1] > totals[0] else contact
    labels = [_("Addresses"), _("Company"), _("Language"), _("Conversations"), _("Added")]
    sides = [_compared_values(one, total) for one, total in zip(pair, totals, strict=True)]
    return {
        "people": [{"id": one.id, "name": shown_name(one), "tint": one.id, "is_kept": one == keep} for one in pair],
        "other_id": other.id,
        "rows": [{"label": label, "values": row} for label, *row in zip(labels, *sides, strict=True)],
    }


def company_shape(company: Company, viewer: Viewer, *, customer_count: int) -> Shape:
    """Return a company's page."""
    may_delete = viewer.can(Permission.MANAGE_TEMPLATES)
    return {
        "id": company.id,
        "name": company.name,
        "tint": company.id,
        "url": reverse("company-detail", args=[company.id]),
        "edit_url": reverse("company-edit", args=[company.id]),
        "delete_url": reverse("company-delete", args=[company.id]) if may_delete else "",
        "customers_url": f"{reverse('contact-list')}?{urlencode({'company': company.id})}",
        "domain": company.domain,
        "customer_count": customer_count,
        "facts": [*_custom_facts(company.custom_fields), {"label": _("Added"), "at": company.created_at}],
    }


def shown_name(contact: Contact) -> str:
    """Return what a customer is called by: name, address, number, or that nobody knows."""
    return contact.display_name or contact.phone or _("Unknown")


def _company(company: Company | None) -> Shape | None:
    return {"name": company.name, "url": reverse("company-detail", args=[company.id])} if company else None


def _identity(row: ContactIdentity, contact: Contact, rows: Sequence[ContactIdentity]) -> Shape:
    kind = IdentityKind(row.kind)
    link = _KIND_LINKS.get(kind)
    return {
        "kind": kind.value,
        "label": kind.label,
        "icon": _KIND_ICONS[kind],
        "value": row.value,
        "href": f"{link}{row.value}" if link else "",
        "is_main": len(rows) > 1 and row is rows[0] and row.value in (contact.email, contact.phone),
        "can_lead": row is not rows[0] and kind != IdentityKind.EXTERNAL,
    }


def _facts(contact: Contact) -> list[Shape]:
    facts = [{"label": _("Language"), "value": language_name(contact.language)}] if contact.language else []
    pictures = _("Shown") if contact.shows_remote_images else _("Blocked")
    return [
        *facts,
        {"label": _("Pictures"), "value": pictures},
        *_custom_facts(contact.custom_fields),
        {"label": _("Added"), "at": contact.created_at},
    ]


def _custom_facts(fields: Mapping[str, object]) -> list[Shape]:
    shown = {True: _("Yes"), False: _("No")}
    return [
        {"label": name, "value": shown[value] if isinstance(value, bool) else str(value)}
        for name, value in sorted(fields.items())
    ]


def _compared_values(contact: Contact, total: int) -> list[list[str]]:
    known_by = identities_by_kind(contact)
    return [
        [row.value for rows in known_by.values() for row in rows],
        [contact.company.name] if contact.company else [],
        [language_name(contact.language)] if contact.language else [],
        [str(total)],
        [date_format(timezone.localtime(contact.created_at), "j M Y")],
    ]
