"""The table of states: whatever the order and the number of times in which words come, the end is the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.delivery_states import DeliveryWord, is_heeded
from email_channel.enums import SendState
from email_channel.provider_words import TOLD_STATES

START = datetime(2026, 11, 23, tzinfo=UTC)
NOT_YET_TOLD = [SendState.QUEUED, SendState.SENDING, SendState.UNKNOWN, SendState.SENT]
Known = tuple[SendState, datetime | None]

words = st.builds(
    DeliveryWord,
    state=st.sampled_from(sorted(set(TOLD_STATES.values()))),
    at=st.integers(0, 5).map(lambda minute: START + timedelta(minutes=minute)),
)
orders = st.lists(words, min_size=1, max_size=7).flatmap(
    lambda told: st.tuples(st.permutations(told), st.permutations(told + told))
)


def told(state: SendState, *heard: DeliveryWord) -> Known:
    known: Known = (state, None)
    for word in heard:
        if is_heeded(*known, word):
            known = (word.state, word.at)
    return known


@given(st.sampled_from(NOT_YET_TOLD), orders)
def test_order_and_repetition_change_nothing(
    state: SendState, heard: tuple[list[DeliveryWord], list[DeliveryWord]]
) -> None:
    once, doubled = heard

    assert told(state, *once) == told(state, *doubled)


@given(st.sampled_from(NOT_YET_TOLD), st.lists(words, min_size=1))
def test_any_word_ends_the_sending(state: SendState, heard: list[DeliveryWord]) -> None:
    assert told(state, *heard)[0] not in (SendState.QUEUED, SendState.SENDING, SendState.UNKNOWN)


@given(st.lists(words))
def test_a_complaint_is_never_forgotten(heard: list[DeliveryWord]) -> None:
    complaint = DeliveryWord(SendState.COMPLAINED, START)

    assert told(SendState.SENT, complaint, *heard)[0] == SendState.COMPLAINED


@pytest.mark.parametrize(
    ("heard", "end"),
    [
        (["sent", "delivered"], "delivered"),
        (["delayed", "delivered"], "delivered"),
        (["delayed", "bounced"], "bounced"),
        (["delivered", "bounced"], "bounced"),
        (["delivered", "delayed"], "delivered"),
        (["bounced", "sent"], "bounced"),
        (["delivered", "complained"], "complained"),
        (["sent", "failed"], "failed"),
        (["sent", "suppressed"], "suppressed"),
    ],
)
def test_words_in_the_order_of_their_times(heard: list[str], end: str) -> None:
    told_words = [
        DeliveryWord(SendState(state), START + timedelta(minutes=minute)) for minute, state in enumerate(heard)
    ]

    assert told(SendState.SENT, *told_words)[0] == end
    assert told(SendState.SENT, *reversed(told_words))[0] == end


def test_of_one_moment_the_worse_word_holds() -> None:
    bounced, delivered = DeliveryWord(SendState.BOUNCED, START), DeliveryWord(SendState.DELIVERED, START)

    assert told(SendState.SENT, bounced, delivered) == told(SendState.SENT, delivered, bounced)
    assert told(SendState.SENT, delivered, bounced)[0] == SendState.BOUNCED
