"""Sessions in the database, as Django keeps them, found by SQL that is made once."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from hummdesk.compiled import CompiledLookup


def _with_key(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)


_sessions = CompiledLookup(_with_key, str)


class SessionStore(DatabaseStore):
    """The store of `SESSION_ENGINE`. One query to load a session."""

    def _get_session_from_db(self) -> Session | None:
        session = _sessions.first(self.session_key or "")
        if session is not None and session.expire_date > timezone.now():
            return session
        self._session_key = None
        return None
