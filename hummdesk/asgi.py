"""The ASGI application: pages and API over HTTP, live updates over WebSockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hummdesk.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

# Only importable once the apps are loaded.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware, SessionMiddleware  # noqa: E402

from conversations.routing import websocket_urlpatterns  # noqa: E402
from hummdesk.tenancy.sockets import AccountSocketMiddleware  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AccountSocketMiddleware(CookieMiddleware(SessionMiddleware(URLRouter(websocket_urlpatterns)))),
    }
)
