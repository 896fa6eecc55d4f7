from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from accounts.models import Account
from tests.fixtures.cast import ClientOf
from tests.fixtures.live import LiveServer


@pytest.fixture
def document(acme: Account, client_of: ClientOf) -> dict[str, Any]:
    response = client_of(None).get("/api/schema")
    assert response.status_code == 200
    schema: dict[str, Any] = response.json()
    return schema


def test_schema_is_openapi_3_1_with_the_calls(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/auth/token", "/api/v1/me"} <= set(document["paths"])


def test_schema_is_valid_and_made_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))

    assert "StatusEnum" in (tmp_path / "schema.yml").read_text()


def test_every_operation_can_answer_by_a_problem(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert operations
    for operation in operations:
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_schema_names_the_ways_to_log_in(document: dict[str, Any]) -> None:
    assert {"bearerToken", "personalToken", "session"} == set(document["components"]["securitySchemes"])


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]

    assert len(ids) == len(set(ids))


def names_of(operation: dict[str, Any], part: str) -> set[str]:
    """Return what an operation's parameters or its good answers' headers refer to."""
    if part == "parameters":
        references = [parameter.get("$ref", "") for parameter in operation["parameters"]]
    else:
        good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        references = [header["$ref"] for answer in good for header in answer["headers"].values()]
    return {reference.rpartition("/")[2] for reference in references if reference}


def test_calls_name_the_headers_they_read_and_write(document: dict[str, Any]) -> None:
    get, post = (document["paths"]["/api/v1/users"][method] for method in ("get", "post"))
    limits = {"X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}

    assert names_of(get, "parameters") == {"X-Request-ID", "If-None-Match"}
    assert names_of(get, "headers") == limits | {"ETag"}
    assert "304" in get["responses"]
    assert names_of(post, "parameters") == {"X-Request-ID", "Idempotency-Key"}
    assert names_of(post, "headers") == limits | {"Idempotent-Replayed"}
    assert "Retry-After" in post["responses"]["default"]["headers"]


def test_call_whose_answer_is_a_secret_names_no_idempotency_key(document: dict[str, Any]) -> None:
    assert names_of(document["paths"]["/api/v1/webhooks"]["post"], "parameters") == {"X-Request-ID"}


def test_what_calls_refer_to_is_there(document: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(document))

    assert found
    for reference in found:
        _sharp, *words = reference.split("/")
        place: Any = document
        for word in words:
            place = place[word]


def test_docs_page_shows_the_calls_under_the_strict_policy(committed: None, live: LiveServer, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)

    response = page.goto(live.url("/api/docs"))
    page.get_by_text("/api/v1/accounts", exact=True).first.wait_for()  # the rest is shown when the browser has time

    assert response is not None
    assert "unsafe" not in response.headers["content-security-policy"]
    assert said == []
