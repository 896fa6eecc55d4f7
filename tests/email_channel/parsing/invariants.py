"""What is true of every parsed mail, whatever came in."""

from collections.abc import Iterator
from dataclasses import astuple

from email_channel.parsing import limits
from email_channel.parsing.parsed import ParsedMail
from email_channel.parsing.wire import decode_mail, encode_mail
from hummdesk.html_text import HTML_CHARS, TEXT_CHARS


def strings_of(mail: ParsedMail) -> Iterator[str]:
    """Yield every string of one line."""
    addresses = [*mail.to, *mail.cc, *mail.reply_to, *filter(None, (mail.from_, mail.sender))]
    yield from (mail.subject, *mail.references, *mail.delivered_to, *mail.defects)
    if mail.invitation is not None:
        yield from (value for value in astuple(mail.invitation) if isinstance(value, str))
    yield from filter(None, (mail.message_id, mail.in_reply_to, mail.return_path, mail.kind.list_id))
    if mail.bounce is not None:
        yield from mail.bounce.message_ids
        for report in mail.bounce.reports:
            yield from (value for value in astuple(report) if isinstance(value, str))
    for address in addresses:
        yield from (address.name, address.address)
    for name, value in mail.headers:
        yield from (name, value)
    for attachment in mail.attachments:
        yield from (attachment.name, attachment.content_type, attachment.content_id or "")


def assert_storable(mail: ParsedMail) -> None:
    """Fail where a database, a log or a header could not hold what was parsed, or a limit was passed."""
    for line in strings_of(mail):
        assert not set(line) & {"\r", "\n", "\x00"}
        assert line.encode() is not None
    for text in filter(None, (mail.text, mail.html)):
        assert "\x00" not in text
        assert text.encode() is not None
        assert len(text) <= max(TEXT_CHARS, HTML_CHARS)
    assert len(mail.attachments) <= limits.PART_COUNT
    assert len(mail.headers) <= limits.HEADER_COUNT
    assert len(mail.to) + len(mail.cc) <= limits.RECIPIENT_COUNT
    assert all(item.size_bytes == len(item.content) for item in mail.attachments)
    assert all(item.name and "/" not in item.name for item in mail.attachments)
    assert decode_mail(encode_mail(mail)) == mail
