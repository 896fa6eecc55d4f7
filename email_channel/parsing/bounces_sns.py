"""Bounces and complaints that Amazon SES sends as JSON by Amazon SNS, to people who asked for them by mail.

Source: docs.aws.amazon.com, "Amazon SNS notification contents for Amazon SES". Mail servers fold its lines anywhere,
so that it is no longer JSON; what is wanted is read field by field.
"""

import re

from email_channel.parsing.bounces_fields import Fields

RECIPIENTS_READ = 100
_FOLD = re.compile(r"\r?\n ?")
_KIND = re.compile(r'"(?:notificationType|eventType)" ?: ?"(Bounce|Complaint)"')
_RECIPIENT = re.compile(r'\{[^{}]{0,4000}"emailAddress" ?: ?"[^{}]{0,4000}\}')
_VALUE = re.compile(r'"(emailAddress|status|action|diagnosticCode)" ?: ?"([^"]{0,2000})"')
_MESSAGE_ID = re.compile(r'"name" ?: ?"Message-ID" ?, ?"value" ?: ?"(<[^"<>]{3,900}>)"', re.IGNORECASE)
_NAMES = {
    "emailAddress": "final-recipient",
    "status": "status",
    "action": "action",
    "diagnosticCode": "diagnostic-code",
}


def sns_kind(text: str) -> str:
    """Return `Bounce`, `Complaint`, or nothing for other text."""
    match = _KIND.search(_unfolded(text[:4_000]))
    return match[1] if match else ""


def sns_groups(text: str) -> list[Fields]:
    """Return what the notification tells of each recipient, named as in RFC 3464."""
    if not sns_kind(text):
        return []
    found = [
        {_NAMES[name]: value.replace("\\n", " ") for name, value in _VALUE.findall(match[0])}
        for match in _RECIPIENT.finditer(_unfolded(text))
    ]
    return found[:RECIPIENTS_READ]


def sns_message_ids(text: str) -> list[str]:
    """Return the Message-ID of the mail that the notification is about."""
    return _MESSAGE_ID.findall(_unfolded(text))[:1] if sns_kind(text) else []


def _unfolded(text: str) -> str:
    return _FOLD.sub("", text).replace('\\"', '"')
