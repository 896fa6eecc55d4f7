"""The statements that write the search index, in raw SQL: one text serves a message, a batch and a whole account.

Beside the stems of subject and text, an entry holds labels: words in lower case behind a sign that tells what they
are. `@` the customer's names, addresses and numbers, `~` tags and file names, `#` the conversation's number, `<` the
author unless that is the conversation's customer, `>` who else got it, `^` what the message is: `^own` by the
customer, `^to` a reply to them, `^file` with a file. Names are there whole and in pieces, with and without accents.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

# So much of a text is searched: no vector comes near PostgreSQL's limit of 1 MB then, whatever the words are.
INDEXED_CHARS = 100_000
DICTIONARIES = {"fi": "finnish", "sv": "swedish", "en": "english"}
OTHER_DICTIONARY = "simple"
_CHOICES = " ".join(f"WHEN '{language}' THEN '{dictionary}'" for language, dictionary in DICTIONARIES.items())
# Of a message `m` in a conversation `c`, whose language counts where the message is too short to tell.
DICTIONARY_SQL = (
    f"(CASE coalesce(nullif(m.language, ''), c.language) {_CHOICES} ELSE '{OTHER_DICTIONARY}' END)::regconfig"
)
_PARTING = """.,;:!?()[]{}<>@/|"`_+-=&#*~^"""


def write_entries(message_ids: Sequence[UUID]) -> None:
    """Those of these messages that are neither deleted nor system lines are found by what they say now."""
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [list(message_ids)])


def delete_entry(message_id: UUID) -> None:
    """The message is not found any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM conversations_searchentry WHERE message_id = %s", [message_id])


def move_entries(message_ids: Sequence[UUID], conversation_id: UUID) -> None:
    """These messages are found in this conversation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_searchentry SET conversation_id = %s WHERE message_id = ANY(%s::uuid[])",
            [conversation_id, list(message_ids)],
        )


def return_entries(conversation_id: UUID) -> None:
    """The messages that were found in this conversation are found where they are now."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURN, [conversation_id])


def redate_entry(message_id: UUID) -> None:
    """The message is found at the time at which it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_REDATE, [message_id])


def messages_found_by_tag(name: str) -> Sequence[UUID]:
    """Return the messages that are found by all words of a tag of this name, or of files named so.

    The index remembers where a tag hung when the tag itself is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOUND_BY_TAG, [name])
        return [row[0] for row in cursor.fetchall()]


def _plain(text: str) -> str:
    """Return SQL for a text in lower case, without the two signs that quote in vectors."""
    return rf"translate(lower({text}), '''\', '  ')"


def _labels(sources: str) -> str:
    """Return SQL for a tsvector of labels. `sources` is a query of sign, weight and text."""
    plain = _plain("source.text")
    return f"""
    SELECT string_agg('''' || source.sign || left(piece, 100) || ''':1' || source.weight, ' ')::tsvector AS vector
    FROM ({sources}) AS source(sign, weight, text)
    CROSS JOIN LATERAL (SELECT {plain}) AS plain(text)
    CROSS JOIN LATERAL unnest(
      string_to_array(plain.text, ' ')
      || string_to_array(translate(plain.text, '@', ' '), ' ')
      || string_to_array(
        translate(plain.text || ' ' || unaccent(plain.text), '{_PARTING}', '{" " * len(_PARTING)}'), ' '
      )
    ) AS piece
    WHERE piece <> ''"""  # noqa: S608  # of our own words


_AROUND = _labels("""
      SELECT '@', 'B', p.name || ' ' || p.email || ' ' || p.phone
      FROM conversations_contact p WHERE p.id = c.contact_id
      UNION ALL
      SELECT '@', 'B', i.value FROM conversations_contactidentity i WHERE i.contact_id = c.contact_id
      UNION ALL
      SELECT '~', 'C', t.name
      FROM conversations_tag t JOIN conversations_conversationtag link ON link.tag_id = t.id
      WHERE link.conversation_id = c.id
      UNION ALL
      SELECT '#', 'C', c.display_id::text""")
_AGENT = _labels("SELECT '<', 'B', a.name || ' ' || a.email")
_OWN = _labels("""
      SELECT '>', 'B', address FROM unnest(m.cc || m.bcc) AS address
      UNION ALL
      SELECT '<', 'B', p.name || ' ' || p.email
      FROM conversations_contact p WHERE p.id = m.contact_id AND p.id <> c.contact_id
      UNION ALL
      SELECT '~', 'C', f.name FROM conversations_attachment f WHERE f.message_id = m.id
      UNION ALL
      SELECT '^', 'C', 'file' FROM conversations_attachment f WHERE f.message_id = m.id AND NOT f.is_inline
      UNION ALL
      SELECT '^', 'B', 'own' WHERE m.contact_id = c.contact_id
      UNION ALL
      SELECT '^', 'B', 'to' WHERE m.kind = 'reply'""")


# Labels of a conversation and of an agent are made once, however many messages share them.
_UPSERT = f"""
WITH picked AS MATERIALIZED (
  SELECT * FROM conversations_message WHERE deleted_at IS NULL AND kind <> 'system' AND id = ANY(%s::uuid[])
),
around AS MATERIALIZED (
  SELECT c.id, c.subject, c.language, c.contact_id, labels.vector
  FROM conversations_conversation c CROSS JOIN LATERAL ({_AROUND}) AS labels
  WHERE c.id IN (SELECT conversation_id FROM picked)
),
author AS MATERIALIZED (
  SELECT a.user_id AS id, labels.vector
  FROM teams_agent a CROSS JOIN LATERAL ({_AGENT}) AS labels
  WHERE a.user_id IN (SELECT agent_id FROM picked)
)
INSERT INTO conversations_searchentry (message_id, conversation_id, at, vector)
SELECT m.id, m.conversation_id, m.created_at,
  setweight(to_tsvector(chosen.dictionary, c.subject), 'A')
  || coalesce(c.vector, '') || coalesce(author.vector, '') || coalesce(own.vector, '')
  || setweight(to_tsvector(chosen.dictionary, left(m.body_text, {INDEXED_CHARS})), 'D')
FROM picked m
JOIN around c ON c.id = m.conversation_id
LEFT JOIN author ON author.id = m.agent_id
CROSS JOIN LATERAL ({_OWN}) AS own
CROSS JOIN LATERAL (SELECT {DICTIONARY_SQL}) AS chosen(dictionary)
ON CONFLICT (message_id) DO UPDATE
SET conversation_id = EXCLUDED.conversation_id, at = EXCLUDED.at, vector = EXCLUDED.vector"""  # noqa: S608

_RETURN = """
UPDATE conversations_searchentry e SET conversation_id = m.conversation_id
FROM conversations_message m
WHERE m.id = e.message_id AND e.conversation_id = %s AND m.conversation_id <> e.conversation_id"""

_REDATE = """
UPDATE conversations_searchentry e SET at = m.created_at
FROM conversations_message m
WHERE m.id = e.message_id AND e.message_id = %s AND e.at <> m.created_at"""

_FOUND_BY_TAG = f"""
SELECT message_id FROM conversations_searchentry WHERE vector @@ (
  SELECT string_agg('''~' || left(word, 100) || '''', ' & ')::tsquery
  FROM unnest(string_to_array({_plain("%s")}, ' ')) AS word WHERE word <> ''
)"""  # noqa: S608  # of our own words
