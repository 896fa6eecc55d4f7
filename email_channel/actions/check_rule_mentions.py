"""The templates and mailboxes that an automation rule names exist."""

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _

from email_channel.queries.rules import mailboxes_among, templates_among
from hummdesk.errors import ValidationFailed


def check_rule_mentions(*, template_ids: Mapping[str, str], mailbox_ids: Mapping[str, str], **_rest: object) -> None:
    """Runs in the transaction that saves the rule; ids by their place in it. No query for a rule that names none.

    Raises: ValidationFailed, by the place of each that is not there.
    """
    missing = _places_of(template_ids, templates_among) + _places_of(mailbox_ids, mailboxes_among)
    if missing:
        text = _("This is not there any more. Choose another one.")
        raise ValidationFailed(errors={path: [text] for path in missing})


def _places_of(ids: Mapping[str, str], among: Callable[[Iterable[str]], set[str]]) -> list[str]:
    found = among(ids.values()) if ids else set()
    return [path for path, one in ids.items() if one not in found]
