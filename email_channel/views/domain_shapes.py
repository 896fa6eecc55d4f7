"""Domains as their pages show them: what is wrong, in plain words."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.views.shapes.shape import Shape
from email_channel.actions.check_domain import wanted_records
from email_channel.domain_records import DnsRecord
from email_channel.enums import RecordPurpose, RecordState
from email_channel.models import SendingDomain

_LOOKS = {
    RecordState.RIGHT: "chip-ok",
    RecordState.WRONG: "chip-danger",
    RecordState.MISSING: "chip-danger",
    RecordState.UNREACHABLE: "chip-warn",
}
_ICONS = {
    RecordState.RIGHT: "check",
    RecordState.WRONG: "x",
    RecordState.MISSING: "x",
    RecordState.UNREACHABLE: "circle-dashed",
}


def domain_row(domain: SendingDomain) -> Shape:
    """Return a line of the list."""
    faults = sum(check["state"] != RecordState.RIGHT for check in domain.checks)
    fate = ngettext("%(count)d record needs a look", "%(count)d records need a look", faults) % {"count": faults}
    look = "chip-danger" if faults else "chip-ok"
    if not domain.checked_at:
        fate, look = _("Not checked yet"), ""
    return {
        "url": reverse("domain-detail", args=[domain.id]),
        "name": domain.name,
        "fate": fate if faults or not domain.checked_at else _("All right"),
        "look": look,
        "at": domain.checked_at,
    }


def domain_shape(domain: SendingDomain) -> Shape:
    """Return a domain's page."""
    records = wanted_records(domain)
    checks: list[Mapping[str, Any] | None] = [*domain.checks] if domain.checks else [None] * len(records)
    return {
        **domain_row(domain),
        "check_url": reverse("domain-check", args=[domain.id]),
        "records": [_record(record, check) for record, check in zip(records, checks, strict=True)],
    }


def _record(record: DnsRecord, check: Mapping[str, Any] | None) -> Shape:
    state = RecordState(check["state"]) if check else None
    return {
        "label": record.purpose.label,
        "why": _purposes()[record.purpose],
        "type": record.type,
        "host": record.host,
        "value": record.value,
        "priority": record.priority,
        "state": state.label if state else "",
        "look": _LOOKS[state] if state else "",
        "icon": _ICONS[state] if state else "",
        "fault": _fault(record, check["fault"]) if check else "",
        "found": check["found"] if check and check["fault"] else [],
    }


def _purposes() -> dict[RecordPurpose, str]:
    return {
        RecordPurpose.MX: _("Brings mail for your addresses here."),
        RecordPurpose.SPF: _("Says that we may send for you, and takes bounces."),
        RecordPurpose.DKIM: _("Lets receivers check that mail comes from you."),
        RecordPurpose.DMARC: _("Tells receivers what to do with mail that only claims to be yours."),
    }


def _fault(record: DnsRecord, fault: str) -> str:
    """Return what is wrong and what to do, empty for nothing."""
    if fault == "elsewhere" and record.purpose == RecordPurpose.MX:
        return _("Mail for this domain goes elsewhere. That is fine if it is forwarded to us from there.")
    words = {
        "none": _("There is no such record yet. Add it where your domain is managed; it can take an hour to show."),
        "two": _("There are two of these, and so none counts. Keep one."),
        "no_include": _("The record does not name us. Add what is missing to it; do not add a second one."),
        "open": _("The record lets anybody send in your name. End it with ~all."),
        "other_key": _("There is another key. Replace it."),
        "cut_key": _("The key was cut off when it was pasted. Paste all of it."),
        "no_key": _("The key is empty, which means that it was withdrawn. Replace it."),
        "elsewhere": _("The record points elsewhere. Replace it."),
        "not_first": _("Another server comes first, so mail goes there. Give ours the lowest number."),
        "no_policy": _("The record has no policy. Add p=none, p=quarantine or p=reject."),
        "silent": _("The DNS did not answer. Check again in a moment."),
    }
    return words.get(fault, "")
