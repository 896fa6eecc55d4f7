"""Claude over the Messages API: one question, one answer, one deadline over all tries.

Source: the SDK's types and errors (2.x); platform.claude.com/docs/en/build-with-claude/structured-outputs.
"""

import json
import random
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import anthropic
from anthropic.types import Message, MessageParam, TextBlockParam

from ai.providers.usage import (
    AnswerUnusable,
    NotSetUp,
    ProviderDown,
    ProviderFailure,
    ProviderRefused,
    SpendLimitReached,
    Usage,
)

TRIES = 3
_SPEND_LIMIT = "enforced_spend_limit_reached"
# Less time than this is not worth another try.
_LEAST_S = 0.2
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 8.0


@dataclass(frozen=True)
class Question:
    """What a model is asked. `instructions` are the same for every account and may be kept in the provider's cache;
    `context` (an account's words) and `content` (what strangers wrote, enclosed) never are.

    `schema`: the answer is JSON of this schema (closed objects only); without it, text. `effort`: how long it reasons.
    """

    model: str
    instructions: str
    content: str
    context: str = ""
    schema: Mapping[str, Any] | None = None
    most_tokens: int = 1024
    effort: str = "low"


@dataclass(frozen=True)
class Reply:
    """What it answered; `value` is the parsed JSON where a schema was asked for."""

    text: str
    used: tuple[Usage, ...]
    value: Any = None


class Claude:
    """A client that can be shared between threads."""

    def __init__(self, *, api_key: str, base_url: str) -> None:
        self._client = anthropic.Anthropic(api_key=api_key, base_url=base_url, max_retries=0)

    def ask(self, question: Question, *, within_s: float) -> Reply:
        """Return the answer. What can pass is tried again as long as the time allows.

        Raises: ProviderFailure, of the kinds in `ai.providers.usage`, with what was used.
        """
        used: list[Usage] = []
        with _told(used):
            message = self._create(question, _Deadline(within_s))
            used.append(_usage_of(message, request_id=message._request_id))
            text = _text_of(message)
            return Reply(text, tuple(used), _parsed(text) if question.schema is not None else None)

    def stream(self, question: Question, *, within_s: float) -> Generator[str, None, Reply]:
        """Yield the answer piece by piece, and return it whole. Nothing is tried again once a piece has come.

        Raises: ProviderFailure, of the kinds in `ai.providers.usage`, with what was used.
        """
        deadline, used = _Deadline(within_s), list[Usage]()
        with (
            _told(used),
            self._client.messages.stream(**_parameters(question), timeout=deadline.left_s()) as stream,
        ):
            for event in stream:
                deadline.check()
                if event.type == "text":
                    yield event.text
            message = stream.get_final_message()
            used.append(_usage_of(message, request_id=stream.request_id))
            return Reply(_text_of(message), tuple(used))

    def _create(self, question: Question, deadline: "_Deadline") -> Message:
        for number in range(TRIES):
            try:
                parameters = _parameters(question)
                return cast(Message, self._client.messages.create(**parameters, timeout=deadline.left_s()))
            except (anthropic.APIConnectionError, anthropic.APIStatusError) as error:
                if number == TRIES - 1 or not _may_pass(error) or not deadline.wait(_pause_s(error, number)):
                    raise
        raise AssertionError  # pragma: no cover


class _Deadline:
    """A moment, by the monotonic clock."""

    def __init__(self, within_s: float) -> None:
        self._at = time.monotonic() + within_s

    def left_s(self) -> float:
        """Return the time left, and never less than the SDK can be told."""
        return max(self._at - time.monotonic(), 0.001)

    def check(self) -> None:
        """Raises: ProviderDown when it has passed."""
        if time.monotonic() >= self._at:
            raise ProviderDown("timeout")

    def wait(self, seconds: float) -> bool:
        """Wait, and return True, if there is time for one more try afterwards; else return False at once."""
        if self.left_s() < seconds + _LEAST_S:
            return False
        time.sleep(seconds)
        return True


@contextmanager
def _told(used: Sequence[Usage]) -> Generator[None]:
    """Errors of the SDK are raised as those of the house, with what was used."""
    try:
        yield
    except ProviderFailure as failure:
        failure.used = tuple(used)
        raise
    except anthropic.AnthropicError as error:
        raised = _failure_of(error)
        raised.used = tuple(used)
        raise raised from error


def _failure_of(error: anthropic.AnthropicError) -> ProviderFailure:
    if isinstance(error, anthropic.APITimeoutError):
        return ProviderDown("timeout")
    if isinstance(error, anthropic.APIStatusError):
        if _code_of(error) == _SPEND_LIMIT or error.status_code == 402:
            return SpendLimitReached("spend_limit")
        if _may_pass(error):
            return ProviderDown(str(error.type or error.status_code))
        return NotSetUp(str(error.type or error.status_code))
    if isinstance(error, anthropic.APIResponseValidationError):
        return AnswerUnusable("not_a_message")
    return ProviderDown("connection")


def _may_pass(error: anthropic.AnthropicError) -> bool:
    """Return whether the same question may be answered in a moment. An error within a stream has the status 200."""
    if not isinstance(error, anthropic.APIStatusError):
        return isinstance(error, anthropic.APIConnectionError)
    if _code_of(error) == _SPEND_LIMIT:
        return False
    return error.status_code in (200, 408, 409, 429) or error.status_code >= 500


def _code_of(error: anthropic.APIStatusError) -> str:
    return str(getattr(error, "error_code", None) or "")


def _pause_s(error: anthropic.AnthropicError, number: int) -> float:
    """Return what the provider asks for, else twice as long each time, somewhat by chance."""
    response = getattr(error, "response", None)
    asked = response.headers.get("retry-after", "") if response is not None else ""
    try:
        return max(0.0, float(asked))
    except ValueError:
        longer: float = _FIRST_PAUSE_S * 2**number
        return min(_LONGEST_PAUSE_S, longer) * random.uniform(0.75, 1.25)  # noqa: S311


def _parameters(question: Question) -> dict[str, Any]:
    system: list[TextBlockParam] = [
        {"type": "text", "text": question.instructions, "cache_control": {"type": "ephemeral"}}
    ]
    if question.context:
        system.append({"type": "text", "text": question.context})
    output: dict[str, Any] = {"effort": question.effort}
    if question.schema is not None:
        output["format"] = {"type": "json_schema", "schema": question.schema}
    messages: list[MessageParam] = [{"role": "user", "content": question.content}]
    return {
        "model": question.model,
        "max_tokens": question.most_tokens,
        "system": system,
        "messages": messages,
        "output_config": output,
    }


def _usage_of(message: Message, *, request_id: str | None) -> Usage:
    used, written, details = message.usage, message.usage.cache_creation, message.usage.output_tokens_details
    short = written.ephemeral_5m_input_tokens if written else used.cache_creation_input_tokens or 0
    return Usage(
        model=message.model,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        reasoning_tokens=details.thinking_tokens if details else 0,
        cache_read_tokens=used.cache_read_input_tokens or 0,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=written.ephemeral_1h_input_tokens if written else 0,
        request_id=request_id or "",
        service_tier=used.service_tier or "",
    )


def _text_of(message: Message) -> str:
    """Return all text of the answer. Raises: ProviderRefused, ProviderDown, AnswerUnusable for what has no end."""
    if message.stop_reason == "refusal":
        raise ProviderRefused("refusal")
    if message.stop_reason is None:
        raise ProviderDown("cut_off")
    if message.stop_reason not in ("end_turn", "stop_sequence"):
        raise AnswerUnusable(str(message.stop_reason))
    return "".join(block.text for block in message.content if block.type == "text")


def _parsed(text: str) -> Any:
    try:
        return cast(Any, json.loads(text))
    except ValueError as error:
        raise AnswerUnusable("not_json") from error
