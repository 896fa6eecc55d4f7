"""Links that lead into an account or the platform: built from what is stored, never from a request's Host."""

from django.conf import settings

from accounts.models import Account
from accounts.queries import primary_host


def link_to(account: Account | None, path: str) -> str:
    """Return the absolute URL of a path (beginning with `/`) in the account, or on the platform for None."""
    return origin_of(primary_host(account) if account is not None else settings.BASE_DOMAIN) + path


def origin_of(host: str) -> str:
    """Return scheme, host and port by which browsers reach a host of ours."""
    return f"{settings.PUBLIC_SCHEME}://{host}{settings.PUBLIC_PORT}"
