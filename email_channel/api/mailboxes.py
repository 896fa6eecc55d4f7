"""The account's mailboxes: for those who manage the account."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from email_channel.actions.save_mailbox import change_mailbox, create_mailbox, remove_mailbox, rotate_mailbox_secret
from email_channel.queries.mailboxes import get_mailbox, listed_mailboxes
from email_channel.serializers.mailboxes import (
    MailboxChangesInput,
    MailboxOutput,
    MailboxSecretOutput,
    NewMailboxInput,
    RemoveMailboxInput,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in

_ManagesAccount = HasPermission(Permission.MANAGE_ACCOUNT)


class MailboxesView(ApiView):
    """The account's mailboxes."""

    permission_classes = [_ManagesAccount]
    pagination_class = KeysetPagination
    orderings = {"address": ["address"]}
    keeps_answers = False

    @extend_schema(operation_id="list_mailboxes", responses=MailboxOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the mailboxes by address, without their secrets."""
        return self.page(listed_mailboxes(), MailboxOutput)

    @extend_schema(operation_id="add_mailbox", request=NewMailboxInput, responses={201: MailboxSecretOutput})
    def post(self, request: Request) -> Response:
        """Take mail on an address. The answer shows the mailbox's secret, this once."""
        given = self.body(NewMailboxInput)
        address, name = given.pop("address"), given.pop("name", "")
        mailbox = create_mailbox(viewer=viewer_in(request), address=address, name=name or address, fields=given)
        return Response(MailboxSecretOutput(mailbox).data, status=201)


class MailboxView(ApiView):
    """One mailbox."""

    permission_classes = [_ManagesAccount]

    @extend_schema(operation_id="get_mailbox", responses=MailboxOutput)
    def get(self, request: Request, mailbox_id: UUID) -> Response:
        """Show a mailbox, without its secret."""
        return Response(MailboxOutput(get_mailbox(mailbox_id)).data)

    @extend_schema(operation_id="change_mailbox", request=MailboxChangesInput, responses=MailboxOutput)
    def patch(self, request: Request, mailbox_id: UUID) -> Response:
        """Change a mailbox."""
        changes = self.body(MailboxChangesInput)
        mailbox = change_mailbox(viewer=viewer_in(request), mailbox_id=mailbox_id, changes=changes)
        return Response(MailboxOutput(mailbox).data)

    @extend_schema(operation_id="remove_mailbox", parameters=[RemoveMailboxInput], responses={204: None})
    def delete(self, request: Request, mailbox_id: UUID) -> Response:
        """Take no more mail on the address. What came stays; `move_to` answers its conversations from then on."""
        move_to = self.filters(RemoveMailboxInput).get("move_to")
        remove_mailbox(viewer=viewer_in(request), mailbox_id=mailbox_id, move_to=move_to)
        return Response(status=204)


class MailboxSecretView(ApiView):
    """A new secret for a mailbox."""

    permission_classes = [_ManagesAccount]
    keeps_answers = False

    @extend_schema(operation_id="rotate_mailbox_secret", request=None, responses=MailboxSecretOutput)
    def post(self, request: Request, mailbox_id: UUID) -> Response:
        """Replace the secret at once. The answer shows the new one, this once."""
        mailbox = rotate_mailbox_secret(viewer=viewer_in(request), mailbox_id=mailbox_id)
        return Response(MailboxSecretOutput(mailbox).data)
