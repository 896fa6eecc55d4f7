"""The provider's own list of addresses to which it sends nothing, for all our accounts, through its own SDK.

Source: resend.com/docs/api-reference/suppressions/remove-suppression.
"""

import resend
from django.conf import settings

from email_channel.provider.bucket import await_turn
from email_channel.provider.received import MailUnavailable, ProviderAway, ask_provider
from hummdesk.logs import logger

# Somebody waits before the page.
_TURN_WAIT_S = 3.0


def lift_at_provider(address: str, *, schema: str) -> bool:
    """The provider has nothing against the address any more; returns False where it could not be asked.

    One request in the account's turn, none without a key. Never call it inside a transaction.
    """
    if not settings.RESEND_API_KEY:
        return True
    if await_turn(schema, most_s=_TURN_WAIT_S):
        return False
    try:
        ask_provider(lambda: resend.Suppressions.remove(address))
    except MailUnavailable:
        # It never had the address on its list.
        return True
    except ProviderAway as error:
        logger.warning("provider_suppression_stays", error=str(error))
        return False
    return True
