"""How a second command, such as `make manage`, joins the servers of a HummDesk that runs."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_FILE = "running.json"
_SHARED = (
    *("DATABASE_URL", "REDIS_URL", "HUMMDESK_DATA_DIR", "DEBUG", "PORT", "SMTP_PORT", "SECRET_KEY"),
    *("RESEND_API_KEY", "RESEND_API_URL", "RESEND_REQUESTS_PER_S", "HUMMDESK_MAIL_CAUGHT"),
)


@contextlib.contextmanager
def shared_settings(data_directory: Path, settings: Mapping[str, str]) -> Iterator[None]:
    """During the block, another command of the same user finds there how to reach the servers."""
    path = data_directory / _FILE
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({name: settings[name] for name in _SHARED if name in settings}, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def settings_left_in(data_directory: Path) -> dict[str, str]:
    """What the HummDesk of this data directory shares, or shared when it was killed; empty if it ended by itself."""
    try:
        found: dict[str, str] = json.loads((data_directory / _FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
