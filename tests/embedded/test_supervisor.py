import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hummdesk.embedded.console import Console
from hummdesk.embedded.services import Program
from hummdesk.embedded.supervisor import Supervisor

from .conftest import eventually, is_running


@pytest.fixture
def output() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def supervisor(output: io.BytesIO) -> Iterator[Supervisor]:
    with Supervisor(Console(output)) as entered:
        yield entered


def _program(folder: Path, script: str, *, name: str = "demo", stop_timeout_s: float = 8.0) -> Program:
    return Program(
        name, [sys.executable, "-uc", script], {"PATH": os.environ["PATH"]}, folder, stop_timeout_s=stop_timeout_s
    )


def _shown(supervisor: Supervisor, output: io.BytesIO, text: str) -> bool:
    def is_shown() -> bool:
        supervisor.run_for(0.05)
        return text.encode() in output.getvalue()

    return eventually(is_shown, timeout_s=10)


def test_output_is_relayed_line_by_line_behind_name(
    supervisor: Supervisor, output: io.BytesIO, tmp_path: Path
) -> None:
    supervisor.start(_program(tmp_path, "print('one\\ntwo'); import time; time.sleep(60)"))

    assert _shown(supervisor, output, "demo     | one\ndemo     | two\n")


def test_last_words_without_newline_are_relayed(supervisor: Supervisor, output: io.BytesIO, tmp_path: Path) -> None:
    supervisor.start(_program(tmp_path, "import sys; sys.stdout.write('cut sho'); sys.stdout.write('rt')"))

    assert _shown(supervisor, output, "demo     | cut short\ndemo ended with code 0. Starting it again in 0.5 s.\n")


def test_program_that_keeps_dying_is_restarted_ever_later(
    supervisor: Supervisor, output: io.BytesIO, tmp_path: Path
) -> None:
    supervisor.start(_program(tmp_path, "import sys; sys.exit(3)"))

    assert _shown(supervisor, output, "demo ended with code 3. Starting it again in 0.5 s.")
    assert _shown(supervisor, output, "demo ended with code 3. Starting it again in 1 s.")
    assert _shown(supervisor, output, "demo ended with code 3. Starting it again in 2 s.")


def test_child_of_dead_program_is_killed_with_it(supervisor: Supervisor, output: io.BytesIO, tmp_path: Path) -> None:
    script = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid); 1 / 0"

    supervisor.start(_program(tmp_path, script))

    assert _shown(supervisor, output, "ended with code 1")
    grandchild = int(output.getvalue().split(b"| ")[1].split()[0])
    assert eventually(lambda: not is_running(grandchild))


def test_program_that_ignores_stop_signal_is_killed(
    supervisor: Supervisor, output: io.BytesIO, tmp_path: Path
) -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"
    process = supervisor.start(_program(tmp_path, script, stop_timeout_s=0.2))
    assert _shown(supervisor, output, "deaf")

    supervisor.stop("demo")

    assert process.returncode == -signal.SIGKILL
    assert b"demo does not stop. Killing it." in output.getvalue()


def test_stop_all_ends_last_started_first(supervisor: Supervisor, output: io.BytesIO, tmp_path: Path) -> None:
    script = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye'))); "
        "print('ready'); time.sleep(60)"
    )
    for name in ("first", "second"):
        supervisor.start(_program(tmp_path, script, name=name))
        assert _shown(supervisor, output, f"{name:<8} | ready")

    supervisor.stop_all()

    assert output.getvalue().endswith(b"second   | bye\nfirst    | bye\n")


def test_run_to_end_returns_code_and_output(supervisor: Supervisor, output: io.BytesIO, tmp_path: Path) -> None:
    code, text = supervisor.run_to_end(_program(tmp_path, "import sys; print('said'); sys.exit('why')"))

    assert (code, text) == (1, "said\nwhy\n")
    assert output.getvalue() == b""


def test_second_request_to_stop_kills_what_takes_its_time(
    supervisor: Supervisor, output: io.BytesIO, tmp_path: Path
) -> None:
    script = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); "
        "time.sleep(1.5); os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)"
    )
    process = supervisor.start(_program(tmp_path, script, stop_timeout_s=30))
    assert _shown(supervisor, output, "deaf")
    os.kill(os.getpid(), signal.SIGTERM)
    assert supervisor.is_stopping

    supervisor.stop("demo")

    assert process.returncode == -signal.SIGKILL
