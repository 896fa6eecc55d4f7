"""The one boundary where text from strangers becomes text that a database, a log and a header can hold."""

import re

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Tabs and line breaks stay; the other controls mean nothing in text and upset terminals and logs.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+")
# Marks that change the reading direction can make one file name or address look like another.
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def join_surrogates(value: str) -> str:
    """Return `value` as valid Unicode: pairs of surrogates joined, lone ones replaced."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def clean_text(value: str, limit: int) -> str:
    """Return text of several lines: line ends are LF, no controls but tab and LF, at most `limit` characters."""
    return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", join_surrogates(value[:limit])))


def clean_line(value: str, limit: int) -> str:
    """Return text of one line: blanks folded to one space, no controls, at most `limit` characters."""
    folded = _BLANKS.sub(" ", join_surrogates(value)).strip()
    return _DIRECTION_MARKS.sub("", folded)[:limit].rstrip()


def clean_file_name(value: str, fallback: str) -> str:
    """Return a bare file name: no folder, no control, not `.` or `..`; `fallback` where nothing is left."""
    base = clean_line(value, 10_000).replace("\\", "/").rsplit("/", 1)[-1]
    base = re.sub(r'[<>:"|?*]', "_", base).strip(" .")
    return _shorten_name(base) if base else fallback


def _shorten_name(name: str, limit: int = 200) -> str:
    stem, dot, extension = name.rpartition(".")
    if len(name) <= limit or not dot or len(extension) > 20:
        return name[:limit]
    return stem[: limit - len(extension) - 1] + dot + extension
