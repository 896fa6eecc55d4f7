"""What can go wrong in conversations."""

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
