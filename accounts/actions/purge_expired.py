"""Forgetting sessions and tokens that nobody can use any more."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import HandoverToken, SocketTicket, TokenFamily

# So long an expired token is still told apart from one that never was, in the database.
KEPT = timedelta(days=1)


def purge_expired() -> int:
    """Return how many rows went: sessions, token families, hand-over tokens and tickets."""
    before = timezone.now() - KEPT
    expired = [
        Session.objects.filter(expire_date__lt=before),
        TokenFamily.objects.filter(expires_at__lt=before),
        HandoverToken.objects.filter(expires_at__lt=before),
        SocketTicket.objects.filter(expires_at__lt=before),
    ]
    return sum(rows.delete()[0] for rows in expired)
