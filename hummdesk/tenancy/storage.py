"""Where an account's files lie."""

from pathlib import PurePosixPath

import uuid7
from django.db import models
from django.utils import timezone

from hummdesk.tenancy.context import require_account_schema


def _random_path(area: str, suffix: str) -> str:
    today = timezone.now()
    return str(
        PurePosixPath(
            require_account_schema(),
            area,
            f"{today:%Y/%m}",
            f"{uuid7.create().hex}{suffix}",
        )
    )


def attachment_path(_instance: models.Model, _filename: str) -> str:
    """Return `<schema>/attachments/<year>/<month>/<random>`: a sender's file name never reaches the disk."""
    return _random_path("attachments", "")


def raw_mail_path(_instance: models.Model, _filename: str) -> str:
    """Return `<schema>/mail/<year>/<month>/<random>.eml`."""
    return _random_path("mail", ".eml")
