"""A DNS server on loopback, which knows what a test tells it."""

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

# (name, type) → the records as a zone file writes them; a name without any does not exist.
Zone = dict[tuple[str, str], Sequence[str]]


class FakeDns:
    """The server's side: its zone, the names that fail, and whether it answers at all."""

    def __init__(self) -> None:
        self.zone: Zone = {}
        self.failing: set[str] = set()
        self.is_silent = False
        self.asked: list[tuple[str, str]] = []

    def holds(self, records: Mapping[tuple[str, str], Sequence[str]]) -> None:
        """These records are there, besides those that were."""
        self.zone.update(records)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Return the answer to one question."""
        question = query.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        texts = self.zone.get((name, kind), ())
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif texts:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _kind in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


class _OverUdp(socketserver.BaseRequestHandler):
    fake: FakeDns

    def handle(self) -> None:
        data, socket = self.request
        if self.fake.is_silent:
            return
        answer = self.fake.answer(dns.message.from_wire(data))
        wire = answer.to_wire(max_size=65535)
        if len(wire) > 512:
            answer.flags |= dns.flags.TC
            answer.answer.clear()
            wire = answer.to_wire()
        socket.sendto(wire, self.client_address)


class _OverTcp(socketserver.StreamRequestHandler):
    fake: FakeDns

    def handle(self) -> None:
        length = int.from_bytes(self.rfile.read(2), "big")
        wire = self.fake.answer(dns.message.from_wire(self.rfile.read(length))).to_wire()
        self.wfile.write(len(wire).to_bytes(2, "big") + wire)


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def running_dns() -> Iterator[tuple[FakeDns, str]]:
    """Run the server over UDP and TCP; gives its state and its `address:port`."""
    fake = FakeDns()
    tcp: Any = _Tcp(("127.0.0.1", 0), type("Tcp", (_OverTcp,), {"fake": fake}))
    port = tcp.server_address[1]
    udp = socketserver.ThreadingUDPServer(("127.0.0.1", port), type("Udp", (_OverUdp,), {"fake": fake}))
    servers = (udp, tcp)
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        for server in servers
    ]
    for thread in threads:
        thread.start()
    try:
        yield fake, f"127.0.0.1:{port}"
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join(5)
