"""What sockets do while Redis is away, and afterwards."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from accounts.models import Account, User
from conversations.live.room import TICK_S
from hummdesk.embedded import redis as embedded
from hummdesk.embedded.ports import free_port
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from tests.factories import make_conversation
from tests.fixtures.live import Listen, is_listening, next_event, web_process

StartRedis = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def own_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StartRedis]:
    """A Redis that web processes of this test use; it can be killed and started again."""
    port = free_port()
    started: list[subprocess.Popen[bytes]] = []
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")

    def start() -> subprocess.Popen[bytes]:
        command = [embedded._server_binary(), "--port", str(port), "--dir", str(tmp_path), "--save", ""]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        started.append(process)
        _wait_for(port)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    with Redis(port=port) as client:
        for _attempt in range(100):
            try:
                client.ping()
            except RedisError:
                time.sleep(0.05)
            else:
                return
    raise TimeoutError("Redis did not start.")


def test_sockets_outlive_redis(
    own_redis: StartRedis, listen: Listen, acme: Account, admin: User, leader: User
) -> None:
    conversation = make_conversation()
    data = {"conversation_id": str(conversation.id), "status": "pending"}
    path = f"/ws/conversations/{conversation.id}?format=json"
    redis = own_redis()

    with web_process() as (server, _process), listen(admin, path, server=server) as one:
        assert is_listening(one)
        redis.kill()
        redis.wait()
        row = LoggedEvent.objects.create(type="ConversationStatusChanged", actor_kind=ActorKind.SYSTEM, data=data)
        late = next_event(one, "conversation.updated", timeout_s=2 * TICK_S)
        with listen(leader, path, server=server) as other:
            assert is_listening(other)
            own_redis()
            one.send('{"type": "presence", "state": "viewing"}')
            seen = next_event(other, "presence", timeout_s=3 * TICK_S)

    assert late["seq"] == row.seq
    assert [agent["id"] for agent in seen["data"]["agents"]] == [str(admin.id)]
