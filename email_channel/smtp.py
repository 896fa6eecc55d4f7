"""Mail in by SMTP (RFC 5321): every mail is either handed over or left with the sender, who tries again."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from email_channel.parsing.limits import MAIL_BYTES
from hummdesk.logs import logger

# Programs send lines far beyond the 998 characters of the RFC; refusing them would lose mail for nothing.
_LINE_BYTES = 1024 * 1024
_IDLE_TIME_S = 300
_RECIPIENTS_MOST = 1_000
_ACCEPT_THREADS = 8
_TRY_AGAIN = "451 4.3.0 Not taken in for the moment, please try again later"


@dataclass(frozen=True, slots=True)
class RecipientOutcome:
    """Whether a mail was taken in for one recipient; `reason` tells the sender why not."""

    recipient: str
    is_accepted: bool
    reason: str = ""


Accept = Callable[[bytes, str, list[str]], Sequence[RecipientOutcome]]
IsKnown = Callable[[str], bool]


class _Protocol(SMTP):
    """SMTP that reads long lines and tells nobody what it runs on."""

    line_length_limit = _LINE_BYTES


class _Handler:
    """Answers RCPT and DATA; what the callables raise becomes a 451, so that the sender keeps the mail."""

    def __init__(self, accept: Accept, is_known: IsKnown, threads: ThreadPoolExecutor) -> None:
        self.accept = accept
        self.is_known = is_known
        self.threads = threads

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _RECIPIENTS_MOST:
            return "452 4.5.3 Too many recipients; send the rest in another transaction"
        try:
            is_known = await asyncio.get_running_loop().run_in_executor(self.threads, self.is_known, address)
        # The rim: whatever fails behind us, the sender keeps the mail and tries again.
        except Exception:
            logger.exception("smtp_lookup_failed")
            return _TRY_AGAIN
        if not is_known:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        if not raw.strip():
            return "554 5.6.0 The message is empty"
        # A bounce has the null path `<>` for its sender (RFC 5321 section 4.5.5).
        sender = (envelope.mail_from or "").strip("<>")
        recipients = list(envelope.rcpt_tos)
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(
                self.threads, self.accept, raw, sender, recipients
            )
        # The rim: see handle_RCPT.
        except Exception:
            logger.exception("smtp_accept_failed")
            return _TRY_AGAIN
        return _reply(outcomes)

    async def handle_exception(self, error: Exception) -> str:
        """Answer what no command expected; without this, senders are told a text that names the error."""
        logger.error("smtp_session_failed", error=type(error).__name__)
        return _TRY_AGAIN


def _reply(outcomes: Sequence[RecipientOutcome]) -> str:
    """Return one answer for all recipients, as DATA allows no more: refused only if nobody got the mail."""
    if any(outcome.is_accepted for outcome in outcomes):
        return "250 2.0.0 Taken in"
    reasons = {" ".join(outcome.reason.split()) for outcome in outcomes if outcome.reason}
    reason = "; ".join(sorted(reasons)).encode("ascii", "replace").decode()[:400]
    return f"550 5.7.1 {reason or 'Not taken in'}"


class IntakeServer:
    """Listens for mail and hands each one to `accept`, which runs in a thread and returns when the mail is safe.

    `is_known` says whether an address is one of ours. `port` 0 takes a free one; `port` tells which after `start`.
    Neither callable can break the server: when they raise, the sender is told to try again (451).
    """

    size_limit_bytes: ClassVar[int] = MAIL_BYTES

    def __init__(
        self,
        host: str,
        port: int,
        accept: Accept,
        is_known: IsKnown,
        *,
        hostname: str = "mail",
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.hostname = hostname
        self.tls_context = tls_context
        self._threads = ThreadPoolExecutor(_ACCEPT_THREADS, "smtp-intake")
        self._handler = _Handler(accept, is_known, self._threads)
        self._server: asyncio.Server | None = None
        # aiosmtpd logs addresses at INFO and every line of a mail at DEBUG.
        logging.getLogger("mail.log").setLevel(logging.ERROR)

    async def start(self) -> None:
        """The port is open."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """The port is closed, and every mail that was being handed over has been."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.to_thread(self._threads.shutdown)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _protocol(self) -> SMTP:
        return _Protocol(
            self._handler,
            data_size_limit=self.size_limit_bytes,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname=self.hostname,
            ident="HummDesk",
            tls_context=self.tls_context,
            timeout=_IDLE_TIME_S,
            loop=asyncio.get_running_loop(),
        )
