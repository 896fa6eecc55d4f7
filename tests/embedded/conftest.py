"""Real servers and a small product, of which the tests of the embedded servers make use."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hummdesk.embedded.ports import free_port
from hummdesk.embedded.processes import kill_group
from hummdesk.environment import PROJECT_ROOT

# In place of HummDesk's own: the same commands, without Django.
_FILES = {
    "hummdesk/__init__.py": "",
    "hummdesk/language_model.py": "",
    "hummdesk/urls.py": "",
    "hummdesk/urls_platform.py": "",
    "hummdesk/celery.py": """
import os
from celery import Celery
app = Celery("hummdesk", broker=os.environ["REDIS_URL"])
""",
    "hummdesk/asgi.py": """
import os
async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % os.getpid()})
""",
    "manage.py": """
import atexit, os, signal, sys, time
from pathlib import Path
print("running", *sys.argv[1:], flush=True)
if sys.argv[1] in os.environ.get("FAKE_FAILS", ""):
    sys.exit("the migration is wrong")
if sys.argv[1] == "mail_listener":
    atexit.register(print, "goodbye from mail", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    Path("mail-pid").write_text(str(os.getpid()))
    time.sleep(600)
""",
}


def eventually(condition: Callable[[], object], timeout_s: float = 20.0) -> bool:
    """True as soon as the condition holds, False if it does not within the time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def is_running(pid: int) -> bool:
    """True if the process lives and is no zombie."""
    with contextlib.suppress(OSError):
        return pid > 0 and bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    return False


def processes_of(folder: Path) -> list[str]:
    """The command lines of the living processes that name the folder or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            works_there = os.readlink(process / "cwd").startswith(str(folder))
            if words and (works_there or str(folder) in words) and int(process.name) != os.getpid():
                found.append(words)
    return found


class SmallProduct:
    """A folder like the project's, in which `python -m hummdesk.embedded.up` can be run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self.smtp_port = free_port()
        self.output = root / "output"
        for name, content in _FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        shutil.copytree(PROJECT_ROOT / "hummdesk" / "embedded", root / "hummdesk" / "embedded")
        shutil.copy(PROJECT_ROOT / "hummdesk" / "environment.py", root / "hummdesk")

    def env(self, **settings: str) -> dict[str, str]:
        """The environment of a new terminal, with these settings."""
        own = {"PORT": str(self.port), "SMTP_PORT": str(self.smtp_port)}
        return {"PATH": os.environ["PATH"], "HOME": str(self.root), **own, **settings}

    def up(self, **settings: str) -> subprocess.Popen[bytes]:
        """`make up` is starting; what it writes goes to `output`."""
        (self.root / "mail-pid").unlink(missing_ok=True)
        argv = [sys.executable, "-m", "hummdesk.embedded.up"]
        with open(self.output, "wb") as output:
            return subprocess.Popen(
                argv, cwd=self.root, env=self.env(**settings), stdout=output, stderr=output, start_new_session=True
            )

    def refused(self, **settings: str) -> str:
        """What a `make up` says that does not start."""
        argv = [sys.executable, "-m", "hummdesk.embedded.up"]
        finished = subprocess.run(
            argv, cwd=self.root, env=self.env(**settings), capture_output=True, text=True, timeout=30, check=False
        )
        assert finished.returncode == 1, finished
        return finished.stdout

    def pid_of_web_worker(self) -> int:
        """The process number of the web worker that answers, 0 if none does."""
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2) as page:
            return int(page.read())
        return 0

    def says(self, sentence: str) -> bool:
        """True if the sentence stands in the output."""
        return sentence in self.output.read_text(errors="replace")

    def pid_of_mail(self) -> int:
        """The process number of the mail program, 0 if there is none yet."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.root / "mail-pid").read_text())
        return 0


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> SmallProduct:
    return SmallProduct(tmp_path_factory.mktemp("a small product"))


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes to be listed here, which are ended after the test."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        kill_group(process.pid)
        process.wait()
