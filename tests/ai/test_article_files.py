import io
import zipfile

import pytest

from ai.article_files import UnreadableArticles, read_article_files


def _zip(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


def test_folder_of_markdown_names_categories_and_titles() -> None:
    content = _zip(
        {
            "docs/getting-started/sign_in.md": "# Signing in\n\nUse your address.",
            "docs/billing/vat.md": "---\ntitle: VAT\ntags: [tax, invoice]\nlanguage: fi\n---\n\nAlv 25,5 %.",
            "docs/.hidden.md": "x",
            "__MACOSX/docs/x.md": "x",
            "docs/picture.png": "x",
            "plain.html": "<html><title>T</title><body><h1>Plain</h1><p>Text</p></body></html>",
        }
    )

    found = {one.source: one.fields for one in read_article_files("docs.zip", content)}

    assert found == {
        "docs/getting-started/sign_in.md": {
            "title": "Signing in",
            "body_markdown": "Use your address.",
            "category": "Getting started",
        },
        "docs/billing/vat.md": {
            "title": "VAT",
            "tags": ["tax", "invoice"],
            "language": "fi",
            "body_markdown": "Alv 25,5 %.",
            "category": "Billing",
        },
        "plain.html": {"title": "Plain", "body_html": "<p>Text</p>"},
    }


def test_table_has_an_article_a_row() -> None:
    content = b'\xef\xbb\xbfid,Title,Body,Tags,Colour\r\n7,Refunds,"Within,\na week","a, b",red\r\n'

    (found,) = read_article_files("faq.csv", content)

    assert found.source == "faq.csv#7"
    assert found.fields == {"title": "Refunds", "body_markdown": "Within,\na week", "tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.zip", b"no archive"),
        ("x.csv", b"name,text\n1,2"),
        ("x.csv", b""),
        ("x.exe", b""),
        ("x.md", b"x" * 1_000_001),
        ("x.zip", _zip({"bomb.md": "0" * 60_000_000})),
    ],
)
def test_what_can_not_be_read_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(UnreadableArticles):
        read_article_files(name, content)
