"""What the DNS holds for a domain, and what is wrong with it.

Faults: `none` (there is no such record), `two` (of which there may be one), `no_include` (SPF does not name the
provider), `open` (SPF lets everybody send), `other_key`, `cut_key`, `no_key`, `elsewhere` (mail goes to others),
`not_first` (to others before us), `no_policy`, `silent` (no answer came).
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.rdatatype
import dns.resolver
from django.conf import settings

from email_channel.domain_records import DnsRecord
from email_channel.enums import RecordPurpose, RecordState

# Of all tries for one name together.
LIFETIME_S = 4.0
_AT_ONCE = 6
_FOUND_MOST, _FOUND_CHARS = 10, 500
_POLICY = re.compile(r"(?:^|;)\s*p\s*=\s*(none|quarantine|reject)\s*(?:;|$)", re.IGNORECASE)
_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*([^;]*)", re.IGNORECASE)
_OPEN_TO_ALL = re.compile(r"(?:^|\s)\+?all(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True)
class DnsAnswer:
    """The values of one name and type, of MX with the lowest preference first; None where no answer came."""

    values: Sequence[str] | None


@dataclass(frozen=True)
class RecordCheck:
    """What the DNS says of one record; `fault` is empty for what is right."""

    state: RecordState
    fault: str = ""
    found: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what `SendingDomain.checks` keeps."""
        found = [value[:_FOUND_CHARS] for value in self.found[:_FOUND_MOST]]
        return {"state": self.state.value, "fault": self.fault, "found": found}


def check_records(records: Sequence[DnsRecord]) -> list[RecordCheck]:
    """Return what the DNS says of these records, in their order; takes a few seconds at most."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(_check, records))


def _check(record: DnsRecord) -> RecordCheck:
    answer = look_up(record.host, record.type)
    if record.purpose == RecordPurpose.DMARC and answer.values is not None and not _of_dmarc(answer.values):
        answer = _inherited(record.host)
    return judged(record, answer)


def judged(record: DnsRecord, answer: DnsAnswer) -> RecordCheck:
    """Return the verdict on one record."""
    values = answer.values
    if values is None:
        return RecordCheck(RecordState.UNREACHABLE, "silent")
    if record.type != "TXT":
        return _judged_hosts(record, values)
    judge = {RecordPurpose.SPF: _judged_spf, RecordPurpose.DKIM: _judged_key, RecordPurpose.DMARC: _judged_policy}
    return judge[record.purpose](record, values)


def look_up(host: str, kind: str) -> DnsAnswer:
    """Ask the DNS for the records of one type; a name that does not exist has none."""
    try:
        rows = _resolver().resolve(host, kind, lifetime=LIFETIME_S, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return DnsAnswer(())
    except (dns.exception.DNSException, OSError, UnicodeError):
        return DnsAnswer(None)
    if kind == "TXT":
        return DnsAnswer(tuple(b"".join(row.strings).decode("utf-8", "replace").replace("\x00", "") for row in rows))
    if kind == "MX":
        sorted_rows = sorted(rows, key=lambda row: row.preference)
        first = sorted_rows[0].preference
        return DnsAnswer(tuple(_mx_text(row, is_first=row.preference == first) for row in sorted_rows))
    return DnsAnswer(tuple(str(row.target).rstrip(".").lower() for row in rows))


def _mx_text(row: Any, *, is_first: bool) -> str:
    exchange = str(row.exchange).rstrip(".").lower()
    return f"{row.preference} {exchange}" if exchange or not is_first else f"{row.preference} ."


def _resolver() -> dns.resolver.Resolver:
    """Raises: DNSException where the system names no server."""
    if not settings.DNS_SERVER:
        return dns.resolver.Resolver()
    address, _colon, port = settings.DNS_SERVER.rpartition(":")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [address], int(port)
    return resolver


def _inherited(host: str) -> DnsAnswer:
    """Return the policy of the domains above (RFC 7489 section 6.6.3), down to two labels."""
    labels = host.removeprefix("_dmarc.").split(".")
    for start in range(1, len(labels) - 1):
        answer = look_up(f"_dmarc.{'.'.join(labels[start:])}", "TXT")
        if answer.values is None or _of_dmarc(answer.values):
            return answer
    return DnsAnswer(())


def _of_dmarc(values: Sequence[str]) -> list[str]:
    return [value for value in values if value.lower().lstrip().startswith("v=dmarc1")]


def _judged_hosts(record: DnsRecord, values: Sequence[str]) -> RecordCheck:
    if not values:
        return RecordCheck(RecordState.MISSING, "none")
    pairs = [value.split(" ", 1) if record.type == "MX" else ["0", value] for value in values]
    first = pairs[0][0]
    wanted = record.value.rstrip(".").lower()
    ours = [place for place, host in pairs if host == wanted]
    if not ours:
        return RecordCheck(RecordState.WRONG, "elsewhere", values)
    if first not in ours:
        return RecordCheck(RecordState.WRONG, "not_first", values)
    return RecordCheck(RecordState.RIGHT, found=values)


def _judged_spf(record: DnsRecord, values: Sequence[str]) -> RecordCheck:
    policies = [value for value in values if value.lower().split(" ", 1)[0] == "v=spf1"]
    if not policies:
        return RecordCheck(RecordState.MISSING, "none")
    if len(policies) > 1:
        return RecordCheck(RecordState.WRONG, "two", policies)
    terms = policies[0].lower().split()
    wanted = [term for term in record.value.lower().split() if term.startswith("include:")]
    if not all(term in terms or f"+{term}" in terms for term in wanted):
        return RecordCheck(RecordState.WRONG, "no_include", policies)
    if _OPEN_TO_ALL.search(policies[0]):
        return RecordCheck(RecordState.WRONG, "open", policies)
    return RecordCheck(RecordState.RIGHT, found=policies)


def _judged_key(record: DnsRecord, values: Sequence[str]) -> RecordCheck:
    keys = [value for value in values if _KEY.search(value)]
    if not keys:
        return RecordCheck(RecordState.MISSING, "none")
    if len(keys) > 1:
        return RecordCheck(RecordState.WRONG, "two", keys)
    found, wanted = _key_in(keys[0]), _key_in(record.value)
    if not found:
        return RecordCheck(RecordState.WRONG, "no_key", keys)
    if not wanted or found == wanted:
        return RecordCheck(RecordState.RIGHT, found=keys)
    return RecordCheck(RecordState.WRONG, "cut_key" if wanted.startswith(found) else "other_key", keys)


def _key_in(value: str) -> str:
    match = _KEY.search(value)
    return "".join(match[1].split()) if match else ""


def _judged_policy(record: DnsRecord, values: Sequence[str]) -> RecordCheck:
    policies = _of_dmarc(values)
    if not policies:
        return RecordCheck(RecordState.MISSING, "none")
    if len(policies) > 1:
        return RecordCheck(RecordState.WRONG, "two", policies)
    if not _POLICY.search(policies[0]):
        return RecordCheck(RecordState.WRONG, "no_policy", policies)
    return RecordCheck(RecordState.RIGHT, found=policies)
