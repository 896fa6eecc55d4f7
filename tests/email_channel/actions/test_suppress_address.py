from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import Account, Membership, User
from email_channel.actions.suppress_address import lift_suppression, suppress_address, suppress_by_hand
from email_channel.enums import SuppressionReason
from email_channel.models import SuppressedAddress
from hummdesk.errors import NotFound, PermissionDenied, ValidationFailed
from teams.access import Viewer, viewer_of
from tests.servers.resend import FakeResend


@pytest.fixture
def admin_viewer(admin: User, acme: Account) -> Viewer:
    return viewer_of(Membership.objects.get(user=admin, account=acme))


def test_an_address_is_on_the_list_once(viewer: Viewer, published: Callable[[], list[str]]) -> None:
    first = suppress_address(address="Ada@Customers.example", reason=SuppressionReason.COMPLAINT, detail="Spam")
    again = suppress_address(address="ada@customers.example", reason=SuppressionReason.HARD_BOUNCE)

    assert first.id == again.id
    assert (again.address, again.reason, again.detail) == ("ada@customers.example", "complaint", "Spam")
    assert published() == ["AddressSuppressed"]


def test_an_admin_adds_by_hand_and_lifts(admin_viewer: Viewer, published: Callable[[], list[str]]) -> None:
    entry = suppress_by_hand(viewer=admin_viewer, address=" Eve@x.example ")
    assert (entry.address, entry.reason) == ("eve@x.example", SuppressionReason.BY_HAND)

    lift_suppression(viewer=admin_viewer, suppression_id=entry.id)

    assert not SuppressedAddress.objects.exists()
    assert published() == ["AddressSuppressed", "SuppressionLifted"]


@pytest.mark.parametrize("is_there", [True, False])
def test_what_bounced_is_lifted_at_the_provider_too(admin_viewer: Viewer, resend: FakeResend, is_there: bool) -> None:
    entry = suppress_address(address="ada+1@customers.example", reason=SuppressionReason.HARD_BOUNCE)
    if is_there:
        resend.suppressions.add("ada+1@customers.example")

    is_lifted = lift_suppression(viewer=admin_viewer, suppression_id=entry.id)

    assert is_lifted
    assert resend.suppressions.rows == {}
    assert not SuppressedAddress.objects.exists()


@pytest.mark.parametrize("trouble", ["down", "key"])
def test_a_provider_that_cannot_be_asked_keeps_nobody_from_lifting(
    admin_viewer: Viewer, resend: FakeResend, trouble: str
) -> None:
    entry = suppress_address(address="ada@customers.example", reason=SuppressionReason.COMPLAINT)
    resend.suppressions.add("ada@customers.example", "complaint")
    resend.is_down = trouble == "down"
    resend.api_key = "another" if trouble == "key" else resend.api_key

    is_lifted = lift_suppression(viewer=admin_viewer, suppression_id=entry.id)

    assert not is_lifted
    assert not SuppressedAddress.objects.exists()
    assert resend.suppressions.rows


def test_what_was_added_by_hand_leaves_the_providers_list_alone(admin_viewer: Viewer, resend: FakeResend) -> None:
    entry = suppress_by_hand(viewer=admin_viewer, address="ada@customers.example")
    resend.suppressions.add("ada@customers.example", "complaint")

    assert lift_suppression(viewer=admin_viewer, suppression_id=entry.id)

    assert "ada@customers.example" in resend.suppressions.rows


def test_others_may_neither_add_nor_lift(viewer: Viewer, published: Callable[[], list[str]]) -> None:
    entry = SuppressedAddress.objects.create(address="eve@x.example", reason=SuppressionReason.BY_HAND)

    with pytest.raises(PermissionDenied):
        suppress_by_hand(viewer=viewer, address="ada@x.example")
    with pytest.raises(PermissionDenied):
        lift_suppression(viewer=viewer, suppression_id=entry.id)

    assert SuppressedAddress.objects.count() == 1
    assert published() == []


def test_what_is_no_address_or_not_there_is_refused(admin_viewer: Viewer) -> None:
    with pytest.raises(ValidationFailed):
        suppress_by_hand(viewer=admin_viewer, address="eve")
    with pytest.raises(NotFound):
        lift_suppression(viewer=admin_viewer, suppression_id=uuid4())
