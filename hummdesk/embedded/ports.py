"""TCP ports of this machine."""

import contextlib
import socket

LOOPBACK = "127.0.0.1"
_BACKLOG = 2048  # connections that wait to be accepted


def free_port() -> int:
    """A port of the loopback address on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """True if a server could listen on the port of this host now."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
        return True


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket to which clients can connect. Raises OSError if the port is taken."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family, backlog=_BACKLOG)


def exchange(port: int, request: bytes, *, host: str = LOOPBACK, timeout_s: float = 1.0) -> bytes:
    """The first bytes that the server on this port answers; empty if it does not."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout_s) as connection:
        connection.sendall(request)
        return connection.recv(4096)
    return b""
