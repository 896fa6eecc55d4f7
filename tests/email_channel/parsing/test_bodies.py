import base64

import pytest

from email_channel.parsing.parsed import ParsedMail
from email_channel.parsing.parser import parse

HEADER = "From: a@x.example\nSubject: s\nMessage-ID: <1@x>\nDate: Thu, 14 Aug 2025 09:00:00 +0300\nMIME-Version: 1.0\n"


def mail_of(rest: str) -> ParsedMail:
    return parse((HEADER + rest).encode())


def multipart(subtype: str, *parts: str, boundary: str = "b") -> str:
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n\npreamble\n{body}--{boundary}--\nepilogue\n'


PLAIN = "Content-Type: text/plain; charset=utf-8\n\nHello"
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>Hello</p>"


def test_alternatives_give_text_and_html() -> None:
    mail = mail_of(multipart("alternative", PLAIN, HTML))

    assert (mail.text, mail.html, mail.attachments) == ("Hello", "<p>Hello</p>", ())


def test_a_related_image_is_an_inline_attachment() -> None:
    image = "Content-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\niVBORw=="
    mail = mail_of(multipart("alternative", PLAIN, multipart("related", HTML, image, boundary="c")))

    (attachment,) = mail.attachments
    assert (attachment.content_id, attachment.is_inline, attachment.content) == ("logo@x", True, b"\x89PNG")
    assert mail.html == "<p>Hello</p>"


def test_texts_in_a_row_are_joined_in_both_forms() -> None:
    mail = mail_of(multipart("mixed", PLAIN, HTML.replace("Hello", "More"), PLAIN.replace("Hello", "Footer <x>")))

    assert mail.text == "Hello\nMore\nFooter <x>"
    assert mail.html == "<p>Hello</p>\n<p>More</p>\n<p>Footer &lt;x&gt;</p>"


def test_a_named_text_after_the_body_is_a_file() -> None:
    log = 'Content-Type: text/plain; name="trace.log"\nContent-Disposition: inline; filename="trace.log"\n\nline'
    mail = mail_of(multipart("mixed", PLAIN, log))

    assert mail.text == "Hello"
    assert [(item.name, item.content) for item in mail.attachments] == [("trace.log", b"line")]


def test_a_named_text_that_is_all_there_is_is_shown_and_a_file() -> None:
    log = 'Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline; filename="trace.log"\n\nlïne'

    mail = mail_of(multipart("mixed", log))

    assert mail.text == "lïne"
    assert [(item.name, item.content) for item in mail.attachments] == [("trace.log", "lïne".encode())]


@pytest.mark.parametrize(
    "part",
    [
        multipart("alternative", PLAIN.replace(" charset", ' name="body.txt"; charset'), HTML),
        HTML.replace(" charset", ' name="mail.html"; charset'),
    ],
)
def test_a_named_body_of_a_program_is_no_file(part: str) -> None:
    assert mail_of(part).attachments == ()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        ("Content-Disposition: attachment; filename*=utf-8''r%C3%A4k.pdf", "räk.pdf"),
        ("Content-Disposition: attachment", "attachment-1.pdf"),
        ('Content-Type: application/pdf; name="=?utf-8?q?r=C3=A4k=2Epdf?="', "räk.pdf"),
    ],
)
def test_an_attachment_has_a_bare_name(header: str, name: str) -> None:
    mail = mail_of(multipart("mixed", PLAIN, f"{header}\nContent-Type: application/pdf\n\n%PDF"))

    assert [item.name for item in mail.attachments] == [name]


def test_a_mail_within_a_mail_stays_whole() -> None:
    inner = "From: b@x.example\nSubject: Inner: one\n\nInner text"
    mail = mail_of(multipart("mixed", PLAIN, f"Content-Type: message/rfc822\n\n{inner}"))

    (attachment,) = mail.attachments
    assert attachment.name == "Inner_ one.eml"
    assert attachment.content.decode() == inner
    assert mail.text == "Hello"


@pytest.mark.parametrize(
    ("content_type", "name"), [("application/ms-tnef", "winmail.dat"), ("text/calendar", "invite.ics")]
)
def test_what_only_programs_read_is_an_attachment(content_type: str, name: str) -> None:
    mail = mail_of(multipart("alternative", PLAIN, f"Content-Type: {content_type}\n\ndata"))

    assert [item.name for item in mail.attachments] == [name]


@pytest.mark.parametrize("encoding", ["base64", "BASE64", "quoted-printable", "7bit", "8bit", "x-uuencode"])
def test_a_body_is_decoded(encoding: str) -> None:
    encoded = {
        "base64": base64.b64encode("Hyvää".encode()).decode(),
        "quoted-printable": "Hyv=C3=A4=\n=C3=A4",
        "x-uuencode": "begin 644 x\n'2'EVPZ3#I   \n \nend",
    }.get(encoding.lower(), "Hyvää")
    mail = mail_of(f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{encoded}")

    assert mail.text == "Hyvää"


def test_the_charset_of_html_is_read_from_the_page() -> None:
    page = "<meta charset=koi8-r><p>Привет</p>".encode("koi8-r")
    mail = parse(HEADER.encode() + b"Content-Type: text/html\n\n" + page)

    assert mail.html == "<meta charset=koi8-r><p>Привет</p>"


def test_flowed_text_gets_its_paragraphs_back() -> None:
    mail = mail_of("Content-Type: text/plain; format=flowed\n\nOne \nline.\nTwo.\n>> Deep \n>> quote.\n-- \nAnn")

    assert mail.text == "One line.\nTwo.\n>> Deep quote.\n-- \nAnn"


def test_a_boundary_that_never_closes_loses_nothing() -> None:
    mail = mail_of("Content-Type: multipart/mixed; boundary=b\n\n--b\n" + PLAIN)

    assert mail.text == "Hello"
    assert "boundary_not_closed" in mail.defects


@pytest.mark.parametrize("declared", ["", "; boundary=wrong"])
def test_a_boundary_that_is_not_declared_is_found(declared: str) -> None:
    mail = mail_of(f"Content-Type: multipart/mixed{declared}\n\n--right\n{PLAIN}\n--right--\n")

    assert mail.text == "Hello"


def test_a_multipart_without_parts_is_shown_as_text() -> None:
    mail = mail_of("Content-Type: multipart/mixed; boundary=b\n\nJust text")

    assert mail.text == "Just text"
    assert "boundary_missing" in mail.defects


def test_the_boundary_of_a_parent_ends_its_children() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="bb"\n\n--bb\n' + PLAIN
    mail = mail_of(multipart("mixed", inner, "Content-Type: image/gif\n\nGIF"))

    assert mail.text == "Hello"
    assert [item.content for item in mail.attachments] == [b"GIF"]


def test_parts_beyond_the_limit_are_left_out() -> None:
    mail = mail_of(multipart("mixed", *[PLAIN] * 1_500))

    assert mail.text is not None
    assert mail.text.count("Hello") == 999
    assert "too_many_parts" in mail.defects


def test_what_is_nested_too_deep_is_kept_as_a_file() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(200))
    mail = mail_of(nested + PLAIN)

    assert len(mail.attachments) == 1
    assert b"Hello" in mail.attachments[0].content
    assert "too_deep" in mail.defects


def test_what_a_list_wrote_below_base64_is_shown_as_it_is() -> None:
    encoded = base64.encodebytes("黄山旅游天天发，南京".encode("gb2312")).decode()
    mail = mail_of(
        f"Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\n{encoded}\n-- \nThe list\n"
    )

    assert mail.text == "黄山旅游天天发，南京\n-- \nThe list\n"


def test_what_stands_below_the_base64_of_a_file_is_no_part_of_it() -> None:
    part = "Content-Type: image/gif\nContent-Transfer-Encoding: base64\n\nR0lGODk=\n\nscanned by us\n"
    mail = mail_of(multipart("mixed", PLAIN, part))

    assert [item.content for item in mail.attachments] == [b"GIF89"]
