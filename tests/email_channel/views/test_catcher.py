import email
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Account, User
from email_channel.catcher import catch_mail
from email_channel.composing import MailAddress, OutgoingFile, compose_mail
from tests.factories import make_user
from tests.fixtures.cast import ClientOf, RestoringClient

PAGES = ["", "/html", "/raw", "/attachments/0"]


@pytest.fixture
def operator(acme: Account) -> User:
    """The super_admin."""
    return make_user("super@hummdesk.example", is_superuser=True)


@pytest.fixture
def desk(client_of: ClientOf, operator: User) -> RestoringClient:
    """The operator's browser at the platform."""
    return client_of(operator, at=None)


@pytest.fixture
def caught(outbox: Path) -> str:
    """The address of a caught mail's page, whose fields are as bad as a customer can make them."""
    raw = compose_mail(
        from_=MailAddress("Acme", "support@acme.example"),
        to=[MailAddress('<script>alert("to")</script>', "ada@customers.example")],
        subject="<script>alert('subject')</script> =?utf-8?q?=0D=0A?=",
        text="<script>alert('text')</script>",
        html="<p>Hello</p><script>alert('html')</script><img src=https://tracker.example/1.gif>",
        message_id="<1.2.3@acme.example>",
        date=timezone.now(),
        attachments=[OutgoingFile('ä"<b>.html', "text/html", b"<script>alert('file')</script>")],
    )
    return f"/catcher/{catch_mail(raw, folder='account_acme', key='018f0000-0000-7000', at=timezone.now())}"


def test_the_list_shows_caught_mails_escaped(desk: RestoringClient, caught: str) -> None:
    page = desk.get("/catcher/")

    assert page.status_code == 200
    assert caught in page.text
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


def test_the_list_is_empty_at_first(desk: RestoringClient, outbox: Path) -> None:
    assert "No mail yet." in desk.get("/catcher/").text


def test_the_list_goes_on_page_by_page(desk: RestoringClient, outbox: Path) -> None:
    for number in range(51):
        at = timezone.now()
        catch_mail(b"Subject: Mail\r\n\r\n", folder="account_acme", key=f"018f0000-{number:04}", at=at)

    first = desk.get("/catcher/")
    second = desk.get(first.context["next_url"])

    assert len(first.context["mails"]) == 50
    assert len(second.context["mails"]) == 1
    assert second.context["next_url"] is None


def test_a_mail_is_shown_with_its_headers_and_files(desk: RestoringClient, caught: str) -> None:
    page = desk.get(caught)

    mail = page.context["mail"]
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "alert(&#x27;text&#x27;)" in page.text
    assert {header["name"] for header in mail["headers"]} >= {"From", "To", "Subject", "Message-ID"}
    assert [file["size_bytes"] for file in mail["attachments"]] == [30]
    assert mail["html_url"] == f"{caught}/html"


def test_the_html_part_can_neither_run_nor_load_nor_be_framed_elsewhere(desk: RestoringClient, caught: str) -> None:
    page = desk.get(f"{caught}/html")

    policy = page.headers["Content-Security-Policy"]
    assert page.status_code == 200
    assert "<p>Hello</p>" in page.text
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_the_raw_mail_is_a_download(desk: RestoringClient, caught: str, outbox: Path) -> None:
    answer = desk.get(f"{caught}/raw")

    (path,) = outbox.rglob("*.eml")
    assert answer.content == path.read_bytes()
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_is_a_download_without_a_type(desk: RestoringClient, caught: str) -> None:
    answer = desk.get(f"{caught}/attachments/0")

    assert answer.content == b"<script>alert('file')</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer.headers["Content-Disposition"]


def test_a_file_that_is_not_there_is_not_found(desk: RestoringClient, caught: str) -> None:
    assert desk.get(f"{caught}/attachments/1").status_code == 404


def test_a_mail_without_html_has_no_html_page(desk: RestoringClient, outbox: Path) -> None:
    caught_id = catch_mail(b"Subject: Mail\r\n\r\nHello", folder="platform", key="018f0000-0000", at=timezone.now())

    assert desk.get(f"/catcher/{caught_id}").context["mail"]["html_url"] == ""
    assert desk.get(f"/catcher/{caught_id}/html").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/catcher/account_acme/20261123T010600123456-018f0000-0000-7000",
        "/catcher/../secret",
        "/catcher/..%2f..%2fetc/passwd",
        "/catcher/%2e%2e/secret/raw",
        "/catcher/account_acme/..%2f..%2fsecret/raw",
        "/catcher/account_acme/%00/raw",
        "/catcher/account_acme/x/attachments/0",
    ],
)
def test_nothing_else_is_found(desk: RestoringClient, outbox: Path, path: str) -> None:
    (outbox.parent / "secret.eml").write_bytes(b"Subject: no\r\n\r\n")

    assert desk.get(path).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_signed_in_is_asked_to(client_of: ClientOf, caught: str, page: str) -> None:
    answer = client_of(None, at=None).get(caught + page)

    assert answer.status_code == 302
    assert "login" in answer.headers["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_an_account_admin_is_no_operator(client_of: ClientOf, admin: User, caught: str, page: str) -> None:
    assert client_of(admin, at=None).get(caught + page).status_code == 403


def test_an_accounts_host_has_no_catcher(client_of: ClientOf, operator: User, caught: str) -> None:
    assert client_of(operator).get(caught).status_code == 404


def test_only_reading_is_offered(desk: RestoringClient, caught: str) -> None:
    assert desk.post(caught).status_code == 405


def test_a_mail_of_the_product_itself_with_an_odd_charset_is_shown(desk: RestoringClient, outbox: Path) -> None:
    mail = MIMEMultipart("alternative", _subparts=[MIMEText("Hej då", "plain", "iso-8859-1")])
    mail["Subject"] = "Hej"
    raw = email.message_from_bytes(mail.as_bytes()).as_bytes()
    caught_id = catch_mail(raw, folder="platform", key="018f0000-0000", at=timezone.now())

    assert "Hej då" in desk.get(f"/catcher/{caught_id}").text
