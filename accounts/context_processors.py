"""What every page may show of where it is."""

from typing import Any

from django.http import HttpRequest

from accounts.links import link_to


def place(request: HttpRequest) -> dict[str, Any]:
    """Return the account in force (None on the platform), the way to others, and the theme of the reader."""
    user = getattr(request, "user", None)
    account = getattr(request, "account", None)
    return {
        "account": account,
        "switch_url": link_to(None, "/") if account else None,
        "theme": getattr(user, "theme", "system") if user is not None else "system",
    }
