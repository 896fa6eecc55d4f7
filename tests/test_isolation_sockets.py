"""No socket tells an account of another's: every route of the WebSockets is opened, by everybody who must not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.test import Client

from accounts.models import Account
from hummdesk.asgi import application
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from hummdesk.live.nudges import wake_sockets
from hummdesk.tenancy.context import account_context, platform_context
from tests.fixtures.cast import sign_in
from tests.routes import Route, route_of
from tests.scene import Scene, make_scene

WAIT_S = 10
SIGNED_OUT, FORBIDDEN, NOT_FOUND = 4401, 4403, 4404


def socket_routes() -> list[Route]:
    router = application.application_mapping["websocket"]
    while not isinstance(router, URLRouter):
        router = router.inner
    return [route_of("sockets", str(pattern.pattern), pattern) for pattern in router.routes]


@pytest.fixture
def scenes(committed: None) -> Iterator[tuple[Scene, Scene]]:
    with platform_context():
        nordhem = make_scene(Account.objects.get(slug="nordhem"), more_conversations=3)
        yield make_scene(Account.objects.get(slug="acme")), nordhem


@pytest.fixture
def ours(scenes: tuple[Scene, Scene]) -> Scene:
    return scenes[0]


@pytest.fixture
def theirs(scenes: tuple[Scene, Scene]) -> Scene:
    return scenes[1]


@pytest.fixture
def cookies(ours: Scene, theirs: Scene) -> dict[str, str]:
    """The Cookie header of each of those who open a socket at acme's host."""
    people = {
        "nobody": (None, None),
        "stranger with a session of their own account": (theirs.agent, theirs.account),
        "stranger with a session of this host": (theirs.agent, ours.account),
        "member": (ours.admin, ours.account),
    }
    found = {}
    for who, (user, place) in people.items():
        client = Client()
        if user:
            sign_in(client, user, place)
        found[who] = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return found


def socket(url: str, cookie: str, *, origin: str = "http://acme.localhost") -> Any:
    headers = [(b"host", b"acme.localhost"), (b"origin", origin.encode()), (b"cookie", cookie.encode())]
    scope = {"type": "websocket", "path": url, "query_string": b"format=json", "headers": headers, "subprotocols": []}
    return ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]


async def opened(communicator: Any) -> None:
    """The handshake is done; a refusal comes after it, so that browsers can read its code."""
    await communicator.send_input({"type": "websocket.connect"})
    assert (await communicator.receive_output(WAIT_S))["type"] == "websocket.accept"


async def close_code(communicator: Any) -> int:
    """Return the code with which the socket was closed before it said anything."""
    await opened(communicator)
    said = await communicator.receive_output(WAIT_S)
    assert said["type"] == "websocket.close", said
    return int(said["code"])


async def heard_by(communicator: Any) -> Any:
    return json.loads((await communicator.receive_output(WAIT_S))["text"])


STRANGERS = {
    "nobody": {SIGNED_OUT},
    "stranger with a session of their own account": {SIGNED_OUT},
    "stranger with a session of this host": {FORBIDDEN},
}


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("route", socket_routes(), ids=str)
async def test_stranger_is_closed_out(route: Route, who: str, ours: Scene, cookies: dict[str, str]) -> None:
    communicator = socket(route.url(ours), cookies[who])

    assert await close_code(communicator) in STRANGERS[who]


@pytest.mark.parametrize("route", [route for route in socket_routes() if route.converters], ids=str)
async def test_member_cannot_listen_to_another_accounts_row(
    route: Route, theirs: Scene, cookies: dict[str, str]
) -> None:
    assert await close_code(socket(route.url(theirs), cookies["member"])) == NOT_FOUND


@pytest.mark.parametrize("route", socket_routes(), ids=str)
async def test_page_of_another_host_cannot_open_a_members_socket(
    route: Route, ours: Scene, cookies: dict[str, str]
) -> None:
    communicator = socket(route.url(ours), cookies["member"], origin="http://nordhem.localhost")

    assert await close_code(communicator) == FORBIDDEN


@pytest.mark.parametrize("route", socket_routes(), ids=str)
async def test_member_hears_only_of_the_own_account(
    route: Route, ours: Scene, theirs: Scene, cookies: dict[str, str]
) -> None:
    communicator = socket(route.url(ours), cookies["member"])
    await opened(communicator)
    await communicator.send_input({"type": "websocket.receive", "text": '{"type": "ping"}'})
    answer = await heard_by(communicator)

    for scene in (theirs, ours):
        await sync_to_async(log_change)(theirs.account, scene.ids["Conversation"])
    is_silent = await communicator.receive_nothing(timeout=0.5)
    await sync_to_async(log_change)(ours.account, ours.ids["Conversation"])
    heard = await heard_by(communicator)
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait()

    assert answer == {"type": "pong"}
    assert is_silent
    assert heard["conversation_id"] == str(ours.ids["Conversation"])


def log_change(account: Account, conversation_id: object) -> None:
    """The account's log says that a conversation has changed, whosoever it is."""
    data = {"conversation_id": str(conversation_id), "status": "pending"}
    with account_context(account):
        LoggedEvent.objects.create(type="ConversationStatusChanged", actor_kind=ActorKind.SYSTEM, data=data)
    wake_sockets(account.schema_name)
