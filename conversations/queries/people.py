"""What the pages about customers and their companies show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from conversations.access import visible_conversations
from conversations.enums import UNFINISHED
from conversations.events import ContactMerged
from conversations.models import Company, Contact, Conversation
from conversations.queries.contacts import MERGE_UNDO_LASTS, filtered_companies, filtered_contacts, live_contacts
from hummdesk.events.models import LoggedEvent
from hummdesk.keyset import KeysetPage, keyset_page
from teams.access import Viewer

# What a reader may sort by → the columns.
PEOPLE_ORDERS: Mapping[str, Sequence[str]] = {"name": ("name",), "newest": ("-created_at",)}
PEOPLE_PER_PAGE, CONVERSATIONS_PER_PAGE = 50, 30
COMPANY_CHOICES_MOST = 200
MERGE_CHOICES_MOST = 8
# In the order of `Tally`.
_TALLY = {
    "total": Count("id"),
    "unfinished": Count("id", filter=Q(status__in=UNFINISHED)),
    "last_at": Max("last_activity_at"),
}


@dataclass(frozen=True)
class Tally:
    """Conversations that the viewer may see; `last_at` is when something last happened in one."""

    total: int = 0
    unfinished: int = 0
    last_at: datetime | None = None


def contact_page(filters: Mapping[str, Any], *, order: str, cursor: str = "") -> KeysetPage[Contact]:
    """Return contacts for which the filters hold, with company and identities. See `filtered_contacts`.

    Three queries at most. Raises: ValidationFailed for a forged cursor.
    """
    rows = filtered_contacts(filters)
    return keyset_page(rows, PEOPLE_ORDERS[order], limit=PEOPLE_PER_PAGE, cursor=cursor, ordering=order)


def contacts_like(contact: Contact, text: str) -> Sequence[Contact]:
    """Return a few others whom the text finds; without one, whom the longest word of the name does.

    Three queries at most.
    """
    text = text or max((contact.name or contact.email.partition("@")[0]).split(), key=len, default="")
    if not text:
        return []
    rows = filtered_contacts({"q": text}).exclude(id=contact.id)
    return list(rows.order_by("name", "id")[:MERGE_CHOICES_MOST])


def company_page(filters: Mapping[str, Any], *, order: str, cursor: str = "") -> KeysetPage[Company]:
    """Return companies for which the filters hold. One query. Raises: ValidationFailed for a forged cursor."""
    rows = filtered_companies(filters)
    return keyset_page(rows, PEOPLE_ORDERS[order], limit=PEOPLE_PER_PAGE, cursor=cursor, ordering=order)


def customer_counts(company_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Return how many customers each of these companies has. One query."""
    rows = live_contacts().filter(company_id__in=company_ids).order_by().values_list("company_id")
    return dict(rows.annotate(Count("id")))


def company_choices() -> Sequence[Company]:
    """Return the first companies by name, to choose one. One query."""
    return list(Company.objects.only("id", "name").order_by("name")[:COMPANY_CHOICES_MOST])


def company_clashes(*, name: str, domain: str, other_than: UUID) -> Sequence[str]:
    """Return which of the two, `name` and `domain`, another company has. One query."""
    rows = Company.objects.exclude(id=other_than).filter(Q(name__iexact=name) | Q(domain=domain or "-"))
    found = list(rows.values_list("name", "domain"))
    clashes = {"name": any(one.lower() == name.lower() for one, _domain in found)}
    clashes["domain"] = bool(domain) and any(one == domain for _name, one in found)
    return [field for field, is_taken in clashes.items() if is_taken]


def tallies_of_contacts(viewer: Viewer, contact_ids: Sequence[UUID]) -> Mapping[UUID, Tally]:
    """Return what the viewer may see of each of these contacts' conversations. One query."""
    rows = _unmerged(viewer).filter(contact_id__in=contact_ids).order_by().values_list("contact_id")
    return {contact_id: Tally(*numbers) for contact_id, *numbers in rows.annotate(**_TALLY)}


def conversations_with(viewer: Viewer, contact: Contact, *, cursor: str = "") -> KeysetPage[Conversation]:
    """Return a contact's conversations that the viewer may see, newest activity first. One query.

    Raises: ValidationFailed for a forged cursor.
    """
    return _newest(_unmerged(viewer).filter(contact=contact), cursor)


def conversations_with_company(viewer: Viewer, company: Company, *, cursor: str = "") -> KeysetPage[Conversation]:
    """Return the conversations of a company's customers that the viewer may see, newest activity first. One query.

    Raises: ValidationFailed for a forged cursor.
    """
    return _newest(_unmerged(viewer).filter(contact__company=company), cursor)


def merges_to_undo(contact: Contact) -> Sequence[tuple[Contact, datetime]]:
    """Return who was merged into this contact lately enough to undo it, and when, the latest first. Two queries."""
    merged = {row.id: row for row in Contact.objects.filter(merged_into=contact, erased_at=None)}
    since = timezone.now() - MERGE_UNDO_LASTS
    events = LoggedEvent.objects.filter(object_id__in=merged, type=ContactMerged.type_name(), at__gte=since)
    latest = dict(events.order_by("seq").values_list("object_id", "at"))
    return sorted(
        ((row, latest[row.id]) for row in merged.values() if row.id in latest), key=lambda pair: pair[1], reverse=True
    )


def _unmerged(viewer: Viewer) -> QuerySet[Conversation]:
    return visible_conversations(viewer).filter(merged_into=None)


def _newest(rows: QuerySet[Conversation], cursor: str) -> KeysetPage[Conversation]:
    rows = rows.select_related("contact", "assignee")
    return keyset_page(rows, ["-last_activity_at"], limit=CONVERSATIONS_PER_PAGE, cursor=cursor)
