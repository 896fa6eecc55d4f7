"""Category, priority, sentiment, urgency and language of a first message: seeds, and what the account has taught.

Seeds know the archetypes of a shop's mail in English, Finnish and Swedish; a trained model of a field outweighs them
as its examples grow.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ai.local.embedding import Vectors
from ai.local.features import tokens_of
from ai.local.field_model import APPLIED, ASKED, SUGGESTED, FieldModel, FieldReading
from ai.local.lexicon import SeedHit, archetype_of, seed_scores, shipped_lexicon
from ai.local.mood import fine_sentiment_of_tone, sentiment_of_tone, tone_of

_WORD = re.compile(r"[^\W\d_]+")
_READ_CHARS = 1_000
# A strong seed phrase weighs three (lexicon).
_ONE_STRONG, _TWO_STRONG = 3.0, 6.0
_MONEY = re.compile(
    r"(\d{1,3}(?:[ .,\u00a0]\d{3})+|\d{4,})\s*(€|eur|kr|sek|kronor)|(€)\s*(\d{1,3}(?:[ ,]\d{3})+|\d{4,})", re.I
)
# From which sum a message is of weight, in euros and in crowns.
_LARGE_SUM_EUR, _LARGE_SUM_SEK = 2_000, 20_000
# A question about what one has ordered, or about what broke, is a customer's problem; others can wait.
_PROBLEMS = frozenset({"order_status", "delivery", "warranty_damage", "complaint_service"})
_PRAISE_FROM = 1.5
# What asks or praises, and harms nobody if it waits.
_MILD = frozenset({"product_question", "store_appointment", "other_oos"})
_NO_CATEGORY = "other_oos"
# Seeds are as good as this many labelled examples.
_SEEDS_ARE_WORTH = 40
_SUGGESTED_FROM = 0.45
URGENCIES: Mapping[str, float] = {"can_wait": 0.15, "soon": 0.5, "now": 0.9}


@dataclass(frozen=True)
class FieldGuess:
    """A field's value, 0..1 how sure, its band, and words of the message that speak for it."""

    value: str
    confidence: float
    band: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TriageReading:
    """A guess a field. `urgency` 0..1 (hours 0.9, days 0.5, can wait 0.15); `fine_sentiment` is one of five."""

    language: FieldGuess
    category: FieldGuess
    priority: FieldGuess
    sentiment: FieldGuess
    urgency: float
    urgency_word: FieldGuess
    fine_sentiment: str


def language_of(text: str) -> tuple[str, float]:
    """Return the likeliest of 14 languages and its share; ("", 0) for a text without words. Below 1 ms."""
    words = _WORD.findall(text[:_READ_CHARS])
    if not words:
        return "", 0.0
    # Late: the model takes a second to load.
    from hummdesk.language_model import IDENTIFIER

    language, share = IDENTIFIER.classify(" ".join(words))
    # The model does not part the two written forms of Norwegian; nearly all write this one.
    return "nb" if language == "no" else str(language), float(share)


def triage(
    text: str, *, vector: Vectors | None = None, models: Mapping[str, FieldModel] | None = None
) -> TriageReading:
    """Return the reading of a message; `vector` is needed where `models` (by field) has any."""
    language, share = language_of(text)
    tokens = tokens_of(text)
    hits = list(shipped_lexicon(language).hits(tokens))
    category = _seeded(hits, tokens, "category", _NO_CATEGORY)
    tone = tone_of(text, language)
    priority = _priority(text, hits, tokens, category=category.value, tone=tone)
    urgency = _urgency(hits, tokens, priority=priority.value)
    sentiment = FieldGuess(sentiment_of_tone(tone), min(0.9, 0.5 + abs(tone) / 8), SUGGESTED)
    readings = {field: model.read(text, vector) for field, model in (models or {}).items() if vector is not None}
    return TriageReading(
        language=FieldGuess(language, share, APPLIED if share >= _SUGGESTED_FROM and len(tokens) > 2 else SUGGESTED),
        category=_joined(category, readings.get("category"), (models or {}).get("category")),
        priority=_joined(priority, readings.get("priority"), (models or {}).get("priority")),
        sentiment=_joined(sentiment, readings.get("sentiment"), (models or {}).get("sentiment")),
        urgency=URGENCIES[urgency.value],
        urgency_word=urgency,
        fine_sentiment=fine_sentiment_of_tone(tone),
    )


def _seeded(hits: Sequence[SeedHit], tokens: Sequence[str], field: str, otherwise: str) -> FieldGuess:
    scores = seed_scores(hits, field)
    if not scores:
        return FieldGuess(otherwise, 0.1, ASKED)
    value = max(scores, key=lambda name: scores[name])
    confidence = round(scores[value] / (sum(scores.values()) + 2), 4)
    return FieldGuess(value, confidence, _band(confidence), _words(hits, tokens, field, value))


def _words(hits: Sequence[SeedHit], tokens: Sequence[str], field: str, value: str) -> tuple[str, ...]:
    speaking = [hit for hit in hits if (hit.phrase.field, hit.phrase.value) == (field, value)]
    loudest = sorted(speaking, key=lambda hit: -hit.phrase.weight)[:3]
    return tuple(" ".join(tokens[hit.start : hit.end]) for hit in loudest)


def _band(confidence: float) -> str:
    """Seeds alone never apply anything: nobody of the account has confirmed them."""
    return SUGGESTED if confidence >= _SUGGESTED_FROM else ASKED


def _priority(text: str, hits: Sequence[SeedHit], tokens: Sequence[str], *, category: str, tone: float) -> FieldGuess:
    """Danger, fraud and leaks are urgent; in what looks like a question one word of them is high at most."""
    scores = seed_scores(hits, "priority")
    urgent, high = scores.get("urgent", 0.0), scores.get("high", 0.0)
    is_mild = category in _MILD
    if urgent >= (_TWO_STRONG if is_mild and "?" in text else _ONE_STRONG):
        return FieldGuess(
            "urgent", min(0.95, 0.55 + urgent / 30), SUGGESTED, _words(hits, tokens, "priority", "urgent")
        )
    if urgent >= _ONE_STRONG or high >= _ONE_STRONG or _names_large_sum(text):
        spoken = "urgent" if urgent >= _ONE_STRONG else "high"
        return FieldGuess("high", min(0.9, 0.45 + high / 30), SUGGESTED, _words(hits, tokens, "priority", spoken))
    is_negated = any(hit.phrase.value == "negation" for hit in hits)
    only_asks = "?" in text and not is_negated and tone > -1 and category not in _PROBLEMS
    if is_mild or only_asks or tone >= _PRAISE_FROM or scores.get("low", 0.0) >= _ONE_STRONG:
        return FieldGuess("low", 0.55, SUGGESTED, _words(hits, tokens, "priority", "low"))
    return FieldGuess("normal", 0.6, SUGGESTED)


def _names_large_sum(text: str) -> bool:
    for found in _MONEY.finditer(text):
        sum_named = int(re.sub(r"\D", "", found[1] or found[4]))
        is_euro = found[3] or found[2].lower().startswith(("€", "e"))
        if sum_named >= (_LARGE_SUM_EUR if is_euro else _LARGE_SUM_SEK):
            return True
    return False


def _urgency(hits: Sequence[SeedHit], tokens: Sequence[str], *, priority: str) -> FieldGuess:
    scores = seed_scores(hits, "urgency")
    now, wait = scores.get("now", 0.0), scores.get("can_wait", 0.0)
    if priority == "urgent" or (now >= _ONE_STRONG and now > wait and priority != "low"):
        return FieldGuess("now", min(0.9, 0.5 + now / 20), SUGGESTED, _words(hits, tokens, "urgency", "now"))
    if priority == "low" or wait >= _ONE_STRONG:
        return FieldGuess("can_wait", 0.55, SUGGESTED, _words(hits, tokens, "urgency", "can_wait"))
    return FieldGuess("soon", 0.5, SUGGESTED, _words(hits, tokens, "urgency", "soon"))


def _joined(seeded: FieldGuess, reading: FieldReading | None, model: FieldModel | None) -> FieldGuess:
    """The model's guess, with the seeds' vote for the label that is their archetype's, by the examples behind each."""
    if reading is None or model is None:
        return seeded
    share = len(model.items) / (len(model.items) + _SEEDS_ARE_WORTH)
    votes = {label: share * part for label, part in reading.ranking}
    kin = [label for label in model.labels if seeded.value in (label, archetype_of(label))]
    for label in kin:
        votes[label] = votes.get(label, 0.0) + (1 - share) * seeded.confidence / len(kin)
    value = max(votes, key=lambda label: votes[label])
    if value == reading.label:
        return FieldGuess(value, reading.confidence, reading.band, reading.terms)
    # Both disagree: nothing is applied.
    return FieldGuess(value, min(reading.confidence, seeded.confidence), SUGGESTED, seeded.words)
