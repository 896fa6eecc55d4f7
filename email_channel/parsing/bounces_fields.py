"""Fields of reports that machines write: delivery status (RFC 3464 section 2) and abuse (RFC 5965 section 3)."""

import re
from collections.abc import Sequence

Fields = dict[str, str]

GROUPS_READ = 200
_FIELD = re.compile(r"[ \t]{0,8}([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)", re.DOTALL)
_TYPED = re.compile(r"\s*([A-Za-z0-9_-]{1,30})\s*;\s*(.*)", re.DOTALL)
_VALUE_CHARS = 4_000


def field_groups(text: str) -> list[Fields]:
    """Return the groups of fields that blank lines part, names in lower case, values unfolded; the first of a name."""
    groups: list[Fields] = [{}]
    name = ""
    for line in text.split("\n"):
        if not line.strip():
            name = ""
            if groups[-1]:
                groups.append({})
            if len(groups) > GROUPS_READ:
                break
        elif line[0] in " \t" and name:
            _extend(groups[-1], name, line)
        else:
            name = _begin(groups[-1], line)
    return [group for group in groups if group]


def _begin(group: Fields, line: str) -> str:
    """Return the name of the field that the line begins, empty for one that is there already."""
    match = _FIELD.match(line)
    if match is None or match[1].lower() in group:
        return ""
    name = match[1].lower()
    group[name] = match[2].strip()[:_VALUE_CHARS]
    return name


def _extend(group: Fields, name: str, line: str) -> None:
    if len(group[name]) < _VALUE_CHARS:
        group[name] = f"{group[name]} {line.strip()}".strip()


def typed_value(value: str) -> tuple[str, str]:
    """Return type and value of `rfc822; ann@x.example` and the like; the type is lower case, maybe empty."""
    match = _TYPED.match(value)
    return (match[1].lower(), match[2].strip()) if match else ("", value.strip())


def recipient_groups(groups: Sequence[Fields]) -> list[Fields]:
    """Return the groups that tell of one recipient, where some forget the blank line before the first of them."""
    return [group for group in groups if not _RECIPIENT_FIELDS.isdisjoint(group)]


_RECIPIENT_FIELDS = frozenset({"final-recipient", "original-recipient", "x-actual-recipient"})
