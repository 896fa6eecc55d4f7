"""`manage.py mail_listener`: take mail by SMTP and hand it to the accounts."""

import asyncio
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from email_channel.smtp import IntakeServer
from email_channel.smtp_intake import accept_mail, is_known_address

P = ParamSpec("P")
R = TypeVar("R")


def _with_own_connection(function: Callable[P, R]) -> Callable[P, R]:
    """Give the thread's connection back afterwards: a listener lives long, and its database may restart."""

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return run


class Command(BaseCommand):
    """Listens until it is told to stop."""

    help = "Listen for mail by SMTP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.SMTP_HOST)
        parser.add_argument("--port", type=int, default=settings.SMTP_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(self._listen(options["host"], options["port"]))

    async def _listen(self, host: str, port: int) -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        server = IntakeServer(
            host, port, accept=_with_own_connection(accept_mail), is_known=_with_own_connection(is_known_address)
        )
        try:
            await server.start()
        except OSError as error:
            raise CommandError(f"Mail cannot be taken on {host}:{port}: {error.strerror}.") from error
        self.stdout.write(f"Taking mail on {host}:{server.port}")
        self.stdout.flush()
        await stop.wait()
        await server.stop()
