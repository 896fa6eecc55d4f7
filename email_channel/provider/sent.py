"""What the provider knows of a mail that it sent, through its own SDK.

Source: resend.com/docs/api-reference/emails/retrieve-email.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import resend

from email_channel.provider.received import ask_provider


def sent_mail(provider_id: str) -> Mapping[str, Any]:
    """Return a sent mail as the provider tells it; `last_event` is what happened to it last.

    One request, for which the caller has taken a turn. Raises: ProviderAway, ProviderBusy, MailUnavailable.
    """
    mail: Mapping[str, Any] = ask_provider(lambda: resend.Emails.get(quote(provider_id, safe="")))
    return mail
