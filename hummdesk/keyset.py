"""Keyset cursors: where the next page of a list begins, however the rows change meanwhile."""

import base64
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from hummdesk.errors import ValidationFailed


class Position(NamedTuple):
    """The last row of a page in a list ordered by a moment, then by id."""

    at: datetime
    id: UUID

    def encode(self) -> str:
        """Return the position as an opaque, URL-safe word."""
        return base64.urlsafe_b64encode(f"{self.at.isoformat()}|{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str) -> "Position":
        """Return the position that `encode` made. Raises: ValidationFailed for anything else."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            at, _bar, row_id = base64.urlsafe_b64decode(padded.encode("ascii")).decode().partition("|")
            moment = datetime.fromisoformat(at)
            if moment.tzinfo is None:
                raise ValueError(at)
            # In UTC, since PostgreSQL takes fewer offsets than Python does.
            return cls(moment.astimezone(UTC), UUID(row_id))
        except (ValueError, OverflowError) as error:
            raise ValidationFailed(errors={"cursor": ["This cursor is not one of ours."]}) from error
