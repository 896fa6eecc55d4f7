"""Lists of customers and companies: what narrows them, and the addresses of their pages."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from accounts.decorators import MemberRequest
from conversations.views.shapes.shape import Shape

_DEFAULT_ORDER = "name"


class PeopleList:
    """One list as the address names it. `name` is its URL's, `asked` what `PeopleFilterForm` has made of the query."""

    def __init__(self, name: str, asked: dict[str, Any]) -> None:
        self.url = reverse(name)
        self.cursor = str(asked.pop("cursor", ""))
        self.order = str(asked.get("sort", _DEFAULT_ORDER))
        self.asked = {name: value for name, value in asked.items() if name != "sort"}

    @property
    def filters(self) -> dict[str, Any]:
        """What `filtered_contacts` takes."""
        named = {"company_id": self.asked.get("company"), "q": self.asked.get("q")}
        named["is_blocked"] = True if "blocked" in self.asked else None
        return {name: value for name, value in named.items() if value is not None}

    def address(self, **more: Any) -> str:
        """Return the list's address, with nothing in it that goes without saying."""
        query = self.asked | ({"sort": self.order} if self.order != _DEFAULT_ORDER else {}) | more
        return f"{self.url}?{urlencode(query)}" if query else self.url

    def context(self, rows: Sequence[Shape], next_cursor: str | None) -> Shape:
        """Return the variables of a list's template."""
        return {
            "rows": rows,
            "next_url": self.address(cursor=next_cursor) if next_cursor else "",
            "list_url": self.url,
            "is_filtered": bool(self.asked),
            "sought": self.asked.get("q", ""),
            "company_id": self.asked.get("company", ""),
            "is_blocked": "blocked" in self.asked,
            "order": self.order,
        }

    def with_clean_address(self, request: MemberRequest, response: HttpResponse) -> HttpResponse:
        """Return the answer; while somebody types in the search field, the address bar follows."""
        if request.htmx and request.headers.get("HX-Target") == "people-found":
            response["HX-Replace-Url"] = self.address()
        return response
