"""A small account's labels, made from a few patterns."""

from functools import cache
from itertools import product
from pathlib import Path

from ai.local.embedding import HashedGrams
from ai.local.field_model import FieldModel, LabelledText
from ai.local.training import train_field_model

PATTERNS = {
    "delivery": ("Where is the parcel with my {}?", "The courier never brought the {}.", "My {} was delivered late."),
    "refund": ("I want my money back for the {}.", "Please refund the {}.", "How do I return a {}?"),
    "invoice": ("The invoice for the {} is wrong.", "I paid the {} twice.", "Send me the receipt of the {}."),
}
THINGS = ("drill", "saw", "ladder", "lamp", "paint", "hammer", "tap", "door")
EMBEDDER = HashedGrams()


def labelled(item: str, text: str, label: str) -> LabelledText:
    return LabelledText(item, text, label, EMBEDDER.encode([text])[0])


def examples() -> list[LabelledText]:
    rows = [
        (label, pattern.format(thing)) for label in PATTERNS for pattern, thing in product(PATTERNS[label], THINGS)
    ]
    return [labelled(str(number), text, label) for number, (label, text) in enumerate(rows)]


@cache
def small_model() -> FieldModel:
    return train_field_model(examples(), embedder=EMBEDDER.name)


def folder_of(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path
