"""Writes demo conversations into the account in force."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import islice
from uuid import UUID

import uuid7
from django.db import connection, transaction

from conversations.actions.summarise import PREVIEW_LENGTH
from conversations.demo.contacts import DemoContact
from conversations.demo.copying import Row, analyze, building_at_once, copy_rows
from conversations.demo.script import DemoConversation, DemoMessage
from conversations.enums import Channel, DeliveryState, IdentityKind, MessageKind
from conversations.models import (
    Category,
    Company,
    Contact,
    ContactIdentity,
    Conversation,
    ConversationRead,
    ConversationTag,
    Message,
    SearchEntry,
    Tag,
)
from conversations.models.conversation import DISPLAY_ID_SEQUENCE
from conversations.queries.loads import correct_loads
from conversations.search_index import write_entries
from hummdesk.markup import one_line
from hummdesk.tenancy.context import require_account_schema

BATCH_SIZE = 2_000
# Batches in which the planner learns how large the tables have become, before the search entries are made from them.
ANALYZED_IN = {0, 3, 15}
WRITTEN_MODELS = (Contact, ContactIdentity, Conversation, Message, ConversationTag, ConversationRead, SearchEntry)
# What the cast write to each other in, whatever the customer speaks.
NOTES_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """Where conversations go: the agents' ids in the order of the cast, the teams' by slug, the mailbox's."""

    agent_ids: Sequence[UUID]
    team_ids: Mapping[str, UUID]
    mailbox_id: UUID | None


def write_conversations(conversations: Iterable[DemoConversation], place: DemoPlace) -> int:
    """All of them are in the account in force, or none; returns how many.

    Contacts are found by address, so that a second run adds to them. No events: nothing has happened just now.
    Memory stays that of one batch and of the contacts' ids. Raises: AccountRequired.
    """
    require_account_schema()
    written = 0
    with transaction.atomic():
        writer = _Writer(place)
        with building_at_once(SearchEntry, "search_by_word"):
            for number, batch in enumerate(_batches(conversations)):
                writer.write(batch, is_telling_planner=number in ANALYZED_IN)
                written += len(batch)
        analyze(WRITTEN_MODELS)
        correct_loads()
    return written


class _Writer:
    """Knows the ids of what conversations refer to, and makes what is missing."""

    def __init__(self, place: DemoPlace) -> None:
        self._place = place
        self._contact_ids: dict[int, UUID] = {}
        self._category_ids: dict[str, UUID] = {}
        self._tag_ids: dict[str, UUID] = {}
        self._company_ids: dict[str, UUID] = {}

    def write(self, batch: Sequence[DemoConversation], *, is_telling_planner: bool) -> None:
        self._write_contacts(batch)
        display_ids = _next_display_ids(len(batch))
        rows: list[Row] = []
        messages: list[Row] = []
        for one, display_id in zip(batch, display_ids, strict=True):
            its_messages = [
                _message_row(message, one.language) | self._author(one, message) for message in one.messages
            ]
            rows.append(self._conversation_row(one, display_id, its_messages[-1]))
            messages += [message | {"conversation_id": rows[-1]["id"]} for message in its_messages]
        copy_rows(Conversation, rows)
        copy_rows(Message, messages)
        copy_rows(ConversationTag, self._tag_rows(batch, rows))
        copy_rows(ConversationRead, self._read_rows(batch, rows))
        if is_telling_planner:
            analyze(WRITTEN_MODELS)
        write_entries([message["id"] for message in messages])

    def _author(self, one: DemoConversation, message: DemoMessage) -> Row:
        if message.author is None:
            return {"contact_id": self._contact_ids[one.contact.number], "agent_id": None}
        return {"contact_id": None, "agent_id": self._place.agent_ids[message.author]}

    def _conversation_row(self, one: DemoConversation, display_id: int, last_message: Row) -> Row:
        last = one.messages[-1]
        return {
            "id": uuid7.create(one.created_at),
            "display_id": display_id,
            "subject": one.subject,
            "status": one.status,
            "priority": one.priority,
            "channel": Channel.EMAIL.value,
            "category_id": self._category_id(one.category),
            "contact_id": self._contact_ids[one.contact.number],
            "assignee_id": None if one.assignee is None else self._place.agent_ids[one.assignee],
            "team_id": None if one.team is None else self._place.team_ids[one.team],
            "mailbox_id": self._place.mailbox_id,
            "language": one.language,
            "message_count": len(one.messages),
            "preview": one_line(last.body_text, PREVIEW_LENGTH),
            "last_message_id": last_message["id"],
            "last_message_kind": last.kind,
            "last_message_agent_id": last_message["agent_id"],
            "last_message_at": last.at,
            "last_activity_at": one.last_activity_at,
            "waiting_since": one.waiting_since,
            "first_replied_at": one.first_replied_at,
            "snoozed_until": one.snoozed_until,
            "resolved_at": one.resolved_at,
            "version": 1 + len(one.messages),
            "created_at": one.created_at,
            "updated_at": one.last_activity_at,
        }

    def _tag_rows(self, batch: Sequence[DemoConversation], rows: Sequence[Row]) -> list[Row]:
        return [
            {"conversation_id": row["id"], "tag_id": self._tag_id(tag)}
            for one, row in zip(batch, rows, strict=True)
            for tag in one.tags
        ]

    def _read_rows(self, batch: Sequence[DemoConversation], rows: Sequence[Row]) -> list[Row]:
        """Marks of unfinished conversations: everybody's when it is read, else those of who wrote in it.

        Finished ones count as read without a mark.
        """
        return [
            {"conversation_id": row["id"], "agent_id": self._place.agent_ids[agent], "read_until": until}
            for one, row in zip(batch, rows, strict=True)
            if one.resolved_at is None
            for agent, until in self._marks(one).items()
        ]

    def _marks(self, one: DemoConversation) -> dict[int, datetime]:
        if one.is_read:
            return dict.fromkeys(range(len(self._place.agent_ids)), one.messages[-1].at)
        return {message.author: message.at for message in one.messages if message.author is not None}

    def _write_contacts(self, batch: Sequence[DemoConversation]) -> None:
        """Every contact of the batch has an id: that of an earlier run, or a new one."""
        first = {one.contact.number: one for one in reversed(batch) if one.contact.number not in self._contact_ids}
        known = _contacts_by_identity([one.contact for one in first.values()])
        rows: list[Row] = []
        identities: list[Row] = []
        for number, one in sorted(first.items()):
            if one.contact.email in known:
                self._contact_ids[number] = known[one.contact.email]
                continue
            rows.append(self._contact_row(one.contact, one.created_at))
            identities += [row for row in _identity_rows(one.contact, rows[-1]) if row["value"] not in known]
            self._contact_ids[number] = rows[-1]["id"]
        copy_rows(Contact, rows)
        copy_rows(ContactIdentity, identities)

    def _contact_row(self, contact: DemoContact, created_at: datetime) -> Row:
        return {
            "id": uuid7.create(created_at),
            "name": contact.name,
            "email": contact.email,
            "company_id": self._company_id(contact.company) if contact.company else None,
            "language": contact.language,
            "created_at": created_at,
        }

    def _category_id(self, slug: str) -> UUID:
        if slug not in self._category_ids:
            name = slug.replace("-", " ").capitalize()
            self._category_ids[slug] = Category.objects.get_or_create(slug=slug, defaults={"name": name})[0].id
        return self._category_ids[slug]

    def _tag_id(self, name: str) -> UUID:
        if name not in self._tag_ids:
            self._tag_ids[name] = Tag.objects.get_or_create(name=name)[0].id
        return self._tag_ids[name]

    def _company_id(self, name: str) -> UUID:
        if name not in self._company_ids:
            company = Company.objects.filter(name=name).first() or Company.objects.create(name=name)
            self._company_ids[name] = company.id
        return self._company_ids[name]


def _message_row(message: DemoMessage, language: str) -> Row:
    return {
        "id": uuid7.create(message.at),
        "kind": message.kind,
        "body_html": linkless_html(message.body_text),
        "body_text": message.body_text,
        "language": NOTES_LANGUAGE if message.kind == MessageKind.NOTE else language,
        "delivery_state": DeliveryState.DELIVERED.value if message.kind == "reply" else "",
        "created_at": message.at,
    }


def linkless_html(text: str) -> str:
    """What `text_to_html` makes of a demo text, which has no links and no stray blanks, in a tenth of the time."""
    paragraphs = escape(text).replace("\n\n", "</p>\v<p>").replace("\n", "<br>\n").replace("\v", "\n")
    return f"<p>{paragraphs}</p>"


def _identity_rows(contact: DemoContact, row: Row) -> list[Row]:
    values = {IdentityKind.EMAIL.value: contact.email, IdentityKind.PHONE.value: contact.phone}
    return [
        {
            "id": uuid7.create(row["created_at"]),
            "contact_id": row["id"],
            "kind": kind,
            "value": value,
            "created_at": row["created_at"],
        }
        for kind, value in values.items()
        if value
    ]


def _contacts_by_identity(contacts: Sequence[DemoContact]) -> dict[str, UUID]:
    """Ids by those addresses and phone numbers that are taken already."""
    values = [value for contact in contacts for value in (contact.email, contact.phone) if value]
    found = ContactIdentity.objects.filter(kind__in=[IdentityKind.EMAIL, IdentityKind.PHONE], value__in=values)
    return dict(found.values_list("value", "contact_id"))


def _next_display_ids(count: int) -> list[int]:
    """That many numbers from the account's sequence: nobody else gets them, whoever writes at the same time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [DISPLAY_ID_SEQUENCE, count])
        return [number for (number,) in cursor.fetchall()]


def _batches(conversations: Iterable[DemoConversation]) -> Iterator[list[DemoConversation]]:
    waiting = iter(conversations)
    while batch := list(islice(waiting, BATCH_SIZE)):
        yield batch
