"""Which conversation a mail belongs to. A matching header is a hint; the sender decides.

`landed_because` is one of: `our_message_id` (a reply to a mail of ours, its Message-ID carries our key),
`known_message_id` (names a mail that is here), `new` (names none), `foreign_sender` (names one, but somebody
else wrote).
"""

from dataclasses import dataclass

from conversations.models import Contact, Conversation
from email_channel.composing import read_message_id
from email_channel.models import Mailbox
from email_channel.parsing.parsed import ParsedMail
from email_channel.queries import conversation_in_mailbox, mails_with_ids, was_written_to
from email_channel.secrets import message_id_secret
from hummdesk.tenancy.context import current_schema

# The newest ones say where a reply belongs; a header may hold thousands.
REFERENCES_READ = 50


@dataclass(frozen=True)
class Thread:
    """The conversation that a mail joins, None for a new one, and why."""

    conversation: Conversation | None
    because: str


def find_thread(mail: ParsedMail, mailbox: Mailbox, contact: Contact) -> Thread:
    """Return where the mail belongs. At most 2 queries per id of ours, one for all others.

    Source: RFC 5322 section 3.6.4. Our own Message-IDs are keyed, so that none can be guessed; still only the
    customer of the conversation gets in, and those to whom we wrote in it (Cc, Bcc, forwards).
    """
    ids = _named_ids(mail)
    for message_id in ids:
        conversation = _ours(message_id, mailbox)
        if conversation is not None:
            return _checked(conversation, contact, "our_message_id")
    for email in mails_with_ids(mailbox, ids) if ids else ():
        return _checked(email.conversation, contact, "known_message_id")
    return Thread(None, "new")


def _named_ids(mail: ParsedMail) -> list[str]:
    """Return In-Reply-To and then References from the newest back, without repetition."""
    ids = [mail.in_reply_to, *reversed(mail.references[-REFERENCES_READ:])]
    return list(dict.fromkeys(filter(None, ids)))


def _ours(message_id: str, mailbox: Mailbox) -> Conversation | None:
    conversation_id = read_message_id(message_id, account=current_schema(), secret=message_id_secret())
    return conversation_in_mailbox(mailbox, conversation_id) if conversation_id else None


def _checked(conversation: Conversation, contact: Contact, because: str) -> Thread:
    if conversation.contact_id != contact.id and not was_written_to(conversation, contact):
        return Thread(None, "foreign_sender")
    return Thread(conversation, because)
