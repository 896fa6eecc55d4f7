"""A conversation that an agent begins."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.actions.start_conversation import start_conversation
from conversations.models import FirstMessageDraft, Message
from conversations.queries.attachments import own_uploads
from conversations.queries.messages import own_first_draft
from conversations.views.messages import MENDABLE, note_error, take_files
from conversations.views.shapes.composer import file_shape, form_errors, upload_settings
from conversations.views.shapes.shape import Shape
from conversations.views.shell import render_page
from email_channel.forms import FirstMessageForm
from email_channel.queries import active_mailboxes
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of
from teams.queries import teams_by_name

_NOTHING = {
    "to": "",
    "cc": "",
    "bcc": "",
    "subject": "",
    "mailbox": "",
    "team": "",
    "text": "",
    "html": "",
    "files": [],
}


@member_required
@require_http_methods(["GET", "POST"])
def conversation_new(request: MemberRequest) -> HttpResponse:
    """Ask for a first message, and send it; where that fails it comes back with every word."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.REPLY)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = FirstMessageForm(data, files, mailboxes=active_mailboxes(), teams=teams_by_name())
    if data is None:
        return _page(request, viewer, form, 200)
    is_valid = form.is_valid()
    try:
        take_files(viewer, form, request)
        if not is_valid:
            return _page(request, viewer, form, 422)
        message = _written(viewer, form)
    except MENDABLE as error:
        note_error(form, error)
        return _page(request, viewer, form, error.status)
    url = reverse("conversation-detail", args=[message.conversation.display_id])
    return see_other(f"{url}?view=mine&sent={message.id}")


def _written(viewer: Viewer, form: FirstMessageForm) -> Message:
    given = form.cleaned_data
    customer, *others = given["to"]
    copies = form.copies | {"cc": [*others, *given["cc"]]}
    return start_conversation(
        viewer=viewer,
        address=customer,
        mailbox_id=given["mailbox"],
        given={"subject": given["subject"], "team_id": given["team"]},
        **form.words,
        **copies,
    )


def _page(request: MemberRequest, viewer: Viewer, form: FirstMessageForm, status: int) -> HttpResponse:
    context = {"form": form, "words": _words(request, viewer, form)}
    return render_page(
        request, viewer, "email_channel/conversation_new.html", context, key="conversation-new", status=status
    )


def _words(request: MemberRequest, viewer: Viewer, form: FirstMessageForm) -> Shape:
    draft = own_first_draft(viewer)
    given = _typed(form) if form.is_bound else _drafted(draft) if draft else {}
    linked = {name: text for name in ("to", "subject") if (text := request.GET.get(name, ""))}
    words: dict[str, Any] = {**_NOTHING, **given, **({} if form.is_bound else linked)}
    return {
        **words,
        "files": [file_shape(one) for one in own_uploads(viewer, words["files"])],
        "errors": form_errors(form),
        "mailboxes": _choices(form, "mailbox", words["mailbox"]),
        "teams": _choices(form, "team", words["team"]),
        "suggest_url": reverse("api-contacts"),
        "draft_url": reverse("api-first-draft"),
        "draft_version": draft.version if draft else "",
        **upload_settings(),
    }


def _typed(form: FirstMessageForm) -> dict[str, Any]:
    typed = {name: form.data.get(name, "") for name in ("to", "cc", "bcc", "subject", "mailbox", "team")}
    files = form.cleaned_data.get("attachments", [])
    return {**typed, "text": form.data.get("body", ""), "html": form.data.get("body_html", ""), "files": files}


def _drafted(draft: FirstMessageDraft) -> dict[str, Any]:
    return {
        **{name: ", ".join(getattr(draft, name)) for name in ("to", "cc", "bcc")},
        "subject": draft.subject,
        "mailbox": str(draft.mailbox_id or ""),
        "team": str(draft.team_id or ""),
        "text": draft.body_text,
        "html": draft.body_html,
        "files": draft.attachment_ids,
    }


def _choices(form: FirstMessageForm, name: str, chosen: str) -> list[Shape]:
    field: Any = form.fields[name]
    return [{"value": value, "label": label, "is_chosen": str(value) == chosen} for value, label in field.choices]
