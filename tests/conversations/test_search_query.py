from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.search_query import MOST_TERMS, TERM_CHARS, Condition, SearchQuery, Term, TermKind, parse_search

BOX = st.lists(
    st.sampled_from(
        ["from:", "to:", "tag:", "is:", "has:", "before:", "after:", "#", "-", '"', "*", " ", "open", "2026-01-02"]
    )
    | st.text(max_size=12),
    max_size=60,
).map("".join)


def words(text: str) -> list[tuple[TermKind, str, bool]]:
    return [(term.kind, term.text, term.is_excluded) for term in parse_search(text).terms]


@given(BOX)
def test_parse_takes_anything_and_stays_small(text: str) -> None:
    query = parse_search(text)

    assert len(query.terms) + len(query.conditions) <= MOST_TERMS
    assert all(0 < len(term.text) <= TERM_CHARS and any(map(str.isalnum, term.text)) for term in query.terms)
    assert not any("\x00" in term.text or "\ud800" <= sign <= "\udfff" for term in query.terms for sign in term.text)


def test_parse_tells_words_phrases_and_beginnings_apart() -> None:
    assert words('oak "solid  oak" -pine invo* "late"') == [
        (TermKind.WORD, "oak", False),
        (TermKind.PHRASE, "solid  oak", False),
        (TermKind.WORD, "pine", True),
        (TermKind.PREFIX, "invo", False),
        (TermKind.WORD, "late", False),
    ]


def test_parse_reads_every_operator() -> None:
    query = parse_search(
        'from:anna TO:bob tag:vip tag:"very late" is:Open -is:unread has:attachment assignee:me team:none #1042'
        " after:2026-01-02 before:2026-02-03"
    )

    assert query.terms == (Term(TermKind.FROM, "anna"), Term(TermKind.TO, "bob"), Term(TermKind.FILE, "attachment"))
    assert query.conditions == (
        Condition("tag", "vip"),
        Condition("tag", "very late"),
        Condition("is", "open"),
        Condition("is", "unread", is_excluded=True),
        Condition("assignee", "me"),
        Condition("team", "none"),
        Condition("number", "1042"),
    )
    assert (query.after, query.before) == (date(2026, 1, 2), date(2026, 2, 3))


@pytest.mark.parametrize(
    "text", ["is:foo", "has:teeth", "before:yesterday", "after:2026-02-30", "before:0001-01-01", "-after:2026-01-01"]
)
def test_operator_with_a_value_it_does_not_know_is_a_word(text: str) -> None:
    assert [kind for kind, _text, _is_excluded in words(text)] == [TermKind.WORD]


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [('"oak floor', TermKind.PHRASE, "oak floor"), ('from:"Matti V', TermKind.FROM, "Matti V")],
)
def test_quote_that_is_not_closed_ends_with_the_text(text: str, kind: TermKind, said: str) -> None:
    assert words(text) == [(kind, said, False)]


@pytest.mark.parametrize("text", ["", "  ", "-", '"', "()", "🙂", '""', "\ud800", "\x00", "* - :"])
def test_text_without_letters_and_digits_asks_nothing(text: str) -> None:
    assert parse_search(text) == SearchQuery()
    assert parse_search(text).is_empty


def test_narrower_of_two_days_counts() -> None:
    query = parse_search("after:2026-01-01 after:2026-03-01 before:2026-09-01 before:2026-05-01")

    assert (query.after, query.before) == (date(2026, 3, 1), date(2026, 5, 1))
