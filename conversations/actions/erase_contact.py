"""A customer asks to be forgotten."""

from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.events import ContactChanged
from conversations.models import Contact, ContactIdentity, Conversation, Message
from conversations.queries.contacts import get_contact, ids_merged_into
from hummdesk.errors import Conflict
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def erase_contact(*, viewer: Viewer, contact_id: UUID) -> None:
    """Nothing tells any more who the contact was: the row is gone, or empty where conversations hang on it.

    The conversations stay. The same happens to all contacts that were merged into it.
    Locks them in the order of their ids.
    Raises: NotFound, PermissionDenied, Conflict when one was merged into it meanwhile.
    Publishes: ContactChanged for each of them.
    """
    contact = get_contact(contact_id)
    viewer.require(Permission.DELETE_MESSAGES)
    ids = ids_merged_into(contact.id)
    # Nobody can open a conversation of theirs while these locks are held.
    rows = Contact.objects.select_for_update().filter(id__in=ids).order_by("id")
    if {row.id for row in rows} != ids or ids_merged_into(contact.id) != ids or get_contact(contact.id) != contact:
        raise Conflict(_("The contact is being merged at this moment. Try again."))
    ContactIdentity.objects.filter(contact_id__in=ids).delete()
    if _have_said_something(ids):
        _empty(ids)
    else:
        Contact.objects.filter(id__in=ids).update(merged_into=None)
        Contact.objects.filter(id__in=ids).delete()
    for erased_id in sorted(ids):
        publish(ContactChanged(actor=viewer.actor, contact_id=erased_id, changed=("erased_at",)))


def _have_said_something(ids: set[UUID]) -> bool:
    conversations = Conversation.objects.filter(contact_id__in=ids)
    return conversations.exists() or Message.objects.filter(contact_id__in=ids).exists()


def _empty(ids: set[UUID]) -> None:
    now = timezone.now()
    Contact.objects.filter(id__in=ids).update(
        name="",
        email="",
        phone="",
        company=None,
        language="",
        custom_fields={},
        is_blocked=False,
        shows_remote_images=False,
        erased_at=now,
        updated_at=now,
        version=F("version") + 1,
    )
