"""Calendar invitations (iCalendar, RFC 5545; by mail: iTIP, RFC 5546): what one line of the thread says of them."""

import re
from collections.abc import Iterator

from email_channel.parsing import limits
from email_channel.parsing.charsets import decode_bytes
from email_channel.parsing.parsed import CalendarEvent
from hummdesk.clean_text import clean_line

_READ_BYTES = 256 * 1024
_LINE = re.compile(r"([A-Za-z0-9-]{1,60})((?:;(?:[^:;\"]|\"[^\"]{0,300}\")*)*):(.*)")
_PARAMETER = re.compile(r";([A-Za-z0-9-]{1,60})=(?:\"([^\"]*)\"|([^;:\"]*))")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{0,2}(Z)?)?")
_TEXT_CHARS = 300


def read_invitation(data: bytes, label: str | None = None) -> CalendarEvent | None:
    """Return what the first event of a calendar says, None where it holds none. Linear in the length."""
    method, is_inside, is_over = "", False, False
    event: dict[str, tuple[dict[str, str], str]] = {}
    for name, parameters, value in _lines(decode_bytes(data[:_READ_BYTES], label).text):
        if name == "METHOD":
            method = clean_line(value, 20).upper()
        elif name in ("BEGIN", "END") and value.strip().upper() == "VEVENT":
            is_over = is_over or name == "END"
            is_inside = name == "BEGIN" and not is_over
        elif is_inside:
            event.setdefault(name, (parameters, value))
    return _invitation(method, event) if event else None


def _lines(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield name, parameters and value of each line, unfolded (RFC 5545 section 3.1)."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    for line in unfolded.splitlines():
        if found := _LINE.match(line[:8_000]):
            parameters = {name.upper(): quoted or plain for name, quoted, plain in _PARAMETER.findall(found[2])}
            yield found[1].upper(), parameters, found[3]


def _invitation(method: str, event: dict[str, tuple[dict[str, str], str]]) -> CalendarEvent:
    nothing: tuple[dict[str, str], str] = ({}, "")
    begin, end = event.get("DTSTART", nothing), event.get("DTEND", nothing)
    organiser = event.get("ORGANIZER", nothing)
    is_cancelled = method == "CANCEL" or event.get("STATUS", nothing)[1].strip().upper() == "CANCELLED"
    address = re.sub(r"^mailto:", "", organiser[1].strip(), flags=re.IGNORECASE)
    return CalendarEvent(
        method="CANCEL" if is_cancelled else method,
        title=_plain(event.get("SUMMARY", nothing)[1]),
        begins=_moment(begin[1]),
        ends=_moment(end[1]),
        zone="UTC" if begin[1].strip().endswith("Z") else clean_line(begin[0].get("TZID", ""), 60),
        place=_plain(event.get("LOCATION", nothing)[1]),
        organiser=clean_line(organiser[0].get("CN", "") or address, limits.NAME_CHARS),
        is_repeated="RRULE" in event,
    )


def _plain(value: str) -> str:
    text = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return clean_line(text, _TEXT_CHARS)


def _moment(value: str) -> str:
    """Return "2026-11-24 10:00", or the day alone; as it stands where it is no date."""
    found = _MOMENT.fullmatch(value.strip())
    if found is None:
        return clean_line(value, 40)
    day = f"{found[1]}-{found[2]}-{found[3]}"
    return f"{day} {found[4]}:{found[5]}" if found[4] else day
