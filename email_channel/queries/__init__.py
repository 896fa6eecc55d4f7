"""Which mail there is, and what waits; each file holds what one kind of caller asks."""

from email_channel.queries.deliveries import (
    call_of,
    deliveries_due,
    deliveries_of,
    deliveries_to,
    deliveries_with_provider_id,
    lock_reply_of,
    same_call,
    sent_mails_with_ids,
    worst_state,
)
from email_channel.queries.intake import incoming_to_take_in
from email_channel.queries.mailboxes import active_mailboxes, mailbox_of, mailbox_with, without_mailboxes
from email_channel.queries.mails import (
    MESSAGE_ID_MAX_LENGTH,
    customer_has_written,
    kept_mail_of,
    lock_mail,
    mail_of_message,
    thread_of,
)
from email_channel.queries.suppressions import suppressions_of
from email_channel.queries.waiting import (
    CLAIM_LASTS,
    DELIVERY_WAITS_SQL,
    INCOMING_WAITS_SQL,
    MAIL_OVERDUE_SQL,
    TASK_COMES_WITHIN,
)

__all__ = [
    "CLAIM_LASTS",
    "DELIVERY_WAITS_SQL",
    "INCOMING_WAITS_SQL",
    "MAIL_OVERDUE_SQL",
    "MESSAGE_ID_MAX_LENGTH",
    "TASK_COMES_WITHIN",
    "active_mailboxes",
    "call_of",
    "customer_has_written",
    "deliveries_due",
    "deliveries_of",
    "deliveries_to",
    "deliveries_with_provider_id",
    "incoming_to_take_in",
    "kept_mail_of",
    "lock_mail",
    "lock_reply_of",
    "mail_of_message",
    "mailbox_of",
    "mailbox_with",
    "same_call",
    "sent_mails_with_ids",
    "suppressions_of",
    "thread_of",
    "without_mailboxes",
    "worst_state",
]
