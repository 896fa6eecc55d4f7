"""Figures that are kept in the background."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.actions.note_usage import note_usage
from analytics.actions.answer_survey import score_anew
from analytics.actions.ask_customer import ask_customer as ask
from analytics.actions.measure import measure_first_response as measure
from analytics.queries import usage_on
from analytics.queries.surveys import HAS_SCORES_SQL, SURVEY_WAITS_SQL, rated_agents, surveys_due
from hummdesk.logs import logger
from hummdesk.tenancy.context import require_account_schema
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task

BATCH_SIZE = 100


@account_task("analytics.tasks.measure_first_response")
def measure_first_response(conversation_id: str, message_id: str, event_seq: int, **_rest: object) -> None:
    """A reply that was the first one is measured."""
    measure(conversation_id=UUID(conversation_id), message_id=UUID(message_id), event_seq=event_seq)


@platform_task("analytics.tasks.roll_up_usage")
def roll_up_usage() -> int:
    """Each account that was busy since yesterday gets a task; returns how many were."""
    return fan_out(
        "analytics.tasks.roll_up_account_usage",
        "EXISTS (SELECT FROM {schema}.conversations_message WHERE created_at > now() - interval '2 days')",
    )


@account_task("analytics.tasks.roll_up_account_usage")
def roll_up_account_usage() -> None:
    """The platform knows what the account did yesterday and today (UTC)."""
    schema = require_account_schema()
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=1), today):
        _roll_up(schema, day)


def _roll_up(schema: str, day: date) -> None:
    usage = usage_on(day)
    note_usage(
        schema_name=schema,
        day=day,
        conversation_count=usage.conversation_count,
        message_count=usage.message_count,
        active_agent_count=usage.active_agent_count,
    )


@platform_task("analytics.tasks.sweep_surveys")
def sweep_surveys() -> int:
    """Each account with a survey whose time has come gets a task; returns how many do."""
    return fan_out("analytics.tasks.send_due_surveys", SURVEY_WAITS_SQL)


@account_task("analytics.tasks.send_due_surveys")
def send_due_surveys() -> None:
    """Customers of the account are asked whose time has come; one that fails does not hold up the next."""
    for survey_id in surveys_due(timezone.now(), BATCH_SIZE):
        try:
            ask(survey_id=survey_id)
        except Exception as error:  # the rim: the row stays as it is, and the sweep comes back to it
            logger.error("survey_failed", survey_id=str(survey_id), error=type(error).__name__)


@platform_task("analytics.tasks.age_scores")
def age_scores() -> int:
    """Each account whose agents have scores gets a task; returns how many do."""
    return fan_out("analytics.tasks.age_account_scores", HAS_SCORES_SQL)


@account_task("analytics.tasks.age_account_scores")
def age_account_scores() -> None:
    """Answers that are older than 90 days count no more."""
    for agent_id in rated_agents():
        score_anew(agent_id=agent_id)
