import string
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT, encode_multipart
from django.utils import timezone
from PIL import Image

from accounts.enums import AccountStatus
from accounts.models import Account, User
from conversations.attachment_links import content_url, signed_content
from conversations.enums import MessageKind
from conversations.models import Attachment, Conversation
from hummdesk.errors import NotFound
from tests.factories import make_conversation, make_message, make_team
from tests.fixtures.cast import ApiClient, ApiOf, host_of

URL = "/api/v1/attachments"


def png() -> bytes:
    target = BytesIO()
    Image.new("RGB", (4, 4)).save(target, "PNG")
    return target.getvalue()


def upload(
    client: ApiClient, content: bytes, name: str = "a.txt", *, claimed: str = "text/plain", **extra: Any
) -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, content, claimed)}, MULTIPART_CONTENT, **extra)


def attach(conversation: Conversation, content: bytes = b"text", **fields: Any) -> Attachment:
    message = make_message(conversation)
    given = {"name": "a.txt", "content_type": "text/plain", "size_bytes": len(content), **fields}
    return Attachment.objects.create(message=message, file=ContentFile(content, name="x"), **given)


def path_of(url: str) -> str:
    return url.removeprefix("http://acme.localhost").removeprefix("http://localhost")


def test_upload_answers_what_the_content_is(api_of: ApiOf, agent: User) -> None:
    answer = upload(api_of(agent), png(), "../über\u202egnp.exe", claimed="text/html")

    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert set(body) == {
        "id",
        "name",
        "content_type",
        "size_bytes",
        "is_image",
        "url",
        "thumbnail_url",
        "created_at",
    }
    assert (body["name"], body["content_type"], body["is_image"]) == ("übergnp.exe", "image/png", True)
    assert body["size_bytes"] == len(png())
    assert body["thumbnail_url"] is None


def test_upload_lies_in_the_accounts_folder_under_a_name_of_ours(api_of: ApiOf, agent: User, acme: Account) -> None:
    upload(api_of(agent), b"x" * 3_000_000, "passwd")

    stored = Attachment.objects.get()
    assert str(stored.file.name).startswith(f"{acme.schema_name}/attachments/")
    assert "passwd" not in str(stored.file.name)
    assert (stored.file.size, stored.uploaded_by_id, stored.message_id) == (3_000_000, agent.id, None)


def test_upload_over_the_accounts_limit_names_it(api_of: ApiOf, agent: User, acme: Account) -> None:
    Account.objects.filter(pk=acme.pk).update(settings={"attachment_max_bytes": 1000})

    answer = upload(api_of(agent), b"x" * 1001)

    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert "1000" in answer.json()["detail"]
    assert not Attachment.objects.exists()
    assert upload(api_of(agent), b"x" * 1000).status_code == 201


def test_uploads_that_nobody_sends_are_bounded(
    api_of: ApiOf, agent: User, leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.actions.attach_files.UNUSED_MOST", 1)
    api = api_of(agent)
    assert upload(api, b"one").status_code == 201

    answer = upload(api, b"two")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Attachment.objects.count() == 1
    assert upload(api_of(leader), b"of another").status_code == 201


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"file": "text"}, 422),
        ({"file": SimpleUploadedFile("a", b"")}, 422),
        ({"file": SimpleUploadedFile("a", b"x"), "more": "y"}, 422),
    ],
)
def test_upload_without_a_file_is_refused(api_of: ApiOf, agent: User, fields: dict[str, Any], status: int) -> None:
    answer = api_of(agent).post(URL, fields, MULTIPART_CONTENT)

    assert answer.status_code == status, answer.content
    assert not Attachment.objects.exists()


def test_upload_takes_forms_only(api_of: ApiOf, agent: User) -> None:
    assert api_of(agent).post(URL, {"file": "x"}).status_code == 415
    assert api_of(None).post(URL, {}).status_code == 401


def test_upload_with_the_same_key_is_one_file_whatever_the_boundary(api_of: ApiOf, agent: User) -> None:
    client = api_of(agent)
    first = upload(client, b"x", headers={"Idempotency-Key": "k"})
    form = encode_multipart("another", {"file": SimpleUploadedFile("a.txt", b"x")})

    again = client.post(URL, form, "multipart/form-data; boundary=another", headers={"Idempotency-Key": "k"})
    other = upload(client, b"y", headers={"Idempotency-Key": "k"})

    assert again.json()["id"] == first.json()["id"]
    assert other.status_code == 409
    assert Attachment.objects.count() == 1


def test_an_unused_upload_is_its_uploaders_alone(api_of: ApiOf, agent: User, admin: User, stranger: User) -> None:
    upload_id = upload(api_of(agent), b"x").json()["id"]

    assert api_of(agent).get(f"{URL}/{upload_id}").status_code == 200
    assert api_of(admin).get(f"{URL}/{upload_id}").status_code == 404


def test_attachment_is_for_those_who_see_the_conversation(api_of: ApiOf, agent: User, leader: User) -> None:
    file = attach(make_conversation(team=make_team()))

    assert api_of(leader).get(f"{URL}/{file.id}").status_code == 200
    assert api_of(agent).get(f"{URL}/{file.id}").status_code == 404
    assert api_of(leader).get(f"{URL}/{uuid4()}").status_code == 404


def test_files_of_a_deleted_note_are_gone(api_of: ApiOf, agent: User) -> None:
    note = make_message(make_conversation(), kind=MessageKind.NOTE, agent=agent, deleted_at=timezone.now())
    file = Attachment.objects.create(message=note, file=ContentFile(b"x", name="x"), name="a", size_bytes=1)

    assert api_of(agent).get(f"{URL}/{file.id}").status_code == 404
    assert api_of(None).get(content_url(file.id)).status_code == 404


@pytest.mark.parametrize("on_platform", [False, True])
def test_url_hands_out_the_file_without_a_login(api_of: ApiOf, agent: User, acme: Account, on_platform: bool) -> None:
    place = {"at": None, "account": acme} if on_platform else {}
    file = attach(make_conversation(), b"%PDF-1.4", name='Üb "1".pdf', content_type="application/pdf")
    url = api_of(agent, **place).get(f"{URL}/{file.id}").json()["url"]

    answer = api_of(None, **place).get(path_of(url))

    assert url.startswith(f"http://{'localhost' if on_platform else host_of(acme)}/api/v1/attachments/")
    assert (answer.status_code, answer.getvalue()) == (200, b"%PDF-1.4")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cb%20%221%22.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("content_type", "served", "disposition"),
    [
        ("image/png", "image/png", "inline"),
        ("image/webp", "image/webp", "inline"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("application/xml", "application/octet-stream", "attachment"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("application/vnd.ms-office", "application/octet-stream", "attachment"),
        ("text/plain", "text/plain", "attachment"),
    ],
)
def test_only_pictures_are_shown_in_place(api_of: ApiOf, content_type: str, served: str, disposition: str) -> None:
    file = attach(make_conversation(), content_type=content_type)

    answer = api_of(None).get(content_url(file.id))

    assert (answer["Content-Type"], answer["Content-Disposition"].partition(";")[0]) == (served, disposition)


def test_url_is_for_one_file_and_one_account(api_of: ApiOf, acme: Account, nordhem: Account) -> None:
    conversation = make_conversation()
    one, other = attach(conversation), attach(conversation)
    path, query = content_url(one.id).split("?")

    assert api_of(None).get(f"{path}?{query}").status_code == 200
    assert api_of(None).get(f"{URL}/{other.id}/content?{query}").status_code == 404
    assert api_of(None).get(f"{path}?{query}x").status_code == 404
    assert api_of(None).get(f"{path}?signature=nonsense").status_code == 404
    assert api_of(None, at=nordhem).get(f"{path}?{query}").status_code == 404
    assert api_of(None).get(path).status_code == 404


def test_url_expires(api_of: ApiOf, monkeypatch: pytest.MonkeyPatch) -> None:
    file = attach(make_conversation())
    then = timezone.now() - timedelta(seconds=301)
    monkeypatch.setattr("time.time", then.timestamp)
    url = content_url(file.id)
    monkeypatch.undo()

    assert api_of(None).get(url).status_code == 404


def test_url_of_a_suspended_account_is_dead(api_of: ApiOf, acme: Account) -> None:
    url = content_url(attach(make_conversation()).id)

    Account.objects.filter(pk=acme.pk).update(status=AccountStatus.SUSPENDED)

    assert api_of(None, at=None).get(url).status_code == 404


def test_file_that_is_missing_on_the_disk_is_not_found(api_of: ApiOf) -> None:
    file = attach(make_conversation())
    file.file.storage.delete(str(file.file.name))

    assert api_of(None).get(content_url(file.id)).status_code == 404


def test_attachment_is_known_again_by_its_etag(api_of: ApiOf, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    step = timezone.now().replace(minute=0, second=0, microsecond=0)
    monkeypatch.setattr("time.time", step.timestamp)
    client, file = api_of(agent), attach(make_conversation())
    etag = client.get(f"{URL}/{file.id}")["ETag"]
    monkeypatch.setattr("time.time", (step + timedelta(seconds=149)).timestamp)

    answer = client.get(f"{URL}/{file.id}", headers={"If-None-Match": etag})

    assert answer.status_code == 304


def test_no_guess_at_a_signature_gets_in(acme: Account) -> None:
    file_id = attach(make_conversation()).id
    signature = content_url(file_id).partition("=")[2]
    guesses = {
        signature[:place] + sign + signature[place + 1 :]
        for place in range(len(signature))
        for sign in string.printable
    } - {signature}

    accepted = [guess for guess in guesses if is_accepted(file_id, guess)]

    assert len(guesses) > 10_000
    assert accepted == []
    assert is_accepted(file_id, signature)


def is_accepted(file_id: UUID, signature: str) -> bool:
    try:
        signed_content(file_id, signature)
    except NotFound:
        return False
    return True
