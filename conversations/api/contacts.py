"""The people who write in. Every member who may reply sees all of the account's, and keeps them."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.erase_contact import erase_contact
from conversations.actions.merge_contacts import merge_contacts, unmerge_contact
from conversations.actions.save_contact import change_contact, create_contact
from conversations.queries.contacts import filtered_contacts, get_contact
from conversations.serializers.contacts import (
    ContactChangesInput,
    ContactFilters,
    ContactOutput,
    MergeContactInput,
    NewContactInput,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class ContactsView(ApiView):
    """The account's contacts."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",), "-created_at": ("-created_at",)}

    @extend_schema(operation_id="list_contacts", parameters=[ContactFilters], responses=ContactOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the contacts; merged and erased ones are left out."""
        return self.page(filtered_contacts(self.filters(ContactFilters)), ContactOutput)

    @extend_schema(operation_id="create_contact", request=NewContactInput, responses={201: ContactOutput})
    def post(self, request: Request) -> Response:
        """Make a contact. 409 names the contact who has one of the addresses, numbers or ids already."""
        contact = create_contact(viewer=viewer_in(request), fields=self.body(NewContactInput))
        return Response(ContactOutput(contact).data, status=201)


class ContactView(ApiView):
    """One contact. The id of a merged one leads to the contact that it was merged into."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_contact", responses=ContactOutput)
    def get(self, request: Request, contact_id: UUID) -> Response:
        """Return the contact."""
        return Response(ContactOutput(get_contact(contact_id)).data)

    @extend_schema(operation_id="change_contact", request=ContactChangesInput, responses=ContactOutput)
    def patch(self, request: Request, contact_id: UUID) -> Response:
        """Change what is given; `version` guards against lost updates."""
        changes = self.body(ContactChangesInput)
        version = changes.pop("version", None)
        contact = change_contact(viewer=viewer_in(request), contact_id=contact_id, changes=changes, version=version)
        return Response(ContactOutput(contact).data)

    @extend_schema(operation_id="erase_contact", responses={204: None})
    def delete(self, request: Request, contact_id: UUID) -> Response:
        """Forget the contact, and all that were merged into it. Conversations stay. For team leaders and admins."""
        erase_contact(viewer=viewer_in(request), contact_id=contact_id)
        return Response(status=204)


class ContactMergeView(ApiView):
    """Two contacts that are one person."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="merge_contact", request=MergeContactInput, responses={200: ContactOutput})
    def post(self, request: Request, contact_id: UUID) -> Response:
        """Move identities and conversations to the other contact, which is returned."""
        into_id = self.body(MergeContactInput)["into"]
        target = merge_contacts(viewer=viewer_in(request), contact_id=contact_id, into_id=into_id)
        return Response(ContactOutput(target).data)


class ContactUnmergeView(ApiView):
    """A merge that was a mistake."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="unmerge_contact", request=None, responses={200: ContactOutput})
    def post(self, request: Request, contact_id: UUID) -> Response:
        """Undo the contact's merge within 30 days: what was moved and is still there comes back."""
        contact = unmerge_contact(viewer=viewer_in(request), contact_id=contact_id)
        return Response(ContactOutput(contact).data)
