from hypothesis import given
from hypothesis import strategies as st

from hummdesk.clean_text import clean_file_name, clean_line, clean_text

any_text = st.text(st.characters(codec=None), max_size=300)


@given(any_text)
def test_clean_text_is_storable_whatever_comes_in(value: str) -> None:
    cleaned = clean_text(value, 100)

    assert cleaned.encode() is not None
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert len(cleaned) <= 100


@given(any_text)
def test_clean_line_holds_no_line_break(value: str) -> None:
    cleaned = clean_line(value, 50)

    assert cleaned.splitlines() in ([], [cleaned])
    assert cleaned.encode() is not None
    assert len(cleaned) <= 50


def test_clean_text_joins_a_pair_of_surrogates() -> None:
    assert clean_text("\ud83d\ude00 \ud83d", 10) == "😀 \ufffd"


def test_clean_text_keeps_paragraphs_and_tabs() -> None:
    assert clean_text("a\r\n\r\n\tb\rc\x07", 20) == "a\n\n\tb\nc"


@given(any_text)
def test_clean_file_name_has_no_path(value: str) -> None:
    name = clean_file_name(value, "file.bin")

    assert name
    assert name not in (".", "..")
    assert not set(name) & set('/\\\r\n\x00:"<>|?*')
    assert len(name) <= 200


def test_clean_file_name_keeps_the_extension_of_a_long_name() -> None:
    name = clean_file_name("../" + "x" * 400 + ".pdf", "file.bin")

    assert name == "x" * 196 + ".pdf"


def test_clean_file_name_drops_marks_that_turn_the_reading_direction() -> None:
    assert clean_file_name("invoice\u202efdp.exe", "file.bin") == "invoicefdp.exe"
