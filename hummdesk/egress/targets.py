"""Addresses as people write them: one spelling is taken, the many others that hide a host are refused."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hummdesk.egress.addresses import IPAddress, is_public_address
from hummdesk.errors import ValidationFailed

URL_MAX_LENGTH = 2000
# What RFC 3986 lets stand in a URL; blanks, controls, backslashes and other scripts are read differently by others.
_URL = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# A last label that begins otherwise could be read as a number, such as 0x7f.1 or 2130706433.
_LAST_LABEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
# RFC 6761, 6762, 8375 and ICANN's reservation: names that only a local network answers.
_LOCAL_ENDINGS = (
    ".localhost",
    ".localdomain",
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".home.arpa",
    ".test",
    ".invalid",
    ".onion",
)
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LEAST_OTHER_PORT = 1024


class TargetRefused(ValidationFailed):
    """This address is not one of the public internet, or is not written in the one way that is taken."""

    title = _("This address can't be used.")

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason, errors={"url": [reason]})


@dataclass(frozen=True)
class Target:
    """A URL that was taken apart. `is_allowed`: the operator allows this host and port, wherever it is."""

    scheme: str
    host: str
    port: int
    path: str
    is_allowed: bool

    @property
    def authority(self) -> str:
        """The host as the Host header names it, with its port unless that is the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address, in the one spelling."""
        return f"{self.scheme}://{self.authority}{self.path}"


def target_of(url: str) -> Target:
    """Return the URL taken apart. No look-up of names happens here: `call_outside` checks what they stand for.

    Raises: TargetRefused for anything but `https://public.host[:port]/path`, and for addresses that are not public.
    """
    if len(url) > URL_MAX_LENGTH:
        raise TargetRefused(_("This address is too long."))
    if not _URL.fullmatch(url):
        raise TargetRefused(
            _("Use letters, digits and the signs of web addresses only; names in other scripts as xn--….")
        )
    scheme, host, port, path = _parts(url)
    is_allowed = f"{host}:{port}" in settings.EGRESS_ALLOWED
    if not is_allowed:
        _check_public(scheme, host, port)
    return Target(scheme, host, port, path, is_allowed)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise TargetRefused(_("This is not a web address.")) from error
    if split.scheme not in _DEFAULT_PORTS or not url.lower().startswith(f"{split.scheme}://"):
        raise TargetRefused(_("Write an address that begins with https://."))
    if "@" in split.netloc or "%" in split.netloc or not split.hostname:
        raise TargetRefused(_("Write the address without user name, password and percent signs before the path."))
    query = f"?{split.query}" if split.query else ""
    return split.scheme, _host(split.netloc, split.hostname), _port(split.scheme, port), f"{split.path or '/'}{query}"


def _port(scheme: str, port: int | None) -> int:
    return _DEFAULT_PORTS[scheme] if port is None else port


def _host(netloc: str, hostname: str) -> str:
    """Return the host in lower case. An IPv6 address stands in brackets, and nothing else does."""
    if ":" in hostname or netloc.startswith("["):
        return _literal(hostname, IPv6Address)
    if re.fullmatch(r"[0-9.]+", hostname):
        return _literal(hostname, IPv4Address)
    return hostname


def _literal(text: str, kind: type[IPv4Address] | type[IPv6Address]) -> str:
    try:
        return str(kind(text))
    except ValueError as error:
        raise TargetRefused(_("Write an IP address in its ordinary form.")) from error


def _check_public(scheme: str, host: str, port: int) -> None:
    if scheme != "https":
        raise TargetRefused(_("Write an address that begins with https://."))
    if port != _DEFAULT_PORTS["https"] and port < _LEAST_OTHER_PORT:
        raise TargetRefused(_("Use port 443, or one from 1024 on."))
    address = _address(host)
    if address is not None and not is_public_address(address):
        raise TargetRefused(_("This address is not on the public internet."))
    if address is None:
        _check_name(host)


def _address(host: str) -> IPAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _check_name(host: str) -> None:
    labels = host.split(".")
    well_formed = len(host) <= 253 and all(map(_LABEL.fullmatch, labels)) and _LAST_LABEL.fullmatch(labels[-1])
    if not well_formed:
        raise TargetRefused(_("Write the host's full name, such as hooks.example.com."))
    if len(labels) < 2 or host.endswith(_LOCAL_ENDINGS):
        raise TargetRefused(_("This address is not on the public internet."))
