"""What the caller was told, and wants to be told."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import member_of
from conversations.actions.read_notifications import read_all_notifications, read_notification
from conversations.actions.save_notification_settings import save_notification_settings
from conversations.queries.notifications import (
    UNREAD_MOST,
    mail_settings,
    notification_settings,
    notifications_of,
    unread_count,
)
from conversations.serializers.notifications import (
    NotificationFilters,
    NotificationOutput,
    NotificationSettingsInput,
    NotificationSettingsOutput,
    UnreadCountOutput,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class NotificationsView(ApiView):
    """The caller's notifications."""

    pagination_class = KeysetPagination
    # Ids are UUIDv7, so that the newest has the highest.
    orderings = {"-created_at": ("-id",)}

    @extend_schema(
        operation_id="list_notifications", parameters=[NotificationFilters], responses=NotificationOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        filters = self.filters(NotificationFilters)
        rows = notifications_of(viewer_in(request), unread=filters["unread"], kind=filters.get("kind"))
        return self.page(rows, NotificationOutput)


class UnreadCountView(ApiView):
    """How many of them are unread."""

    @extend_schema(operation_id="count_unread_notifications", responses=UnreadCountOutput)
    def get(self, request: Request) -> Response:
        """Count up to 100."""
        count = unread_count(viewer_in(request))
        return Response({"count": min(count, UNREAD_MOST), "has_more": count > UNREAD_MOST})


class NotificationReadView(ApiView):
    """One that was read."""

    @extend_schema(operation_id="read_notification", request=None, responses={204: None})
    def post(self, request: Request, id: UUID) -> Response:
        """Note that the caller has read it."""
        read_notification(viewer=viewer_in(request), notification_id=id)
        return Response(status=204)


class NotificationsReadView(ApiView):
    """All that were read."""

    @extend_schema(operation_id="read_all_notifications", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Note that the caller has read all of them."""
        read_all_notifications(viewer=viewer_in(request))
        return Response(status=204)


class NotificationSettingsView(ApiView):
    """What the caller wants to be told."""

    @extend_schema(operation_id="get_notification_settings", responses=NotificationSettingsOutput)
    def get(self, request: Request) -> Response:
        """Return for each kind whether the caller wants it, and by mail."""
        return Response(_settings_of(member_of(request).user_id))

    @extend_schema(
        operation_id="change_notification_settings",
        request=NotificationSettingsInput,
        responses=NotificationSettingsOutput,
    )
    def patch(self, request: Request) -> Response:
        """Switch kinds on or off."""
        viewer = viewer_in(request)
        wanted = dict(self.body(NotificationSettingsInput, partial=True))
        by_mail = wanted.pop("mail", {})
        save_notification_settings(viewer=viewer, wanted=wanted, by_mail=by_mail)
        return Response(_settings_of(viewer.id))


def _settings_of(agent_id: UUID) -> dict[str, Any]:
    return {**notification_settings(agent_id), "mail": mail_settings(agent_id)}
