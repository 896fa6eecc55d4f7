"""How much of a thread a reader sees, and since when: what its address says beyond the list's."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from conversations.views.place import InboxPlace

MESSAGES_SHOWN, MESSAGES_SHOWN_MOST = 50, 1000


@dataclass(frozen=True)
class ThreadPlace:
    """`seen_until`: what came later is new to the reader; `pictures`: the message whose pictures of the web show."""

    inbox: InboxPlace
    messages: int
    seen_until: datetime | None = None
    pictures: UUID | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "ThreadPlace":
        """Return the place that the request's query names; what makes no sense is taken for nothing."""
        inbox = InboxPlace.of(request)
        shown = min(inbox.messages or MESSAGES_SHOWN, MESSAGES_SHOWN_MOST)
        asked = request.GET
        return cls(inbox, shown, _moment(asked.get("seen", "")), _uuid(asked.get("pictures", "")))

    def seen(self, until: datetime | None) -> "ThreadPlace":
        """Return the same place for a reader who had read up to a moment, unless the address names one."""
        return self if self.seen_until else replace(self, seen_until=until)

    def url(self, display_id: int, *, messages: int = 0) -> str:
        """Address that shows this place again: the same marker of what is new, and as many messages or more."""
        shown = messages or self.messages
        extra = {"messages": str(shown)} if shown > MESSAGES_SHOWN else {}
        if self.seen_until:
            extra["seen"] = self.seen_until.isoformat()
        url = self.inbox.conversation_url(display_id)
        return f"{url}&{urlencode(extra)}" if extra else url


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
