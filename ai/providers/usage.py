"""What a call has used, and the ways in which it can fail."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Usage:
    """What one answer took, in tokens as its provider counts them; `output_tokens` has those of its reasoning within.

    `input_tokens` are those that were neither read from the provider's cache nor written to it.
    """

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    request_id: str = ""
    service_tier: str = ""


@dataclass
class ProviderFailure(Exception):
    """A provider gave no answer that can be used. `used` is what its tries have cost all the same."""

    reason: str
    used: tuple[Usage, ...] = field(default=())

    def __str__(self) -> str:
        return self.reason


class ProviderDown(ProviderFailure):
    """It could not be reached, was too slow, too busy, or broke off."""


class ProviderRefused(ProviderFailure):
    """It would not answer this."""


class AnswerUnusable(ProviderFailure):
    """It answered something that was cut off or is not of the form that was asked for."""


class SpendLimitReached(ProviderFailure):
    """It takes no more until its limit is raised or its month is over: asking again is of no use."""


class NotSetUp(ProviderFailure):
    """It does not know the key, the model or the form of the request: a person must look."""
