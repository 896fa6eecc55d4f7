"""How each task is predicted by the product's own code. A new task: one function and one line in `TASKS`."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ai.evaluation.dataset import Dataset
from ai.evaluation.retrieval import retrieved
from ai.local.embedding import MESSAGE_TOKENS, Embedder
from ai.local.field_model import APPLIED, LabelledText
from ai.local.mood import sentiment_of_tone, tone_of
from ai.local.training import train_field_model
from ai.local.triage import language_of, triage

Prediction = Mapping[str, Any]


@dataclass
class Evaluation:
    """What a task is run with; `notes` is what it learned about itself, for the report (seconds, figures)."""

    dataset: Dataset
    embedder: Embedder
    shots: int | None = None
    error_budget: float = 0.08
    notes: dict[str, Any] = field(default_factory=dict)


def classified(run: Evaluation) -> Iterable[Prediction]:
    """Labels of an account with this history. Abstains where the product would not apply the label itself."""
    history = run.dataset.history(run.shots)
    vectors = run.embedder.encode([row["text"] for row in history], most_tokens=MESSAGE_TOKENS)
    examples = [
        LabelledText(row["id"], row["text"], row["label"], vector)
        for row, vector in zip(history, vectors, strict=True)
    ]
    began = time.process_time()
    model = train_field_model(examples, embedder=run.embedder.name, error_budget=run.error_budget)
    run.notes |= {"training_cpu_s": round(time.process_time() - began, 2), "cross_validation": model.figures}
    inputs = run.dataset.rows("inputs")
    asked = run.embedder.encode([row["text"] for row in inputs], most_tokens=MESSAGE_TOKENS)
    for row, vector in zip(inputs, asked, strict=True):
        reading = model.read(row["text"], vector)
        yield {
            "id": row["id"],
            "label": reading.label,
            "confidence": round(reading.confidence, 4),
            "abstain": reading.band != APPLIED,
            "familiarity": round(reading.familiarity, 4),
        }


def triaged(run: Evaluation) -> Iterable[Prediction]:
    """All fields of an account that has labelled nothing: seeds alone."""
    for row in run.dataset.rows("inputs"):
        reading = triage(row["text"])
        yield {
            "id": row["id"],
            "language": reading.language.value,
            "category": reading.category.value,
            "priority": reading.priority.value,
            "urgency": reading.urgency_word.value,
            "sentiment": reading.fine_sentiment,
            "confidence": {
                "category": reading.category.confidence,
                "priority": reading.priority.confidence,
                "urgency": reading.urgency_word.confidence,
                "sentiment": reading.sentiment.confidence,
                "language": round(reading.language.confidence, 4),
            },
        }


def felt(run: Evaluation) -> Iterable[Prediction]:
    """Sentiment in three classes."""
    for row in run.dataset.rows("inputs"):
        language, _share = language_of(row["text"])
        yield {"id": row["id"], "label": sentiment_of_tone(tone_of(row["text"], language))}


def languages_told(run: Evaluation) -> Iterable[Prediction]:
    for row in run.dataset.rows("inputs"):
        yield {"id": row["id"], "language": language_of(row["text"])[0]}


def articles_found(run: Evaluation) -> Iterable[Prediction]:
    """The documents of the passages that a search finds, best first."""
    return retrieved(run.dataset, run.embedder)


Predictor = Callable[[Evaluation], Iterable[Prediction]]
# By the beginning of the task's name.
TASKS: Mapping[str, Predictor] = {
    "cls_": classified,
    "triage_": triaged,
    "sentiment": felt,
    "langid": languages_told,
    "retrieval_": articles_found,
}


def predictor_of(task: str) -> Predictor | None:
    """Return how this task is predicted, None for one that is not known."""
    return next((predictor for name, predictor in TASKS.items() if task.startswith(name)), None)


# What is judged of a prediction, in a report; tasks that are not here have reports of their own kind.
JUDGED: Mapping[str, tuple[str, ...]] = {
    "cls_": ("label",),
    "triage_": ("category", "priority", "urgency", "sentiment", "language"),
    "sentiment": ("label",),
    "langid": ("language",),
}


def judged_keys(task: str) -> tuple[str, ...]:
    """Return the keys of a prediction that a report compares with gold."""
    return next((keys for name, keys in JUDGED.items() if task.startswith(name)), ())
