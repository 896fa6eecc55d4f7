"""What must survive: a crash between commit and dispatch, and a Redis that is down. Both for real."""

import os
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from conversations.models import Conversation, Message
from hummdesk.embedded.ports import free_port
from hummdesk.environment import PROJECT_ROOT
from hummdesk.events.models import LoggedEvent
from hummdesk.events.tasks import sweep_account_events, sweep_events
from hummdesk.tenancy.context import account_context, platform_context
from tests.factories import make_conversation, make_mailbox
from tests.fixtures.work import RunTasks
from tests.settings import RUN_NAME

TIMEOUT_S = 60
SEND_A_REPLY = """
    from accounts.models import Account, Membership
    from conversations.actions.write_message import send_reply
    from hummdesk.tenancy.context import account_context
    from teams.access import viewer_of
    account = Account.objects.get(slug="acme")
    membership = Membership.objects.get(account=account, user__email="admin@acme.example")
    with account_context(account):
        send_reply(viewer=viewer_of(membership), conversation_id={id}, body_text="Written before the crash")
    print("committed")
"""


@pytest.fixture
def conversation(acme: Account, committed: None) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


def in_another_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of the product on the test database."""
    server, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    setup = "import django; django.setup()\n"
    return subprocess.run(
        [sys.executable, "-c", setup + textwrap.dedent(code)],
        cwd=PROJECT_ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": f"{server}/{RUN_NAME}",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def undispatched() -> list[str]:
    return list(LoggedEvent.objects.filter(dispatched_at=None).order_by("seq").values_list("type", flat=True))


def age(seconds: int) -> None:
    LoggedEvent.objects.filter(dispatched_at=None).update(at=timezone.now() - timedelta(seconds=seconds))


def test_events_are_dispatched_when_the_action_commits(conversation: Conversation) -> None:
    done = in_another_process(SEND_A_REPLY.format(id=conversation.display_id))

    assert "committed" in done.stdout, done.stderr
    assert undispatched() == []


def test_kill_between_commit_and_dispatch_loses_nothing(conversation: Conversation, run_tasks: RunTasks) -> None:
    die_before_dispatch = """
        import os, signal
        import hummdesk.events.dispatcher as dispatcher
        dispatcher.dispatch = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = in_another_process(
        textwrap.dedent(die_before_dispatch) + textwrap.dedent(SEND_A_REPLY.format(id=conversation.display_id))
    )

    assert killed.returncode == -9
    assert undispatched() == ["ReplyWritten", "ReplySent", "MailQueued"]
    assert Message.objects.filter(body_text="Written before the crash").exists()

    age(seconds=10)
    with platform_context():
        accounts_swept = sweep_events()
    ran = run_tasks()

    assert accounts_swept == 1
    assert undispatched() == []
    assert "email_channel.tasks.deliver_mail" in ran
    assert Message.objects.get(body_text="Written before the crash").delivery_state == "sent"


def test_database_that_ends_after_the_commit_fails_nobody(conversation: Conversation) -> None:
    fail_before_dispatch = """
        from django.db import connection
        import hummdesk.events.dispatcher as dispatcher
        def fail(*_given):
            raise connection.Database.OperationalError("terminating connection")
        dispatcher.dispatch = fail
    """

    done = in_another_process(
        textwrap.dedent(fail_before_dispatch) + textwrap.dedent(SEND_A_REPLY.format(id=conversation.display_id))
    )

    assert "committed" in done.stdout, done.stderr
    assert undispatched() == ["ReplyWritten", "ReplySent", "MailQueued"]


@pytest.mark.timeout(60)
def test_redis_that_is_down_at_commit_loses_nothing(conversation: Conversation, run_tasks: RunTasks) -> None:
    nobody_there = f"redis://127.0.0.1:{free_port()}/0"

    done = in_another_process(SEND_A_REPLY.format(id=conversation.display_id), REDIS_URL=nobody_there)

    assert "committed" in done.stdout, done.stderr
    assert undispatched() == ["ReplyWritten", "ReplySent", "MailQueued"]

    age(seconds=10)
    sweep_account_events()
    run_tasks()

    assert undispatched() == []
    assert Message.objects.get(body_text="Written before the crash").delivery_state == "sent"


def test_sweep_leaves_young_events_to_those_who_committed_them(conversation: Conversation) -> None:
    LoggedEvent.objects.create(type="NoteAdded", actor_kind="system")

    assert sweep_account_events() == 0
    assert undispatched() == ["NoteAdded"]


def test_sweep_visits_only_accounts_that_have_work(
    conversation: Conversation, acme: Account, nordhem: Account
) -> None:
    with account_context(nordhem):
        LoggedEvent.objects.create(type="NoteAdded", actor_kind="system", at=timezone.now() - timedelta(seconds=10))

    with platform_context():
        assert sweep_events() == 1
