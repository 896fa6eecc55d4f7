"""Clients and calls that the tests of the accounts' API share."""

from typing import Any

from accounts.models import User
from tests.fixtures.cast import PASSWORD, ApiClient

SIGN_IN = "/api/v1/auth/token"


def client_at(host: str = "localhost", *, token: str = "", scheme: str = "Bearer") -> ApiClient:
    """Make a client of this host (the platform's unless given), with a token if there is one."""
    headers = {"host": host}
    if token:
        headers["authorization"] = f"{scheme} {token}"
    return ApiClient(headers=headers)


def sign_in(user: User, account: str = "acme") -> dict[str, Any]:
    """Return what signing in with the password answers; `account=""` is the platform, for a super_admin."""
    fields = {"email": user.email, "password": PASSWORD}
    answer = client_at().post(SIGN_IN, {**fields, "account": account} if account else fields)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def problem(answer: Any) -> tuple[int, str]:
    """Return status and code of a problem document."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["code"]
