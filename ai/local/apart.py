"""Training in a process of its own, so that a worker neither waits unboundedly nor keeps the memory it took.

`python -m ai.local.apart` reads an npz of examples and writes the bytes of the model.
"""

import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ai.local.field_model import FieldModel, LabelledText

_PROJECT = Path(__file__).resolve().parents[2]
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class TrainingFailed(RuntimeError):
    """The process ended without a model: out of time, out of memory, or too few labels."""


def train_apart(
    examples: Sequence[LabelledText], *, embedder: str, error_budget: float = 0.08, timeout_s: int = 180
) -> FieldModel:
    """Return what `train_field_model` makes of these, within a bounded time. Raises TrainingFailed."""
    head = {
        "embedder": embedder,
        "error_budget": error_budget,
        "cpu_s": timeout_s,
        "examples": [[example.item, example.text, example.label] for example in examples],
    }
    file = io.BytesIO()
    vectors = np.stack([example.vector for example in examples]) if examples else np.zeros((0, 0), np.float32)
    np.savez(file, head=np.frombuffer(json.dumps(head).encode(), np.uint8), vectors=vectors)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ai.local.apart"],
            input=file.getvalue(),
            capture_output=True,
            timeout=timeout_s,
            cwd=_PROJECT,
            env=os.environ | dict.fromkeys(_THREADS, "1"),
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise TrainingFailed(type(error).__name__) from error
    return FieldModel.from_bytes(done.stdout)


def main() -> None:
    """Train on what stands in standard input; the model goes to standard output."""
    from ai.local.training import train_field_model

    os.nice(10)
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as given:
        head, vectors = json.loads(given["head"].tobytes()), given["vectors"]
    resource.setrlimit(resource.RLIMIT_CPU, (head["cpu_s"], head["cpu_s"]))
    examples = [
        LabelledText(item, text, label, vector)
        for (item, text, label), vector in zip(head["examples"], vectors, strict=True)
    ]
    model = train_field_model(examples, embedder=head["embedder"], error_budget=head["error_budget"])
    sys.stdout.buffer.write(model.to_bytes())


if __name__ == "__main__":
    main()
