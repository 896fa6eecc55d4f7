"""Where in the inbox a reader is: what the address bar says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from accounts.decorators import MemberRequest
from conversations.queries.inbox_lists import BY_ACTIVITY, FILTERED

ROWS_DEFAULT, ROWS_MOST = 50, 200
SEARCH_MAX_LENGTH = FILTER_MAX_LENGTH = 200
# Parameters of `GET /conversations` that a list of one's own is made of; `q` is the text of the search.
FILTER_NAMES = (
    "status",
    "assignee_id",
    "team_id",
    "tag",
    "category",
    "priority",
    "channel",
    "sla",
    "unread",
    "folder",
    "contact_id",
    "created_after",
    "created_before",
    "updated_after",
    "updated_before",
)


@dataclass(frozen=True)
class InboxPlace:
    """A view with a search text, and how much of it is loaded.

    `filters` and `ordering` are those of a list of one's own (`view=filter`), as the address has them.
    """

    view: str
    text: str = ""
    cursor: str | None = None
    rows: int = ROWS_DEFAULT
    messages: int = 0
    filters: tuple[tuple[str, str], ...] = ()
    ordering: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "InboxPlace":
        """Return the place that the request's query names; numbers out of range are brought into it."""
        return cls.of_query(request.GET)

    @classmethod
    def of_page(cls, request: MemberRequest) -> "InboxPlace":
        """Return the place of the page that HTMX asks from, for buttons that are drawn without one."""
        page = urlsplit(request.htmx.current_url or "") if request.htmx and "view" not in request.GET else None
        return cls.of_query(QueryDict(page.query)) if page else cls.of(request)

    @classmethod
    def of_query(cls, asked: QueryDict) -> "InboxPlace":
        """Return the place that a query names."""
        view = asked.get("view") or "mine"
        is_own = view == FILTERED
        return cls(
            view=view,
            text=_text(asked.get("q", ""), SEARCH_MAX_LENGTH),
            cursor=asked.get("cursor") or None,
            rows=_number(asked.get("rows"), default=ROWS_DEFAULT, most=ROWS_MOST),
            messages=_number(asked.get("messages"), default=0, most=10_000),
            filters=asked_filters(asked) if is_own else (),
            ordering=asked.get("ordering", "") if is_own else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """The part of the query that every link within this list keeps."""
        ordering = {"ordering": self.ordering} if self.ordering else {}
        return {"view": self.view, **dict(self.filters), **ordering} | ({"q": self.text} if self.text else {})

    @cached_property
    def encoded(self) -> str:
        """The same as it stands in an address."""
        return urlencode(self.query)

    @property
    def list_url(self) -> str:
        """Address of this list, from its beginning."""
        return f"{reverse('inbox')}?{self.encoded}"

    def next_url(self, cursor: str | None) -> str | None:
        """Address of the next page, None after the last."""
        return f"{self.list_url}&{urlencode({'cursor': cursor})}" if cursor else None

    def conversation_url(self, display_id: int, name: str = "conversation-detail") -> str:
        """Address of a conversation, or of something done to it, opened from this list."""
        if name == "conversation-detail":
            return f"{self._before_number}{display_id}?{self.encoded}"
        return f"{reverse(name, args=[display_id])}?{self.encoded}"

    @cached_property
    def _before_number(self) -> str:
        return reverse("conversation-detail", args=[0])[:-1]

    def earlier_url(self, display_id: int, messages: int) -> str:
        """Address of the conversation with more of its messages."""
        return f"{self.conversation_url(display_id)}&messages={messages}"


def asked_filters(asked: QueryDict) -> tuple[tuple[str, str], ...]:
    """Return the filters of an address that hold something, several values of one with commas between them."""
    texts = {name: ",".join(asked.getlist(name)) for name in FILTER_NAMES}
    return tuple((name, _text(text, FILTER_MAX_LENGTH)) for name, text in texts.items() if text.strip(", "))


def filtered_url(filters: Mapping[str, str], ordering: str = "") -> str:
    """Return the address of the list that these filters make."""
    order = {"ordering": ordering} if ordering not in ("", BY_ACTIVITY) else {}
    return f"{reverse('inbox')}?{urlencode({'view': FILTERED, **filters, **order})}"


def _text(text: str, most: int) -> str:
    return text.replace("\x00", "").strip()[:most]


def _number(text: str | None, *, default: int, most: int) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 6:
        return default
    return max(1, min(int(text), most))
