"""The OpenAPI document, and pages to read it in, served without any script of others."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularJSONAPIView

from hummdesk.api.operations import HEADERS, PARAMETERS, PROBLEM_RESPONSE

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_METHODS = ("get", "post", "put", "patch", "delete")


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI 3.1 document of all calls."""


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """The document as a page in which calls can be tried."""
    return render(request, "api/docs.html")


def add_problems(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Every operation of the document can answer by a problem; a hook of drf-spectacular.

    What operations refer to is there, too.
    """
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    result["components"] |= {"headers": HEADERS, "parameters": PARAMETERS}
    for operations in result["paths"].values():
        for method in _METHODS:
            if method in operations:
                operations[method]["responses"].setdefault("default", PROBLEM_RESPONSE)
    return result


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document names log-in by token."""

    target_class = "accounts.authentication.AccountJWTAuthentication"
    name = ["bearerToken", "personalToken"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        personal = "`Token <key>`, with a personal API token"
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": personal},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        """Either will do; the inherited answer would ask for both."""
        return [{name: []} for name in self.name]


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document names the session of the pages."""

    target_class = "accounts.authentication.AccountSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
