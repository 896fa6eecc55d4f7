import gzip

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_page_is_compressed_for_those_who_ask() -> None:
    plain = Client(headers={"host": "acme.localhost"}).get("/account/login/")
    packed = Client(headers={"host": "acme.localhost", "accept-encoding": "gzip"}).get("/account/login/")

    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(packed.content)
    assert "Accept-Encoding" in packed["Vary"]


def test_answer_of_the_api_is_not_compressed() -> None:
    schema = Client(headers={"host": "acme.localhost", "accept-encoding": "gzip"}).get("/api/schema")

    assert schema.status_code == 200
    assert "Content-Encoding" not in schema
