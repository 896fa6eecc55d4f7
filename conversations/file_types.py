"""What a file is, by its content alone, and how browsers may be given it."""

import re
from pathlib import PurePosixPath

import puremagic

# So much of a file's beginning is looked at.
HEAD_BYTES = 64 * 1024
UNKNOWN = "application/octet-stream"
# What browsers show in place, and what gets a thumbnail.
IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# What is named to browsers as it is; all else is a download without a type.
_HARMLESS = IMAGE_TYPES | {
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "audio/mpeg",
    "text/csv",
    "text/plain",
    "video/mp4",
}
# Pictures by their own first bytes: nothing else is shown in place.
_IMAGE_HEADS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
)
_ZIP_HEAD = b"PK\x03\x04"
_MACRO_PART = b"vbaProject"
_MACRO_TYPE = "application/vnd.ms-office"
_TEXT_MARKS = (
    (re.compile(r"<(?:\w+:)?svg[\s>/]", re.IGNORECASE), "image/svg+xml"),
    (re.compile(r"<!doctype\s+html|</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE), "text/html"),
    (re.compile(r"\s*<\?xml\b", re.IGNORECASE), "application/xml"),
)
# Kinds of text that only their authors tell apart.
_TEXT_SUFFIXES = {
    ".csv": "text/csv",
    ".eml": "message/rfc822",
    ".ics": "text/calendar",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".vcf": "text/vcard",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")


def sniff_type(head: bytes, name: str) -> str:
    """Return the media type of a file that begins with `head` (at most HEAD_BYTES of it).

    The name only says which kind of plain text it is.
    """
    for pattern, content_type in _IMAGE_HEADS:
        if pattern.match(head):
            return content_type
    text = _text_of(head)
    if text is not None:
        return _text_type(text, name)
    if head.startswith(_ZIP_HEAD) and _MACRO_PART in head:
        return _MACRO_TYPE
    return _known_type(head)


def _text_of(head: bytes) -> str | None:
    """Return the text that the bytes are, None for anything else; the last character may be cut."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) - error.start > 3:
            return None
        text = head[: error.start].decode("utf-8-sig", "replace")
    return None if _CONTROLS.search(text) else text


def _text_type(text: str, name: str) -> str:
    suffix = PurePosixPath(name.lower()).suffix
    if suffix == ".eml":
        return _TEXT_SUFFIXES[suffix]
    for pattern, content_type in _TEXT_MARKS:
        if pattern.search(text):
            return content_type
    return _TEXT_SUFFIXES.get(suffix, "text/plain")


def _known_type(head: bytes) -> str:
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    # A picture whose first bytes are not a picture's is none.
    return found if _TYPE.fullmatch(found) and found not in IMAGE_TYPES else UNKNOWN


def served_type(content_type: str) -> str:
    """Return the type that browsers are told: what could act in a page is bytes without one."""
    return content_type if content_type in _HARMLESS else UNKNOWN
