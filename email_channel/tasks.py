"""Mail's work in the background. The rows hold the truth; a task is a hint that a row waits."""

import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from email_channel.actions.answer_automatically import answer_automatically as answer
from email_channel.actions.answer_automatically import reply_by_template as reply
from email_channel.actions.ask_after_mail import ask_after_mail
from email_channel.actions.deliver_mail import deliver
from email_channel.actions.queue_notification_mail import queue_notification_mail
from email_channel.actions.take_in_mail import take_in_mail as take_in
from email_channel.queries import (
    DELIVERY_WAITS_SQL,
    INCOMING_WAITS_SQL,
    deliveries_due,
    deliveries_of,
    incoming_to_take_in,
)
from email_channel.queries.silent import SILENT_MAIL_SQL, silent_calls
from hummdesk.logs import logger
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task

BATCH_SIZE = 200
# Other work gets the worker's thread after this.
ASKING_S = 4.0


@account_task("email_channel.tasks.take_in_mail")
def take_in_mail(incoming_mail_id: str, **_rest: object) -> None:
    """A stored mail is looked into."""
    take_in(UUID(incoming_mail_id))


@account_task("email_channel.tasks.answer_automatically")
def answer_automatically(email_id: str, **_rest: object) -> None:
    """A mail is answered without a person, where nothing speaks against it."""
    answer(email_id=UUID(email_id))


@account_task("email_channel.tasks.reply_by_template")
def reply_by_template(conversation_id: str, template_id: str, rule_id: str, **_rest: object) -> None:
    """A rule's answer is on its way to the customer, where nothing speaks against it."""
    reply(conversation_id=UUID(conversation_id), template_id=UUID(template_id), rule_id=UUID(rule_id))


@account_task("email_channel.tasks.deliver_mail")
def deliver_mail(email_id: str, **_rest: object) -> None:
    """An outgoing mail is sent to all its recipients that are due, or at the account's next turn at the provider."""
    wait_s = max([deliver(delivery_id) for delivery_id in deliveries_of(UUID(email_id))], default=0.0)
    if wait_s:
        deliver_mail.apply_async(kwargs={"email_id": email_id}, countdown=wait_s)


@account_task("email_channel.tasks.mail_notifications")
def mail_notifications(event_seq: int, agent_id: str, notification_ids: list[str], **_rest: object) -> None:
    """An agent is sent what they were told and have not read."""
    ids = [UUID(one) for one in notification_ids]
    queue_notification_mail(event_seq=event_seq, agent_id=UUID(agent_id), notification_ids=ids)


@platform_task("email_channel.tasks.sweep_mail")
def sweep_mail() -> int:
    """Each account with mail that waits longer than it should gets a task; returns how many do."""
    return fan_out("email_channel.tasks.sweep_account_mail", f"{INCOMING_WAITS_SQL} OR {DELIVERY_WAITS_SQL}")


@account_task("email_channel.tasks.sweep_account_mail")
def sweep_account_mail() -> None:
    """The account's overdue mail, in and out, is worked on; one that fails does not hold up the next."""
    now = timezone.now()
    for incoming_mail_id in incoming_to_take_in(now, BATCH_SIZE):
        _work_on(take_in, incoming_mail_id)
    for delivery_id in deliveries_due(now, BATCH_SIZE):
        _work_on(deliver, delivery_id)


@platform_task("email_channel.tasks.sweep_silent_mail")
def sweep_silent_mail() -> int:
    """Each account with mail of which nobody tells whether it arrived gets a task; returns how many do."""
    return fan_out("email_channel.tasks.ask_after_silent_mail", SILENT_MAIL_SQL) if settings.RESEND_API_KEY else 0


@account_task("email_channel.tasks.ask_after_silent_mail")
def ask_after_silent_mail() -> None:
    """The account's silent mail is asked for at the provider, one after the other, as far as its turns go."""
    until = time.monotonic() + ASKING_S
    for provider_id in silent_calls(timezone.now(), BATCH_SIZE):
        if time.monotonic() > until:
            ask_after_silent_mail.apply_async()
            return
        if not ask_after_mail(provider_id):
            return


def _work_on(work: Callable[[UUID], object], id: UUID) -> None:
    try:
        work(id)
    except Exception as error:  # the rim: the row stays as it is, and the sweep comes back to it
        logger.error("mail_sweep_failed", work=work.__name__, id=str(id), error=type(error).__name__)
