"""How finds are shown: where the words stand, cut out and marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import compress
from uuid import UUID

from django.db import connection

from conversations.queries.search_terms import TextCondition
from conversations.search_index import DICTIONARY_SQL

# So much of a text is looked through for the words to mark; reading a character costs about 40 ns.
MARKED_CHARS = 10_000
# Signs of the private use area, taken out of texts, stand for the marks until all else is escaped.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKS = f"StartSel={_OPEN}, StopSel={_CLOSE}"
_FRAGMENTS = f'{_MARKS}, MaxFragments=2, MinWords=8, MaxWords=24, FragmentDelimiter=" … "'

# Raw, as the ORM has neither ts_filter nor a dictionary for each row. Weights: see SearchEntry.
_SNIPPETS = f"""
SELECT m.id, m.kind,
  ts_headline(chosen.dictionary, translate(c.subject, %s, ''), words.shown, 'HighlightAll=true, {_MARKS}'),
  ts_headline(chosen.dictionary, left(translate(m.body_text, %s, ''), {MARKED_CHARS}), words.shown,
    '{_FRAGMENTS}'),
  ts_filter(e.vector, '{{a}}') @@ words.any_wanted,
  ts_filter(e.vector, '{{b}}') @@ words.any_wanted,
  ts_filter(e.vector, '{{c}}') @@ words.any_wanted,
  ts_filter(e.vector, '{{d}}') @@ words.any_wanted
FROM conversations_message m
LEFT JOIN conversations_searchentry e ON e.message_id = m.id
JOIN conversations_conversation c ON c.id = m.conversation_id
CROSS JOIN (SELECT %s::tsquery, %s::tsquery) AS words(shown, any_wanted)
CROSS JOIN LATERAL (SELECT {DICTIONARY_SQL}) AS chosen(dictionary)
WHERE m.id = ANY(%s::uuid[])"""  # noqa: S608  # of our own words
_PLACES = ("subject", "people", "labels", "text")


@dataclass(frozen=True)
class Snippet:
    """What to show of one find. Both texts are HTML: escaped, with `<mark>` around what was asked for.

    `matched_in`: `subject`, `people` (names and addresses), `labels` (tags, file names, number) and `text`.
    """

    message_kind: str
    subject_html: str
    text_html: str
    matched_in: Sequence[str]


def snippets(message_ids: Sequence[UUID], text: TextCondition) -> Mapping[UUID, Snippet]:
    """Return what to show of these messages, which the viewer may see. One query."""
    marks = _OPEN + _CLOSE
    with connection.cursor() as cursor:
        cursor.execute(_SNIPPETS, [marks, marks, text.shown, text.any_wanted, list(message_ids)])
        return {
            message_id: Snippet(kind, _marked(subject), _marked(body), list(compress(_PLACES, found)))
            for message_id, kind, subject, body, *found in cursor.fetchall()
        }


def _marked(text: str) -> str:
    return escape(text).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>")
