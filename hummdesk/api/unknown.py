"""The last route of the API: whatever no other takes."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from hummdesk.errors import NotFound


@csrf_exempt
def unknown_call(request: HttpRequest) -> HttpResponse:
    """Raises: NotFound, which is answered as a problem document with DEBUG on too."""
    raise NotFound
