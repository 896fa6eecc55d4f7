"""Where in the inbox a reader is: what the address bar says."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

ROWS_DEFAULT, ROWS_MOST = 30, 200
SEARCH_MAX_LENGTH = 200


@dataclass(frozen=True)
class InboxPlace:
    """A view with a search text, and how much of it is loaded."""

    view: str
    text: str
    cursor: str | None
    rows: int
    messages: int

    @classmethod
    def of(cls, request: HttpRequest) -> "InboxPlace":
        """Return the place that the request's query names; numbers out of range are brought into it."""
        asked = request.GET
        return cls(
            view=asked.get("view") or "mine",
            text=asked.get("q", "").replace("\x00", "").strip()[:SEARCH_MAX_LENGTH],
            cursor=asked.get("cursor") or None,
            rows=_number(asked.get("rows"), default=ROWS_DEFAULT, most=ROWS_MOST),
            messages=_number(asked.get("messages"), default=0, most=10_000),
        )

    @property
    def query(self) -> dict[str, str]:
        """The part of the query that every link within this list keeps."""
        return {"view": self.view} | ({"q": self.text} if self.text else {})

    @property
    def list_url(self) -> str:
        """Address of this list, from its beginning."""
        return f"{reverse('inbox')}?{urlencode(self.query)}"

    def next_url(self, cursor: str | None) -> str | None:
        """Address of the next page, None after the last."""
        return f"{reverse('inbox')}?{urlencode(self.query | {'cursor': cursor})}" if cursor else None

    def conversation_url(self, display_id: int, name: str = "conversation-detail") -> str:
        """Address of a conversation, or of something done to it, opened from this list."""
        return f"{reverse(name, args=[display_id])}?{urlencode(self.query)}"

    def earlier_url(self, display_id: int, messages: int) -> str:
        """Address of the conversation with more of its messages."""
        return f"{self.conversation_url(display_id)}&messages={messages}"


def _number(text: str | None, *, default: int, most: int) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 6:
        return default
    return max(1, min(int(text), most))
