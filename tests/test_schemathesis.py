"""Every call of the OpenAPI document with generated input, right and wrong: no answer is a 5xx or breaks its promise.

The input is the same in each run. `HUMMDESK_SCHEMATHESIS_EXAMPLES` asks for more of it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from pytest_django import DjangoDbBlocker
from schemathesis import Case, GenerationMode, Response
from schemathesis.core.result import Ok

from accounts.models import Account
from hummdesk.tenancy.context import platform_context
from tests.fixtures.cast import RestoringClient, access_token, host_of
from tests.fixtures.database import clear_redis, committing
from tests.fixtures.rows import StoredRows
from tests.routes import MODEL_OF_WORD
from tests.scene import Scene, make_scene

pytestmark = pytest.mark.made_up

# For each operation, and for each kind of input.
EXAMPLES = int(os.environ.get("HUMMDESK_SCHEMATHESIS_EXAMPLES", "3"))
DOCUMENT = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
OPERATIONS = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    if isinstance(found, Ok)
}


@dataclass(frozen=True)
class Stage:
    """Acme with a row in every table, and a token of its admin, who gets furthest."""

    scene: Scene
    token: str

    def client(self) -> Client:
        client = RestoringClient(headers={"host": host_of(self.scene.account)}, raise_request_exception=False)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        return client


@pytest.fixture(scope="module")
def stage(rows_at_start: StoredRows, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """Committed once for all tests of this module."""
    with django_db_blocker.unblock(), committing(rows_at_start), platform_context():
        scene = make_scene(Account.objects.get(slug="acme"))
        yield Stage(scene, access_token(scene.admin, scene.account))


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens meanwhile has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ids_in(path: str, scene: Scene) -> dict[str, Any]:
    """Return the ids of the scene's rows for the path's parameters, as far as the words before them tell."""
    named = re.findall(r"([\w-]+)/\{(\w+)\}", path)
    known = {name: scene.ids.get(MODEL_OF_WORD.get(word, "")) for word, name in named}
    return {name: str(value) for name, value in known.items() if value is not None}


def sent(client: Client, case: Case[Any]) -> Response:
    """Send a case as bytes, through all of our own middleware; returns the answer as schemathesis reads it."""
    request = requests.Request(**case.as_transport_kwargs(base_url="http://acme.localhost")).prepare()
    address = urlsplit(request.url or "")
    # What the client has of its own, and what it counts itself.
    own = {"Authorization", "Host", "Cookie", "Content-Length", "Content-Type"}
    answer: Any = client.generic(
        request.method or "GET",
        unquote(address.path),
        request.body or b"",
        content_type=_text(request.headers.get("Content-Type", "")),
        QUERY_STRING=address.query,
        headers={name: _text(value) for name, value in request.headers.items() if name not in own},
    )
    headers = {name: [value] for name, value in answer.items()}
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Response(answer.status_code, headers, content, request=request, elapsed=0.0, verify=False)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def asked_with(mode: GenerationMode, operation: Any, stage: Stage) -> None:
    """Ask with generated input; what an answer changes is undone before the next."""
    client, ids = stage.client(), ids_in(operation.path, stage.scene)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode, path_parameters=ids or None))
    def ask(case: Case[Any]) -> None:
        with undone():
            answer = sent(client, case)
        assert answer.status_code < 500, case.as_curl_command()
        operation.validate_response(answer)

    clear_redis()
    ask()


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_call_keeps_its_promise_whatever_is_sent(label: str, stage: Stage, db: None) -> None:
    """No 5xx, and nothing but what the document describes."""
    asked_with(GenerationMode.POSITIVE, OPERATIONS[label], stage)
    asked_with(GenerationMode.NEGATIVE, OPERATIONS[label], stage)


# What breaks out of strings, casts, patterns, sizes and zones where it is not bound as a value.
HOSTILE = [
    "';SELECT pg_sleep(9)--",
    "') UNION SELECT password FROM accounts_user--",
    "-created_at,(SELECT 1)",
    "%\\{schema}",
    "\ud800",
    "\u0000",
    "9" * 40,
    "1e999",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "x" * 5000,
]


def query_names(operation: Any) -> list[str]:
    return [parameter.name for parameter in operation.query]


@pytest.mark.parametrize("label", sorted(name for name in OPERATIONS if query_names(OPERATIONS[name])))
def test_hostile_parameter_is_an_ordinary_mistake(label: str, stage: Stage, db: None) -> None:
    operation, client = OPERATIONS[label], stage.client()
    path = operation.path.format(**{"seq": 1, **ids_in(operation.path, stage.scene)})
    names = query_names(operation)
    clear_redis()

    for name in names:
        for word in HOSTILE:
            with undone():
                answer = client.generic(
                    operation.method.upper(), path, QUERY_STRING=urlencode({name: word}, errors="surrogatepass")
                )
            assert answer.status_code < 500, (name, word)
