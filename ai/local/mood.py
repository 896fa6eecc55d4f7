"""The tone of a text by seed words: negations turn, intensifiers raise, greetings say nothing."""

from collections.abc import Sequence

from ai.local.features import tokens_of
from ai.local.lexicon import SeedHit, shipped_lexicon

_VALUES = {"very_positive": 2.0, "positive": 1.0, "negative": -1.0, "very_negative": -2.0}
# A word that sounds like tone in any text (`!` in the seeds) counts this many times one that may only be a topic.
_STRONG_TONE = 1.8
_NEGATION_REACH, _NEGATED, _INTENSIFIED = 3, -0.8, 1.35
# From which sum on a text has a tone, and a strong one.
_TONE_FROM, _STRONG_TONE_FROM = 0.75, 3.0


def tone_of(text: str, language: str) -> float:
    """Return the sum of what speaks for a good (> 0) and a bad (< 0) mood; a single plain word is 1."""
    tokens = tokens_of(text)
    hits = list(shipped_lexicon(language).hits(tokens))
    ignored = {place for hit in hits if hit.phrase.field == "ignored" for place in range(hit.start, hit.end)}
    negations = _places(hits, "negation")
    raised = _places(hits, "intensifier")
    loudest: dict[int, float] = {}
    for hit in hits:
        if hit.phrase.field == "sentiment" and hit.start not in ignored:
            value = _VALUES[hit.phrase.value] * (_STRONG_TONE if hit.phrase.weight >= 3 else 1.0)
            value *= _turned(hit, negations) * (_INTENSIFIED if hit.start - 1 in raised else 1.0)
            # The same word may be in two lists; the louder one counts.
            loudest[hit.start] = max(loudest.get(hit.start, 0.0), value, key=abs)
    shouted = 1 + 0.15 * min(text.count("!"), 3)
    return sum(loudest.values()) * shouted + _signs(text)


def _places(hits: Sequence[SeedHit], kind: str) -> list[int]:
    return [place for hit in hits if hit.phrase.value == kind for place in range(hit.start, hit.end)]


def _turned(hit: SeedHit, negations: Sequence[int]) -> float:
    is_negated = any(0 < hit.start - place <= _NEGATION_REACH for place in negations)
    return _NEGATED if is_negated and len(hit.phrase.words) == 1 else 1.0


def _signs(text: str) -> float:
    good = sum(text.count(sign) for sign in (":)", ":-)", ";)", ":D", "<3", "=)", ":P", "😀", "😊", "👍", "❤", "🙂"))
    bad = sum(text.count(sign) for sign in (":(", ":-(", ":'(", ":/", ":-/", "=(", "😡", "😠", "👎", "😞", "😢", "🤬"))
    return 1.5 * (good - bad)


def sentiment_of_tone(tone: float) -> str:
    """Return `negative`, `neutral` or `positive`."""
    if abs(tone) < _TONE_FROM:
        return "neutral"
    return "positive" if tone > 0 else "negative"


def fine_sentiment_of_tone(tone: float) -> str:
    """Return one of five, `very_negative` to `very_positive`."""
    three = sentiment_of_tone(tone)
    return f"very_{three}" if three != "neutral" and abs(tone) >= _STRONG_TONE_FROM else three
