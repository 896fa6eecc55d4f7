"""One person was two contacts, or two were taken for one."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.save_contact import repeat_identities
from conversations.events import ContactMerged, ContactUnmerged
from conversations.models import Contact, ContactIdentity, Conversation
from conversations.queries.contacts import MERGE_UNDO_LASTS, last_contact_merge
from hummdesk.errors import Conflict, NotFound, ValidationFailed
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action, publish
from teams.access import Viewer

_FILLED_FIELDS = ("name", "email", "phone", "company_id", "language")
_CUSTOM = "custom_fields."
_SAVED_FIELDS = ("name", "email", "phone", "company", "language", "custom_fields", "version", "updated_at")


@action
def merge_contacts(*, viewer: Viewer, contact_id: UUID, into_id: UUID) -> Contact:
    """Identities and conversations of the contact are the other one's, and its id leads there; return the other.

    Fields that were empty there are filled; messages keep the author that they have.
    Locks both contacts in the order of their ids, then the conversations.
    Raises: NotFound, PermissionDenied, ValidationFailed into itself, Conflict when either is merged already.
    Publishes: ContactMerged.
    """
    if contact_id == into_id:
        raise ValidationFailed(errors={"into": [_("A contact can't be merged into itself.")]})
    source, target = _locked_pair(contact_id, into_id)
    viewer.require(Permission.REPLY)
    if source.merged_into_id or target.merged_into_id:
        raise Conflict(_("One of the two is merged into a contact already."))
    identity_ids = tuple(source.identities.order_by("id").values_list("id", flat=True))
    conversation_ids = tuple(_locked_ids(source.conversations.values_list("id", flat=True)))
    filled = _fill(target, source)
    _hand_over(identity_ids, conversation_ids, source=source, target=target)
    source.merged_into = target
    _save(source, "merged_into")
    _save(target)
    publish(
        ContactMerged(
            actor=viewer.actor,
            contact_id=source.id,
            into_id=target.id,
            identity_ids=identity_ids,
            conversation_ids=conversation_ids,
            filled=filled,
        )
    )
    return target


@action
def unmerge_contact(*, viewer: Viewer, contact_id: UUID) -> Contact:
    """The contact is one of its own again, with whatever the merge moved and is still where it was moved to.

    Locks both contacts in the order of their ids, then the conversations.
    Raises: NotFound, PermissionDenied, Conflict when it is not merged, the merge is over 30 days old, or the other
    contact was itself merged since, which must be undone first. Publishes: ContactUnmerged.
    """
    into_id = Contact.objects.filter(id=contact_id).values_list("merged_into_id", flat=True).first()
    source, target = _locked_pair(contact_id, into_id or contact_id)
    viewer.require(Permission.REPLY)
    merge = last_contact_merge(source.id)
    if source.merged_into_id != target.id or merge is None or merge.at < timezone.now() - MERGE_UNDO_LASTS:
        raise Conflict(_("There is no merge of the last 30 days to undo."))
    if target.merged_into_id is not None:
        raise Conflict(_("The other contact was merged since. Undo that first."))
    _take_back(merge, source=source, target=target)
    publish(ContactUnmerged(actor=viewer.actor, contact_id=source.id, from_id=target.id, merge_seq=merge.seq))
    return source


def _locked_pair(contact_id: UUID, other_id: UUID) -> tuple[Contact, Contact]:
    rows = Contact.objects.select_for_update(no_key=True).filter(id__in={contact_id, other_id}, erased_at=None)
    found = {contact.id: contact for contact in rows.order_by("id")}
    if not {contact_id, other_id} <= set(found):
        raise NotFound
    return found[contact_id], found[other_id]


def _locked_ids(ids: Iterable[UUID]) -> Sequence[UUID]:
    """Return these conversations' ids, locked in the order of their ids."""
    rows = Conversation.objects.select_for_update(no_key=True).filter(id__in=ids)
    return list(rows.order_by("id").values_list("id", flat=True))


def _fill(target: Contact, source: Contact) -> tuple[str, ...]:
    """What the target does not know it has from the source; return the names of those fields."""
    filled = [name for name in _FILLED_FIELDS if getattr(source, name) and not getattr(target, name)]
    for name in filled:
        setattr(target, name, getattr(source, name))
    new = {name: value for name, value in source.custom_fields.items() if name not in target.custom_fields}
    target.custom_fields = {**target.custom_fields, **new}
    return (*filled, *(f"{_CUSTOM}{name}" for name in new))


def _hand_over(
    identity_ids: Sequence[UUID], conversation_ids: Sequence[UUID], *, source: Contact, target: Contact
) -> None:
    ContactIdentity.objects.filter(id__in=identity_ids, contact=source).update(contact=target)
    moved = Conversation.objects.filter(id__in=conversation_ids, contact=source)
    moved.update(contact=target, updated_at=timezone.now())


def _take_back(merge: LoggedEvent, *, source: Contact, target: Contact) -> None:
    conversation_ids = _locked_ids(merge.data["conversation_ids"])
    _hand_over(merge.data["identity_ids"], conversation_ids, source=target, target=source)
    for name in merge.data["filled"]:
        _empty(target, source, name)
    prefetch_related_objects([source, target], "identities")
    repeat_identities(source)
    repeat_identities(target)
    source.merged_into = None
    _save(source, "merged_into")
    _save(target)


def _empty(target: Contact, source: Contact, name: str) -> None:
    """The target does not know any more what it had from the source, unless it was changed since."""
    custom = name.removeprefix(_CUSTOM)
    if custom != name:
        if target.custom_fields.get(custom) == source.custom_fields.get(custom):
            target.custom_fields.pop(custom, None)
    elif getattr(target, name) == getattr(source, name):
        setattr(target, name, None if name == "company_id" else "")


def _save(contact: Contact, *more_fields: str) -> None:
    contact.version += 1
    contact.save(update_fields=[*_SAVED_FIELDS, *more_fields])
