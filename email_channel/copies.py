"""Whether a mail with a Message-ID that is known is the same mail again, or another one under a used id."""

from collections.abc import Iterable

from conversations.actions.receive_message import IncomingText
from email_channel.models import EmailMessage, Mailbox
from email_channel.models.email_message import message_key
from email_channel.parsing.parsed import ParsedMail
from email_channel.queries import lock_mail
from email_channel.reading import WHOLE_MAIL

Said = tuple[str, str, str, str, list[tuple[str, int]]]


def find_copy(
    mailbox: Mailbox, mail: ParsedMail, text: IncomingText, *, sha256: str
) -> tuple[str, EmailMessage | None]:
    """Return the key under which the mail is stored, and the mail that is there under it already, or None.

    Some programs give all their mails one Message-ID; a mail that says something else is no copy, and dropping it
    would lose it. Trace headers may differ. Nobody else stores such a mail until the commit; 1 to 5 queries.
    """
    key = message_key(mail.message_id) if mail.message_id else sha256
    known = lock_mail(mailbox, key)
    if known is None or not mail.message_id:
        return key, known
    said = _said_in(mail, text)
    if said == _said_then(known):
        return key, known
    key = message_key(f"{mail.message_id} {said!r}")
    return key, lock_mail(mailbox, key)


def _said_in(mail: ParsedMail, text: IncomingText) -> Said:
    author = mail.from_ or mail.author
    files = [(file.name[:255], len(file.content)) for file in text.files]
    return author.address if author else "", mail.subject, text.body_html, text.quoted_html, _of_the_sender(files)


def _said_then(email: EmailMessage) -> Said:
    message = email.conversation_message
    files = _of_the_sender(message.attachments.values_list("name", "size_bytes"))
    return email.from_address, email.subject, message.body_html, message.quoted_html, files


def _of_the_sender(files: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the files without the mail itself, which holds the trace headers."""
    return sorted(file for file in files if file[0] != WHOLE_MAIL)
