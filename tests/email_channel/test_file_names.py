from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.file_names import agreeing_name

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plan.bin", "application/octet-stream"),
        ("photo.jpeg", "image/jpeg"),
        ("photo.JPG", "image/jpeg"),
        ("plan.docx", DOCX),
        ("notes.txt", "text/plain"),
        ("mail.eml", "message/rfc822"),
        ("backup.tar.gz", "application/gzip"),
        ("list.csv", "text/csv"),
    ],
)
def test_what_agrees_stays(name: str, kind: str) -> None:
    assert agreeing_name(name, kind) == (name, kind)


@pytest.mark.parametrize(
    ("name", "kind", "becomes"),
    [
        ("list.csv", "text/plain", "text/csv"),
        ("data.json", "text/plain", "application/json"),
        ("plan.docx", "application/zip", DOCX),
        ("sheet.xls", "application/msword", "application/vnd.ms-excel"),
        ("plan.pdf", "application/octet-stream", "application/pdf"),
        ("photo.heic", "image/heif", "image/heic"),
    ],
)
def test_a_vague_type_becomes_that_of_the_name(name: str, kind: str, becomes: str) -> None:
    assert agreeing_name(name, kind) == (name, becomes)


@pytest.mark.parametrize(
    ("name", "kind", "renamed"),
    [
        ("invoice.pdf", "text/html", "invoice.pdf.html"),
        ("invoice.pdf", "text/plain", "invoice.pdf.txt"),
        ("photo.png", "image/jpeg", "photo.png.jpg"),
        ("scan", "image/png", "scan.png"),
        ("README", "text/plain", "README.txt"),
        ("video.ts", "text/plain", "video.ts.txt"),
        ("", "text/plain", "attachment.txt"),
    ],
)
def test_what_disagrees_gets_the_extension_of_its_type(name: str, kind: str, renamed: str) -> None:
    assert agreeing_name(name, kind) == (renamed, kind)


def test_a_type_that_nobody_knows_is_not_told() -> None:
    assert agreeing_name("a.weird", "application/x-weird") == ("a.weird", "application/octet-stream")


@given(st.text(), st.sampled_from(["text/html", "image/png", "text/plain", "application/zip", "application/pdf"]))
def test_any_name_comes_out_in_agreement_and_on_one_line(name: str, kind: str) -> None:
    agreed, its_kind = agreeing_name(name, kind)

    assert agreed
    assert agreeing_name(agreed, its_kind) == (agreed, its_kind)
    assert not set(agreed) & set("\r\n\x0b\x0c\x85\u2028\u2029")
    assert PurePosixPath(agreed).name
