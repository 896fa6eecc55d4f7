"""Reading mails from files: one mail, or an mbox of many."""

import re
from collections.abc import Iterator
from pathlib import Path

# RFC 4155: each message begins with a line `From <sender> <time>`; in bodies such a line is written `>From`.
_FROM_LINE = re.compile(rb"^From [^\r\n]*[0-9]:[0-9]{2}[^\r\n]* [0-9]{4}\b[^\r\n]*\r?\n", re.MULTILINE)
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def mails_in(path: Path) -> Iterator[bytes]:
    """Yield the raw mails of a file; a file that is no mbox is one mail, even an empty one."""
    raw = path.read_bytes()
    starts = [match for match in _FROM_LINE.finditer(raw) if _begins_mail(raw, match.start())]
    if not starts or starts[0].start() != 0:
        yield raw
        return
    ends = [*(match.start() for match in starts[1:]), len(raw)]
    for match, end in zip(starts, ends, strict=True):
        yield _ESCAPED_FROM.sub(rb"\1", raw[match.end() : end])


def _begins_mail(raw: bytes, start: int) -> bool:
    return start == 0 or raw[start - 2 : start] == b"\n\n" or raw[start - 4 : start] == b"\r\n\r\n"
