"""`Idempotency-Key`: the same POST again gets the first answer again, and nothing is done twice."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from hummdesk.api.models import StoredAnswer
from hummdesk.errors import Conflict, ValidationFailed

KEPT_FOR = timedelta(hours=24)
KEY_MAX_LENGTH = 255
# So many expired answers go with each new one: the table stays as large as a day is.
SWEPT_AT_ONCE = 20


def idempotency_key(request: HttpRequest) -> str:
    """Return the request's key, "" without one. Raises: ValidationFailed for one that cannot be kept."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > KEY_MAX_LENGTH or not key.isprintable():
        text = _("Use at most %(count)d printable characters.") % {"count": KEY_MAX_LENGTH}
        raise ValidationFailed(errors={"Idempotency-Key": [text]})
    return key


def answer_once(
    request: HttpRequest, *, user_id: UUID, key: str, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Return the stored answer to this key, else that of `answer()`, which is stored with all that it does.

    One transaction: a second request with the key waits for the first, and takes over if that one fails.
    Answers from 500 on undo everything and are not stored; a streamed one is not stored either.
    Raises: Conflict for the key of another request.
    """
    with transaction.atomic():
        _sweep()
        row, is_new = StoredAnswer.objects.get_or_create(
            user_id=user_id, key=key, defaults={"fingerprint": fingerprint_of(request)}
        )
        if not is_new:
            return _again(row, fingerprint_of(request))
        response = answer()
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif isinstance(response, HttpResponse):
            _store(row, response)
        else:
            row.delete()
        return response


def fingerprint_of(request: HttpRequest) -> str:
    """Return a hash of path, query and body, which stands for the request."""
    digest = hashlib.sha256(request.get_full_path().encode("utf-8", "surrogatepass") + b"\n")
    for part in _body_parts(request):
        digest.update(part)
    return digest.hexdigest()


def _body_parts(request: HttpRequest) -> Iterable[bytes]:
    """A form with files by its fields: it may be large, and each attempt parts it by another boundary."""
    if request.content_type != "multipart/form-data":
        try:
            yield request.body
            return
        except RawPostDataException:  # a form that the CSRF check has read
            pass
    for name, values in sorted(request.POST.lists()):
        yield repr((name, values)).encode("utf-8", "surrogatepass")
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield repr((name, file.name, file.size)).encode("utf-8", "surrogatepass")
            yield from file.chunks()
            file.seek(0)


def _again(row: StoredAnswer, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        raise Conflict(_("This Idempotency-Key was used for another request."))
    response = HttpResponse(bytes(row.body), status=row.status, content_type=row.content_type or None)
    if row.location:
        response["Location"] = row.location
    response["Idempotent-Replayed"] = "true"
    return response


def _store(row: StoredAnswer, response: HttpResponse) -> None:
    row.status = response.status_code
    row.content_type = response.get("Content-Type", "")
    row.location = response.get("Location", "")
    row.body = response.content
    row.save(update_fields=["status", "content_type", "location", "body"])


def _sweep() -> None:
    """A few expired answers are gone, passing over those that another request sweeps."""
    expired = StoredAnswer.objects.select_for_update(skip_locked=True).filter(created_at__lt=timezone.now() - KEPT_FOR)
    ids = list(expired.order_by("created_at").values_list("id", flat=True)[:SWEPT_AT_ONCE])
    if ids:
        StoredAnswer.objects.filter(id__in=ids).delete()
