"""The provider's list of addresses to which it sends nothing: `GET` and `DELETE /suppressions/{id or address}`."""

import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.servers.resend_checks import Answer, error


@dataclass
class Suppressions:
    """What the provider has; by address."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, address: str, origin: str = "bounce") -> None:
        """The provider sends nothing to the address."""
        self.rows[address] = {
            "id": str(uuid.uuid4()),
            "email": address,
            "origin": origin,
            "source_id": None,
            "created_at": "2026-11-23T00:00:00.000Z",
        }

    def answer(self, method: str, path: str) -> Answer:
        """Return what a request gets."""
        wanted = unquote(path.partition("?")[0].removeprefix("/suppressions/"))
        row = next((row for row in self.rows.values() if wanted in (row["id"], row["email"])), None)
        if row is None:
            return error(404, "not_found", "Suppression not found")
        if method == "DELETE":
            del self.rows[row["email"]]
            return Answer(200, {"object": "suppression", "id": row["id"], "deleted": True})
        return Answer(200, {"object": "suppression", **row})
