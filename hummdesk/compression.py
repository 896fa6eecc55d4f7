"""Pages travel compressed; what the API answers is left to the proxy, so that its ETags stay as they are."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompressionMiddleware(GZipMiddleware):
    """Compresses HTML for browsers that ask for it.

    Django pads each answer by a random length and masks the CSRF token anew, so that its size tells no secret.
    Source: https://ieeexplore.ieee.org/document/9754554 ("Heal the Breach").
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
