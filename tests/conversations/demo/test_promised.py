from datetime import timedelta

from conversations.demo.promised import promise_demo_times
from conversations.enums import MessageKind, Status
from conversations.models import SlaClock
from hummdesk.events.queries import last_seq
from tests.conversations.promised import FIRST, RESOLUTION
from tests.factories import make_agent, make_conversation, make_message
from tests.fixtures.moving import MovedClock


def test_newest_conversations_have_clocks_and_nothing_happens(clock: MovedClock) -> None:
    now, agent, seq = clock.at + timedelta(hours=6), make_agent(), last_seq()
    made = [make_conversation(created_at=clock.at + timedelta(hours=hours)) for hours in (0, 2.5, 5)]
    for conversation in made:
        make_message(conversation, created_at=conversation.created_at)
    make_message(made[2], kind=MessageKind.REPLY, agent=agent, created_at=now)
    make_conversation(created_at=clock.at, status=Status.RESOLVED)
    make_conversation(created_at=clock.at - timedelta(days=10))

    assert promise_demo_times(now) == 3
    assert promise_demo_times(now) == 0

    late, warned, answered = [SlaClock.objects.get(conversation=one, kind=FIRST) for one in made]
    assert (late.breached_at, late.next_look_at) == (late.due_at, None)
    assert (warned.warned_at is not None, warned.breached_at) == (True, None)
    assert answered.stopped_at == now
    assert SlaClock.objects.filter(kind=RESOLUTION).count() == 3
    made[0].refresh_from_db()
    assert made[0].sla_breached_at == made[0].sla_due_at == late.due_at
    assert last_seq() == seq
