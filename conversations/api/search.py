"""One box over all that was said."""

from dataclasses import replace
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.authentication import IsMember
from conversations.queries.search import SearchPage, SearchStart, search_conversations
from conversations.queries.search_finds import Find, finds_of
from conversations.serializers.conversations import conversation_fields
from conversations.serializers.search import (
    DEFAULT_FINDS,
    MOST_FINDS,
    FoundOutput,
    SearchFilters,
    decoded_start,
    encoded_start,
    finds_limit,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class SearchPagination(KeysetPagination):
    """For the OpenAPI document: the envelope of lists, with smaller pages, since marking words takes time."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the query parameters."""
        limit = {"type": "integer", "minimum": 1, "maximum": MOST_FINDS, "default": DEFAULT_FINDS}
        named = {"limit": limit, "cursor": {"type": "string"}}.items()
        return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in named]


class SearchView(ApiView):
    """The conversations that the caller may see, by what was said in them."""

    permission_classes = [IsMember]
    pagination_class = SearchPagination

    @extend_schema(operation_id="search", parameters=[SearchFilters], responses=FoundOutput(many=True))
    def get(self, request: Request) -> Response:
        """Find conversations, the best first; at most 200 in all. Without `q` there are none."""
        text, cursor = self.filters(SearchFilters)["q"], request.query_params.get("cursor", "")
        limit = finds_limit(request.query_params.get("limit", ""))
        start = decoded_start(cursor) if cursor else SearchStart(0, timezone.now())
        viewer = viewer_in(request)
        page = search_conversations(viewer, text, start=start, limit=limit)
        results = [_fields(find) for find in finds_of(viewer, page)]
        return Response({"results": results, **_links(request, page, start, limit)})


def _fields(find: Find) -> dict[str, Any]:
    return {
        "conversation": conversation_fields(find.conversation),
        "message_id": find.match.message_id,
        "message_kind": find.snippet.message_kind,
        "subject_html": find.snippet.subject_html,
        "snippet_html": find.snippet.text_html,
        "matched_in": find.snippet.matched_in,
        "score": round(find.match.score, 4),
    }


def _links(request: Request, page: SearchPage, start: SearchStart, limit: int) -> dict[str, str | None]:
    preceding = replace(start, offset=max(0, start.offset - limit)) if start.offset else None
    return {"next": _link(request, page.following), "previous": _link(request, preceding)}


def _link(request: Request, start: SearchStart | None) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "cursor", encoded_start(start)) if start else None
