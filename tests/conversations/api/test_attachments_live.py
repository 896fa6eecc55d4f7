"""Files through the web server itself, where Django's test client would not show how they are streamed."""

import os

import httpx
import pytest

from accounts.models import Account, User
from tests.fixtures.cast import access_token
from tests.fixtures.live import LiveServer

CONTENT = os.urandom(1024 * 1024) * 6


@pytest.mark.parametrize("account", ["acme", ""])
def test_a_large_file_comes_back_as_it_went(
    committed: None, live: LiveServer, acme: Account, agent: User, account: str
) -> None:
    host = {"Host": live.url("", account=account).removeprefix("http://")}
    headers = {"Authorization": f"Bearer {access_token(agent, acme)}", **host}
    with httpx.Client(base_url=f"http://127.0.0.1:{live.port}", headers=headers) as client:
        uploaded = client.post("/api/v1/attachments", files={"file": ("a.bin", CONTENT, "text/html")})
        url = client.get(f"/api/v1/attachments/{uploaded.json()['id']}").json()["url"]
    path = url.removeprefix(live.url("", account=account))

    answer = httpx.get(f"http://127.0.0.1:{live.port}{path}", headers=host)

    assert (uploaded.status_code, answer.status_code) == (201, 200)
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(CONTENT))
