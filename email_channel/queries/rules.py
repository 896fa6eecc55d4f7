"""What automation rules ask of mail."""

from collections.abc import Iterable

from email_channel.models import EmailTemplate, Mailbox


def templates_among(ids: Iterable[str]) -> set[str]:
    """Return those ids that are templates. One query."""
    return {str(one) for one in EmailTemplate.objects.filter(id__in=ids).values_list("id", flat=True)}


def mailboxes_among(ids: Iterable[str]) -> set[str]:
    """Return those ids that are mailboxes in use. One query."""
    return {str(one) for one in Mailbox.objects.filter(id__in=ids, is_active=True).values_list("id", flat=True)}
