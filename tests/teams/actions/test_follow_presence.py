from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone
from redis import Redis

from accounts.models import Account, User
from hummdesk.events.models import LoggedEvent
from hummdesk.live.here import seen_at
from hummdesk.live.store import SEEN, live_key
from hummdesk.tenancy.context import platform_context
from teams.access import Viewer
from teams.actions.follow_presence import AWAY_AFTER, come_back, follow_presence
from teams.actions.set_agent_status import set_agent_status
from teams.enums import AgentStatus
from teams.models import Agent
from teams.tasks import watch_presence
from tests.factories import agent_of, make_agent
from tests.fixtures.live import Listen, is_listening
from tests.fixtures.work import RunTasks

NOW = timezone.now()
HOUR_AGO = NOW - timedelta(hours=1)


def online() -> Agent:
    return make_agent(status="online", status_at=HOUR_AGO)


def status_of(agent: Agent) -> tuple[str, bool]:
    agent.refresh_from_db()
    return agent.status, agent.is_away_by_itself


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("ago", "status"), [(timedelta(), "online"), (AWAY_AFTER / 2, "online"), (AWAY_AFTER, "away")]
)
def test_who_is_gone_for_five_minutes_is_away(ago: timedelta, status: str) -> None:
    ana = online()

    follow_presence(seen={ana.pk: NOW - ago}, now=NOW)

    assert status_of(ana) == (status, status == "away")


@pytest.mark.usefixtures("acme")
def test_who_went_away_by_themselves_is_online_with_the_next_socket() -> None:
    ana = online()
    follow_presence(seen={ana.pk: NOW - AWAY_AFTER}, now=NOW)

    assert come_back(agent_id=ana.pk)
    assert not come_back(agent_id=ana.pk)

    assert status_of(ana) == ("online", False)
    told = LoggedEvent.objects.filter(type="AgentStatusChanged").order_by("seq")
    assert [(one.data["status"], one.actor_kind) for one in told] == [("away", "system"), ("online", "system")]


@pytest.mark.usefixtures("acme")
def test_socket_that_nobody_told_of_brings_them_back_too() -> None:
    ana = online()
    follow_presence(seen={ana.pk: NOW - AWAY_AFTER}, now=NOW)
    later = timezone.now() + timedelta(seconds=30)

    follow_presence(seen={ana.pk: later}, now=later)

    assert status_of(ana) == ("online", False)


@pytest.mark.parametrize("status", [AgentStatus.AWAY, AgentStatus.BUSY, AgentStatus.OFFLINE])
def test_status_by_hand_stays_whatever_sockets_say(managing: Viewer, status: AgentStatus) -> None:
    ana = online()
    follow_presence(seen={ana.pk: NOW - AWAY_AFTER}, now=NOW)
    set_agent_status(agent_id=ana.pk, status=status, actor=managing.actor)
    later = timezone.now() + timedelta(hours=1)

    for seen in (later, later - AWAY_AFTER):
        follow_presence(seen={ana.pk: seen}, now=later)
    come_back(agent_id=ana.pk)

    assert status_of(ana) == (status, False)


@pytest.mark.usefixtures("acme")
def test_who_was_never_there_since_they_went_online_stays_online() -> None:
    never, before = online(), online()

    changed = follow_presence(seen={before.pk: HOUR_AGO - timedelta(days=1)}, now=NOW)

    assert (changed, status_of(never), status_of(before)) == (0, ("online", False), ("online", False))


def test_task_asks_what_the_sockets_left(acme: Account, run_tasks: RunTasks) -> None:
    ana = online()
    with Redis.from_url(settings.REDIS_URL) as client:
        client.hset(live_key(acme.schema_name, SEEN), str(ana.pk), (NOW - AWAY_AFTER * 2).timestamp())

    with platform_context():
        assert watch_presence() == 1
    run_tasks()

    assert status_of(ana) == ("away", True)


def test_socket_is_seen_and_ends_the_absence(listen: Listen, acme: Account, agent: User) -> None:
    own: UUID = agent_of(agent).pk
    Agent.objects.filter(pk=own).update(status="away", is_away_by_itself=True)

    with listen(agent) as socket:
        assert is_listening(socket)

    assert status_of(Agent.objects.get(pk=own)) == ("online", False)
    assert timezone.now() - seen_at(acme.schema_name)[own] < timedelta(minutes=1)
