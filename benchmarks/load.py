"""A closed loop of clients: each sends its next request when the last one is answered."""

import http.client
import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.calls import Call
from benchmarks.server import BenchServer

ACCEPTED_ERRORS = 0.01


@dataclass(frozen=True)
class Load:
    """One call at a number of clients. Times in ms; CPU per unit, of the application and of the database."""

    call: str
    clients: int
    runs: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    per_s: float
    app_cpu_ms: float
    database_cpu_ms: float
    goal_cpu_ms: float | None
    errors: int

    @property
    def cpu_ms(self) -> float:
        """What counts against the goal."""
        return self.app_cpu_ms + self.database_cpu_ms

    def as_json(self) -> dict[str, object]:
        """Return the fields by name."""
        return asdict(self)


class Caller:
    """One kept connection to a host, with headers that each request carries; not for several threads."""

    def __init__(self, port: int, host: str, headers: dict[str, str], root: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Host": host} | headers
        self._root = root

    def send(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        content = None if body is None else json.dumps(body)
        self._connection.request(method, self._root + path, content, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


class ApiCaller(Caller):
    """A client of the API with a token ("" for none)."""

    def __init__(self, port: int, host: str, token: str) -> None:
        self.authorization = f"Bearer {token}"
        headers = {"Content-Type": "application/json"} | ({"Authorization": self.authorization} if token else {})
        super().__init__(port, host, headers, root="/api/v1")


def load(server: BenchServer, call: Call, caller: Callable[[], Caller], *, clients: int, runs: int) -> Load:
    """Return how the call did, `runs` units over all clients together, after a few that do not count."""
    callers = [caller() for _ in range(clients)]
    for number, one in enumerate(callers * 3):
        one.send(*call.request(number))
    walls: list[float] = []
    errors: list[int] = []
    lock = threading.Lock()

    def work(one: ApiCaller, numbers: Sequence[int]) -> None:
        for number in numbers:
            start = time.perf_counter()
            status, _body = one.send(*call.request(number))
            took = (time.perf_counter() - start) * 1000
            with lock:
                (walls.append(took) if status == call.status else errors.append(status))

    threads = [threading.Thread(target=work, args=(one, range(i, runs, clients))) for i, one in enumerate(callers)]
    app_before, database_before = server.cpu_s()
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - start
    app_after, database_after = server.cpu_s()
    if len(errors) > runs * ACCEPTED_ERRORS:
        raise SystemExit(f"{call.name}: {len(errors)} of {runs} failed, with {sorted(set(errors))}.")
    walls.sort()
    return Load(
        call=call.name,
        clients=clients,
        runs=runs,
        p50_ms=statistics.median(walls),
        p95_ms=percentile(walls, 0.95),
        p99_ms=percentile(walls, 0.99),
        per_s=runs / took_s,
        app_cpu_ms=(app_after - app_before) * 1000 / runs,
        database_cpu_ms=(database_after - database_before) * 1000 / runs,
        goal_cpu_ms=call.goal_cpu_ms,
        errors=len(errors),
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which this share of the ordered values lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
