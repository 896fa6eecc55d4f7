"""Two customers who are one person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.actions.merge_contacts import merge_contacts, unmerge_contact
from conversations.models import Contact
from conversations.queries.contacts import get_contact
from conversations.queries.people import Tally, contacts_like, tallies_of_contacts
from conversations.views.people.answers import CONTACTS_KEY, viewer_who_replies
from conversations.views.people.forms import MergeForm
from conversations.views.people.shapes import compared, contact_row, contact_url, shown_name
from conversations.views.shell import render_page
from hummdesk.http import see_other
from teams.access import Viewer

_PARTIALS = frozenset({"dialog-here", "merge", "merge-found"})


@member_required
@require_http_methods(["GET", "POST"])
def contact_merge(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Find the other customer, compare the two, and make them one."""
    viewer = viewer_who_replies(request)
    contact = get_contact(contact_id)
    if request.method == "POST" and (form := MergeForm(request.POST)).is_valid():
        source_id, into_id = form.pair(contact.id)
        kept = merge_contacts(viewer=viewer, contact_id=source_id, into_id=into_id)
        text = _("Merged into %(name)s") % {"name": shown_name(kept)}
        messages.success(request, text, extra_tags=contact_url(source_id, "contact-unmerge"))
        return see_other(contact_url(kept.id))
    context = {"name": shown_name(contact), "url": contact_url(contact.id), **_merge_context(request, viewer, contact)}
    status = 422 if request.method == "POST" else 200
    return render_page(
        request, viewer, "people/contact_merge.html", context, key=CONTACTS_KEY, partials=_PARTIALS, status=status
    )


@member_required
@require_POST
def contact_unmerge(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Make a customer one of their own again."""
    contact = unmerge_contact(viewer=viewer_who_replies(request), contact_id=contact_id)
    messages.success(request, _("Merge undone"))
    return see_other(contact_url(contact.id))


def _merge_context(request: MemberRequest, viewer: Viewer, contact: Contact) -> dict[str, Any]:
    merge_url = contact_url(contact.id, "contact-merge")
    if other_id := _uuid(request.GET.get("with", "")):
        other = get_contact(other_id)
        tallies = tallies_of_contacts(viewer, [contact.id, other.id])
        return {"merge_url": merge_url, "pair": compared(contact, other, tallies)}
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = contacts_like(contact, text)
    tallies = tallies_of_contacts(viewer, [other.id for other in found])
    rows = [
        contact_row(other, tallies.get(other.id, Tally()))
        | {"url": contact_url(contact.id, "contact-merge", **{"with": str(other.id)})}
        for other in found
    ]
    return {"merge_url": merge_url, "pair": None, "text": text, "rows": rows}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
