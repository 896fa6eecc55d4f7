"""One HTTP call to an address of the public internet, pinned to the address that was checked.

A name is looked up once, all its addresses are judged, and the connection goes to one of those: a name that
answers otherwise the second time (DNS rebinding) gains nothing. TLS and the Host header still carry the name.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urljoin

import httpcore
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hummdesk.egress.addresses import is_public_address
from hummdesk.egress.targets import Target, TargetRefused, target_of
from hummdesk.errors import ProviderUnavailable

CONNECT_TIMEOUT_S = 4.0
MOST_ADDRESSES = 4
MOST_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

# (host, port) → the addresses that the name stands for.
Resolver = Callable[[str, int], Sequence[str]]


class OutsideFailure(ProviderUnavailable):
    """The other side did not answer in time, or not in a way that can be read; `detail` says which, briefly."""


@dataclass(frozen=True)
class OutsideAnswer:
    """What the other side said. `content` is cut off at the caller's limit; it is not for showing to anybody."""

    status: int
    content: bytes
    content_type: str
    location: str


def resolve_name(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


def call_outside(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    deadline_s: float = 10.0,
    most_bytes: int = MOST_BYTES,
    redirects: int = 0,
    resolver: Resolver | None = None,
) -> OutsideAnswer:
    """Return the answer to one call, whatever its status. At most `most_bytes` of its body are read, 0: none.

    Everything together takes at most `deadline_s` seconds. So many `redirects` of a GET are followed, each checked
    like the first address, without `headers`, which may hold a secret. Raises: TargetRefused, OutsideFailure.
    """
    deadline = _Deadline(deadline_s)
    hops = redirects if method == "GET" else 0
    while True:
        target = target_of(url)
        addresses = _checked_addresses(target, resolver or resolve_name, deadline)
        answer = _call(target, addresses, deadline, method, headers or {}, content, most_bytes)
        if answer.status not in _REDIRECTS or not answer.location or hops < 1:
            return answer
        url, headers, hops = urljoin(target.url, answer.location), None, hops - 1


class _Deadline:
    """The moment when all must be over."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, most_s: float | None = None) -> float:
        """Return the seconds that are left, `most_s` at most. Raises: OutsideFailure when there are none."""
        left_s = self._at - time.monotonic()
        if left_s <= 0:
            raise OutsideFailure(_("There was no answer in time."))
        return left_s if most_s is None else min(left_s, most_s)


def _checked_addresses(target: Target, resolver: Resolver, deadline: _Deadline) -> Sequence[str]:
    addresses = _resolved(target, resolver, deadline)
    if not addresses:
        raise OutsideFailure(_("The host's name is not known."))
    if not target.is_allowed and not all(map(is_public_address, addresses)):
        raise TargetRefused(_("This address is not on the public internet."))
    return addresses[:MOST_ADDRESSES]


def _resolved(target: Target, resolver: Resolver, deadline: _Deadline) -> Sequence[str]:
    """Look the name up in a thread of its own: the system's resolver has no time limit that we could set."""
    found: list[Sequence[str]] = []
    thread = threading.Thread(target=lambda: found.append(_looked_up(target, resolver)), daemon=True)
    thread.start()
    thread.join(deadline.left(CONNECT_TIMEOUT_S))
    if not found:
        raise OutsideFailure(_("The host's name was not found in time."))
    return found[0]


def _looked_up(target: Target, resolver: Resolver) -> Sequence[str]:
    try:
        return resolver(target.host, target.port)
    except (OSError, UnicodeError):
        return []


@dataclass
class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to the checked addresses whatever host is asked for; every wait ends with the deadline."""

    addresses: Sequence[str]
    deadline: _Deadline
    inner: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        refusal: Exception = httpcore.ConnectError()
        for address in self.addresses:
            try:
                stream = self.inner.connect_tcp(address, port, self.deadline.left(CONNECT_TIMEOUT_S))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refusal = error
            else:
                return _BoundedStream(stream, self.deadline)
        raise refusal


@dataclass
class _BoundedStream(httpcore.NetworkStream):
    """A stream on which a peer that sends a byte now and then wins no time."""

    inner: httpcore.NetworkStream
    deadline: _Deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self.deadline.left(timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.inner.start_tls(ssl_context, server_hostname, self.deadline.left(CONNECT_TIMEOUT_S))
        return _BoundedStream(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the system's certificates takes tens of milliseconds."""
    return ssl.create_default_context()


def _call(
    target: Target,
    addresses: Sequence[str],
    deadline: _Deadline,
    method: str,
    headers: Mapping[str, str],
    content: bytes,
    most_bytes: int,
) -> OutsideAnswer:
    url = httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
    )
    own = {"Host": target.authority, "User-Agent": "HummDesk", "Accept-Encoding": "identity"}
    sent = [(name.encode(), value.encode()) for name, value in {**own, **headers}.items()]
    backend = _PinnedBackend(addresses, deadline)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), http2=False, retries=0, network_backend=backend) as pool,
            pool.stream(method, url, headers=sent, content=content or None) as response,
        ):
            return _read(response, most_bytes)
    except httpcore.TimeoutException as error:
        raise OutsideFailure(_("There was no answer in time.")) from error
    except httpcore.ConnectError as error:
        raise OutsideFailure(_connect_reason(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise OutsideFailure(_("The answer could not be read.")) from error


def _connect_reason(error: httpcore.ConnectError) -> str | Promise:
    if isinstance(error.__context__, ssl.SSLCertVerificationError):
        return _("The host's certificate is not valid.")
    if isinstance(error.__context__, ssl.SSLError):
        return _("No secure connection could be made.")
    return _("No connection could be made.")


def _read(response: httpcore.Response, most_bytes: int) -> OutsideAnswer:
    content = bytearray()
    pieces = response.iter_stream() if most_bytes else ()
    for piece in pieces:
        content += piece
        if len(content) >= most_bytes:
            break
    named = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    return OutsideAnswer(
        response.status, bytes(content[:most_bytes]), named.get(b"content-type", ""), named.get(b"location", "")
    )
