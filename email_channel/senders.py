"""Who wrote a mail and who else got it, with the account's own addresses told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from conversations.actions.recipients import RECIPIENTS_MOST
from conversations.identities import domain_of
from email_channel.parsing.authentication import Authentication, read_authentication
from email_channel.parsing.parsed import ParsedMail
from email_channel.queries import without_mailboxes
from email_channel.reading import Author, author_of, other_recipients


@dataclass(frozen=True)
class People:
    """The people of one mail; addresses are in lower case.

    `is_clear`: exactly one From, with an address, and it is the author. `is_own`: From is one of the account's own.
    `others` got it, too: none of our own. `names` are what the mail calls them, by address.
    """

    author: Author
    is_clear: bool
    is_own: bool
    others: Sequence[str]
    names: Mapping[str, str]
    authentication: Authentication


def people_of(mail: ParsedMail, envelope_sender: str) -> People:
    """Return who wrote and who else got it. One query.

    A form on a website sends in our own name and says in Reply-To who filled it in: that is its author then, whom
    nothing vouches for.
    """
    author, recipients = author_of(mail, envelope_sender), other_recipients(mail)
    answer_to = [address.address.lower() for address in mail.reply_to[:1]]
    strangers = set(without_mailboxes([author.address, *recipients, *answer_to]))
    is_own = author.address not in strangers
    is_form = is_own and bool(strangers & set(answer_to))
    if is_form:
        author = Author(answer_to[0], mail.reply_to[0].name)
    others = [address for address in recipients if address in strangers and address != author.address]
    return People(
        author=author,
        is_clear=mail.from_ is not None and not is_form and "several_authors" not in mail.defects,
        is_own=is_own,
        others=others[:RECIPIENTS_MOST],
        names={one.address.lower(): one.name for one in (*mail.to, *mail.cc) if one.name},
        authentication=_authentication(mail),
    )


def _authentication(mail: ParsedMail) -> Authentication:
    from_domain = domain_of(mail.from_.address) if mail.from_ else ""
    return read_authentication(mail.headers, settings.MAIL_AUTHENTICATION_SERVERS, from_domain=from_domain)
