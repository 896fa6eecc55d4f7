"""How allauth behaves here: nobody signs up alone, and links lead to stored hosts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Sign-in by e-mail and password; users come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that nobody can sign up alone."""
        return False
