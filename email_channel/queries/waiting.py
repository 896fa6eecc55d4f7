"""What work on mail waits, in and out, as SQL for one look at many schemas."""

from datetime import timedelta

from email_channel.enums import IntakeState, SendState

# A claim older than this belongs to a process that is gone: a parser is given 10 s, a provider 20 s.
CLAIM_LASTS = timedelta(seconds=45)
# A mail younger than this still has its own task on the way.
TASK_COMES_WITHIN = timedelta(seconds=5)
# The conditions of `incoming_to_take_in` and `deliveries_due`, for one look at many schemas (`fan_out`).
INCOMING_WAITS_SQL = (
    f"EXISTS (SELECT FROM {{schema}}.email_channel_incomingmail WHERE state = '{IntakeState.RECEIVED.value}'"
    f" AND (claimed_at IS NULL AND received_at < now() - interval '{TASK_COMES_WITHIN.total_seconds()} seconds'"
    f" OR claimed_at < now() - interval '{CLAIM_LASTS.total_seconds()} seconds'))"
)
DELIVERY_WAITS_SQL = (
    "EXISTS (SELECT FROM {schema}.email_channel_outgoingdelivery WHERE due_at <= now()"
    f" AND (state = '{SendState.QUEUED.value}' OR state = '{SendState.SENDING.value}'"
    f" AND claimed_at < now() - interval '{CLAIM_LASTS.total_seconds()} seconds'))"
)
# Seconds for which the oldest mail, in or out, waits longer than its row asks for (`hummdesk.health`). Mail that the
# provider has put off is not late: its row says when it is due. Nor is mail that came to us late and is in work.
MAIL_OVERDUE_SQL = (
    "SELECT extract(epoch FROM now() - least("
    "(SELECT min(coalesce(claimed_at, received_at)) FROM {schema}.email_channel_incomingmail"
    " WHERE state = 'received'),"
    " (SELECT min(due_at) FROM {schema}.email_channel_outgoingdelivery WHERE state IN ('queued', 'sending'))))::int"
)
