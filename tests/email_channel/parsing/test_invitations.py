import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.parsing.invitations import read_invitation
from email_channel.parsing.parsed import CalendarEvent
from email_channel.parsing.parser import parse

EVENT = """BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VTIMEZONE\r
TZID:Europe/Helsinki\r
BEGIN:STANDARD\r
DTSTART:19701025T040000\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
SUMMARY:Site visit\\, oak floor\\n with a very long title that is fold\r
 ed\r
DTSTART;TZID="Europe/Helsinki":20261124T100000\r
DTEND;TZID=Europe/Helsinki:20261124T110000\r
LOCATION;LANGUAGE=fi:Mannerheimintie 1\\; Helsinki\r
ORGANIZER;CN="Laine, Aino";SENT-BY="mailto:x@x.example":mailto:aino@customers.example\r
RRULE:FREQ=WEEKLY\r
BEGIN:VALARM\r
TRIGGER:-PT15M\r
END:VALARM\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:Another\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_first_event_is_told() -> None:
    assert read_invitation(EVENT.encode()) == CalendarEvent(
        method="REQUEST",
        title="Site visit, oak floor with a very long title that is folded",
        begins="2026-11-24 10:00",
        ends="2026-11-24 11:00",
        zone="Europe/Helsinki",
        place="Mannerheimintie 1; Helsinki",
        organiser="Laine, Aino",
        is_repeated=True,
    )


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("DTSTART;VALUE=DATE:20261224", CalendarEvent(begins="2026-12-24")),
        ("DTSTART:20261124T080000Z", CalendarEvent(begins="2026-11-24 08:00", zone="UTC")),
        ("STATUS:CANCELLED\nSUMMARY:x", CalendarEvent(method="CANCEL", title="x")),
        ("ORGANIZER:MAILTO:a@x.example", CalendarEvent(organiser="a@x.example")),
        ("DTSTART:next tuesday", CalendarEvent(begins="next tuesday")),
    ],
)
def test_other_forms(lines: str, told: CalendarEvent) -> None:
    assert read_invitation(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\n".encode()) == told


@pytest.mark.parametrize(
    "data", [b"", b"BEGIN:VCALENDAR\nEND:VCALENDAR", b"\x00\xff", b"BEGIN:VTODO\nSUMMARY:x\nEND:VTODO"]
)
def test_no_event_is_nothing(data: bytes) -> None:
    assert read_invitation(data) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    read_invitation(b"BEGIN:VEVENT\n" + data + b"\nEND:VEVENT")


@pytest.mark.parametrize("piece", [b"X;", b'X;A="', b"X;A=:", b"\n ", b"DTSTART;A=1:2\n", b"BEGIN:VEVENT\n"])
def test_a_megabyte_takes_little_time(piece: bytes) -> None:
    start = time.monotonic()

    read_invitation(b"BEGIN:VEVENT\n" + piece * (1_000_000 // len(piece)))

    assert time.monotonic() - start < 2


def test_a_mail_tells_its_invitation_and_keeps_the_file_once() -> None:
    head = "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee you\n"
    calendar = EVENT.replace("\r\n", "\n")
    in_place = f"--b\nContent-Type: text/calendar; method=REQUEST\n\n{calendar}\n"
    as_file = f"--b\nContent-Type: application/ics; name=invite.ics\n\n{calendar}\n--b--\n"

    mail = parse((head + in_place + as_file).encode())

    assert mail.invitation is not None
    assert mail.invitation.title.startswith("Site visit")
    assert [item.name for item in mail.attachments] == ["invite.ics"]
