from typing import Any

import pytest
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


def test_docs_page_shows_the_calls_under_the_strict_policy(committed: None, live: LiveServer, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)

    response = page.goto(live.url("/api/docs"))
    page.get_by_text("/api/v1/auth/token", exact=True).first.wait_for()

    assert response is not None
    assert "unsafe" not in response.headers["content-security-policy"]
    assert said == []
