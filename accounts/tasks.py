"""What is tidied in the public schema."""

from accounts.actions.purge_expired import purge_expired as purge
from hummdesk.tenancy.tasks import platform_task


@platform_task("accounts.tasks.purge_expired")
def purge_expired() -> int:
    """Sessions and tokens that expired more than a day ago are gone; returns how many went."""
    return purge()
