"""The local mail catcher: where outgoing mail ends up without a provider, as `.eml` files.

One folder per account under `OUTBOX_DIR`, one file per mail; the name is `<UTC time>-<id>.eml`.
"""

import email
import email.policy
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as StandardMessage
from pathlib import Path

from django.conf import settings

from hummdesk.errors import NotFound

PLATFORM_FOLDER = "platform"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}/\d{8}T\d{12}-[0-9a-f-]{8,36}")
_TIME_FORMAT = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class CaughtMail:
    """A mail in the catcher; `id` is `<folder>/<file name without ending>`."""

    id: str
    at: datetime
    message: StandardMessage


def catch_mail(raw: bytes, *, folder: str, key: str, at: datetime) -> str:
    """The mail lies in the catcher, once for each key; returns its id.

    A second call with the same key and time replaces the file, so that a repeated send stays one mail.
    """
    target = settings.OUTBOX_DIR / folder
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{at.astimezone(UTC):{_TIME_FORMAT}}-{key}"
    unfinished = target / f"{name}.part"
    unfinished.write_bytes(raw)
    os.replace(unfinished, target / f"{name}.eml")
    return f"{folder}/{name}"


def caught_mails(*, limit: int, before: str = "") -> Sequence[CaughtMail]:
    """Return caught mails of all accounts, newest first; `before` is the id after which to go on."""
    older = (path for path in _newest_first() if not before or path.stem < before.rpartition("/")[2])
    return [_read(path) for path, _count in zip(older, range(limit), strict=False)]


def caught_mail(id: str) -> CaughtMail:
    """Return one caught mail. Raises: NotFound."""
    return _read(_path(id))


def caught_raw(id: str) -> bytes:
    """Return one caught mail as it left. Raises: NotFound."""
    return _path(id).read_bytes()


def _path(id: str) -> Path:
    path = Path(settings.OUTBOX_DIR) / f"{id}.eml"
    if not _NAME.fullmatch(id) or not path.is_file():
        raise NotFound
    return path


def _newest_first() -> Iterator[Path]:
    return iter(sorted(Path(settings.OUTBOX_DIR).glob("*/*.eml"), key=lambda path: path.stem, reverse=True))


def _read(path: Path) -> CaughtMail:
    """Our own mails only come here, so the standard parser is safe."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    at = datetime.strptime(path.stem.split("-", 1)[0], _TIME_FORMAT).replace(tzinfo=UTC)
    return CaughtMail(f"{path.parent.name}/{path.stem}", at, message)
