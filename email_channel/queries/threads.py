"""Which conversations a mail may belong to, and who takes part in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from conversations.access import visible_conversations
from conversations.enums import IdentityKind, SenderDoubt
from conversations.models import Contact, ContactIdentity, Conversation, Message
from email_channel.enums import Direction, ParticipantRole
from email_channel.models import EmailMessage, Mailbox, Participant
from email_channel.models.email_message import message_key, named_key
from teams.access import Viewer

# So many mails are looked at that name the same one: thousands may answer one newsletter.
KINDRED_MOST = 200
# Raw, since each mail asks it, and most find nothing: to build it takes the ORM several times what it runs.
_KIN = """
SELECT conversation_message_id FROM email_channel_emailmessage
WHERE mailbox_id = %s AND direction = %s AND named_keys && %s::varchar[] ORDER BY created_at DESC LIMIT %s"""


def lock_thread(mailbox: Mailbox, root_id: str) -> None:
    """Nobody else decides where a mail of the thread with this first Message-ID belongs until the commit.

    Else two that come at once, of different people, open a conversation each. One query, raw as in `lock_mail`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('thread'), hashtext(%s))", [f"{mailbox.id}/{root_id}"])


def conversations_of_mails(mailbox: Mailbox, message_ids: Sequence[str]) -> Mapping[str, Conversation]:
    """Return where the mails of a mailbox, in or out, with one of these Message-IDs are now, by that id.

    Of several with one id the newest counts. One query where there is none, else three: joined to the conversations
    the planner begins with those.
    """
    keys = [message_key(message_id) for message_id in message_ids]
    mails = EmailMessage.objects.filter(mailbox=mailbox, direction__in=Direction.values, dedupe_key__in=keys)
    named = dict(mails.order_by("created_at").values_list("message_id", "conversation_message_id"))
    if not named:
        return {}
    places = dict(Message.objects.filter(id__in=named.values()).values_list("id", "conversation_id"))
    rows = _with_customers(Conversation.objects.filter(id__in=places.values()))
    found = {row.id: row for row in rows}
    return {message_id: found[places[key]] for message_id, key in named.items()}


def _with_customers(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return rows.select_related("contact__company")


def conversations_in_mailbox(mailbox: Mailbox, ids: Collection[UUID]) -> Mapping[UUID, Conversation]:
    """Return those of these conversations that belong to this mailbox, by id. One query, none for none."""
    if not ids:
        return {}
    rows = _with_customers(Conversation.objects.filter(id__in=ids, mailbox_id=mailbox.id))
    return {row.id: row for row in rows}


def conversation_numbered(mailbox: Mailbox, display_id: int) -> Conversation | None:
    """Return the conversation of this mailbox with this number. One query."""
    rows = Conversation.objects.filter(display_id=display_id, mailbox_id=mailbox.id)
    return _with_customers(rows).first()


def kindred_conversation(
    mailbox: Mailbox, message_ids: Sequence[str], contact: Contact, address: str
) -> Conversation | None:
    """Return where a mail is that names one of these ids too, among the conversations that this person takes part in.

    So mails find each other that came in the wrong order, or whose common ancestor never came here: the first of
    these conversations. One query where none is found, else four: in one the planner takes the joins first, and
    they grow with the account.
    """
    keys = [named_key(message_id) for message_id in message_ids]
    with connection.cursor() as cursor:
        cursor.execute(_KIN, [mailbox.id, Direction.INCOMING.value, keys, KINDRED_MOST])
        kin = [message_id for (message_id,) in cursor.fetchall()]
    if not kin:
        return None
    ids = set(Message.objects.filter(id__in=kin).values_list("conversation_id", flat=True))
    asked_in = Participant.objects.filter(conversation_id__in=ids, address=address).values_list("conversation_id")
    rows = _with_customers(Conversation.objects.filter(id__in=ids))
    return rows.filter(Q(contact=contact) | Q(id__in=[key for (key,) in asked_in])).order_by("created_at").first()


def takes_part(conversation_id: UUID, contact: Contact) -> bool:
    """Return whether one of the contact's addresses takes part in the conversation. One query."""
    addresses = ContactIdentity.objects.filter(contact=contact, kind=IdentityKind.EMAIL).values("value")
    return Participant.objects.filter(conversation_id=conversation_id, address__in=addresses).exists()


def was_doubted(conversation_id: UUID, contact: Contact) -> bool:
    """Return whether the contact has written in the conversation as somebody unverified. One query."""
    rows = Message.objects.filter(conversation_id=conversation_id, contact=contact)
    return rows.filter(sender_doubt=SenderDoubt.UNVERIFIED).exists()


def own_mail_with_id(mailbox: Mailbox, message_id: str) -> EmailMessage | None:
    """Return the mail that left from this mailbox under this Message-ID. One query."""
    mails = EmailMessage.objects.filter(mailbox=mailbox, direction=Direction.OUTGOING)
    return mails.filter(dedupe_key=message_key(message_id)).first()


def names_of_participants(conversation: Conversation) -> Mapping[str, str]:
    """Return what those who take part in the conversation are called, by address. One query."""
    rows = Participant.objects.filter(conversation=conversation).exclude(name="")
    return dict(rows.values_list("address", "name"))


def named_conversation(viewer: Viewer, mail: EmailMessage) -> Conversation | None:
    """Return the conversation that a mail names while it is in another one, if the viewer may see it. One query.

    The mail's message is loaded.
    """
    message = mail.conversation_message
    if message.names_conversation_id is None:
        return None
    rows = visible_conversations(viewer).filter(id=message.names_conversation_id)
    return rows.exclude(id=message.conversation_id).first()


@dataclass(frozen=True)
class PartTaker:
    """Somebody of a conversation; `role` is "" for those who have written without taking part."""

    address: str
    name: str
    role: str


def part_takers(conversation: Conversation) -> Sequence[PartTaker]:
    """Return who takes part in a conversation that has its contact, and then who has written unverified. Two queries.

    The customer leads, the others follow as they came; those of conversations that were merged into it are among them.
    """
    doubted = Message.objects.filter(conversation=conversation, sender_doubt=SenderDoubt.UNVERIFIED)
    unverified = dict(doubted.order_by("created_at").values_list("contact__email", "contact__name"))
    customer = conversation.contact
    found = {customer.email: PartTaker(customer.email, customer.name, ParticipantRole.CUSTOMER)}
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    for row in Participant.objects.filter(here).order_by("created_at"):
        if row.conversation_id == conversation.id or row.address not in unverified:
            found.setdefault(row.address, PartTaker(row.address, row.name, row.role))
    strangers = [PartTaker(address, name, "") for address, name in unverified.items() if address not in found]
    return [*(each for each in found.values() if each.address), *strangers]
