"""What the lists of mail in the settings share: who may open them, and the addresses of their pages."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.http import HttpResponse
from django.urls import reverse

from accounts.decorators import MemberRequest
from accounts.permissions import Permission
from conversations.views.settings_page import render_settings
from conversations.views.shapes.shape import Shape
from teams.access import Viewer, viewer_of

_PARTIALS = frozenset({"log-found", "more-rows"})
_SEARCH_MAX_LENGTH = 200


def mail_manager(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages the account. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_ACCOUNT)
    return viewer


class MailLog:
    """One list as the address names it: `show` is one of `tabs`, the first for anything else."""

    def __init__(self, name: str, request: MemberRequest, tabs: type[TextChoices] | None = None) -> None:
        asked = request.GET
        self.name, self.url = name, reverse(name)
        self._tabs = [(value, label) for value, label in tabs.choices] if tabs else []
        wanted = asked.get("show", "")
        self.show = wanted if tabs and wanted in tabs.values else (tabs.values[0] if tabs else "")
        self.text = asked.get("q", "").replace("\x00", "").strip()[:_SEARCH_MAX_LENGTH]
        self.cursor = asked.get("cursor", "")

    def page(
        self,
        request: MemberRequest,
        viewer: Viewer,
        *,
        rows: list[Shape],
        next_cursor: str | None,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        """Answer with the list, or with what HTMX asks for of it."""
        context: Mapping[str, Any] = {
            "rows": rows,
            "next_url": self._address(cursor=next_cursor) if next_cursor else "",
            "list_url": self.url,
            "all_url": self.url,
            "show": self.show if self._is_narrowed else "",
            "sought": self.text,
            "is_filtered": bool(self.text) or self._is_narrowed,
            "log_tabs": [
                {"label": label, "url": self._address(show=value), "is_current": value == self.show}
                for value, label in self._tabs
            ],
            **more,
        }
        template = f"{self.name.replace('settings-', 'settings/').replace('-', '_')}.html"
        return render_settings(request, viewer, template, context, page=self.name, partials=_PARTIALS, status=status)

    @property
    def _is_narrowed(self) -> bool:
        return bool(self._tabs) and self.show != self._tabs[0][0]

    def _address(self, **given: str) -> str:
        query = {"show": self.show, "q": self.text} | given
        if self._tabs and query["show"] == self._tabs[0][0]:
            query["show"] = ""
        named = {name: value for name, value in query.items() if value}
        return f"{self.url}?{urlencode(named)}" if named else self.url
