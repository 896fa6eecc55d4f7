"""Where a request comes from, for rate limits."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address as the trusted proxies tell it; what a client claims itself is not believed."""
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.TRUSTED_PROXY_COUNT and forwarded:
        hops = [hop.strip() for hop in forwarded.split(",")]
        return hops[-min(settings.TRUSTED_PROXY_COUNT, len(hops))]
    return str(request.META.get("REMOTE_ADDR", ""))
