import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from conversations.demo.accounts import DEMO_SLUGS, load_demo_account
from conversations.demo.script import DemoConversation, generate
from conversations.demo.timing import DAYS

NOW = datetime(2026, 2, 11, 13, 20, tzinfo=UTC)
ADDRESS = re.compile(r"[\w.-]+@[\w.-]+")


@pytest.fixture(scope="module", params=DEMO_SLUGS)
def thousand(request: pytest.FixtureRequest) -> list[DemoConversation]:
    return list(generate(request.param, 1_000, seed=7, now=NOW))


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_generate_repeats_itself_for_the_same_seed(slug: str) -> None:
    first = list(generate(slug, 100, seed=1, now=NOW))

    assert list(generate(slug, 100, seed=1, now=NOW)) == first
    assert list(generate(slug, 100, seed=2, now=NOW)) != first


def test_generate_refuses_an_unknown_account() -> None:
    with pytest.raises(KeyError, match="globex"):
        next(generate("globex", 1, seed=1, now=NOW))


def test_generate_leaves_no_slot_unfilled(thousand: list[DemoConversation]) -> None:
    texts = [text for one in thousand for text in (one.subject, *(message.body_text for message in one.messages))]

    assert [text for text in texts if "{" in text or "}" in text or "\0" in text or not text.strip()] == []


def test_generate_uses_reserved_addresses_only(thousand: list[DemoConversation]) -> None:
    texts = [message.body_text for one in thousand for message in one.messages]

    addresses = [one.contact.email for one in thousand] + [found for text in texts for found in ADDRESS.findall(text)]

    assert [address for address in addresses if not address.endswith(".example")] == []


def test_generate_has_every_status_and_recent_open_ones(thousand: list[DemoConversation]) -> None:
    tally = Counter(one.status for one in thousand)

    assert set(tally) == {"open", "pending", "snoozed", "resolved", "closed"}
    assert tally["resolved"] + tally["closed"] > 600
    assert 40 < tally["open"] < 250
    assert min(one.created_at for one in thousand if one.status == "open") > NOW - timedelta(days=22)


def test_generate_keeps_moments_in_order(thousand: list[DemoConversation]) -> None:
    for one in thousand:
        moments = [message.at for message in one.messages]

        assert moments == sorted(moments)
        assert NOW - timedelta(days=DAYS) <= one.created_at == moments[0]
        assert moments[-1] < NOW
        assert one.last_activity_at == (one.resolved_at or moments[-1])
        assert (one.resolved_at is not None) == (one.status in ("resolved", "closed"))
        assert one.resolved_at is None or moments[-1] <= one.resolved_at <= NOW
        assert (one.snoozed_until is not None) == (one.status == "snoozed")
        assert one.snoozed_until is None or one.snoozed_until > NOW


def test_generate_marks_who_waits(thousand: list[DemoConversation]) -> None:
    for one in thousand:
        public = [message for message in one.messages if message.kind != "note"]
        replies = [message.at for message in public if message.kind == "reply"]

        assert (one.waiting_since is not None) == (one.status == "open")
        assert one.waiting_since is None or public[-1].kind == "incoming"
        assert one.waiting_since is None or all(at < one.waiting_since for at in replies)
        assert one.first_replied_at == (replies[0] if replies else None)


def test_generate_signs_with_cast_members_who_answer_for_that_team(thousand: list[DemoConversation]) -> None:
    slug = "acme" if any(one.language == "de" for one in thousand) else "nordhem"
    cast = load_demo_account(slug).cast
    taken = [(one, cast[one.assignee]) for one in thousand if one.assignee is not None]

    assert [one.subject for one, agent in taken if one.team not in agent.teams] == []
    assert all(one.first_replied_at is None for one in thousand if one.assignee is None)
    assert 0 < sum(one.assignee is None for one in thousand) < 150
    assert 0 < sum(one.team is None for one in thousand) < 40


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_generate_speaks_the_languages_in_proportion(slug: str) -> None:
    weights = load_demo_account(slug).language_weights

    contacts = {one.contact.number: one.language for one in generate(slug, 10_000, seed=5, now=NOW)}

    tally = Counter(contacts.values())
    for language, weight in weights.items():
        assert tally[language] / tally.total() == pytest.approx(weight / sum(weights.values()), abs=0.03)
