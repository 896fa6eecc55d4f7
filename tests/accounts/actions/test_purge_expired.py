from datetime import timedelta

from django.utils import timezone

from accounts.actions.purge_expired import purge_expired
from accounts.actions.socket_tickets import issue_socket_ticket
from accounts.models import Account, SocketTicket, User


def test_purge_expired_takes_only_what_expired_long_ago(acme: Account, admin: User) -> None:
    issue_socket_ticket(user=admin, account=acme)
    old = SocketTicket.objects.get()
    SocketTicket.objects.update(expires_at=timezone.now() - timedelta(days=2))
    issue_socket_ticket(user=admin, account=acme)

    assert purge_expired() == 1

    assert SocketTicket.objects.exclude(id=old.id).count() == 1
    assert not SocketTicket.objects.filter(id=old.id).exists()
