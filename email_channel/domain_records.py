"""What the DNS must hold for a domain whose mail goes out and comes in through the provider.

Source: resend.com/docs/dashboard/domains and /dashboard/receiving/custom-domains; RFC 7208 (SPF), 6376 (DKIM),
7489 (DMARC).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from email_channel.enums import RecordPurpose

# The subdomain that bounces go to (the provider's `custom_return_path`), and the name of its key.
_RETURN_PATH, _DKIM_SELECTOR = "send", "resend._domainkey"
_PURPOSES = {
    "SPF": RecordPurpose.SPF,
    "DKIM": RecordPurpose.DKIM,
    "DMARC": RecordPurpose.DMARC,
    "INBOUND": RecordPurpose.MX,
    "RECEIVING": RecordPurpose.MX,
}
_TYPES = ("MX", "TXT", "CNAME")


@dataclass(frozen=True)
class DnsRecord:
    """One record: `host` is its whole name. An empty `value` is not known before the provider has the domain."""

    purpose: RecordPurpose
    type: str
    host: str
    value: str
    priority: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what `SendingDomain.records` keeps."""
        return asdict(self) | {"purpose": self.purpose.value}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "DnsRecord":
        """Return a record that was kept."""
        return cls(RecordPurpose(row["purpose"]), row["type"], row["host"], row["value"], row["priority"])


def default_records(name: str) -> list[DnsRecord]:
    """Return the records of a domain as documented, without its key."""
    region = settings.RESEND_REGION
    sender = f"{_RETURN_PATH}.{name}"
    return [
        DnsRecord(RecordPurpose.MX, "MX", name, f"inbound-smtp.{region}.amazonaws.com", 10),
        DnsRecord(RecordPurpose.SPF, "MX", sender, f"feedback-smtp.{region}.amazonses.com", 10),
        DnsRecord(RecordPurpose.SPF, "TXT", sender, "v=spf1 include:amazonses.com ~all"),
        DnsRecord(RecordPurpose.DKIM, "TXT", f"{_DKIM_SELECTOR}.{name}", ""),
        DnsRecord(RecordPurpose.DMARC, "TXT", f"_dmarc.{name}", "v=DMARC1; p=none;"),
    ]


def provider_records(name: str, rows: Sequence[Mapping[str, Any]]) -> list[DnsRecord]:
    """Return the records that the provider asks for; what it is silent about (DMARC, say) is as documented."""
    told = [record for row in rows if (record := _told(name, row)) is not None]
    known = {(record.purpose, record.type) for record in told}
    rest = [record for record in default_records(name) if (record.purpose, record.type) not in known]
    order = list(RecordPurpose)
    return sorted([*told, *rest], key=lambda record: (order.index(record.purpose), record.type))


def _told(name: str, row: Mapping[str, Any]) -> DnsRecord | None:
    purpose, kind = _PURPOSES.get(str(row.get("record", "")).upper()), str(row.get("type", "")).upper()
    if purpose is None or kind not in _TYPES:
        return None
    priority = row.get("priority")
    return DnsRecord(
        purpose,
        kind,
        _host(name, str(row.get("name", ""))),
        str(row.get("value", "")).strip()[:2000],
        priority if isinstance(priority, int) else None,
    )


def _host(name: str, relative: str) -> str:
    """Return the whole name of a record, which the provider names up to the domain that somebody registered.

    For updates.example.com that is `send.updates`, for example.com `send`.
    """
    relative = relative.strip().strip(".").lower()
    if relative in ("", "@") or relative == name or relative.endswith(f".{name}"):
        return name if relative in ("", "@") else relative
    labels = name.split(".")
    for count in range(len(labels) - 1, 0, -1):
        inner = ".".join(labels[:count])
        if relative == inner or relative.endswith(f".{inner}"):
            return f"{relative}.{'.'.join(labels[count:])}"
    return f"{relative}.{name}"
