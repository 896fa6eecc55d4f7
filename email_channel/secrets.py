"""Keys of mail, derived from the one secret of the installation."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def message_id_secret() -> bytes:
    """Return the key of our Message-IDs: 32 bytes, for this purpose alone."""
    return salted_hmac(
        "hummdesk.email_channel.message_id", "", secret=settings.SECRET_KEY, algorithm="sha256"
    ).digest()
