"""Timing a callable many times."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

WARM_UPS = 3


@dataclass(frozen=True)
class Measure:
    """Percentiles of one unit of work. Wall-clock and CPU time of this process in ms; statements are SQL."""

    name: str
    runs: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    goal: str = ""
    statements: int | None = None

    def as_row(self) -> list[str]:
        """Return the cells of a table."""
        statements = "" if self.statements is None else str(self.statements)
        numbers = [f"{self.p50_ms:.1f}", f"{self.p95_ms:.1f}", f"{self.cpu_ms:.1f}"]
        return [self.name, str(self.runs), *numbers, statements, self.goal]

    def as_json(self) -> dict[str, object]:
        """Return the fields by name."""
        return asdict(self)


HEADER = ["what", "runs", "p50 ms", "p95 ms", "CPU ms", "SQL", "goal"]


def measure(
    name: str, work: Callable[[int], object], *, runs: int, goal: str = "", warm_ups: int = WARM_UPS
) -> Measure:
    """Return how long `work(run number)` takes, after a few runs that do not count."""
    for number in range(warm_ups):
        work(-1 - number)
    walls, cpu_start = [], time.process_time()
    for number in range(runs):
        start = time.perf_counter()
        work(number)
        walls.append((time.perf_counter() - start) * 1000)
    cpu_ms = (time.process_time() - cpu_start) * 1000 / runs
    walls.sort()
    return Measure(name, runs, statistics.median(walls), walls[min(runs - 1, int(runs * 0.95))], cpu_ms, goal)


def table(rows: list[list[str]]) -> str:
    """Return rows as a Markdown table; the first is the header."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
