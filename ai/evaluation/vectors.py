"""Vectors that were computed before, by the text's hash, so that a second evaluation takes seconds."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ai.local.embedding import MESSAGE_TOKENS, Embedder, Vectors


class RememberedVectors:
    """An embedder with a memory in one file of `cache_dir`; `save` writes it."""

    def __init__(self, embedder: Embedder, cache_dir: Path) -> None:
        self._embedder = embedder
        self._path = cache_dir / f"vectors-{embedder.name}.npz"
        self._known: dict[str, Vectors] = {}
        self.is_changed = False
        if self._path.is_file():
            with np.load(self._path) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    @property
    def name(self) -> str:
        return self._embedder.name

    def encode(self, texts: Sequence[str], *, most_tokens: int = MESSAGE_TOKENS) -> Vectors:
        keys = [hashlib.sha256(f"{most_tokens} {text}".encode()).hexdigest()[:32] for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            fresh = self._embedder.encode(list(missing.values()), most_tokens=most_tokens)
            self._known.update(zip(missing, fresh, strict=True))
            self.is_changed = True
        return np.stack([self._known[key] for key in keys])

    def save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(f".{os.getpid()}.npz")
        np.savez(unfinished, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        os.replace(unfinished, self._path)
