from datetime import timedelta

from django.utils import timezone

from accounts.actions.purge_expired import purge_expired
from accounts.actions.socket_tickets import issue_socket_ticket
from accounts.models import Account, SocketTicket, User
from tests.fixtures.cast import proof_of


def test_purge_expired_takes_only_what_expired_long_ago(acme: Account, admin: User) -> None:
    for _ in range(2):
        issue_socket_ticket(user=admin, account=acme, proof=proof_of(admin, acme))
    old, young = SocketTicket.objects.order_by("id")
    SocketTicket.objects.filter(id=old.id).update(expires_at=timezone.now() - timedelta(days=2))

    assert purge_expired() == 1

    assert [ticket.id for ticket in SocketTicket.objects.all()] == [young.id]
