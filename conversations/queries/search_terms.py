"""From the terms of a search to PostgreSQL's own language for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from conversations.search_index import DICTIONARIES, OTHER_DICTIONARY
from conversations.search_query import SearchQuery, Term, TermKind

# Other spellings of a word, by the word.
Spellings = Mapping[str, Sequence[str]]
_PREFIX_CHARS = 2
_SPELT_KINDS = (TermKind.WORD, TermKind.FROM, TermKind.TO)
_SPELT_WORDS, _SPELT_CHARS = 5, 4
_SPELLINGS_PER_WORD = 8
_NAMES_READ = 100
_LEAST_SIMILARITY = 0.35

# Raw, as the ORM has no table to ask: every term, by every dictionary.
_LEXEMES = """
SELECT term.number, phraseto_tsquery(dictionary::regconfig, term.text)::text
FROM unnest(%s::text[]) WITH ORDINALITY AS term(text, number) CROSS JOIN unnest(%s::text[]) AS dictionary"""

# Names and addresses with a word much like the one asked for, or with that one in their midst; then that word of them.
_SPELLINGS = """
SELECT word.text, piece
FROM unnest(%s::text[]) AS word(text)
CROSS JOIN LATERAL (
  (SELECT name FROM conversations_contact WHERE upper(name) %%> upper(word.text) LIMIT %s)
  UNION (SELECT value FROM conversations_contactidentity WHERE upper(value) %%> upper(word.text) LIMIT %s)
  UNION (SELECT name FROM conversations_contact WHERE upper(name) LIKE '%%' || upper(word.text) || '%%' LIMIT %s)
  UNION (
    SELECT value FROM conversations_contactidentity WHERE upper(value) LIKE '%%' || upper(word.text) || '%%' LIMIT %s
  )
) AS found(text)
CROSS JOIN LATERAL unnest(string_to_array(translate(lower(found.text), '@.-_', '    '), ' ')) AS piece
WHERE similarity(piece, word.text) >= %s OR strpos(piece, lower(word.text)) > 0
GROUP BY word.text, piece
ORDER BY max(similarity(piece, word.text)) DESC, piece"""


@dataclass(frozen=True)
class TextCondition:
    """Texts of type tsquery, "" for what is not asked.

    `wanted` must be in a message, `excluded` in no message of the conversation. Of a find, `shown` is what to
    highlight in its texts, and `any_wanted` tells where it was found.
    """

    wanted: str = ""
    excluded: str = ""
    shown: str = ""
    any_wanted: str = ""

    @property
    def asked(self) -> str:
        """What is asked of one message."""
        excluded = f"!({self.excluded})" if self.excluded else ""
        return " & ".join(filter(None, (self.wanted, excluded)))


class Lexicon:
    """What the dictionaries make of the terms of one search. One query when made, none after."""

    def __init__(self, query: SearchQuery, own_address: str) -> None:
        self._query = query
        self._own_address = own_address
        texts = list(dict.fromkeys(term.text for term in query.terms))
        self._stems = dict(zip(texts, _stems(texts), strict=True))

    def condition(self, spellings: Spellings | None = None) -> TextCondition:
        """Return what the search asks of messages; a word may also be one of its other spellings."""
        spellings = spellings or {}
        telling = [term for term in self._query.wanted if not self._is_stop_word(term)] or self._query.wanted
        wanted = [self._alternatives(term, spellings.get(term.text, ())) for term in telling]
        excluded = [self._alternatives(term) for term in self._query.excluded]
        return TextCondition(
            wanted=" & ".join(wanted),
            excluded=" | ".join(excluded),
            shown=" | ".join(stem for term in telling for stem in self._texts_of(term)),
            any_wanted=" | ".join(wanted),
        )

    def spellings(self) -> Spellings:
        """Return how words of the search, which may be misspelt or part of a name, stand in names. One query."""
        words = [term.text for term in self._query.wanted if term.kind in _SPELT_KINDS]
        words = [word for word in words if word.isalpha() and len(word) >= _SPELT_CHARS][:_SPELT_WORDS]
        found: dict[str, list[str]] = {}
        if words:
            with connection.cursor() as cursor:
                cursor.execute(_SPELLINGS, [words, *[_NAMES_READ] * 4, _LEAST_SIMILARITY])
                for word, spelling in cursor.fetchall():
                    found.setdefault(word, []).append(spelling)
        return {word: spellings[:_SPELLINGS_PER_WORD] for word, spellings in found.items()}

    def _is_stop_word(self, term: Term) -> bool:
        """Such a word is in no index of its language, so that asking for it would hide what is meant."""
        return term.kind == TermKind.WORD and "" in self._stems[term.text]

    def _alternatives(self, term: Term, spellings: Iterable[str] = ()) -> str:
        respelt = [label for spelling in spellings for label in self._labels_of(replace(term, text=spelling))]
        found = dict.fromkeys([*self._texts_of(term), *self._labels_of(term), *respelt])
        return f"({' | '.join(f'({one})' for one in found)})"

    def _texts_of(self, term: Term) -> list[str]:
        if term.kind not in (TermKind.WORD, TermKind.PHRASE, TermKind.PREFIX):
            return []
        stems = list(dict.fromkeys(filter(None, self._stems[term.text])))
        return [*stems, _beginning("", term.text)] if term.kind == TermKind.PREFIX else stems

    def _labels_of(self, term: Term) -> list[str]:
        match term.kind:
            case TermKind.FILE:
                return ["'^file'"]
            case TermKind.FROM if term.text.lower() == "me":
                return [_beginning("<", self._own_address)]
            case TermKind.FROM:
                return [_beginning("<", term.text), f"{_beginning('@', term.text)} & '^own'"]
            case TermKind.TO:
                return [_beginning(">", term.text), f"{_beginning('@', term.text)} & '^to'"]
        number = [f"'#{term.text}'"] if term.text.isascii() and term.text.isdigit() else []
        return [_beginning("@", term.text), _beginning("~", term.text), *number]


def _stems(texts: Sequence[str]) -> list[list[str]]:
    """Return for each text what each dictionary makes of it, as a tsquery; "" for a stop word."""
    stems: list[list[str]] = [[] for _text in texts]
    if texts:
        with connection.cursor() as cursor:
            cursor.execute(_LEXEMES, [list(texts), [*DICTIONARIES.values(), OTHER_DICTIONARY]])
            for number, stem in cursor.fetchall():
                stems[number - 1].append(stem)
    return stems


def _beginning(sign: str, text: str) -> str:
    """Return that every word of the text begins such a label, or is one if it is a single letter."""
    words = text.lower().replace("'", " ").replace("\\", " ").split()
    return " & ".join(f"'{sign}{word}'{':*' if len(word) >= _PREFIX_CHARS else ''}" for word in words)
