"""How the OpenAPI document describes one call: with the headers and the problem that all calls have in common.

Apart from `hummdesk.api.docs`, since DRF asks for `ApiSchema` while that is loading.
"""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.openapi import AutoSchema

from hummdesk.api.idempotency import KEY_MAX_LENGTH
from hummdesk.api.views import ApiBehaviour

PROBLEM_RESPONSE = {
    "description": "What went wrong (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_COUNT = {"type": "integer", "minimum": 0}
# What every answer carries, and what some do (hummdesk.api.views).
HEADERS: dict[str, Any] = {
    "X-Request-ID": {"description": "Stands in every log line of this call.", "schema": {"type": "string"}},
    "X-RateLimit-Limit": {"description": "Calls that are allowed in a period.", "schema": _COUNT},
    "X-RateLimit-Remaining": {"description": "Calls that are left in this period.", "schema": _COUNT},
    "X-RateLimit-Reset": {"description": "When the period ends: Unix seconds.", "schema": _COUNT},
    "ETag": {"description": "Names this content; give it back in `If-None-Match`.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {"description": "`true`: this is the first answer again.", "schema": {"enum": ["true"]}},
    "Retry-After": {"description": "Seconds to wait, with a 429.", "schema": _COUNT},
}
_ALWAYS = ("X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
PARAMETERS: dict[str, Any] = {
    "X-Request-ID": {
        "name": "X-Request-ID",
        "in": "header",
        "description": "Names this call in the logs; made when it is missing.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body within 24 hours gets the first answer again, and nothing is done twice.",
        "schema": {"type": "string", "maxLength": KEY_MAX_LENGTH},
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "An `ETag` that you have: 304 without a body while it is still true.",
        "schema": {"type": "string"},
    },
}
_NOT_MODIFIED = {"description": "What you have is still true."}


class ApiSchema(AutoSchema):
    """How one call is described: with the headers that all calls have in common."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation with its headers."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None and isinstance(self.view, ApiBehaviour):
            _add_headers(operation, self.method, keeps_answers=self.view.keeps_answers)
        return operation


def _add_headers(operation: dict[str, Any], method: str, *, keeps_answers: bool) -> None:
    parameters, headers = ["X-Request-ID"], list(_ALWAYS)
    if method == "GET":
        parameters.append("If-None-Match")
        headers.append("ETag")
        operation["responses"]["304"] = dict(_NOT_MODIFIED)
    elif method == "POST" and keeps_answers:
        parameters.append("Idempotency-Key")
        headers.append("Idempotent-Replayed")
    refused = {**PROBLEM_RESPONSE, "headers": _references("headers", [*_ALWAYS, "Retry-After"])}
    for response in operation["responses"].values():
        response["headers"] = {**_references("headers", headers), **response.get("headers", {})}
    operation["responses"]["default"] = refused
    operation["parameters"] = [
        *operation.get("parameters", []),
        *_references("parameters", parameters).values(),
    ]


def _references(kind: str, names: Sequence[str]) -> dict[str, dict[str, str]]:
    return {name: {"$ref": f"#/components/{kind}/{name}"} for name in names}
