import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from conversations.file_types import sniff_type


def picture(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4)).save(target, kind)
    return target.getvalue()


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return target.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (picture("PNG"), "a.html", "image/png"),
        (picture("JPEG"), "a", "image/jpeg"),
        (picture("GIF"), "a.txt", "image/gif"),
        (picture("WEBP"), "a.exe", "image/webp"),
        (picture("PDF"), "a.png", "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.png", "image/svg+xml"),
        (b"<?xml version='1.0'?><!-- " + b"a" * 5_000 + b" --><s:svg xmlns:s='x'/>", "a.png", "image/svg+xml"),
        (b"<?xml version='1.0'?><a:b/>", "a.txt", "application/xml"),
        (b"words, then <script>x()</script>", "a.txt", "text/html"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "a.png", "text/html"),
        ("grüße, 1 < 2 and 3 > 2".encode(), "a.html", "text/plain"),
        (b"a,b\r\n1,2\r\n", "A.CSV", "text/csv"),
        (b"alert(1)", "a.js", "text/javascript"),
        (b"Subject: x\r\n\r\n<p>y</p>", "mail.eml", "message/rfc822"),
        (archive("[Content_Types].xml", "word/document.xml"), "a.docx", WORD),
        (archive("[Content_Types].xml", "word/vbaProject.bin"), "a.docx", "application/vnd.ms-office"),
        (b"MZ\x90\x00" + bytes(200), "a.png", "application/vnd.microsoft.portable-executable"),
        (b"\x00\x01\x02 nothing known", "a.png", "application/octet-stream"),
    ],
)
def test_sniff_type_believes_the_content_alone(content: bytes, name: str, content_type: str) -> None:
    assert sniff_type(content, name) == content_type


def test_sniff_type_takes_text_whose_last_sign_is_cut() -> None:
    assert sniff_type("text ää".encode()[:-1], "a") == "text/plain"


@given(st.binary(max_size=400), st.text(max_size=20))
def test_sniff_type_answers_whatever_comes(content: bytes, name: str) -> None:
    assert "/" in sniff_type(content, name)
