"""`manage.py mail_listener`: take mail by SMTP and hand it to the accounts."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from email_channel.smtp import IntakeServer
from email_channel.smtp_intake import accept_mail, is_known_address


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
        server = IntakeServer(host, port, accept=accept_mail, is_known=is_known_address)
        try:
            await server.start()
        except OSError as error:
            raise CommandError(f"Mail cannot be taken on {host}:{port}: {error.strerror}.") from error
        self.stdout.write(f"Taking mail on {host}:{server.port}")
        self.stdout.flush()
        await stop.wait()
        await server.stop()
