"""Keys of mail, derived from the one secret of the installation."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def message_id_secret() -> bytes:
    """Return the key of our Message-IDs: 32 bytes, for this purpose alone."""
    return _derived("message_id")


def reply_token_secret() -> bytes:
    """Return the key of the tokens in Reply-To: 32 bytes, for this purpose alone."""
    return _derived("reply_token")


def survey_token_secret() -> bytes:
    """Return the key of the tokens of surveys: 32 bytes, for this purpose alone."""
    return _derived("survey_token")


def _derived(purpose: str) -> bytes:
    salt = f"hummdesk.email_channel.{purpose}"
    return salted_hmac(salt, "", secret=settings.SECRET_KEY, algorithm="sha256").digest()
