"""The details beside the open conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.enums import Channel, IdentityKind, Status
from conversations.forms_details import FieldKind
from conversations.models import Contact, Conversation
from conversations.queries.panel import COLLEAGUES_COUNTED, Beside
from conversations.views.place import InboxPlace
from conversations.views.shapes.clock_bars import ClockBar, clock_bars
from conversations.views.shapes.clocks import Clock, clocks
from conversations.views.shapes.shape import STATUS_ICONS
from hummdesk.page_slots import PageSlot, conversation_slots
from hummdesk.templatetags.ui import full_time, short_time
from teams.access import Viewer


@dataclass(frozen=True)
class Fact:
    """Something that is known, with where it leads if it does."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class CustomField:
    """A custom field of the conversation as its form shows it."""

    name: str
    value: str
    kind: str


@dataclass(frozen=True)
class ListedOther:
    """Another conversation of the customer."""

    subject: str
    url: str
    status: str
    icon: str
    age: str
    at_iso: str
    at_full: str


@dataclass(frozen=True)
class Person:
    """Who writes in; `detail` is a short line under the name."""

    name: str
    tint: str
    detail: str
    url: str


@dataclass(frozen=True)
class Details:
    """All that the details show; `pick_query` makes a picker's address one of this conversation."""

    person: Person
    may_change: bool
    pick_query: str
    change_url: str
    fields_url: str
    history_url: str
    reasons_url: str
    channel: str
    category: str
    policy: str
    policy_is_set: bool
    created_iso: str
    created_full: str
    clocks: tuple[Clock, ...]
    bars: tuple[ClockBar, ...]
    tags: tuple[str, ...]
    contact: tuple[Fact, ...]
    fields: tuple[CustomField, ...]
    others: tuple[ListedOther, ...]
    other_count: int
    others_url: str
    followers: tuple[tuple[str, str], ...]
    slots: tuple[PageSlot, ...]


def details(conversation: Conversation, viewer: Viewer, place: InboxPlace, beside: Beside) -> Details:
    """Return the details of a conversation that has contact, company and category."""
    number, contact = conversation.display_id, conversation.contact
    return Details(
        person=_person(contact),
        may_change=viewer.can(Permission.REPLY),
        pick_query=urlencode(place.query | {"conversation": number}),
        change_url=place.conversation_url(number, "conversation-change"),
        fields_url=place.conversation_url(number, "conversation-field"),
        history_url=place.conversation_url(number, "conversation-history"),
        reasons_url=place.conversation_url(number, "conversation-reasons"),
        channel=str(Channel(conversation.channel).label),
        category=conversation.category.name if conversation.category else "",
        policy=beside.policy,
        policy_is_set=conversation.sla_policy_is_set,
        created_iso=conversation.created_at.isoformat(),
        created_full=full_time(conversation.created_at),
        clocks=clocks(conversation, timezone.now()),
        bars=clock_bars(beside.clocks, timezone.now()),
        tags=tuple(beside.tags),
        contact=tuple(_contact_facts(contact, beside)),
        fields=custom_fields(conversation),
        others=tuple(_other(other, place) for other in beside.others),
        other_count=beside.other_count,
        others_url=_page_of("contact-detail", str(contact.id)),
        followers=tuple((str(agent_id), name) for agent_id, name in beside.followers),
        slots=conversation_slots(number),
    )


def _person(contact: Contact) -> Person:
    company = contact.company.name if contact.company else ""
    there = _local_time(contact.custom_fields.get("timezone"), timezone.now())
    name = contact.display_name or _("Unknown")
    detail = " · ".join(filter(None, [company, there])) or (contact.email if contact.email != name else "")
    return Person(name, str(contact.id), detail, _page_of("contact-detail", str(contact.id)))


def _local_time(zone: Any, now: datetime) -> str:
    """Return the time of day where the customer is, where their custom field `timezone` says it."""
    found = _zone(zone) if isinstance(zone, str) else None
    return _("%(time)s there") % {"time": now.astimezone(found).strftime("%H:%M")} if found else ""


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def _contact_facts(contact: Contact, beside: Beside) -> Sequence[Fact]:
    by_kind: dict[str, list[str]] = {kind: [] for kind in IdentityKind.values}
    for kind, value in beside.identities:
        by_kind[kind].append(value)
    emails = sorted(by_kind[IdentityKind.EMAIL], key=lambda value: value != contact.email)
    facts = [Fact(_("E-mail"), value, f"mailto:{value}") for value in emails]
    facts += [Fact(_("Phone"), value, f"tel:{value}") for value in by_kind[IdentityKind.PHONE]]
    facts += [Fact(_("External id"), value) for value in by_kind[IdentityKind.EXTERNAL]]
    if contact.language:
        facts.append(Fact(_("Language"), _language(contact.language)))
    if contact.company:
        facts.append(_company(contact, beside.colleague_count))
    facts += [Fact(name, _shown(value)) for name, value in contact.custom_fields.items()]
    return facts


def _company(contact: Contact, colleague_count: int) -> Fact:
    name = contact.company.name if contact.company else ""
    if colleague_count:
        count = f"{colleague_count}+" if colleague_count >= COLLEAGUES_COUNTED else str(colleague_count)
        name = _("%(company)s, %(count)s by colleagues") % {"company": name, "count": count}
    return Fact(_("Company"), name, _page_of("company-detail", str(contact.company_id)))


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def custom_fields(conversation: Conversation) -> tuple[CustomField, ...]:
    """Return the custom fields of a conversation as their forms show them."""
    return tuple(_field(name, value) for name, value in conversation.custom_fields.items())


def _field(name: str, value: Any) -> CustomField:
    if isinstance(value, bool):
        return CustomField(name, "yes" if value else "no", FieldKind.SWITCH)
    return CustomField(name, str(value), FieldKind.TEXT if isinstance(value, str) else FieldKind.NUMBER)


def _other(other: Mapping[str, Any], place: InboxPlace) -> ListedOther:
    status, at = Status(other["status"]), other["last_activity_at"]
    return ListedOther(
        subject=other["subject"] or _("(no subject)"),
        url=place.conversation_url(other["display_id"]),
        status=str(status.label),
        icon=STATUS_ICONS[status],
        age=short_time(at),
        at_iso=at.isoformat(),
        at_full=full_time(at),
    )


def _page_of(name: str, id: str) -> str:
    """Return the address of somebody's page, "" while there are no such pages."""
    try:
        return reverse(name, args=[id])
    except NoReverseMatch:
        return ""
