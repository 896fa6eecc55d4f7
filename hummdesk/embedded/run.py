"""Runs one command beside the servers: `python -m hummdesk.embedded.run [--test] COMMAND...`.

Without `--test` it works on the data of `make up`, and joins its servers if they run. With `--test` it starts servers
of its own on data that may be thrown away, and leaves the `.env` file aside.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from hummdesk import environment
from hummdesk.embedded.data_directory import open_data_directory, secret_in
from hummdesk.embedded.errors import StartError
from hummdesk.embedded.joining import settings_left_in
from hummdesk.embedded.processes import ending_with_parent
from hummdesk.embedded.product import product_from_environment
from hummdesk.embedded.servers import running_servers


def main(words: Sequence[str]) -> int:
    """The command has run, and no server is left of it. Returns the command's exit code."""
    is_test = words[:1] == ["--test"]
    command = words[1:] if is_test else words
    if not command:
        raise SystemExit("Usage: python -m hummdesk.embedded.run [--test] COMMAND...")
    signal.signal(signal.SIGTERM, _exit_by_signal)
    try:
        with test_settings() if is_test else own_settings() as settings:
            return _call(command, settings)
    except StartError as error:
        raise SystemExit(str(error)) from error


@contextlib.contextmanager
def test_settings() -> Iterator[dict[str, str]]:
    """The environment of a test run, whose servers run during the block."""
    default = environment.PROJECT_ROOT / "var" / "test"
    path = Path(environment.text("HUMMDESK_TEST_DATA_DIR", str(default))).absolute()
    open_directory = open_data_directory(path, other_way="HUMMDESK_TEST_DATA_DIR=/some/folder make test")
    with running_servers(path, os.environ, durable=False) as servers:
        open_directory.note_holder(f"process {os.getpid()}")
        yield {
            "SECRET_KEY": secret_in(path / "secret_key"),
            **os.environ,
            **servers,
            "HUMMDESK_DATA_DIR": str(path),
            "HUMMDESK_ENV_FILE": "",
        }


@contextlib.contextmanager
def own_settings() -> Iterator[dict[str, str]]:
    """The environment of the product: that of a running `make up`, else with servers during the block."""
    environment.load_env_file()
    product = product_from_environment()
    try:
        open_directory = open_data_directory(
            product.data_directory, other_way="HUMMDESK_DATA_DIR=/some/folder make manage"
        )
    except StartError:
        if not (running := settings_left_in(product.data_directory)):
            raise
        yield {**os.environ, **running}
        return
    with running_servers(open_directory.path, os.environ, durable=True) as servers:
        yield product.settings() | servers


def _call(command: Sequence[str], settings: dict[str, str]) -> int:
    # Ctrl-C reaches the command by itself; this process only waits for it.
    signal.signal(signal.SIGINT, lambda *_: None)
    bound = ending_with_parent(signal.SIGTERM)
    process = subprocess.Popen(command, env=settings, preexec_fn=bound)  # noqa: PLW1509 - there is one thread
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _exit_by_signal(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
