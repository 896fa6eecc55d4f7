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
