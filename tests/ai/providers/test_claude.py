"""The real SDK against the server on loopback."""

import time
from collections.abc import Generator
from dataclasses import replace
from datetime import date

import pytest

from ai.providers.claude import Claude, Question, Reply
from ai.providers.model_ends import ends_of_models
from ai.providers.usage import (
    AnswerUnusable,
    NotSetUp,
    ProviderDown,
    ProviderFailure,
    ProviderRefused,
    SpendLimitReached,
)
from tests.servers.anthropic import API_KEY, FakeAnthropic, Fault

SCHEMA = {
    "type": "object",
    "properties": {"category": {"enum": ["returns", "delivery"]}, "confidence": {"type": "number"}},
    "required": ["category", "confidence"],
    "additionalProperties": False,
}
QUESTION = Question(
    model="claude-haiku-5-5",
    instructions="Sort the message.",
    context="Acme sells drills.",
    content="<message>It broke</message>",
    schema=SCHEMA,
)
PLAIN = replace(QUESTION, schema=None)


@pytest.fixture
def claude(anthropic_server: FakeAnthropic) -> Claude:
    return Claude(api_key=API_KEY, base_url=anthropic_server.url)


def whole(stream: Generator[str, None, Reply]) -> tuple[str, Reply]:
    """Return the pieces put together, and what the stream returns."""
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as stop:
            return "".join(pieces), stop.value


def test_answer_has_the_form_that_was_asked_for(claude: Claude, anthropic_server: FakeAnthropic) -> None:
    reply = claude.ask(QUESTION, within_s=10)

    [asked] = anthropic_server.asked
    assert reply.value == {"category": "returns", "confidence": 0.9}
    assert asked.body["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}}
    assert not {"temperature", "top_p", "top_k", "thinking", "tools"} & set(asked.body)
    assert asked.headers["authorization"] == f"Bearer {API_KEY}"


def test_usage_is_told_with_the_request(claude: Claude) -> None:
    first = claude.ask(QUESTION, within_s=10).used[-1]
    second = claude.ask(QUESTION, within_s=10).used[-1]

    assert (first.model, first.request_id, first.service_tier) == ("claude-haiku-5-5", "req_000001", "standard")
    assert (first.cache_write_5m_tokens, first.cache_read_tokens) == (5, 0)
    assert (second.cache_write_5m_tokens, second.cache_read_tokens) == (0, 5)
    assert first.input_tokens > 0
    assert first.output_tokens > 0


def test_no_word_of_an_account_is_in_the_cached_prefix(claude: Claude, anthropic_server: FakeAnthropic) -> None:
    claude.ask(QUESTION, within_s=10)

    [asked] = anthropic_server.asked
    cached, own = asked.body["system"]
    assert (cached["text"], cached["cache_control"]) == ("Sort the message.", {"type": "ephemeral"})
    assert own == {"type": "text", "text": "Acme sells drills."}


@pytest.mark.parametrize(
    "fault", [Fault.LIMITED_429, Fault.ERROR_500, Fault.OVERLOADED_529, Fault.DROPPED, Fault.NOT_JSON_502]
)
def test_what_can_pass_is_tried_again(claude: Claude, anthropic_server: FakeAnthropic, fault: Fault) -> None:
    anthropic_server.fail(fault, times=2)

    assert claude.ask(QUESTION, within_s=20).value["category"] == "returns"
    assert len(anthropic_server.asked) == 3


@pytest.mark.parametrize(
    ("fault", "error", "tries"),
    [
        (Fault.OVERLOADED_529, ProviderDown, 3),
        (Fault.DROPPED, ProviderDown, 3),
        (Fault.SPEND_LIMIT_429, SpendLimitReached, 1),
        (Fault.REFUSED, ProviderRefused, 1),
        (Fault.TRUNCATED, AnswerUnusable, 1),
        (Fault.TOO_LONG, AnswerUnusable, 1),
        (Fault.MALFORMED, AnswerUnusable, 1),
    ],
)
def test_failure_is_of_its_kind(
    claude: Claude, anthropic_server: FakeAnthropic, fault: Fault, error: type[ProviderFailure], tries: int
) -> None:
    anthropic_server.fail(fault, times=5)

    with pytest.raises(error) as raised:
        claude.ask(QUESTION, within_s=20)

    assert len(anthropic_server.asked) == tries
    assert bool(raised.value.used) == (fault in (Fault.REFUSED, Fault.TRUNCATED, Fault.TOO_LONG, Fault.MALFORMED))


def test_one_deadline_holds_over_all_tries(claude: Claude, anthropic_server: FakeAnthropic) -> None:
    anthropic_server.fail(Fault.HELD, times=5)
    began = time.monotonic()

    with pytest.raises(ProviderDown, match="timeout"):
        claude.ask(QUESTION, within_s=1)

    assert time.monotonic() - began < 5
    assert len(anthropic_server.asked) == 1


def test_a_long_wait_that_the_provider_asks_for_is_not_begun(claude: Claude, anthropic_server: FakeAnthropic) -> None:
    anthropic_server.retry_after = "120"
    anthropic_server.fail(Fault.LIMITED_429)

    with pytest.raises(ProviderDown, match="rate_limit_error"):
        claude.ask(QUESTION, within_s=10)


def test_wrong_key_is_for_a_person(anthropic_server: FakeAnthropic) -> None:
    with pytest.raises(NotSetUp, match="authentication_error"):
        Claude(api_key="sk-ant-other", base_url=anthropic_server.url).ask(QUESTION, within_s=10)


def test_nobody_there_is_down() -> None:
    with pytest.raises(ProviderDown, match="connection"):
        Claude(api_key=API_KEY, base_url="http://127.0.0.1:9").ask(QUESTION, within_s=0.3)


def test_stream_comes_piece_by_piece(claude: Claude, anthropic_server: FakeAnthropic) -> None:
    anthropic_server.writes = lambda body: "Returns are free for 30 days. Bring the receipt."

    text, reply = whole(claude.stream(PLAIN, within_s=10))

    assert text == reply.text == "Returns are free for 30 days. Bring the receipt."
    assert reply.used[-1].output_tokens == 12


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.STREAM_ERROR, ProviderDown),
        (Fault.STREAM_CUT, ProviderDown),
        (Fault.OVERLOADED_529, ProviderDown),
        (Fault.REFUSED, ProviderRefused),
        (Fault.TRUNCATED, AnswerUnusable),
    ],
)
def test_stream_that_breaks_off_says_so(
    claude: Claude, anthropic_server: FakeAnthropic, fault: Fault, error: type[ProviderFailure]
) -> None:
    anthropic_server.fail(fault)

    with pytest.raises(error):
        whole(claude.stream(PLAIN, within_s=10))

    assert len(anthropic_server.asked) == 1


def test_models_that_end_are_known() -> None:
    ends = ends_of_models(["claude-haiku-5-5", "claude-sonnet-5-5", "claude-sonnet-4-5-20250929"])

    assert ends == {"claude-sonnet-4-5-20250929": date(2026, 11, 30)}
