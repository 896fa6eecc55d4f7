"""`python -m benchmarks [WHAT] [--conversations N] [--output FILE]`, on servers of its own by `make bench`."""

import argparse
import importlib
import os
import secrets
from pathlib import Path

import django

from benchmarks.server import UNLIMITED


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument(
        "what",
        nargs="?",
        choices=["conversations", "faults", "foundation", "knowledge", "mail", "pages", "routing", "rules", "sla"],
        default="conversations",
    )
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--output", type=Path, default=Path("var/bench.json"))
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hummdesk.settings")
    os.environ.setdefault("HUMMDESK_LOG_LEVEL", "ERROR")
    # One for this process and the server, so that either reads the other's sessions.
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
    os.environ |= {"DEBUG": "1", "HUMMDESK_RATE_PER_USER": UNLIMITED, "HUMMDESK_RATE_PER_ACCOUNT": UNLIMITED}
    django.setup()
    from django.conf import settings

    settings.DEBUG = False  # Django keeps every statement while it is on
    importlib.import_module(f"benchmarks.{options.what}").run(options.conversations, options.output)


if __name__ == "__main__":
    main()
