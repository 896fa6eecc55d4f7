"""Where mail goes whose team is gone."""

from uuid import UUID

from email_channel.models import Mailbox
from hummdesk.events.publishing import action


@action
def move_mailboxes(*, team_id: UUID | str, move_to: UUID | str | None, **_rest: object) -> None:
    """Mailboxes that led to the team lead to the other one, or to none."""
    Mailbox.objects.filter(team_id=team_id).update(team_id=move_to)
