"""What was typed into the search box, taken apart. Whatever it is, it means something: there are no errors."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

MOST_CHARS = 500
MOST_TERMS = 20
TERM_CHARS = 100

STATES = frozenset(
    {"open", "pending", "snoozed", "resolved", "closed", "unread", "mine", "unassigned", "spam", "trash"}
)
_ATTACHMENT_WORDS = frozenset({"attachment", "attachments"})
_QUOTES = str.maketrans("“”„‟«»", '""""""')
_PIECE = re.compile(
    r"""(?P<minus>-)?
    (?:(?P<operator>from|to|tag|is|has|before|after|assignee|team):(?=[^\s]))?
    (?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER = re.compile(r"#([0-9]{1,9})")


class TermKind(Enum):
    """How a term is looked for: in all texts, as the beginning of a word, by author or recipient, by having a file."""

    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"
    FROM = "from"
    TO = "to"
    FILE = "file"


@dataclass(frozen=True)
class Term:
    """What a message must say, or must not."""

    kind: TermKind
    text: str
    is_excluded: bool = False


@dataclass(frozen=True)
class Condition:
    """What must hold of the conversation, or must not. `name`: tag, is, assignee, team or number."""

    name: str
    value: str
    is_excluded: bool = False


@dataclass(frozen=True)
class SearchQuery:
    """All of these must hold. `after` includes its day, `before` does not, in the account's time zone."""

    terms: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()
    after: date | None = None
    before: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return self == SearchQuery()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms that a message must have."""
        return tuple(term for term in self.terms if not term.is_excluded)

    @property
    def excluded(self) -> tuple[Term, ...]:
        """The terms that no message of the conversation may have."""
        return tuple(term for term in self.terms if term.is_excluded)

    def values(self, name: str, among: Collection[str] = ()) -> list[str]:
        """Return the wanted values of an operator, those among `among` if it is given."""
        found = [one.value for one in self.conditions if one.name == name and not one.is_excluded]
        return [value for value in found if not among or value in among]


@dataclass
class _Reading:
    terms: list[Term] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    after: date | None = None
    before: date | None = None


def parse_search(text: str) -> SearchQuery:
    """Return what the text asks for.

    An operator with a value that it does not know is taken for a word, a quote that is not closed ends with the
    text, and what is beyond 500 characters or 20 terms is left out.
    """
    reading = _Reading()
    for match in _PIECE.finditer(_plain(text)):
        if len(reading.terms) + len(reading.conditions) >= MOST_TERMS:
            break
        _read(reading, match)
    return SearchQuery(tuple(reading.terms), tuple(reading.conditions), reading.after, reading.before)


def _plain(text: str) -> str:
    """Return the text without what neither people type nor PostgreSQL takes, such as lone surrogates."""
    text = unicodedata.normalize("NFC", text[:MOST_CHARS]).translate(_QUOTES)
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn", "Cf") else sign for sign in text)


def _read(reading: _Reading, match: re.Match[str]) -> None:
    operator, is_excluded = (match["operator"] or "").lower(), bool(match["minus"])
    is_phrase = match["phrase"] is not None
    value = (match["phrase"] if is_phrase else match["word"]).strip()[:TERM_CHARS]
    if not any(map(str.isalnum, value)):
        return
    if operator and _take_operator(reading, operator, value, is_excluded=is_excluded):
        return
    if not is_phrase and not operator and (number := _NUMBER.fullmatch(value)):
        reading.conditions.append(Condition("number", number[1], is_excluded))
        return
    value = f"{operator}:{value}" if operator else value
    reading.terms.append(_term(value, is_phrase=is_phrase, is_excluded=is_excluded))


def _term(value: str, *, is_phrase: bool, is_excluded: bool) -> Term:
    if is_phrase and len(value.split()) > 1:
        return Term(TermKind.PHRASE, value, is_excluded)
    if value.endswith("*") and len(value.rstrip("*")) > 1:
        return Term(TermKind.PREFIX, value.rstrip("*"), is_excluded)
    return Term(TermKind.WORD, value, is_excluded)


def _take_operator(reading: _Reading, operator: str, value: str, *, is_excluded: bool) -> bool:
    """Return whether the operator knows the value, after noting it."""
    match operator:
        case "from" | "to":
            reading.terms.append(Term(TermKind(operator), value, is_excluded))
        case "before" | "after":
            return not is_excluded and _take_day(reading, operator, value)
        case "is" if value.lower() in STATES:
            reading.conditions.append(Condition("is", value.lower(), is_excluded))
        case "has" if value.lower() in _ATTACHMENT_WORDS:
            reading.terms.append(Term(TermKind.FILE, value.lower(), is_excluded))
        case "tag" | "assignee" | "team":
            reading.conditions.append(Condition(operator, value, is_excluded))
        case _:
            return False
    return True


def _take_day(reading: _Reading, operator: str, value: str) -> bool:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    if not 1900 <= day.year <= 9000:
        return False
    if operator == "after":
        reading.after = max(day, reading.after or day)
    else:
        reading.before = min(day, reading.before or day)
    return True
