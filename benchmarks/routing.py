"""The router: one decision, and a thousand at once, in a team of 200 agents with languages, skills and scores.

One decision is what follows from the event of a new conversation, with 10,000 others in the account; draining is what
one task does with the queue, all events, loads and explanations among it.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.create_account import create_account
from accounts.models import User
from benchmarks.measuring import HEADER, Measure, measure, table
from conversations.actions.route import drain_waiting, route_after_event
from conversations.enums import Status
from conversations.models import Category, CategorySkill, Contact, Conversation, RoutingDecision
from hummdesk.tenancy.context import account_context
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import Agent, AgentLoad, AgentSkill, Skill, Team, TeamMember

AGENTS, CAPACITY, WAITING, OTHERS, DECISIONS = 200, 20, 1_000, 10_000, 100
GOAL_DECISION_MS, GOAL_DRAIN_S = 15, 10
LANGUAGES = ("fi", "sv", "en")


def run(_conversations: int, output: Path) -> None:
    """The figures are printed and written to `output`."""
    call_command("migrate_accounts", verbosity=0)
    account = create_account(name="Bench", slug="bench-routing")
    with account_context(account):
        team, categories = _team()
        _conversations_of(team, categories, OTHERS, status=Status.RESOLVED, resolved_at=timezone.now())
        _analyze()
        nothing = measure("nothing to route", _nothing(), runs=DECISIONS)
        measures = [_one(team, categories, number) for number in (0, WAITING)]
        drained_s, given = _drain(team, categories)
        size_bytes = _bytes_of_a_decision()
    print(table([HEADER, *(one.as_row() for one in [nothing, *measures])]))
    print(f"{given} of {WAITING} waiting given in {drained_s:.1f} s (goal {GOAL_DRAIN_S})")
    print(f"a decision of {AGENTS} candidates takes {size_bytes} bytes")
    figures = {
        "measures": [asdict(one) for one in [nothing, *measures]],
        "drained_s": drained_s,
        "given": given,
        "decision_bytes": size_bytes,
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2))


def _team() -> tuple[Team, Sequence[Category]]:
    """Return a team of 200, of whom half are online, and the categories it serves; one of them asks for a skill."""
    dice = random.Random(1)
    users = User.objects.bulk_create(
        User(email=f"agent{number}@bench.example", name=f"Agent {number}") for number in range(AGENTS)
    )
    agents = Agent.objects.bulk_create(
        Agent(
            user=user,
            name=user.name,
            email=user.email,
            status=AgentStatus.ONLINE if number % 2 else AgentStatus.AWAY,
            max_capacity=CAPACITY,
            languages=dice.sample(LANGUAGES, 2),
            csat_score=round(dice.uniform(3, 5), 2),
        )
        for number, user in enumerate(users)
    )
    AgentLoad.objects.bulk_create(AgentLoad(agent=agent) for agent in agents)
    team = Team.objects.create(name="Bench", slug="bench", routing=RoutingStrategy.LEAST_LOADED, is_sticky=True)
    TeamMember.objects.bulk_create(TeamMember(team=team, agent=agent) for agent in agents)
    skill = Skill.objects.create(name="Warranty")
    AgentSkill.objects.bulk_create(AgentSkill(agent=agent, skill=skill, level=3) for agent in agents[::3])
    categories = list(Category.objects.all()[:3])
    CategorySkill.objects.create(category=categories[0], skill=skill, min_level=2)
    return team, categories


def _conversations_of(
    team: Team, categories: Sequence[Category], number: int, **fields: object
) -> Sequence[Conversation]:
    dice, now = random.Random(number), timezone.now()
    contacts = Contact.objects.bulk_create(
        Contact(name=f"Customer {one}", email=f"c{one}-{number}@customers.example") for one in range(number)
    )
    return Conversation.objects.bulk_create(
        Conversation(
            contact=contact,
            subject="Where is it?",
            team=team,
            category=dice.choice([None, *categories]),
            language=dice.choice(["", *LANGUAGES]),
            waiting_since=now - timedelta(seconds=dice.randrange(3600)),
            **fields,
        )
        for contact in contacts
    )


def _nothing() -> Callable[[int], object]:
    conversation = Conversation.objects.filter(status=Status.RESOLVED)[0]
    return lambda _number: route_after_event(conversation.id, {})


def _one(team: Team, categories: Sequence[Category], stuck: int) -> Measure:
    """Return how long one decision takes beside so many that wait for a language that nobody speaks."""
    if stuck:
        for conversation in _conversations_of(team, categories, stuck):
            conversation.language = "de"
            conversation.save(update_fields=["language"])
        _analyze()
    fresh = iter(_conversations_of(team, categories, DECISIONS + 13, status=Status.SNOOZED))

    def decide(_number: int) -> None:
        conversation = next(fresh)
        Conversation.objects.filter(id=conversation.id).update(status=Status.OPEN)
        started.append(time.perf_counter())
        route_after_event(conversation.id, {})
        took.append(time.perf_counter() - started[-1])

    started: list[float] = []
    took: list[float] = []
    name = f"one decision, {stuck} others wait"
    found = measure(name, decide, runs=DECISIONS, goal=f"≤ {GOAL_DECISION_MS}")
    took = sorted(1_000 * one for one in took[3:])
    with CaptureQueriesContext(connection) as queries:
        decide(0)
    return replace(found, p50_ms=took[len(took) // 2], p95_ms=took[int(len(took) * 0.95)], statements=len(queries) - 1)


def _drain(team: Team, categories: Sequence[Category]) -> tuple[float, int]:
    Conversation.objects.filter(team=team, status=Status.OPEN).delete()
    _conversations_of(team, categories, WAITING)
    _analyze()
    start = time.perf_counter()
    given = drain_waiting()
    return time.perf_counter() - start, given


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _bytes_of_a_decision() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT avg(pg_column_size(reason))::int FROM {RoutingDecision._meta.db_table}")
        return int(cursor.fetchall()[0][0])
