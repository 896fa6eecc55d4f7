"""Files made to run in the agent's browser, and names made to break out of a header or a folder."""

import gzip
import re
import zipfile
from io import BytesIO
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from conversations.attachment_links import content_url
from conversations.models import Attachment
from tests.conversations.api.test_attachments import path_of, png, upload
from tests.fixtures.cast import ApiClient, ApiOf

SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"}


def zipped(content: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("index.html", content)
    return target.getvalue()


HOSTILE = {
    "svg": SVG,
    "svg-behind-a-declaration": b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG,
    "svg-in-utf-16": SVG.decode().encode("utf-16"),
    "svg-gzipped": gzip.compress(SVG),
    "html": b"<html>" + SCRIPT,
    "html-behind-blanks": b" \r\n\t" * 400 + b"<html>" + SCRIPT,
    "html-with-a-mark": b"\xef\xbb\xbf<!doctype html>" + SCRIPT,
    "html-in-utf-7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>",
    "xml-with-a-style": b'<?xml version="1.0"?><?xml-stylesheet href="data:text/xml,x" type="text/xsl"?><a/>',
    "mathml": b'<math xmlns="http://www.w3.org/1998/Math/MathML" href="javascript:alert(1)"/>',
    "pdf-with-a-script": b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "gif-and-script": b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)//",
    "gif-and-html": b"GIF89a" + b"\0" * 40 + SCRIPT,
    "png-and-html": png() + SCRIPT,
    "jpeg-head-and-html": b"\xff\xd8\xff\xe0" + SCRIPT,
    "bmp-and-script": b"BM=1;/*" + SCRIPT,
    "web-archive": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n" + SCRIPT,
    "script": b"alert(document.cookie)",
    "flash": b"CWS\x09" + b"\0" * 60,
    "java-archive": zipped(SCRIPT),
}
CLAIMS = [("a.svg", "image/svg+xml"), ("a.html", "text/html"), ("a.png", "image/png"), ("a.pdf", "application/pdf")]


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_that_can_run_is_shown_in_place(api_of: ApiOf, agent: User, kind: str) -> None:
    for name, claimed in CLAIMS:
        answer = upload(api_of(agent), HOSTILE[kind], name, claimed=claimed)
        served = api_of(None).get(path_of(answer.json()["url"]))

        is_shown = not served["Content-Disposition"].startswith("attachment")
        assert not is_shown or served["Content-Type"] in SHOWN, (name, claimed)
        assert served["Content-Type"] not in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml")
        assert served["X-Content-Type-Options"] == "nosniff"
        assert served["Content-Security-Policy"] == "default-src 'none'; sandbox"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
@example(name="../../../etc/passwd")
@example(name="a\r\nSet-Cookie: x=1")
@example(name='a"; filename="b.exe')
@example(name="invoice\u202efdp.exe")
@example(name="CON.txt")
@example(name="\0")
@example(name="." * 300)
def test_a_name_stays_in_its_header_and_its_folder(client: ApiClient, name: str) -> None:
    answer = upload(client, b"text", name)
    if answer.status_code != 201:  # what is no name at all
        return

    kept = Attachment.objects.get(id=answer.json()["id"])
    served = client.get(content_url(kept.id))["Content-Disposition"]
    assert not re.search(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]", kept.name)
    assert kept.name not in ("", ".", "..")
    assert re.fullmatch(r"[\w./-]+", str(kept.file.name), re.ASCII)
    assert re.fullmatch(r"[\x20-\x7e]+", served)
    assert kept.name in unquote(served)


@pytest.fixture
def client(api_of: ApiOf, agent: User) -> ApiClient:
    return api_of(agent)
