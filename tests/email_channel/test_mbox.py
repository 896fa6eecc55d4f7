import mailbox
from pathlib import Path

import pytest

from email_channel.mbox import mails_in
from tests.email_channel.mails import raw_mail

FROM_LINE = b"From ada@customers.example Mon Nov 23 01:06:00 2026"


def mails(folder: Path, content: bytes) -> list[bytes]:
    path = folder / "mail"
    path.write_bytes(content)
    return list(mails_in(path))


@pytest.mark.parametrize(
    "content", [raw_mail(), b"", b"From: a@b.example\n\nFrom here on\n", b"\nFrom a@b.example 2026\n\nx", b"\x00\xff"]
)
def test_a_file_that_is_no_mbox_is_one_mail(tmp_path: Path, content: bytes) -> None:
    assert mails(tmp_path, content) == [content]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_mbox_is_many_mails(tmp_path: Path, line_end: bytes) -> None:
    content = b"".join(FROM_LINE + b"\nSubject: %d\n\nWord.\n\n" % number for number in range(3)).replace(
        b"\n", line_end
    )

    found = mails(tmp_path, content)

    assert [mail.split(line_end)[0] for mail in found] == [b"Subject: 0", b"Subject: 1", b"Subject: 2"]
    assert b"".join(found).count(b"Word.") == 3


def test_a_from_in_a_body_begins_no_mail(tmp_path: Path) -> None:
    content = FROM_LINE + b"\nSubject: 1\n\nFrom the year 2026\n>From here\n>>From there\nFrom 2026\n\nFrom now on\n"

    (found,) = mails(tmp_path, content)

    assert found == b"Subject: 1\n\nFrom the year 2026\nFrom here\n>From there\nFrom 2026\n\nFrom now on\n"


def test_the_standard_librarys_mbox_is_read(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for number in range(5):
        box.add(raw_mail(subject=f"Mail {number}", text="From the start,\nFrom 2026 on").replace(b"\r\n", b"\n"))
    box.close()

    found = list(mails_in(tmp_path / "box"))

    assert len(found) == 5
    assert all(b"\nFrom the start,\nFrom 2026 on" in mail for mail in found)
