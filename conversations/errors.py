"""What can go wrong in conversations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from hummdesk.errors import Conflict, ValidationFailed


class EmptyMessage(ValidationFailed):
    """Nothing was written."""

    title = _("Write something first.")

    def __init__(self) -> None:
        super().__init__(errors={"body": [str(self.title)]})


class SnoozeInPast(ValidationFailed):
    """The time to wake up is missing or over."""

    title = _("Choose a time that is still to come.")

    def __init__(self) -> None:
        super().__init__(errors={"snoozed_until": [str(self.title)]})


class NoReplyChannel(Conflict):
    """The conversation has no address to answer to, or no mailbox to answer from."""

    title = _("There is no way to answer this conversation: it has no address or no mailbox.")


class NewerMessages(Conflict):
    """Somebody has written since the author of a reply looked; the problem's `new` tells what."""

    title = _("Something new was written since you began. Read it, then send again.")

    def __init__(self, new: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(more={"new": list(new)})


class SendTimeRefused(ValidationFailed):
    """A reply is to leave in the past, or too far ahead."""

    title = _("Choose a time within the next year.")

    def __init__(self) -> None:
        super().__init__(errors={"send_at": [str(self.title)]})


class LeftAlready(Conflict):
    """A reply is on its way, so that nothing about it can be changed."""

    title = _("It has left already.")


class NotOursToChange(Conflict):
    """Only notes, and replies that are held, can be edited or taken back."""

    title = _("What customers wrote, and what the system notes, stays as it is.")


class UnknownAssignee(ValidationFailed):
    """There is no such agent."""

    title = _("There is no such agent.")

    def __init__(self) -> None:
        super().__init__(errors={"assignee_id": [str(self.title)]})


class TransitionRefused(Conflict):
    """The table of transitions does not have this change."""

    title = _("The conversation can't get this status from the one that it has.")

    def __init__(self, before: str, after: str) -> None:
        text = _("A %(before)s conversation can't become %(after)s. Open it first.")
        super().__init__(text % {"before": before, "after": after})


class MergedAway(Conflict):
    """The conversation's messages are in another one now, which is where the work goes on."""

    title = _("This conversation was merged into another one. Work on that one, or undo the merge first.")


class EmptyFile(ValidationFailed):
    """There is nothing in the uploaded file."""

    title = _("This file is empty.")

    def __init__(self) -> None:
        super().__init__(errors={"file": [str(self.title)]})


class TooManyUploads(Conflict):
    """An agent has uploaded files, and named none of them in a message."""

    title = _("Many of your files wait to be sent. Name them in a message before you upload more.")


class UnknownAttachments(ValidationFailed):
    """These are no uploads of the author's that wait for a message."""

    title = _("Upload a file first; each upload goes with one message of yours.")

    def __init__(self, ids: Iterable[UUID]) -> None:
        super().__init__(errors={"attachments": [f"{self.title} {', '.join(sorted(map(str, ids)))}"]})


class NotUndoable(Conflict):
    """What happened can't be taken back, or not any more; `detail` tells why."""

    title = _("This can't be undone.")


class IdentityTaken(Conflict):
    """An address, number or id is another contact's; the two may be one person, to be merged."""

    title = _("Another contact has this already.")

    def __init__(self, field: str, owner_id: UUID) -> None:
        text = _("The contact %(id)s has this already.") % {"id": owner_id}
        super().__init__(text, errors={field: [text]})


class TeamHasWork(Conflict):
    """A team is to go that has unfinished conversations, and nobody is to have them."""

    title = _("The team has open conversations. Say which team is to have them.")

    def __init__(self, count: int) -> None:
        super().__init__(more={"open_conversations": count})


class CategoryInUse(Conflict):
    """A category is to go that conversations are about."""

    title = _("Conversations have this category. Give them another one first.")


class TooManyWebhooks(Conflict):
    """The account has as many webhooks as it may have."""

    title = _("There are as many webhooks as an account can have. Remove one first.")


class WebhookSwitchedOff(Conflict):
    """Nothing is sent to a webhook that is off."""

    title = _("This webhook is switched off. Switch it on first.")


class DeliveryUnderWay(Conflict):
    """The event is being sent just now."""

    title = _("This is being sent just now.")


class TooManyRules(Conflict):
    """The account has as many automation rules as it may have."""

    title = _("There are as many rules as an account can have. Delete one first.")


class UsedByRules(Conflict):
    """What is to be deleted is named by automation rules; the problem's `rules` says which."""

    title = _("A rule uses this.")

    def __init__(self, rules: Sequence[tuple[UUID, str]]) -> None:
        text = _("It is used by the rule %(names)s. Change the rule first.")
        names = ", ".join(f"“{name}”" for _id, name in rules)
        super().__init__(
            text % {"names": names}, more={"rules": [{"id": rule_id, "name": name} for rule_id, name in rules]}
        )
