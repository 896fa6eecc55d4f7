"""Which conversation a mail belongs to. What it names is a hint; the sender decides.

`because` is one of: `our_message_id` (answers a mail of ours, whose Message-ID carries our key), `known_message_id`
(names a mail that is here), `same_thread` (names what another mail of the same people names), `reply_address` (was
sent to the conversation's own address), `subject_token` (has `[#1042]` in its subject), `new` (names none),
`foreign_sender` (names one in which its sender takes no part).
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from accounts.account_settings import switch_setting
from conversations.enums import SenderDoubt
from conversations.models import Contact, Conversation
from conversations.queries.merging import end_of_merges
from email_channel.composing import read_message_id
from email_channel.enums import SenderStanding
from email_channel.models import Mailbox
from email_channel.parsing.authentication import Authentication
from email_channel.parsing.parsed import ParsedMail
from email_channel.queries.threads import (
    conversation_numbered,
    conversations_in_mailbox,
    conversations_of_mails,
    kindred_conversation,
    lock_thread,
    takes_part,
    was_doubted,
)
from email_channel.reply_address import make_reply_token, number_in, token_in
from email_channel.secrets import message_id_secret, reply_token_secret
from hummdesk.tenancy.context import current_schema

# The newest ones say where a reply belongs; a header may hold thousands.
REFERENCES_READ = 50
_TOKENS_READ = 3
_TOKEN = re.compile(r"\[#(\d{1,9})\]", re.ASCII)
# What names a conversation without any mail of ours at hand.
_WRITTEN_BY_HAND = ("reply_address", "subject_token")
_MAY_WRITE = (SenderStanding.CUSTOMER, SenderStanding.PARTICIPANT, SenderStanding.COLLEAGUE)
# Everybody has an address there: it makes nobody a colleague.
# fmt: off
_PUBLIC_DOMAINS = frozenset((
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com",
    "icloud.com", "me.com", "mac.com", "aol.com", "gmx.de", "gmx.net", "gmx.at", "web.de", "t-online.de",
    "mail.com", "mail.ru", "yandex.ru", "proton.me", "protonmail.com", "qq.com", "163.com", "126.com",
    "zoho.com", "fastmail.com", "luukku.com", "suomi24.fi", "orange.fr", "free.fr", "laposte.net",
))
# fmt: on


@dataclass(frozen=True)
class Sender:
    """Who wrote a mail. `is_clear`: one From, with an address; `is_own`: that is a mailbox of the account's."""

    contact: Contact
    address: str
    is_clear: bool
    is_own: bool
    authentication: Authentication


@dataclass(frozen=True)
class Hint:
    """A conversation that a mail names, by what, and whether no stranger can know that."""

    conversation: Conversation
    because: str
    header: str
    value: str

    @property
    def is_secret(self) -> bool:
        """Whether only those can name it who got a mail of ours."""
        return self.because == "our_message_id"


@dataclass(frozen=True)
class Thread:
    """The conversation that a mail joins, None for a new one, and why.

    `names` is the conversation that it names and may not join; `doubt` is the message's.
    """

    conversation: Conversation | None
    because: str
    hint: Hint | None = None
    standing: SenderStanding | None = None
    doubt: str = ""
    is_proven: bool = False

    @property
    def names(self) -> Conversation | None:
        """What an agent is asked about."""
        return self.hint.conversation if self.hint and self.conversation is None else None

    @property
    def is_trusted(self) -> bool:
        """Whether those whom the mail copies take part from now on: not if its sender may be forged.

        Anybody can write a number into a subject, and a conversation's address is kept in many address books, so there
        their domain must vouch for them.
        """
        if self.doubt:
            return False
        return self.because not in _WRITTEN_BY_HAND or self.is_proven

    def landing(self, mailbox: Mailbox) -> dict[str, str]:
        """Return what is kept of how the mail found its place."""
        hint = self.hint
        return {
            "header": hint.header if hint else "",
            "value": hint.value if hint else "",
            "sender": self.standing.value if self.standing else "",
            "mailbox": mailbox.address,
        }


def find_thread(mail: ParsedMail, mailbox: Mailbox, sender: Sender) -> Thread:
    """Return where the mail belongs: where its sender may write, of what it names first the surest.

    Locks the thread. Up to four queries for a mail that names nothing here, and three for each conversation that it
    names.
    Our own Message-IDs are keyed, so that none can be guessed; still the sender decides.
    Source: RFC 5322 section 3.6.4.
    """
    doubt = SenderDoubt.SPOOFED.value if sender.authentication.is_spoofed else ""
    refused: Thread | None = None
    lock_thread(mailbox, (mail.references or (mail.in_reply_to or mail.message_id or "",))[0])
    for hint in _hints(mail, mailbox, sender):
        end = end_of_merges(hint.conversation.id) if hint.conversation.merged_into_id else hint.conversation
        standing = _standing(sender, hint, end)
        if standing in _MAY_WRITE:
            thread = Thread(hint.conversation, hint.because, hint, standing, doubt, sender.authentication.is_proven)
            return thread if doubt or end is hint.conversation else _doubted_there(thread, sender, end)
        refused = refused or Thread(None, "foreign_sender", hint, standing, doubt)
    return refused or Thread(None, "new", doubt=doubt)


def named_ids(mail: ParsedMail) -> list[str]:
    """Return In-Reply-To and then References from the newest back, without repetition."""
    ids = [mail.in_reply_to, *reversed(mail.references[-REFERENCES_READ:])]
    return list(dict.fromkeys(filter(None, ids)))


def _hints(mail: ParsedMail, mailbox: Mailbox, sender: Sender) -> Iterator[Hint]:
    ids = named_ids(mail)
    headers = {message_id: "In-Reply-To" if message_id == mail.in_reply_to else "References" for message_id in ids}
    known = conversations_of_mails(mailbox, ids) if ids else {}
    ours = {message_id: found for message_id in ids if (found := _read(message_id)) is not None}
    keyed = conversations_in_mailbox(mailbox, {found for message_id, found in ours.items() if message_id not in known})
    for message_id, conversation_id in ours.items():
        conversation = known.get(message_id) or keyed.get(conversation_id)
        if conversation is not None:
            yield Hint(conversation, "our_message_id", headers[message_id], message_id)
    for message_id in ids:
        if message_id in known and message_id not in ours:
            yield Hint(known[message_id], "known_message_id", headers[message_id], message_id)
    yield from _kindred(mail, mailbox, sender, ids)
    yield from _addressed_to(mail, mailbox)
    for number in _TOKEN.findall(mail.subject)[:_TOKENS_READ]:
        conversation = conversation_numbered(mailbox, int(number))
        if conversation is not None:
            yield Hint(conversation, "subject_token", "Subject", f"[#{number}]")


def _addressed_to(mail: ParsedMail, mailbox: Mailbox) -> Iterator[Hint]:
    """Yield the conversations of this mailbox to whose own addresses the mail was sent."""
    fields = (("To", mail.to), ("Cc", mail.cc))
    named = [(header, entry.address) for header, entries in fields for entry in entries]
    named += [("Delivered-To", address) for address in mail.delivered_to]
    tokens = {token: place for place in reversed(named) if (token := token_in(place[1], of=mailbox.address))}
    for token, (header, address) in islice(tokens.items(), _TOKENS_READ):
        conversation = conversation_numbered(mailbox, number_in(token))
        if conversation is not None and hmac.compare_digest(token, _token_of(conversation)):
            yield Hint(conversation, "reply_address", header, address)


def _token_of(conversation: Conversation) -> str:
    return make_reply_token(
        conversation.id, conversation.display_id, account=current_schema(), secret=reply_token_secret()
    )


def _read(message_id: str) -> UUID | None:
    return read_message_id(message_id, account=current_schema(), secret=message_id_secret())


def _kindred(mail: ParsedMail, mailbox: Mailbox, sender: Sender, ids: list[str]) -> Iterator[Hint]:
    wanted = [*ids, *([mail.message_id] if mail.message_id else [])]
    if not wanted or not sender.is_clear or sender.is_own:
        return
    conversation = kindred_conversation(mailbox, wanted, sender.contact, sender.address)
    if conversation is not None:
        yield Hint(conversation, "same_thread", "References", ids[0] if ids else mail.message_id or "")


def _standing(sender: Sender, hint: Hint, end: Conversation) -> SenderStanding:
    if not sender.is_clear:
        return SenderStanding.UNCLEAR
    if sender.is_own:
        return SenderStanding.OWN
    if sender.authentication.is_spoofed and not hint.is_secret:
        return SenderStanding.SPOOFED
    conversations = {hint.conversation.id: hint.conversation, end.id: end}.values()
    found = (_part_in(conversation, sender) for conversation in conversations)
    return next((standing for standing in found if standing != SenderStanding.STRANGER), SenderStanding.STRANGER)


def _part_in(conversation: Conversation, sender: Sender) -> SenderStanding:
    if conversation.contact_id == sender.contact.id:
        return SenderStanding.CUSTOMER
    if takes_part(conversation.id, sender.contact):
        return SenderStanding.PARTICIPANT
    return SenderStanding.COLLEAGUE if _is_colleague(conversation.contact, sender.contact) else SenderStanding.STRANGER


def _is_colleague(customer: Contact, contact: Contact) -> bool:
    company = customer.company
    if company is None or contact.company_id != company.id or company.domain in _PUBLIC_DOMAINS:
        return False
    return switch_setting("company_may_join")


def _doubted_there(thread: Thread, sender: Sender, end: Conversation) -> Thread:
    """Return the thread of somebody whose conversation was joined to another one, in which they take no part."""
    if _part_in(end, sender) in _MAY_WRITE or not was_doubted(end.id, sender.contact):
        return thread
    return replace(thread, doubt=SenderDoubt.UNVERIFIED.value)
