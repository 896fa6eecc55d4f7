"""One process of the web server: `python -m hummdesk.embedded.web DESCRIPTOR`, of a socket that listens.

All of them accept from the one socket, which stays open while a process is replaced.
"""

import socket
import sys

import uvicorn

_STOP_TIMEOUT_S = 3
_SOCKET_MESSAGE_MAX_BYTES = 64 * 1024


def main(descriptor: int) -> None:
    """Serves pages and sockets until it is asked to stop, and then for a moment those that are under way."""
    # What a proxy says about the client is read by the application, which knows how many proxies to believe.
    config = uvicorn.Config(
        "hummdesk.asgi:application",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_STOP_TIMEOUT_S,
        # What clients send over sockets is short, and so is what they get: squeezing it costs more than it saves.
        ws_max_size=_SOCKET_MESSAGE_MAX_BYTES,
        ws_per_message_deflate=False,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
