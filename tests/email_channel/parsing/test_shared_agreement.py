"""What another reader, the standard library's, says of the shared mail, and how often ours says the same.

The corpora come without lists of subjects, senders and files. Where the two differ, a look at the mail showed that the
other one stops at a broken header, shows U+FFFD, or counts an empty multipart as a file; the figures are printed with
`pytest -s`.
"""

import csv
import email
import email.policy
from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from email_channel.parsing.parsed import ParsedMail
from email_channel.parsing.parser import parse

pytestmark = [pytest.mark.shared, pytest.mark.timeout(300)]
BROKEN = "\ufffd"
# What only one of the two takes for a file: reports, and a winmail.dat, into which the other one does not look.
NO_FILES = {"text/rfc822-headers", "text/rfc822-header", "message/delivery-status", "message/feedback-report"}
NO_FILES |= {"application/ms-tnef"}


def folded(text: str) -> str:
    return " ".join(text.split())


def subject_of(message: EmailMessage) -> str | None:
    subject = message["Subject"]
    text = None if subject is None else folded(str(subject))
    return None if text is None or BROKEN in text or "=?" in text else text


def sender_of(message: EmailMessage) -> str | None:
    field = message["From"]
    addresses = [item.addr_spec for item in field.addresses] if field is not None else []
    # A daemon's name alone is no address; of several fields each reader takes another one.
    is_clear = len(message.get_all("From", [])) == 1 and addresses and '"' not in addresses[0] and "@" in addresses[0]
    return addresses[0].lower() if is_clear and addresses[0] != "<>" else None


def file_count_of(message: EmailMessage) -> int | None:
    parts = list(files_in(message))
    is_odd = message.defects or any(part.defects for part in message.walk())
    return None if is_odd or any(part.get_content_type() in NO_FILES for part in parts) else len(parts)


def files_in(part: EmailMessage) -> Iterator[EmailMessage]:
    if part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            if isinstance(child, EmailMessage):
                yield from files_in(child)
    elif part.is_attachment() or part.get_filename() or part.get_content_maintype() != "text":
        yield part


READINGS: dict[str, tuple[Callable[[EmailMessage], object], Callable[[ParsedMail], object]]] = {
    "subject": (subject_of, lambda mail: mail.subject),
    "sender": (sender_of, lambda mail: mail.from_ and mail.from_.address.lower()),
    "files": (file_count_of, lambda mail: len(mail.attachments)),
}
# Files: 7 of 1,227 mails differ. The other one does not see those typed into the text (uuencode, 4 mails), counts no
# texts of other kinds than plain and HTML (2), and loses an invitation that is an alternative.
MOST_DIFFERING = {"subject": 0.005, "sender": 0.005, "files": 0.01}


def test_most_mails_are_read_as_another_reader_reads_them(shared_dir: Path) -> None:
    rows = csv.DictReader((shared_dir / "mail" / "MANIFEST.csv").open())
    compared: Counter[str] = Counter()
    differing: dict[str, list[str]] = {name: [] for name in READINGS}

    for path in (row["path"] for row in rows if row["kind"] == "message"):
        raw = (shared_dir / "mail" / path).read_bytes()
        mail, other = parse(raw), email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(other, EmailMessage)
        for name, (theirs, ours) in READINGS.items():
            expected = reading(theirs, other)
            if expected is None:
                continue
            compared[name] += 1
            if expected != ours(mail):
                differing[name].append(path)

    for name, count in compared.items():
        print(f"{name}: {count - len(differing[name])} of {count} alike; not: {differing[name]}")  # noqa: T201
    assert all(count > 1_000 for count in compared.values())
    assert all(len(differing[name]) <= MOST_DIFFERING[name] * count for name, count in compared.items())


def reading(read: Callable[[EmailMessage], object], message: EmailMessage) -> object:
    """Return what the other reader says, None where it fails or nothing is there."""
    try:
        return read(message)
    except Exception:
        return None


def test_hardly_any_text_is_damaged(shared_dir: Path) -> None:
    rows = csv.DictReader((shared_dir / "mail" / "MANIFEST.csv").open())
    damaged = []

    for path in (row["path"] for row in rows if row["kind"] == "message"):
        raw = (shared_dir / "mail" / path).read_bytes()
        mail = parse(raw)
        name = mail.author.name if mail.author else ""
        shown = "".join((mail.subject, mail.text or "", mail.html or "", name))
        if BROKEN in shown and BROKEN.encode() not in raw:
            damaged.append(path)

    print(f"{len(damaged)} mails with U+FFFD: {damaged}")  # noqa: T201
    assert len(damaged) <= 20
