"""What automation rules ask of mail."""

from collections.abc import Iterable, Sequence

from email_channel.models import EmailTemplate, Mailbox


def templates_among(ids: Iterable[str]) -> set[str]:
    """Return those ids that are templates. One query."""
    return {str(one) for one in EmailTemplate.objects.filter(id__in=ids).values_list("id", flat=True)}


def mailboxes_among(ids: Iterable[str]) -> set[str]:
    """Return those ids that are mailboxes in use. One query."""
    return {str(one) for one in Mailbox.objects.filter(id__in=ids, is_active=True).values_list("id", flat=True)}


def template_names() -> Sequence[tuple[str, str]]:
    """Return (id, name) of all templates. One query."""
    return [(str(pk), name) for pk, name in EmailTemplate.objects.values_list("id", "name")]


def mailbox_names() -> Sequence[tuple[str, str]]:
    """Return (id, address) of all mailboxes, also of those that are not in use any more. One query."""
    return [(str(pk), address) for pk, address in Mailbox.objects.values_list("id", "address")]
