"""Names of attachments that go with their types: the provider drops mail without a word where the two disagree.

Source: django-anymail, docs/esps/resend.rst, "Attachment filename extension must match content type".
"""

from mimetypes import MimeTypes
from pathlib import PurePosixPath

_UNKNOWN, _TEXT = "application/octet-stream", "text/plain"
# Of what is text only the name says which kind.
_WRITTEN = frozenset({"application/json", "application/x-sh", "application/x-tex", "application/x-latex"})
# Kinds of file that look alike from inside; the name says which one it is.
_FAMILIES = (
    ("application/zip", "openxmlformats", "opendocument", "epub+zip", "java-archive"),
    ("application/msword", "vnd.ms-excel", "vnd.ms-powerpoint", "vnd.ms-outlook", "x-ole-storage"),
    ("image/heic", "image/heif"),
    ("video/mp4", "audio/mp4", "video/quicktime", "video/3gpp", "audio/x-m4a"),
    ("video/ogg", "audio/ogg", "application/ogg"),
)
# Several names of one type; the last one is what the extensions lead to.
_SAME = {
    "application/xml": "text/xml",
    "application/x-zip-compressed": "application/zip",
    "application/x-gzip": "application/gzip",
    "application/javascript": "text/javascript",
    "application/vnd.ms-office": "application/octet-stream",
    "audio/x-wav": "audio/wav",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
}
_MORE_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eml": "message/rfc822",
    ".gz": "application/gzip",
    ".heic": "image/heic",
    ".ics": "text/calendar",
    ".log": "text/plain",
    ".m4a": "audio/mp4",
    ".md": "text/markdown",
    ".msg": "application/vnd.ms-outlook",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".vcf": "text/vcard",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "text/xml",
    ".zip": "application/zip",
}
_USUAL = {
    "application/octet-stream": ".bin",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
    "message/rfc822": ".eml",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/xml": ".xml",
    "video/mpeg": ".mpg",
}
NAME_CHARS = 200


def _known_types() -> MimeTypes:
    """Return Python's own table without the machine's, so that each machine gives the same name."""
    types = MimeTypes(filenames=())
    types.types_map = ({}, {**types.types_map[1], **_MORE_TYPES})
    return types


_TYPES = _known_types()


def agreeing_name(name: str, content_type: str) -> tuple[str, str]:
    """Return a name and a type that agree: a vague type becomes the name's, else the type's extension is added.

    The name is one line of at most 200 characters, without folders, and never empty.
    """
    stem = PurePosixPath(" ".join(name.split())[-NAME_CHARS:]).name or "attachment"
    kind = _SAME.get(content_type.lower(), content_type.lower())
    suffix = PurePosixPath(stem.lower()).suffix
    named = _TYPES.types_map[1].get(suffix, "")
    named = _SAME.get(named, named)
    if named == kind or (named and _may_be(kind, named)):
        return stem, named
    if kind == _UNKNOWN:
        return stem, kind
    extension = _USUAL.get(kind) or _TYPES.guess_extension(kind)
    return (f"{stem}{extension}", kind) if extension else (stem, named or _UNKNOWN)


def _may_be(kind: str, named: str) -> bool:
    """Return whether what looks like one type may well be the other, as its name says."""
    if kind == _TEXT:
        return named.startswith("text/") or named in _WRITTEN
    return kind == _UNKNOWN or any(_is_in(family, kind) and _is_in(family, named) for family in _FAMILIES)


def _is_in(family: tuple[str, ...], kind: str) -> bool:
    return any(part in kind for part in family)
