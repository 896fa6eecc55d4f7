from collections import Counter

import pytest

from conversations.demo.accounts import DEMO_SLUGS, load_demo_account
from conversations.demo.outcomes import PRIORITIES
from conversations.demo.topics import Topic, expand_choices, load_topics, slots_of


def topics_of(slug: str) -> list[tuple[str, Topic]]:
    return [
        (language, topic) for language in load_demo_account(slug).languages for topic in load_topics(slug, language)
    ]


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_topic_names_only_what_its_account_has(slug: str) -> None:
    account = load_demo_account(slug)

    topics = [topic for _, topic in topics_of(slug)]

    assert {topic.team for topic in topics} == {team.slug for team in account.teams}
    assert {group for topic in topics for group in topic.goods} <= {product.group for product in account.products}
    assert {topic.priority for topic in topics} <= set(PRIORITIES)
    assert {topic.sentiment for topic in topics} == {"negative", "neutral", "positive"}
    assert [key for key, times in Counter(topic.key for topic in topics).items() if times > 1] == []


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_topic_begins_with_the_customer_and_gets_an_answer(slug: str) -> None:
    threads = [[turn.kind for turn in topic.turns] for _, topic in topics_of(slug)]

    assert {kinds[0] for kinds in threads} == {"incoming"}
    assert [kinds for kinds in threads if "reply" not in kinds] == []
    assert min(len(kinds) for kinds in threads) >= 2
    assert max(len(kinds) for kinds in threads) <= 8


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_topic_cuts_stop_where_the_status_says(slug: str) -> None:
    for _, topic in topics_of(slug):
        kinds = [turn.kind for turn in topic.turns]

        open_ends = {[kind for kind in kinds[:cut] if kind != "note"][-1] for cut in topic.open_cuts}
        answered_ends = {kinds[cut - 1] for cut in topic.answered_cuts}

        assert open_ends == {"incoming"}, topic.key
        assert answered_ends == {"reply"}, topic.key
        assert "reply" not in kinds[min(topic.finished_cuts) :], topic.key


def test_nordhem_has_at_least_eight_topics_in_each_language() -> None:
    tally = Counter(language for language, _ in topics_of("nordhem"))

    assert set(tally) == {"fi", "sv", "en"}
    assert min(tally.values()) >= 8


def test_acme_writes_mostly_english() -> None:
    tally = Counter(language for language, _ in topics_of("acme"))

    assert tally.total() >= 16
    assert tally["en"] > tally["fi"] + tally["sv"] + tally["de"]


def test_expand_choices_gives_every_combination_once() -> None:
    wordings = expand_choices("[Hi|Hello] there[, you|]!", "seed")

    assert sorted(wordings) == ["Hello there!", "Hello there, you!", "Hi there!", "Hi there, you!"]


def test_expand_choices_leaves_plain_brackets_alone() -> None:
    assert expand_choices("a [list] of one", "seed") == ("a [list] of one",)


def test_slots_of_names_each_slot_once() -> None:
    assert slots_of(["{order} for {name}", "{name}"]) == ("name", "order")
