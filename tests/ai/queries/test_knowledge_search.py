import math

import pytest
from django.db import connection

from accounts.models import Account
from ai.actions.save_article import change_article, delete_article
from ai.models import LexemeTally
from ai.queries import knowledge_search
from ai.queries.knowledge_search import SearchMode, search_chunks
from ai.retrieval.ranking import BM25_B, BM25_K1
from teams.access import Viewer
from tests.ai.conftest import MakeArticle

pytestmark = pytest.mark.django_db


def _titles(text: str, **options: object) -> list[str]:
    found = search_chunks(text, **{"limit": 10, "public_only": False, **options})  # type: ignore[arg-type]
    return [one.title for one in found]


def test_best_passage_comes_first(make_article: MakeArticle) -> None:
    make_article("Returns", "Send the item back within thirty days.")
    make_article("Invoices", "Download an invoice from your account.")

    assert _titles("How do I get an invoice?")[0] == "Invoices"


@pytest.mark.parametrize("mode", list(SearchMode))
def test_each_mode_finds_and_says_its_ranks(make_article: MakeArticle, mode: SearchMode) -> None:
    make_article("Invoices", "Download an invoice from your account.")

    (found,) = search_chunks("invoice", limit=5, public_only=False, mode=mode)

    assert (found.ranked.keyword_rank is None) == (mode is SearchMode.SEMANTIC)
    assert (found.ranked.semantic_rank is None) == (mode is SearchMode.KEYWORD)
    assert 0 < found.ranked.score <= 1


def test_strangers_find_public_published_articles_only(make_article: MakeArticle) -> None:
    make_article("Public", "How to claim a refund.")
    make_article("Internal", "How to claim a refund.", visibility="internal")
    make_article("Draft", "How to claim a refund.", status="draft")
    make_article("Archived", "How to claim a refund.", status="archived")

    assert _titles("claim a refund", public_only=True) == ["Public"]
    assert sorted(_titles("claim a refund")) == ["Internal", "Public"]


def test_words_are_stemmed_by_the_language_of_the_article(make_article: MakeArticle) -> None:
    make_article("Palautukset", "Palautukset käsitellään viikossa.", language="fi")

    assert _titles("palautuksen käsittely", mode=SearchMode.KEYWORD) == ["Palautukset"]
    assert _titles("palautuksen käsittely", language="sv") == []


def test_new_article_is_found_by_its_words_before_it_has_vectors(make_article: MakeArticle) -> None:
    article = make_article("Invoices", "Download an invoice.")
    article.chunks.get().vector.delete()

    assert _titles("invoice") == ["Invoices"]


def test_bm25_is_that_of_the_paper(make_article: MakeArticle) -> None:
    make_article("A", "cat cat cat dog")
    make_article("B", "dog bird bird")
    counts = {"cat": (3, 5), "mean": 4.5}
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    length = BM25_K1 * (1 - BM25_B + BM25_B * 5 / counts["mean"])  # type: ignore[operator]

    asked = knowledge_search._asked("cat", knowledge_search._Reach("en", False))
    (scores,) = knowledge_search._scores(
        asked, asked.lexemes, None, knowledge_search._Reach("en", False), model=""
    ).values()

    assert scores.bm25 == pytest.approx(idf * 3 * (BM25_K1 + 1) / (3 + length), rel=0.02)


def test_index_of_vectors_finds_the_same(make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        make_article(f"Article {number}", f"It is about thing {number} and its parts.")
    exact = _titles("parts of thing 3", mode=SearchMode.SEMANTIC)

    monkeypatch.setattr(knowledge_search, "EXACT_UP_TO", 0)

    assert _titles("parts of thing 3", mode=SearchMode.SEMANTIC) == exact


def test_tallies_follow_what_articles_say(make_article: MakeArticle, writer: Viewer) -> None:
    before = make_article("Invoices", "Download an invoice.")
    change_article(viewer=writer, article_id=before.id, changes={"body_html": "<p>Print a receipt.</p>"})
    other = make_article("Other", "An invoice and a receipt.")
    delete_article(viewer=writer, article_id=other.id)

    tallies = dict(LexemeTally.objects.exclude(chunk_count=0).values_list("lexeme", "chunk_count"))

    assert tallies == {"": 1, " ": 4, "invoic": 1, "print": 1, "receipt": 1}


def test_passages_without_a_word_get_nothing_for_it(make_article: MakeArticle) -> None:
    make_article("Long", "The parcel of the customer is on its way, and it takes some days until it is there.")
    make_article("Short", "The parcel.")

    assert _titles("customer parcel", mode=SearchMode.KEYWORD) == ["Long", "Short"]


@pytest.mark.parametrize("text", ["", "   ", "?!", "'", "\\", "' | 'a", "\x00", "a'b\\c", "<b>", "%s %(any)s", "🙂"])
def test_any_text_can_be_searched_for(make_article: MakeArticle, text: str) -> None:
    make_article()

    search_chunks(text, limit=5, public_only=False)
    search_chunks(text, limit=5, public_only=False, mode=SearchMode.KEYWORD)


def test_search_takes_few_queries(
    make_article: MakeArticle, django_assert_max_num_queries: object, acme: Account
) -> None:
    make_article()

    with django_assert_max_num_queries(5):  # type: ignore[operator]  # two of them a savepoint
        search_chunks("returns", limit=5, public_only=False)

    assert connection.schema_name != "public"  # type: ignore[attr-defined]
