"""What the provider has received: its list, and one mail as raw bytes, through its own SDK.

Every function here makes one request, for which the caller has taken a turn (`bucket`); files lie elsewhere, behind
links that expire, and count for no limit. Source: resend.com/docs/api-reference/emails.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import resend
import resend.exceptions
from django.conf import settings

from email_channel.provider.assembled import ReceivedPart, assembled_mail
from email_channel.provider.bucket import await_turn, pause_turns
from hummdesk.egress import OutsideFailure, TargetRefused, call_outside
from hummdesk.logs import logger

PAGE_SIZE = 100
# More than the provider takes in one mail (40 MB), so that what it took is never too large here.
RAW_MOST_BYTES = 48 * 1024 * 1024
DOWNLOAD_S = 20.0
_API_S = 20
_TURN_WAIT_S = 10.0
_PAUSE_S, _PAUSE_MOST_S = 1.0, 30.0
# Answers that tell of this mail, not of the provider: it is gone, or was never there.
_ABOUT_THE_MAIL = frozenset({400, 404, 410, 422})


class ProviderAway(Exception):
    """The provider cannot be asked now: limits, time-outs, 5xx, a key that does not work. Another try may go well."""


class ProviderBusy(ProviderAway):
    """It was asked too often; nobody gets a turn for a moment."""


class MailUnavailable(Exception):
    """The provider answers, but does not hand out this mail; its text says why."""


@dataclass(frozen=True)
class FetchedMail:
    """A received mail: the provider's words about it, and its raw bytes."""

    metadata: Mapping[str, Any]
    raw: bytes


def fetch_received(provider_id: str, *, before_step: Callable[[], None] = lambda: None) -> FetchedMail:
    """Return a received mail, its raw form made of its parts where the provider has none.

    `before_step` is called before each further request or download, none of which takes more than 20 s.
    Raises: ProviderAway, ProviderBusy, MailUnavailable.
    """
    mail: Mapping[str, Any] = ask_provider(lambda: resend.Emails.Receiving.get(provider_id, {"html_format": "cid"}))
    link = mail.get("raw")
    url = link.get("download_url") if isinstance(link, Mapping) else None
    before_step()
    if isinstance(url, str):
        return FetchedMail(mail, _download(url))
    logger.warning("received_mail_without_raw_form")
    parts = _attachments(provider_id, before_step) if mail.get("attachments") else []
    return FetchedMail(mail, assembled_mail(mail, parts))


def _attachments(provider_id: str, before_step: Callable[[], None]) -> Sequence[ReceivedPart]:
    """Return the attachments of a mail. One more request, for which it waits its turn, and a download for each."""
    if await_turn("public", most_s=_TURN_WAIT_S):
        raise ProviderBusy("no turn")
    parameters: Any = {"limit": PAGE_SIZE}
    page: Mapping[str, Any] = ask_provider(lambda: resend.Emails.Receiving.Attachments.list(provider_id, parameters))
    rows = [row for row in page.get("data") or () if isinstance(row, Mapping)]
    parts = []
    for row in rows:
        before_step()
        parts.append(ReceivedPart(row, _download(str(row.get("download_url")))))
    return parts


def received_page(after: str = "") -> tuple[Sequence[Mapping[str, Any]], bool]:
    """Return a page of what was received, newest first, and whether older ones follow; `after` is the last id seen.

    Raises: ProviderAway, ProviderBusy, MailUnavailable (when `after` is no longer there).
    """
    parameters: dict[str, Any] = {"limit": PAGE_SIZE} | ({"after": after} if after else {})
    page: Mapping[str, Any] = ask_provider(lambda: resend.Emails.Receiving.list(cast(Any, parameters)))
    rows = page.get("data")
    found = [row for row in rows if isinstance(row, Mapping) and row.get("id")] if isinstance(rows, list) else []
    return found, bool(page.get("has_more")) and bool(found)


def ask_provider(call: Callable[[], Any]) -> Any:
    """Return what one call of the SDK answers, an object. Raises: ProviderAway, ProviderBusy, MailUnavailable."""
    resend.api_key = settings.RESEND_API_KEY
    resend.api_url = settings.RESEND_API_URL.rstrip("/")
    try:
        answer = call()
    except resend.exceptions.ResendError as error:
        raise _meaning(error) from error
    except resend.exceptions.NoContentError as error:
        raise ProviderAway("no content") from error
    if not isinstance(answer, Mapping):
        raise ProviderAway("not an object")
    return answer


def _meaning(error: resend.exceptions.ResendError) -> Exception:
    code = int(error.code)
    if code == 429:
        pause_turns(_retry_after_s(error.headers))
        return ProviderBusy("429")
    if code in _ABOUT_THE_MAIL:
        return MailUnavailable(f"The provider answers {code}.")
    return ProviderAway(str(code))


def _retry_after_s(headers: Mapping[str, str]) -> float:
    named = {name.lower(): value for name, value in headers.items()}
    try:
        return min(max(float(named.get("retry-after", "")), 0.1), _PAUSE_MOST_S)
    except ValueError:
        return _PAUSE_S


def _download(url: str) -> bytes:
    try:
        answer = call_outside(url, deadline_s=DOWNLOAD_S, most_bytes=RAW_MOST_BYTES, redirects=2)
    except TargetRefused as error:
        raise MailUnavailable("The provider's link to this mail leads nowhere on the public internet.") from error
    except OutsideFailure as error:
        raise ProviderAway("download") from error
    if answer.status != 200:
        # The link may have expired meanwhile: the next try gets a new one.
        raise ProviderAway(f"download {answer.status}")
    if len(answer.content) >= RAW_MOST_BYTES:
        raise MailUnavailable("This mail is larger than 48 MB.")
    return answer.content


resend.default_http_client = resend.RequestsClient(timeout=_API_S)
