"""HTTP under ASGI, for an application whose middleware and views are all synchronous, and the answer to a change."""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.http.response import HttpResponseBase, HttpResponseRedirect


def see_other(url: str) -> HttpResponseRedirect:
    """Return a redirect after a change: whatever was posted, the browser gets the page."""
    return HttpResponseRedirect(url, status=303)


class ThreadedHandler(ASGIHandler):
    """Answers each request in one go in its thread.

    Django's own would leave the thread for the event loop and come back between the last middleware and the view,
    which takes longer than many of our queries. A view that is a coroutine is still run, in a loop of its own.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)

    async def get_response_async(self, request: Any) -> HttpResponseBase:
        """Return the answer of middleware and view."""
        respond: Any = sync_to_async(self.get_response, thread_sensitive=True)
        answer: HttpResponseBase = await respond(request)
        return answer
