"""From a call of the API to the agent who makes it."""

from rest_framework.request import Request

from accounts.authentication import member_of
from teams.access import Viewer, viewer_of


def viewer_in(request: Request) -> Viewer:
    """Return the viewer who calls. One query. Raises: AccountRequired, NotAMember."""
    return viewer_of(member_of(request))
