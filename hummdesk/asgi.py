"""The ASGI application: pages and API over HTTP, live updates over WebSockets."""

import gc
import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hummdesk.settings")

import django

django.setup(set_prefix=False)

# Only importable once the apps are loaded.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402

from conversations.routing import websocket_urlpatterns  # noqa: E402
from hummdesk.body_limit import BodyLimit  # noqa: E402
from hummdesk.http import ThreadedHandler  # noqa: E402
from hummdesk.tenancy.sockets import AccountSocketMiddleware  # noqa: E402

# Files are read in small blocks, which costs an event loop nothing worth a line for each process.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(ThreadedHandler(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
        "websocket": AccountSocketMiddleware(
            CookieMiddleware(URLRouter(websocket_urlpatterns)), routes=websocket_urlpatterns
        ),
    }
)

# What is loaded by now stays: a full collection need not walk through it, which held up requests for 0.1 s and more.
gc.collect()
gc.freeze()
