"""What HummDesk consists of on one machine: its settings, the steps before its start, its programs."""

import importlib
import os
import socket
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hummdesk import environment
from hummdesk.embedded.data_directory import secret_in
from hummdesk.embedded.forks import share_memory
from hummdesk.embedded.services import Program

MANAGE = (sys.executable, "manage.py")
_SHARED_MODULES = (
    "hummdesk.asgi",
    "hummdesk.urls",
    "hummdesk.urls_platform",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.thread",
    "kombu.transport.redis",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
    "uvloop",
    # Sixty megabytes that web, mail and worker would otherwise load each, at their first message.
    "hummdesk.language_model",
)


@dataclass(frozen=True)
class Product:
    """Where HummDesk listens and keeps its data, and the environment of its programs (without that of the servers)."""

    host: str
    port: int
    smtp_host: str
    smtp_port: int
    web_workers: int
    is_preloaded: bool
    base_domain: str
    data_directory: Path

    @property
    def local_host(self) -> str:
        """The address under which this machine reaches the web server."""
        everywhere = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
        return "127.0.0.1" if self.host in everywhere else self.host

    def url(self, account_slug: str = "", path: str = "") -> str:
        """The address of a page, of an account or of the platform."""
        place = f"{account_slug}.{self.base_domain}" if account_slug else self.base_domain
        return f"http://{place}:{self.port}{path}"

    def settings(self) -> dict[str, str]:
        """The environment of every program; DEBUG is on, with a lasting secret key, unless it was set to off."""
        settings = {
            **os.environ,
            "HUMMDESK_DATA_DIR": str(self.data_directory),
            "PORT": str(self.port),
            "SMTP_PORT": str(self.smtp_port),
        }
        settings.setdefault("DEBUG", "1")
        if is_development() and not settings.get("SECRET_KEY"):
            settings["SECRET_KEY"] = secret_in(self.data_directory / "secret_key")
        return settings

    def programs(self, env: Mapping[str, str], listener: socket.socket) -> list[Program]:
        """The web server's processes first, then those that can start while it answers."""
        celery = (sys.executable, "-m", "celery", "--quiet", "-A", "hummdesk")
        quiet = ("-l", "warning")
        threads = ("--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle")
        schedule = ("-s", str(self.data_directory / "beat-schedule"))
        web = (sys.executable, "-m", "hummdesk.embedded.web", str(listener.fileno()))
        return [
            *(self._program("web", web, env, descriptors=(listener.fileno(),)) for _ in range(self.web_workers)),
            self._program("mail", (*MANAGE, "mail_listener"), env),
            self._program("worker", (*celery, "worker", *threads, *quiet), env),
            self._program("beat", (*celery, "beat", *schedule, *quiet), env),
        ]

    def step(self, *words: str, env: Mapping[str, str]) -> Program:
        """A management command that ends by itself."""
        return self._program(words[0], (*MANAGE, *words), env)

    def _program(
        self, name: str, argv: tuple[str, ...], env: Mapping[str, str], descriptors: tuple[int, ...] = ()
    ) -> Program:
        return Program(name, argv, env, environment.PROJECT_ROOT, descriptors, self.is_preloaded)


def load_code(env: Mapping[str, str]) -> None:
    """What the programs import is loaded under that environment, once for all of them: half the memory and time.

    Raises whatever the code raises on import.
    """
    os.environ.update(env)
    sys.path.insert(0, str(environment.PROJECT_ROOT))
    for module in _SHARED_MODULES:
        importlib.import_module(module)
    importlib.import_module("hummdesk.celery").app.loader.import_default_modules()
    # Root, where there is no other user, is no danger here: tasks are JSON, which runs nothing.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    share_memory()


def product_from_environment() -> Product:
    """The product as the environment describes it. Raises SettingError for an unreadable setting."""
    return Product(
        host=environment.text("HUMMDESK_HOST", "127.0.0.1"),
        port=environment.number("PORT", 8000, least=1, most=65535),
        smtp_host=environment.text("SMTP_HOST", "127.0.0.1"),
        smtp_port=environment.number("SMTP_PORT", 2525, least=1, most=65535),
        web_workers=environment.number("WEB_WORKERS", 2, least=1, most=64),
        is_preloaded=environment.flag("HUMMDESK_PRELOAD", default=sys.platform == "linux"),
        base_domain=environment.text("HUMMDESK_BASE_DOMAIN", "localhost"),
        data_directory=data_directory_from_environment(),
    )


def data_directory_from_environment() -> Path:
    """Where `make up` keeps its data."""
    return Path(environment.text("HUMMDESK_DATA_DIR", str(environment.PROJECT_ROOT / "var"))).absolute()


def is_development() -> bool:
    """True unless DEBUG is set to off: `make up` is for development by default."""
    return environment.flag("DEBUG", default=True)
