"""The provider's domains, as `GET /domains`, `GET /domains/{id}` and `POST /domains` tell them."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.servers.resend_checks import Answer, error

REGION = "eu-west-1"
KEY = "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1ofTheProvider"


@dataclass
class Domains:
    """What the provider has; by id."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str) -> dict[str, Any]:
        """The provider has this domain, with the records that it asks for."""
        row = {
            "object": "domain",
            "id": str(uuid.uuid4()),
            "name": name,
            "status": "not_started",
            "created_at": "2026-11-23T00:00:00.000Z",
            "region": REGION,
            "records": _records(name),
        }
        self.rows[str(row["id"])] = row
        return row

    def answer(self, method: str, path: str, raw: bytes) -> Answer:
        """Return what a request gets."""
        words = path.partition("?")[0].strip("/").split("/")[1:]
        if method == "POST":
            return self._create(raw)
        if not words:
            rows = [{name: value for name, value in row.items() if name != "records"} for row in self.rows.values()]
            return Answer(200, {"object": "list", "has_more": False, "data": rows})
        row = self.rows.get(words[0])
        return Answer(200, row) if row else error(404, "not_found", "Domain not found")

    def _create(self, raw: bytes) -> Answer:
        name = json.loads(raw or b"{}").get("name", "")
        if "." not in name:
            return error(422, "validation_error", "The `name` field is not a domain.")
        if any(row["name"] == name for row in self.rows.values()):
            return error(403, "validation_error", "This domain has been registered already.")
        return Answer(201, self.add(name))


def _records(name: str) -> list[dict[str, Any]]:
    inner = ".".join(name.split(".")[:-2])
    below = f".{inner}" if inner else ""
    rows: list[dict[str, Any]] = [
        {
            "record": "SPF",
            "name": f"send{below}",
            "type": "MX",
            "value": f"feedback-smtp.{REGION}.amazonses.com",
            "priority": 10,
        },
        {"record": "SPF", "name": f"send{below}", "type": "TXT", "value": "v=spf1 include:amazonses.com ~all"},
        {"record": "DKIM", "name": f"resend._domainkey{below}", "type": "TXT", "value": KEY},
        {
            "record": "Receiving",
            "name": inner or "@",
            "type": "MX",
            "value": f"inbound-smtp.{REGION}.amazonaws.com",
            "priority": 10,
        },
    ]
    return [row | {"ttl": "Auto", "status": "not_started"} for row in rows]
