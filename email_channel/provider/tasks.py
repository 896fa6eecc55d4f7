"""The provider's events in the background. The rows hold the truth; a task is a hint that one waits."""

import time
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone

from email_channel.enums import ProviderEventState
from email_channel.provider.actions.look_after_events import purge_events, purge_system_mail, route_again
from email_channel.provider.actions.reconcile_received import Reading, begin_reading, read_on
from email_channel.provider.actions.send_system_mail import deliver_system_mail
from email_channel.provider.lane import fetching_slot
from email_channel.provider.models import ProviderEvent
from email_channel.provider.payloads import RECEIVED
from email_channel.provider.queries import system_mails_due
from email_channel.provider.work import fetch_waiting_mail, heed_waiting_events
from hummdesk.broker import is_new_hint, take_hint
from hummdesk.celery import app
from hummdesk.logs import logger
from hummdesk.tenancy.tasks import platform_task

# A task ends after this and queues itself again: other work gets its thread in between, and a worker stops in time.
WORK_S = 4.0
SYSTEM_MAILS_PER_SWEEP = 50


@platform_task("email_channel.provider.tasks.heed_provider_events")
def heed_provider_events() -> None:
    """What was told of mail that went out is heeded."""
    take_hint("heed_provider_events")
    if heed_waiting_events(time.monotonic() + WORK_S):
        app.send_task("email_channel.provider.tasks.heed_provider_events")


@platform_task("email_channel.provider.tasks.fetch_received_mail")
def fetch_received_mail() -> None:
    """Mail that the provider received is fetched, unless enough processes do so already."""
    take_hint("fetch_received_mail")
    with fetching_slot() as keep_place:
        more_waits = keep_place is not None and fetch_waiting_mail(time.monotonic() + WORK_S, keep_place)
    if more_waits:
        app.send_task("email_channel.provider.tasks.fetch_received_mail")


@platform_task("email_channel.provider.tasks.reconcile_received_mail")
def reconcile_received_mail(**going_on: Any) -> None:
    """What the provider received without telling us is known; `going_on` is where an earlier task left off."""
    if not settings.RESEND_API_KEY:
        return
    route_again()
    reading = Reading(**going_on) if going_on else begin_reading()
    left = read_on(reading, time.monotonic() + WORK_S)
    if left is not None:
        app.send_task("email_channel.provider.tasks.reconcile_received_mail", kwargs=asdict(left))
    app.send_task("email_channel.provider.tasks.fetch_received_mail")


@platform_task("email_channel.provider.tasks.purge_provider_events")
def purge_provider_events() -> None:
    """Events and system mail that were done with long ago are gone."""
    purge_events()
    purge_system_mail()


def hint_at_work(event: ProviderEvent) -> None:
    """A worker looks at the event soon; without Redis the next sweep does.

    Many events may come at once, and one worker looks at all that wait: it is told once until it begins.
    """
    if event.state != ProviderEventState.WAITING:
        return
    name = "fetch_received_mail" if event.type == RECEIVED else "heed_provider_events"
    try:
        if is_new_hint(name):
            app.send_task(f"email_channel.provider.tasks.{name}")
    except Exception as error:  # the rim towards Redis: whatever it raises, the row waits for the sweep
        logger.warning("provider_hint_lost", event_id=str(event.id), error=type(error).__name__)


@platform_task("email_channel.provider.tasks.sweep_system_mail")
def sweep_system_mail() -> int:
    """Sign-in mails and invitations whose time has come are sent, as far as the platform has turns at the provider.

    Returns how many were due.
    """
    due = system_mails_due(timezone.now(), SYSTEM_MAILS_PER_SWEEP)
    for mail_id in due:
        try:
            wait_s = deliver_system_mail(mail_id)
        except Exception as error:  # the rim: the row stays as it is, and the sweep comes back to it
            logger.error("system_mail_sweep_failed", id=str(mail_id), error=type(error).__name__)
            continue
        if wait_s:
            sweep_system_mail.apply_async(countdown=wait_s)
            break
    return len(due)
