"""Addresses to which nothing is sent: added when mail there bounces for good, lifted by a person."""

from uuid import UUID

from django.utils.translation import gettext

from accounts.permissions import Permission
from conversations.actions.recipients import checked_recipients
from email_channel.enums import SuppressionReason
from email_channel.events import AddressSuppressed, SuppressionLifted
from email_channel.models import SuppressedAddress
from email_channel.provider.suppressions import lift_at_provider
from email_channel.queries.suppressions import get_suppression
from hummdesk.errors import NotFound
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import current_schema
from teams.access import Viewer


@action
def suppress_address(
    *, address: str, reason: SuppressionReason, detail: str = "", actor: Actor | None = None
) -> SuppressedAddress:
    """Nothing is sent to the address from now on; one that is on the list already stays as it is.

    `detail` is for people: the other server's words. Publishes: AddressSuppressed for one that is new.
    """
    entry, is_new = SuppressedAddress.objects.get_or_create(
        address=address.strip().lower()[:320], defaults={"reason": reason, "detail": detail[:1000]}
    )
    if is_new:
        publish(AddressSuppressed(actor=actor or Actor.system(), suppression_id=entry.id, reason=reason))
    return entry


@action
def suppress_by_hand(*, viewer: Viewer, address: str, detail: str = "") -> SuppressedAddress:
    """Nothing is sent to the address from now on, since somebody said so.

    Raises: PermissionDenied, ValidationFailed for what is no address. Publishes: AddressSuppressed.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    [wanted] = checked_recipients("address", [address])
    return suppress_address(address=wanted, reason=SuppressionReason.BY_HAND, detail=detail, actor=viewer.actor)


@action
def unsubscribe_address(*, address: str) -> SuppressedAddress:
    """Nothing is sent to the address from now on, as its owner has asked by the link in a mail.

    Publishes: AddressSuppressed.
    """
    detail = gettext("Its owner asked for no more mail.")
    return suppress_address(address=address, reason=SuppressionReason.BY_HAND, detail=detail)


def lift_suppression(*, viewer: Viewer, suppression_id: UUID) -> bool:
    """Mail to the address is sent again; what was not sent meanwhile stays so until somebody sends it again.

    What the provider has against the address itself is lifted first, outside of any transaction; returns False where
    it could not be asked, and may go on to refuse. Of what was only added by hand the provider knows nothing, and its
    list is everybody's.
    Raises: PermissionDenied, NotFound. Publishes: SuppressionLifted.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    entry = get_suppression(suppression_id)
    is_lifted_there = entry.reason == SuppressionReason.BY_HAND or lift_at_provider(
        entry.address, schema=current_schema()
    )
    _lift(viewer, suppression_id)
    return is_lifted_there


@action
def _lift(viewer: Viewer, suppression_id: UUID) -> None:
    deleted, _rows = SuppressedAddress.objects.filter(id=suppression_id).delete()
    if not deleted:
        raise NotFound
    publish(SuppressionLifted(actor=viewer.actor, suppression_id=suppression_id))
