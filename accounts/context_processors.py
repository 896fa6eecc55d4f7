"""What every page may show of where it is."""

from typing import Any

from django.http import HttpRequest


def place(request: HttpRequest) -> dict[str, Any]:
    """Return the account in force (None on the platform) and the theme of the reader."""
    user = getattr(request, "user", None)
    return {
        "account": getattr(request, "account", None),
        "theme": getattr(user, "theme", "system") if user is not None else "system",
    }
