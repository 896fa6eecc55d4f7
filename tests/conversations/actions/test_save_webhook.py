import base64

import pytest
from structlog.testing import capture_logs

from accounts.models import Account, User
from conversations.actions.save_webhook import (
    MOST_WEBHOOKS,
    add_webhook,
    change_webhook,
    delete_webhook,
    rotate_webhook_secret,
)
from conversations.enums import DisabledReason, WebhookState
from conversations.errors import TooManyWebhooks
from conversations.models import Webhook, WebhookDelivery
from hummdesk.egress import TargetRefused
from hummdesk.errors import Conflict, PermissionDenied
from tests.conversations.conftest import ViewerOf
from tests.factories import make_webhook
from tests.hummdesk.egress.test_targets import REFUSED

URL = "https://hooks.example.com/here"


def waiting(webhook: Webhook) -> WebhookDelivery:
    return WebhookDelivery.objects.create(webhook=webhook, event_seq=1, type="message.created", payload={})


def test_webhook_has_a_secret_of_its_own(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    viewer = viewer_as(admin)

    first, second = (add_webhook(viewer=viewer, url="HTTPS://Hooks.example.com/here") for _number in range(2))

    assert (first.url, first.is_enabled, first.event_types, first.created_by_id) == (URL, True, [], admin.id)
    assert first.secret.startswith("whsec_")
    assert len(base64.b64decode(first.secret.removeprefix("whsec_"), validate=True)) == 32
    assert first.secret != second.secret


@pytest.mark.parametrize("url", REFUSED[:40])
def test_address_that_hides_a_host_is_not_saved(acme: Account, viewer_as: ViewerOf, admin: User, url: str) -> None:
    webhook = make_webhook(URL)

    with pytest.raises(TargetRefused):
        add_webhook(viewer=viewer_as(admin), url=url)
    with pytest.raises(TargetRefused):
        change_webhook(viewer=viewer_as(admin), webhook_id=webhook.id, changes={"url": url})

    assert Webhook.objects.get().url == URL


def test_account_has_so_many_webhooks_and_no_more(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    for _number in range(MOST_WEBHOOKS):
        add_webhook(viewer=viewer_as(admin), url=URL)

    with pytest.raises(TooManyWebhooks):
        add_webhook(viewer=viewer_as(admin), url=URL)

    assert Webhook.objects.count() == MOST_WEBHOOKS


def test_only_who_manages_the_account_touches_webhooks(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    webhook, viewer = make_webhook(URL), viewer_as(leader)

    with pytest.raises(PermissionDenied):
        add_webhook(viewer=viewer, url=URL)
    with pytest.raises(PermissionDenied):
        change_webhook(viewer=viewer, webhook_id=webhook.id, changes={"description": "Mine"})
    with pytest.raises(PermissionDenied):
        rotate_webhook_secret(viewer=viewer, webhook_id=webhook.id)
    with pytest.raises(PermissionDenied):
        delete_webhook(viewer=viewer, webhook_id=webhook.id)

    assert (Webhook.objects.get().secret, Webhook.objects.get().version) == (webhook.secret, 1)


def test_stale_version_changes_nothing(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    webhook, viewer = make_webhook(URL), viewer_as(admin)
    change_webhook(viewer=viewer, webhook_id=webhook.id, changes={"description": "First"}, version=1)

    with pytest.raises(Conflict):
        change_webhook(viewer=viewer, webhook_id=webhook.id, changes={"description": "Second"}, version=1)

    webhook.refresh_from_db()
    assert (webhook.description, webhook.version) == ("First", 2)


def test_switching_off_ends_what_waits_and_on_forgets_the_failures(
    acme: Account, viewer_as: ViewerOf, admin: User
) -> None:
    webhook = make_webhook(URL, disabled_reason=DisabledReason.FAILING, failing_since="2026-11-01T00:00:00Z")
    delivery = waiting(webhook)

    change_webhook(viewer=viewer_as(admin), webhook_id=webhook.id, changes={"is_enabled": False})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (WebhookState.FAILED, "The webhook was switched off.")

    changed = change_webhook(viewer=viewer_as(admin), webhook_id=webhook.id, changes={"is_enabled": True})
    assert (changed.is_enabled, changed.disabled_reason, changed.failing_since) == (True, "", None)


def test_rotation_replaces_the_secret(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    webhook = make_webhook(URL)

    rotated = rotate_webhook_secret(viewer=viewer_as(admin), webhook_id=webhook.id)

    assert rotated.secret not in {"", webhook.secret}
    assert Webhook.objects.get().secret == rotated.secret


def test_removal_takes_the_deliveries_along(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    webhook, other = make_webhook(URL), make_webhook(URL)
    waiting(webhook)
    kept = waiting(other)

    delete_webhook(viewer=viewer_as(admin), webhook_id=webhook.id)

    assert (Webhook.objects.get(), WebhookDelivery.objects.get()) == (other, kept)


def test_secrets_are_in_no_log(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    with capture_logs() as logs:
        webhook = add_webhook(viewer=viewer_as(admin), url=f"{URL}?key=of-the-receiver")
        rotated = rotate_webhook_secret(viewer=viewer_as(admin), webhook_id=webhook.id)

    assert [line["event"] for line in logs] == ["webhook_added", "webhook_secret_rotated"]
    secrets = (webhook.secret, rotated.secret, "of-the-receiver")
    assert not [secret for secret in secrets if secret in str(logs)]
