"""What one was told."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.actions.read_notifications import read_all_notifications, read_notification, unread_notification
from conversations.queries.notifications import ToldRow, get_notification, notifications_of, unread_count
from conversations.views.shapes import notifications as shapes
from conversations.views.shell import render_page
from hummdesk.keyset import KeysetPage, keyset_page
from teams.access import viewer_of

PAGE_SIZE = 30
_PARTIALS = frozenset({"more-notifications"})


@member_required
@require_GET
def notification_list(request: MemberRequest) -> HttpResponse:
    """Show what one was told, newest first."""
    viewer = viewer_of(request.membership)
    only_unread = request.GET.get("show") == "unread"
    rows = notifications_of(viewer, unread=True if only_unread else None)
    page: KeysetPage[ToldRow] = keyset_page(rows, ["-id"], limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    context = shapes.told_page(page.rows, page.next_cursor, unread_count(viewer), only_unread=only_unread)
    template = "conversations/notifications.html"
    return render_page(request, viewer, template, context, key="notifications", partials=_PARTIALS)


@member_required
@require_GET
def notification_open(request: MemberRequest, id: UUID) -> HttpResponse:
    """Go to what a notification is about, which is read with that."""
    viewer = viewer_of(request.membership)
    notification = get_notification(viewer, id)
    read_notification(viewer=viewer, notification_id=id)
    return redirect(shapes.told_target(notification))


@member_required
@require_POST
def notification_read(request: MemberRequest, id: UUID) -> HttpResponse:
    """Mark one as read, or with `unread` as unread again."""
    viewer = viewer_of(request.membership)
    mark = unread_notification if "unread" in request.POST else read_notification
    mark(viewer=viewer, notification_id=id)
    if not request.htmx:
        return redirect("notification-list")
    item = shapes.item(get_notification(viewer, id))
    context = {"item": item, "unread_count": unread_count(viewer), "with_bell": True}
    return render(request, "conversations/notifications.html#notification", context)


@member_required
@require_POST
def notifications_read(request: MemberRequest) -> HttpResponse:
    """Mark all as read."""
    read_all_notifications(viewer=viewer_of(request.membership))
    return redirect("notification-list")


@member_required
@require_GET
def notification_bell(request: MemberRequest) -> HttpResponse:
    """Answer with the bell and its count, and with a toast for the notification that `new` names."""
    viewer = viewer_of(request.membership)
    new = shapes.newly_told(viewer, request.GET.get("new", ""))
    context = {"unread_count": unread_count(viewer), "item": new}
    response = render(request, "components/bell.html", context)
    response["Cache-Control"] = "no-store"
    return response
