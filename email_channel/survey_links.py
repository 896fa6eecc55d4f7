"""The links by which a customer says how they were helped: kept nowhere, since they are made anew from a key."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse

from accounts.links import link_to
from email_channel.secrets import survey_token_secret
from hummdesk.tenancy.context import require_account_schema


def survey_token(survey_id: UUID, *, schema: str) -> str:
    """Return the token of a survey: 43 characters that nobody else can make. What is stored of it is its hash.

    Always the same: a mail that is tried again must be the same mail, or the provider refuses its key.
    """
    signed = b"\x00".join([schema.encode(), survey_id.bytes])
    mac = hmac.new(survey_token_secret(), signed, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")


@dataclass(frozen=True)
class SurveyLinks:
    """Where a survey is answered, and where its customer says that they want no more of them."""

    page: str
    stop: str

    def rated(self, rating: int) -> str:
        """Return the link to the page with this rating chosen; nothing is saved by following it."""
        return f"{self.page}?{urlencode({'rating': int(rating)})}"


def survey_links(survey_id: UUID) -> SurveyLinks:
    """Return the links of a survey of the account in force. One query."""
    account: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    token = survey_token(survey_id, schema=require_account_schema())
    origin = link_to(account, "")
    page, stop = (origin + reverse(name, settings.ROOT_URLCONF, args=[token]) for name in ("csat", "csat-stop"))
    return SurveyLinks(page, stop)
