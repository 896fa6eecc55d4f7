"""What happens to conversations by themselves. The rows hold the truth; a task is a hint that a row waits."""

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from conversations.actions.attach_files import purge_unused_uploads
from conversations.actions.attend_to import attend_to
from conversations.actions.deliver_webhook import MOST_ATTEMPTS, deliver_due_webhooks
from conversations.actions.gather_notification_mail import mail_unread_notifications
from conversations.actions.index_message import reindex_contacts, reindex_conversations, reindex_tag
from conversations.actions.keep_clocks import keep_clocks
from conversations.actions.keep_rule_timers import give_rule_timers as give_timers
from conversations.actions.make_thumbnail import make_thumbnail
from conversations.actions.notify import notify_of_event
from conversations.actions.purge_webhook_deliveries import purge_webhook_deliveries
from conversations.actions.reconcile_loads import reconcile_loads
from conversations.actions.release_reply import release_reply
from conversations.actions.ring_clocks import keep_lost_clocks, ring_clocks
from conversations.actions.route import drain_waiting
from conversations.actions.run_rule_timers import purge_rule_runs, run_rule_timers
from conversations.actions.try_rule import run_backtest
from conversations.actions.wake import wake_conversation
from conversations.queries.attachments import UNUSED_UPLOADS_SQL, images_without_thumbnail
from conversations.queries.loads import HAS_LOADS_SQL
from conversations.queries.messages import REPLY_IS_DUE_SQL, held_replies_due
from conversations.queries.notifications import NOTIFICATION_MAIL_IS_DUE_SQL
from conversations.queries.promises import CLOCK_RINGS_SQL, unfinished_after, unfinished_of_contacts
from conversations.queries.queue import QUEUE_MOVES_SQL
from conversations.queries.rule_timers import HAS_RULES_SQL, RULE_TIMER_DUE_SQL
from conversations.queries.timeline import SNOOZE_IS_OVER_SQL, ids_due_to_wake
from conversations.queries.webhooks import HAS_WEBHOOKS_SQL, WEBHOOK_DUE_SQL, release_late_deliveries
from hummdesk.broker import keep_hint, take_hint
from hummdesk.events.actor import Actor
from hummdesk.events.dispatcher import attend_hint
from hummdesk.events.queries import UNATTENDED_SQL, claim_events
from hummdesk.logs import logger
from hummdesk.tenancy.context import require_account_schema
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task

WOKEN_AT_ONCE = 500
RUNG_AT_ONCE = 500
PROMISED_AT_ONCE = 200
RELEASED_AT_ONCE = 200
# A worker holds a task until its time has come, and the broker gives it to another one after 10 minutes.
COUNTED_DOWN = timedelta(minutes=2)
# Later than the moment by what a clock's reading may be too early.
LATER_S = 0.05
THUMBNAILS_PER_MESSAGE = 50
# Then other accounts have their turn.
ATTENDED_AT_ONCE, ATTENDED_ROUNDS = 50, 50
PURGED_AT_ONCE = 1_000


@platform_task("conversations.tasks.wake_snoozed")
def wake_snoozed() -> int:
    """Each account with a conversation whose snooze is over gets a task; returns how many do."""
    return fan_out("conversations.tasks.wake_due_conversations", SNOOZE_IS_OVER_SQL)


@account_task("conversations.tasks.wake_due_conversations")
def wake_due_conversations() -> int:
    """The account's conversations whose snooze is over are open, each for itself; returns how many were woken."""
    due = ids_due_to_wake(timezone.now(), WOKEN_AT_ONCE)
    return sum(wake_conversation(conversation_id=conversation_id) for conversation_id in due)


@account_task("conversations.tasks.deliver_webhooks")
def deliver_webhooks() -> int:
    """Webhooks get what is due, for some seconds at most; returns how many calls were made."""
    return deliver_due_webhooks()


@platform_task("conversations.tasks.sweep_webhooks")
def sweep_webhooks() -> int:
    """Each account with a delivery that is due gets a task; returns how many do."""
    return fan_out("conversations.tasks.sweep_account_webhooks", WEBHOOK_DUE_SQL)


@account_task("conversations.tasks.sweep_account_webhooks")
def sweep_account_webhooks() -> int:
    """What a dead worker had claimed waits again, and what is due is brought; returns how many calls were made."""
    release_late_deliveries(MOST_ATTEMPTS)
    return deliver_due_webhooks()


@platform_task("conversations.tasks.purge_webhooks")
def purge_webhooks() -> int:
    """Each account that has webhooks gets a task; returns how many do."""
    return fan_out("conversations.tasks.purge_account_webhooks", HAS_WEBHOOKS_SQL)


@account_task("conversations.tasks.purge_account_webhooks")
def purge_account_webhooks() -> int:
    """The account's old deliveries are gone; returns how many."""
    return purge_webhook_deliveries()


@account_task("conversations.tasks.make_message_thumbnails")
def make_message_thumbnails(message_id: str, **_rest: object) -> int:
    """The first images of a message have thumbnails; returns how many were made. One query where there are none."""
    return sum(map(make_thumbnail, images_without_thumbnail(UUID(message_id), THUMBNAILS_PER_MESSAGE)))


@account_task("conversations.tasks.make_upload_thumbnail")
def make_upload_thumbnail(attachment_id: str, **_rest: object) -> bool:
    """An upload has its thumbnail, if it is an image; returns whether one was made."""
    return make_thumbnail(UUID(attachment_id))


@platform_task("conversations.tasks.purge_uploads")
def purge_uploads() -> int:
    """Each account with uploads that no message took within a day gets a task; returns how many do."""
    return fan_out("conversations.tasks.purge_account_uploads", UNUSED_UPLOADS_SQL)


@account_task("conversations.tasks.purge_account_uploads")
def purge_account_uploads() -> int:
    """The account's unused uploads are gone, the oldest first; returns how many went."""
    return purge_unused_uploads(PURGED_AT_ONCE)


@account_task("conversations.tasks.await_release")
def await_release(message_id: str, send_at: str, **_rest: object) -> None:
    """A held reply leaves when its time has come; what leaves much later is left to the sweep."""
    wait = datetime.fromisoformat(send_at) - timezone.now()
    if timedelta() < wait <= COUNTED_DOWN:
        release_held_reply.apply_async(kwargs={"message_id": message_id}, countdown=wait.total_seconds() + LATER_S)


@account_task("conversations.tasks.release_held_reply")
def release_held_reply(message_id: str) -> None:
    """A held reply leaves, unless it was taken back."""
    release_reply(message_id=UUID(message_id))


@platform_task("conversations.tasks.sweep_held_replies")
def sweep_held_replies() -> int:
    """Each account with a held reply whose time has come gets a task; returns how many do."""
    return fan_out("conversations.tasks.release_due_replies", REPLY_IS_DUE_SQL)


@account_task("conversations.tasks.release_due_replies")
def release_due_replies() -> int:
    """The account's replies whose time has come leave, each for itself; returns how many did."""
    return sum(map(_released, held_replies_due(timezone.now(), RELEASED_AT_ONCE)))


def _released(message_id: UUID) -> bool:
    try:
        return release_reply(message_id=message_id)
    except Exception as error:  # the rim: the reply stays held, the next one leaves, and the sweep comes back to it
        logger.error("reply_release_failed", message_id=str(message_id), error=type(error).__name__)
        return False


@account_task("conversations.tasks.index_conversations")
def index_conversations(
    conversation_id: str,
    into_id: str | None = None,
    new_conversation_id: str | None = None,
    from_id: str | None = None,
    **_rest: object,
) -> int:
    """These conversations are found by their subject, tags and names of now; returns how many messages they have."""
    ids = [UUID(one) for one in (conversation_id, into_id, new_conversation_id, from_id) if one]
    return reindex_conversations(conversation_ids=ids)


@account_task("conversations.tasks.index_contacts")
def index_contacts(contact_id: str, into_id: str | None = None, from_id: str | None = None, **_rest: object) -> int:
    """What these contacts have to do with is found by their names of now; returns how many messages that is."""
    return reindex_contacts(contact_ids=[UUID(one) for one in (contact_id, into_id, from_id) if one])


@account_task("conversations.tasks.index_tag")
def index_tag(name_before: str, **_rest: object) -> int:
    """Nothing is found by a name that a tag had before; returns how many messages were looked at."""
    return reindex_tag(name_before=name_before)


@account_task("conversations.tasks.notify_agents")
def notify_agents(event_seq: int, **_rest: object) -> int:
    """Whoever is to know of this event has a notification; returns how many were added now."""
    return notify_of_event(event_seq=event_seq)


@platform_task("conversations.tasks.watch_promises")
def watch_promises() -> int:
    """Each account with a clock whose moment has come gets a task; returns how many do."""
    return fan_out("conversations.tasks.look_at_promises", CLOCK_RINGS_SQL)


@account_task("conversations.tasks.look_at_promises")
def look_at_promises() -> int:
    """The account's promises that are near are warned of, and those that are broken marked; returns how many."""
    rung = 0
    while count := ring_clocks(RUNG_AT_ONCE):
        rung += count
        if count < RUNG_AT_ONCE:
            break
    keep_lost_clocks()
    return rung


@account_task("conversations.tasks.apply_promises")
def apply_promises(after: str | None = None, **_rest: object) -> int:
    """Unfinished conversations are promised what policies and hours say now; returns how many differed.

    A batch, and then another task for those that follow `after` in the order of their ids.
    """
    ids = unfinished_after(UUID(after) if after else None, PROMISED_AT_ONCE)
    differing = sum(keep_clocks(conversation_id=conversation_id) for conversation_id in ids)
    if len(ids) == PROMISED_AT_ONCE:
        apply_promises.apply_async(kwargs={"after": str(ids[-1])})
    return differing


@account_task("conversations.tasks.promise_team")
def promise_team(changed: list[str], **_rest: object) -> int:
    """A team's other policy is promised, if it is that which changed; returns how many conversations differed."""
    return apply_promises() if "sla_policy_id" in changed else 0


@account_task("conversations.tasks.promise_contacts")
def promise_contacts(contact_id: str, into_id: str | None = None, from_id: str | None = None, **_rest: object) -> int:
    """Unfinished conversations of these contacts are promised what their company's policy says; returns how many."""
    contact_ids = [UUID(one) for one in (contact_id, into_id, from_id) if one]
    ids = unfinished_of_contacts(contact_ids, PROMISED_AT_ONCE)
    return sum(keep_clocks(conversation_id=conversation_id) for conversation_id in ids)


@platform_task("conversations.tasks.sweep_unattended")
def sweep_unattended() -> int:
    """Each account with events that nobody attends to gets a task; returns how many do."""
    return fan_out("conversations.tasks.attend", UNATTENDED_SQL)


@account_task("conversations.tasks.attend")
def attend() -> int:
    """What follows by itself from the events that wait has happened; returns how many there were.

    One task serves all of them, and those that come meanwhile: `ATTEND_GATHERS_S` after some it looks for more, and
    until then nobody else is told of them. A conversation that begins is attended to once, with its
    ConversationOpened, which stands for its first MessageReceived, too.
    """
    hint, attended = attend_hint(require_account_schema()), 0
    for _round in range(ATTENDED_ROUNDS):
        take_hint(hint)
        events = claim_events(ATTENDED_AT_ONCE)
        if not events:
            return attended
        keep_hint(hint)
        attended += attend_to(events)
        time.sleep(settings.ATTEND_GATHERS_S)
    attend.apply_async()
    return attended


@account_task("conversations.tasks.give_rule_timers")
def give_rule_timers(rule_id: str, **_rest: object) -> int:
    """A rule of time waits for what lasts already; returns how many conversations were looked at."""
    return give_timers(UUID(rule_id))


@account_task("conversations.tasks.backtest_rule")
def backtest_rule(rule_id: str, **_rest: object) -> bool:
    """A rule has been tried on what has happened; returns whether this was the one to do it."""
    return run_backtest(UUID(rule_id))


@platform_task("conversations.tasks.sweep_rule_timers")
def sweep_rule_timers() -> int:
    """Each account where a rule's time has come gets a task; returns how many do."""
    return fan_out("conversations.tasks.run_due_rule_timers", RULE_TIMER_DUE_SQL)


@account_task("conversations.tasks.run_due_rule_timers")
def run_due_rule_timers() -> int:
    """The account's rules whose time has come have acted; returns how many timers are done with."""
    return run_rule_timers()


@platform_task("conversations.tasks.purge_rules")
def purge_rules() -> int:
    """Each account that has rules, or their log, gets a task; returns how many do."""
    return fan_out("conversations.tasks.purge_account_rules", HAS_RULES_SQL)


@account_task("conversations.tasks.purge_account_rules")
def purge_account_rules() -> int:
    """What the log of rules need not keep is gone; returns how many rows."""
    return purge_rule_runs()


@platform_task("conversations.tasks.sweep_queues")
def sweep_queues() -> int:
    """Each account where somebody waits whom somebody has room for gets a task; returns how many do."""
    return fan_out("conversations.tasks.drain_queues", QUEUE_MOVES_SQL)


@account_task("conversations.tasks.drain_queues")
def drain_queues(**_rest: object) -> int:
    """Whoever waits and can be given to somebody has an agent; returns how many were given."""
    return drain_waiting()


@platform_task("conversations.tasks.reconcile_all_loads")
def reconcile_all_loads() -> int:
    """Each account with agents gets a task that counts their loads; returns how many do."""
    return fan_out("conversations.tasks.reconcile_account_loads", HAS_LOADS_SQL)


@account_task("conversations.tasks.reconcile_account_loads")
def reconcile_account_loads() -> int:
    """The account's loads are what its agents have in hand; returns how many were not."""
    return len(reconcile_loads(actor=Actor.system()))


@platform_task("conversations.tasks.watch_unread_notifications")
def watch_unread_notifications() -> int:
    """Each account with notifications that are to go by mail gets a task; returns how many do."""
    return fan_out("conversations.tasks.mail_notified_agents", NOTIFICATION_MAIL_IS_DUE_SQL)


@account_task("conversations.tasks.mail_notified_agents")
def mail_notified_agents() -> int:
    """The account's agents are to have mail of what they have not read; returns how many."""
    return mail_unread_notifications()
