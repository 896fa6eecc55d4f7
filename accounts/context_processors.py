"""What every page may show of where it is."""

from typing import Any

from django.http import HttpRequest

from accounts.links import link_to
from hummdesk.page_layout import page_layout


def place(request: HttpRequest) -> dict[str, Any]:
    """Return the account in force (None on the platform), the way to others, the reader's theme and layout."""
    user = getattr(request, "user", None)
    account = getattr(request, "account", None)
    return {
        "account": account,
        "switch_url": link_to(None, "/") if account else None,
        "theme": getattr(user, "theme", "system") if user is not None else "system",
        "layout": page_layout(request.COOKIES),
    }
